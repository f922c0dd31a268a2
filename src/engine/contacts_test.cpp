// Contacts end to end: friends with several devices, what reaches which toxcore list, and what the user says of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_world.h"

namespace toxtore {
namespace {

using Keys = std::vector<PublicKey>;
using Lines = std::vector<std::string>;

Keys sorted(Keys keys) {
  std::ranges::sort(keys);
  return keys;
}

// My laptop and server; Anna's phone and desk, who has Toxtore too; and Bob, who has a stock client.
class Merged : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.link(phone, desk);
  }

  void befriend_anna() {
    world.befriend(laptop, phone);
    ASSERT_TRUE(world.run_until([&] { return anna(server).keys.size() == 2 && anna(laptop).keys.size() == 2; }))
        << "Anna's devices are not one contact";
    world.run_for(5'000);
  }
  static Contact contact_of(const World::Node& device, const World::Node& node) {
    const Contact* contact = device.engine->contacts().of(node.key());
    return contact == nullptr ? Contact{} : *contact;
  }
  Contact anna(const World::Node& device) const { return contact_of(device, phone); }
  MessageRow send(World::Node& from, const World::Node& to, const std::string& text) {
    const auto row = from.engine->send_message({to.key(), MessageKind::normal, text, ""}, world.now());
    EXPECT_TRUE(row) << row.error().message;
    world.pump(from);
    return row.value_or(MessageRow{});
  }
  void change(World::Node& device, const World::Node& of, const ContactChange& change) {
    const auto done = device.engine->change_contact(of.key(), change, world.now());
    ASSERT_TRUE(done) << done.error().message;
    world.pump(device);
  }
  static Lines history(const World::Node& device, const Contact& with) {
    Lines lines;
    for (const MessageRow& row : device.engine->store().history({Conversation(with.keys), std::nullopt, 100})) {
      lines.push_back((row.outgoing ? "> " : "< ") + to_text(row.text));
    }
    return lines;
  }
  /// The contact's keys have each got the text once, all together.
  std::size_t times_received(const std::string& text) const {
    std::size_t count = 0;
    for (const World::Node* device : {&phone, &desk}) {
      for (const MessageRow& row : phone.engine->store().search({text, std::nullopt, std::nullopt, 100})) {
        count += !row.outgoing && row.id.device == device->key() ? 1 : 0;
      }
    }
    return count;
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& phone = world.add_device("phone");
  World::Node& desk = world.add_device("desk");
};

TEST_F(Merged, AFriendsDevicesAreOneContactOnAllDevicesAndAllPairsMeet) {
  befriend_anna();
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_EQ(anna(*mine).keys, sorted({phone.key(), desk.key()}));
    EXPECT_EQ(anna(*mine).id, phone.key()) << "the key that the user added";
    ASSERT_EQ(mine->engine->friends().size(), 1U);
    for (const World::Node* hers : {&phone, &desk}) {
      EXPECT_TRUE(mine->toxcore_list.contains(hers->key()));
      EXPECT_TRUE(hers->toxcore_list.contains(mine->key()));
    }
  }
  for (World::Node* hers : {&phone, &desk}) {
    EXPECT_EQ(contact_of(*hers, laptop).keys, sorted({laptop.key(), server.key()})) << "and so are mine for her";
  }
}

TEST_F(Merged, OneConversationOneUnreadCountOneOrder) {
  befriend_anna();
  send(phone, laptop, "from the phone");
  world.run_for(3'000);
  send(desk, laptop, "from the desk");
  world.run_for(3'000);
  send(server, phone, "hello Anna");
  world.run_for(10'000);
  const Lines all{"< from the phone", "< from the desk", "> hello Anna"};
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_EQ(history(*mine, anna(*mine)), all);
    EXPECT_EQ(mine->engine->friends().at(0).unread, 2U);
  }
  ASSERT_EQ(laptop.engine->mark_conversation_read(desk.key(), world.now()).value_or(0), 2U) << "by any of her keys";
  world.pump(laptop);
  world.run_for(2'000);
  EXPECT_EQ(server.engine->friends().at(0).unread, 0U);
}

TEST_F(Merged, AMessageGoesToWhicheverDeviceIsConnectedAndOnce) {
  befriend_anna();
  world.stop(phone);
  world.run_for(2'000);
  EXPECT_NE(laptop.engine->friends().at(0).connection(), Connection::none) << "online as long as any device is";
  send(laptop, phone, "anyone");
  world.run_for(10'000);
  EXPECT_EQ(history(desk, contact_of(desk, laptop)), Lines{"< anyone"});
  world.start(phone);
  ASSERT_TRUE(world.run_until([&] { return history(phone, contact_of(phone, laptop)) == Lines{"< anyone"}; }));
  world.run_for(200'000);
  EXPECT_EQ(times_received("anyone"), 1U);
  const auto row = laptop.engine->store().history({Conversation(anna(laptop).keys), std::nullopt, 9}).at(0);
  EXPECT_EQ(row.delivery, Delivery::delivered);
}

TEST_F(Merged, OfTwoConnectedDevicesTheOneLastHeardGetsTheAnswer) {
  befriend_anna();
  send(phone, laptop, "one");
  world.run_for(5'000);
  send(desk, laptop, "two");
  world.run_for(5'000);
  send(laptop, phone, "answer");
  world.run_for(5'000);
  const auto rows = desk.engine->store().search({"answer", std::nullopt, std::nullopt, 9});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().id.device, desk.key());
}

TEST_F(Merged, WhatWaitedForOneDeviceGoesToAnother) {
  befriend_anna();
  world.stop(phone);
  world.stop(desk);
  world.run_for(1'000);
  send(laptop, phone, "waiting");
  world.run_for(5'000);
  world.start(desk);
  ASSERT_TRUE(world.run_until([&] { return history(desk, contact_of(desk, laptop)) == Lines{"< waiting"}; }, 20'000));
}

TEST_F(Merged, AFriendStaysWhenTheKeyThatWasAddedLeavesTheContact) {
  befriend_anna();
  ASSERT_TRUE(world.run_until([&] { return server.engine->contacts().row(desk.key())->present(); })) << "not adopted";
  // The user says that the phone is not hers; as a friend's removal will, it leaves the desk alone.
  ASSERT_TRUE(server.engine->split_contact(phone.key(), world.now()));
  world.pump(server);
  world.run_for(2'000);
  EXPECT_EQ(contact_of(laptop, desk).keys, Keys{desk.key()});
  EXPECT_TRUE(contact_of(laptop, desk).present);
  EXPECT_TRUE(contact_of(laptop, phone).present);
  EXPECT_EQ(laptop.engine->friends().size(), 2U);
}

TEST_F(Merged, RemovingAFriendRemovesAllHisKeysOnAllDevices) {
  befriend_anna();
  ASSERT_TRUE(server.engine->remove_friend(desk.key(), world.now()));
  world.pump(server);
  world.run_for(5'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_TRUE(mine->engine->friends().empty());
    EXPECT_FALSE(mine->toxcore_list.contains(phone.key()));
    EXPECT_FALSE(mine->toxcore_list.contains(desk.key()));
  }
  world.run_for(100'000);
  EXPECT_TRUE(laptop.engine->friends().empty()) << "and her claims bring her not back";
  ASSERT_TRUE(laptop.engine->add_friend(phone.address, "again", world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return anna(server).present && anna(server).keys.size() == 2; }));
}

TEST_F(Merged, AnAddThatTheRemoverDidNotKnowOfKeepsTheFriend) {
  befriend_anna();
  world.cut(laptop, server, true);
  auto& bob = world.add_stock("bob");
  world.befriend(bob, laptop);
  world.befriend(bob, server);  // concurrently: neither knows of the other's add, and the user said yes twice
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  EXPECT_FALSE(contact_of(laptop, bob).present);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return contact_of(laptop, bob).present; }));
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key())) << "he is a friend through the server, which he knows";
  EXPECT_TRUE(server.toxcore_list.contains(bob.key()));
}

// The server hears of the desk and takes it for Anna's, while the laptop has removed her.
TEST_F(Merged, AnAddThatNoUserMadeDoesNotUndoARemoval) {
  world.stop(desk);
  world.befriend(laptop, phone);
  ASSERT_TRUE(world.run_until([&] { return server.toxcore_list.contains(phone.key()); }));
  world.run_for(70'000);
  world.cut(laptop, server, true);
  world.cut(laptop, desk, true);
  ASSERT_TRUE(laptop.engine->remove_friend(phone.key(), world.now()));
  world.pump(laptop);
  world.start(desk);
  const auto is_added = [&] {
    const FriendRow* row = server.engine->contacts().row(desk.key());
    return row != nullptr && row->present();
  };
  ASSERT_TRUE(world.run_until(is_added, 120'000));
  EXPECT_EQ(anna(server).keys.size(), 2U);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().empty(); }, 20'000));
  world.run_for(10'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_TRUE(mine->engine->friends().empty());
    EXPECT_FALSE(mine->toxcore_list.contains(desk.key()));
  }
}

// His request, which that add answered, is the user's to answer then.
TEST_F(Merged, NorDoesTheAddOfADeviceThatAFriendAskedToo) {
  auto& bob = world.add_stock("bob");
  world.befriend(bob, laptop);
  ASSERT_TRUE(world.run_until([&] { return contact_of(server, bob).present; }));
  world.cut(laptop, server, true);
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  world.request(bob, server, "you too");
  ASSERT_TRUE(world.run_until([&] { return server.toxcore_list.contains(bob.key()); }));
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().empty(); }, 20'000));
  EXPECT_FALSE(server.toxcore_list.contains(bob.key()));
  world.run_for(2'000);
  for (World::Node* mine : {&laptop, &server}) {
    ASSERT_EQ(mine->engine->friend_requests().size(), 1U) << mine->name;
    EXPECT_EQ(mine->engine->friend_requests().front().message, to_bytes("you too"));
  }
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.pump(laptop);
  EXPECT_TRUE(world.run_until([&] { return server.toxcore_list.contains(bob.key()); }, 5'000));
}

// Anna lost her phone, and the user removes what is left of it.
TEST_F(Merged, AnAddThatNoUserMadeKeepsTheFriendWhoLostTheKeyThatWasAdded) {
  world.cut(server, desk, true);  // one device hears the desk's list, and adds it
  befriend_anna();
  ASSERT_TRUE(world.run_until([&] { return server.engine->contacts().row(desk.key())->present(); }));
  ASSERT_TRUE(laptop.engine->answer_claim(desk.key(), phone.key(), false, world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return contact_of(server, desk).keys.size() == 1; }));
  ASSERT_TRUE(laptop.engine->remove_friend(phone.key(), world.now()));
  world.pump(laptop);
  world.run_for(20'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_TRUE(contact_of(*mine, desk).present);
    EXPECT_FALSE(contact_of(*mine, phone).present);
  }
}

TEST_F(Merged, RemovedOnOneDeviceWhileTheOtherReceives) {
  befriend_anna();
  world.cut(laptop, server, true);
  ASSERT_TRUE(laptop.engine->remove_friend(phone.key(), world.now()));
  world.pump(laptop);
  world.stop(desk);
  world.cut(phone, laptop, true);
  send(phone, laptop, "still there?");
  ASSERT_TRUE(world.run_until([&] { return history(server, anna(server)) == Lines{"< still there?"}; }));
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().empty(); }));
  ASSERT_TRUE(world.run_until([&] { return history(laptop, anna(laptop)) == Lines{"< still there?"}; }))
      << "what was received stays in the history";
  EXPECT_TRUE(laptop.engine->friends().empty());
}

TEST_F(Merged, BlockedLeavesEveryListAndNothingIsTaken) {
  befriend_anna();
  change(laptop, desk, {.alias = {}, .muted = {}, .blocked = true, .devices_withheld = {}, .claims = {}});
  world.run_for(5'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_TRUE(anna(*mine).blocked && anna(*mine).present);
    EXPECT_FALSE(mine->toxcore_list.contains(phone.key()));
    EXPECT_FALSE(mine->toxcore_list.contains(desk.key()));
    mine->engine->handle(input::Message{phone.key(), MessageKind::normal, to_bytes("let me in")}, world.now());
    mine->engine->handle(input::FriendRequest{desk.key(), to_bytes("let me in")}, world.now());
    world.pump(*mine);
    EXPECT_TRUE(mine->engine->friend_requests().empty());
  }
  EXPECT_TRUE(history(laptop, anna(laptop)).empty());
  EXPECT_EQ(laptop.engine->send_message({phone.key(), MessageKind::normal, "x", ""}, world.now()).error().kind,
            ErrorKind::denied);
  change(server, phone, {.alias = {}, .muted = {}, .blocked = false, .devices_withheld = {}, .claims = {}});
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->friends().at(0).connection() != Connection::none; }));
}

// toxcore tells of a request once, and that one was not heeded.
TEST_F(Merged, WhoAskedAnotherDeviceWhileHeWasBlockedCanAskItAgainLater) {
  auto& bob = world.add_stock("bob");
  world.befriend(bob, server);
  ASSERT_TRUE(world.run_until([&] { return contact_of(laptop, bob).present; }));
  change(laptop, bob, {.alias = {}, .muted = {}, .blocked = true, .devices_withheld = {}, .claims = {}});
  world.request(bob, laptop, "you too");
  world.run_for(2'000);
  EXPECT_EQ(std::ranges::count(laptop.removed_peers, bob.key()), 0);
  change(server, bob, {.alias = {}, .muted = {}, .blocked = false, .devices_withheld = {}, .claims = {}});
  world.run_for(2'000);
  EXPECT_EQ(std::ranges::count(laptop.removed_peers, bob.key()), 1);
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key()));
  world.request(bob, laptop, "you too");
  EXPECT_TRUE(world.run_until([&] { return laptop.toxcore_list.contains(bob.key()); }, 5'000));
}

TEST_F(Merged, WhoWasBlockedAndRemovedIsHeardAgainWhenTheUserAddsHim) {
  befriend_anna();
  const ContactChange block{.alias = {}, .muted = {}, .blocked = true, .devices_withheld = {}, .claims = {}};
  change(laptop, phone, block);
  ASSERT_TRUE(laptop.engine->remove_friend(phone.key(), world.now()));
  world.pump(laptop);
  world.run_for(2'000);
  for (World::Node* mine : {&laptop, &server}) {
    mine->engine->handle(input::FriendRequest{desk.key(), to_bytes("let me in")}, world.now());
    EXPECT_TRUE(mine->engine->friend_requests().empty()) << "removed, she stays blocked";
  }
  ASSERT_TRUE(server.engine->add_friend(phone.address, "peace", world.now()));
  world.pump(server);
  EXPECT_FALSE(anna(server).blocked);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().at(0).connection() != Connection::none; }));
  send(server, phone, "hello again");
  ASSERT_TRUE(world.run_until([&] { return times_received("hello again") == 1; }));
  EXPECT_FALSE(anna(laptop).blocked);
}

TEST_F(Merged, AnAliasAndMuteHoldForTheWholeContactOnAllDevices) {
  befriend_anna();
  change(laptop, desk, {.alias = "Sis", .muted = true, .blocked = {}, .devices_withheld = {}, .claims = {}});
  world.run_for(2'000);
  EXPECT_EQ(anna(server).shown_name(), to_bytes("Sis"));
  EXPECT_TRUE(anna(server).muted);
  EXPECT_EQ(laptop.engine->change_contact(phone.key(), {}, world.now()).error().kind, ErrorKind::invalid_argument);
}

TEST_F(Merged, WithheldDevicesAreStrangersToTheFriend) {
  world.befriend(laptop, phone);
  change(laptop, phone, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = true, .claims = {}});
  world.run_for(200'000);
  EXPECT_EQ(contact_of(phone, laptop).keys, Keys{laptop.key()});
  EXPECT_FALSE(server.toxcore_list.contains(phone.key()) || server.toxcore_list.contains(desk.key()));
  EXPECT_EQ(anna(laptop).keys.size(), 2U) << "what she says of herself counts all the same";
  const auto refused = server.engine->send_message({phone.key(), MessageKind::normal, "x", ""}, world.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::denied);
  send(laptop, phone, "mine");
  ASSERT_TRUE(world.run_until([&] { return times_received("mine") == 1; }));
  change(server, phone, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = false, .claims = {}});
  ASSERT_TRUE(world.run_until([&] { return contact_of(phone, laptop).keys.size() == 2; }, 200'000));
}

TEST_F(Merged, AFriendFromWhomDevicesAreWithheldLaterSplitsWhatHeHadMerged) {
  befriend_anna();
  world.run_for(120'000);  // her devices log a new list once a minute
  ASSERT_EQ(contact_of(phone, laptop).keys.size(), 2U);
  change(laptop, phone, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = true, .claims = {}});
  ASSERT_TRUE(world.run_until([&] { return contact_of(phone, laptop).keys == Keys{laptop.key()}; }, 5'000));
}

TEST_F(Merged, ADeviceHandsNothingOfOthersToAFriendFromWhomItIsWithheld) {
  auto& bob = world.add_stock("bob");
  world.befriend(bob, server);
  world.befriend(bob, laptop);
  world.run_for(2'000);
  change(laptop, bob, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = true, .claims = {}});
  world.run_for(2'000);
  world.cut(laptop, bob, true);
  send(laptop, bob, "by the laptop only");
  world.run_for(60'000);
  EXPECT_TRUE(bob.texts.empty());
  world.cut(laptop, bob, false);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }));
  EXPECT_EQ(bob.texts.at(0).from, laptop.key());
}

TEST_F(Merged, ANameHeardBeforeItsKeyIsAFriendIsKeptUntilItIs) {
  world.befriend(laptop, phone);
  world.stop(desk);
  change(laptop, phone, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = {}, .claims = ClaimPolicy::ask});
  world.start(desk);
  world.run_for(5'000);
  laptop.engine->handle(input::PeerName{desk.key(), to_bytes("Anna at her desk")}, world.now());
  laptop.engine->finish_turn(world.now());
  world.pump(laptop);
  world.run_for(1'000);
  ASSERT_EQ(anna(laptop).keys, Keys{phone.key()});
  ASSERT_TRUE(laptop.engine->answer_claim(phone.key(), desk.key(), true, world.now()));
  world.pump(laptop);
  EXPECT_TRUE(world.run_until([&] {
    const FriendRow* row = server.engine->contacts().row(desk.key());
    return row != nullptr && to_text(row->name.value) == "Anna at her desk";
  }));
}

TEST_F(Merged, AskWaitsForTheUsersWord) {
  world.befriend(laptop, phone);
  world.stop(desk);
  change(laptop, phone, {.alias = {}, .muted = {}, .blocked = {}, .devices_withheld = {}, .claims = ClaimPolicy::ask});
  world.start(desk);
  world.run_for(5'000);
  if (anna(laptop).keys.size() == 1) {
    ASSERT_EQ(anna(laptop).claims.size(), 1U);
    EXPECT_EQ(anna(laptop).claims.at(0).standing, Claim::Standing::asked);
  }
  EXPECT_EQ(anna(laptop).keys, Keys{phone.key()});
  ASSERT_TRUE(laptop.engine->answer_claim(phone.key(), desk.key(), true, world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return anna(server).keys.size() == 2; }));
  ASSERT_TRUE(server.engine->answer_claim(phone.key(), desk.key(), false, world.now()));
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return anna(laptop).keys.size() == 1; }));
  EXPECT_EQ(laptop.engine->answer_claim(phone.key(), laptop.key(), true, world.now()).error().kind,
            ErrorKind::not_found);
}

TEST_F(Merged, NeverTakesAContactApartAndItsUndoingOnAnyKeyBringsItTogether) {
  befriend_anna();
  ContactChange claims;
  claims.claims = ClaimPolicy::never;
  change(laptop, phone, claims);
  ASSERT_TRUE(world.run_until([&] { return anna(server).keys.size() == 1; }));
  ASSERT_EQ(anna(laptop).claims.size(), 1U);
  const auto yes = laptop.engine->answer_claim(phone.key(), desk.key(), true, world.now());
  ASSERT_FALSE(yes) << "a yes that changes nothing";
  EXPECT_EQ(yes.error().kind, ErrorKind::invalid_argument);
  claims.claims = ClaimPolicy::accept;
  change(server, desk, claims);
  ASSERT_TRUE(world.run_until([&] { return anna(laptop).keys.size() == 2; }));
  EXPECT_EQ(anna(laptop).claims_policy, ClaimPolicy::accept);
}

TEST_F(Merged, WhatIsSaidOfClaimsIsNotForAKeyThatTheUserSplitOff) {
  befriend_anna();
  ASSERT_TRUE(laptop.engine->answer_claim(phone.key(), desk.key(), false, world.now()));
  ContactChange claims;
  claims.claims = ClaimPolicy::ask;
  change(laptop, phone, claims);
  EXPECT_EQ(contact_of(laptop, desk).claims_policy, ClaimPolicy::accept);
}

TEST_F(Merged, AStockFriendIsInTheListOfTheDevicesHeKnowsUntilOneIsIntroduced) {
  auto& bob = world.add_stock("bob");
  ASSERT_TRUE(laptop.engine->add_friend(bob.address, "hi Bob", world.now()));
  world.pump(laptop);
  world.request(bob, laptop, "yes");
  world.run_for(5'000);
  ASSERT_TRUE(contact_of(server, bob).present);
  EXPECT_TRUE(laptop.toxcore_list.contains(bob.key()));
  EXPECT_FALSE(server.toxcore_list.contains(bob.key()));
  ASSERT_TRUE(server.engine->introduce_to_friend(bob.key(), "my server", world.now()));
  world.pump(server);
  EXPECT_TRUE(server.toxcore_list.contains(bob.key()));
  EXPECT_EQ(server.engine->introduce_to_friend(bob.key(), "x", world.now()).error().kind, ErrorKind::already_exists);
  world.request(bob, server, "I know you");
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().at(0).connection() != Connection::none; }));
}

TEST_F(Merged, WhoseTwoKeysAreMergedByHandIsOneOnAllDevices) {
  befriend_anna();
  auto& bob = world.add_stock("bob");
  world.befriend(bob, server);
  world.run_for(2'000);
  change(laptop, bob, {.alias = {}, .muted = {}, .blocked = true, .devices_withheld = {}, .claims = {}});
  EXPECT_EQ(laptop.engine->merge_contacts(bob.key(), desk.key(), world.now()).error().kind, ErrorKind::denied)
      << "Anna would be blocked without a word";
  change(laptop, bob, {.alias = {}, .muted = {}, .blocked = false, .devices_withheld = {}, .claims = {}});
  ASSERT_TRUE(laptop.engine->merge_contacts(bob.key(), desk.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return anna(server).keys.size() == 3; }));
  EXPECT_EQ(laptop.engine->merge_contacts(bob.key(), desk.key(), world.now()).error().kind, ErrorKind::already_exists);
  ASSERT_TRUE(server.engine->split_contact(bob.key(), world.now()));
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return anna(laptop).keys.size() == 2; }));
}

TEST_F(Merged, ASplitHoldsAgainstADeviceThatIsLinkedLater) {
  befriend_anna();
  ASSERT_TRUE(laptop.engine->split_contact(desk.key(), world.now()));
  world.pump(laptop);
  auto& tablet = world.add_device("tablet");
  world.link(tablet, phone);
  ASSERT_TRUE(world.run_until([&] { return anna(server).keys == sorted({phone.key(), tablet.key()}); }, 200'000));
  world.run_for(200'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_EQ(anna(*mine).keys, sorted({phone.key(), tablet.key()}));
    EXPECT_EQ(contact_of(*mine, desk).keys, Keys{desk.key()});
  }
  ASSERT_TRUE(server.engine->merge_contacts(phone.key(), desk.key(), world.now()));
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return anna(laptop).keys.size() == 3; }));
}

TEST_F(Merged, WhatWasMergedThroughAKeyStaysTogetherWithoutIt) {
  befriend_anna();
  auto& bob = world.add_stock("bob");
  world.befriend(bob, laptop);
  ASSERT_TRUE(laptop.engine->merge_contacts(phone.key(), bob.key(), world.now()));
  ASSERT_EQ(anna(laptop).keys.size(), 3U);
  ASSERT_TRUE(laptop.engine->split_contact(phone.key(), world.now()));
  world.pump(laptop);
  world.run_for(2'000);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_EQ(anna(*mine).keys, Keys{phone.key()});
    EXPECT_EQ(contact_of(*mine, bob).keys, sorted({desk.key(), bob.key()}));
  }
}

// Anna's phone is in toxcore's list since somebody claims it; the process dies when the request is durable, and toxcore
// was not told of it.
TEST_F(Merged, AnOpenRequestIsMadeOnceMoreAfterACrash) {
  laptop.toxcore_list.insert(phone.key());
  world.crash(laptop);
  world.start(laptop);
  ASSERT_TRUE(laptop.engine->add_friend(phone.address, "hi", world.now()));
  world.crash(laptop);
  laptop.toxcore_list.insert(phone.key());
  world.start(laptop);
  EXPECT_TRUE(world.run_until([&] { return !phone.engine->friend_requests().empty(); }));
}

}  // namespace
}  // namespace toxtore
