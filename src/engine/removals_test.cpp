// Devices that are removed, leave, and are linked anew, between engines.
#include "engine/removals.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using What = output::Notice::What;

/// Laptop, server and phone of one user, linked; Bob, with a stock client, knows server and phone.
class Removing : public TwoDevices {
 protected:
  void SetUp() override {
    TwoDevices::SetUp();
    world.link(server, phone);
    world.befriend(bob, phone);
    settle();
  }
  static bool same_views(const World::Node& a, const World::Node& b) {
    return a.engine->status().state_check == b.engine->status().state_check;
  }
  void settle() {
    ASSERT_TRUE(world.run_until(
        [&] { return same_views(laptop, server) && same_views(server, phone) && laptop.engine->friends().size() == 1; },
        120'000));
    world.run_for(15'000);
  }
  void remove(World::Node& by, const std::vector<PublicKey>& keys) {
    const auto done = by.engine->remove_devices(keys, world.now());
    ASSERT_TRUE(done) << done.error().message;
    world.pump(by);
  }
  static bool is_in(const World::Node& node, const PublicKey& key) {
    const auto devices = node.engine->devices();
    return std::ranges::any_of(devices, [&](const DeviceInfo& each) { return each.key == key && !each.removed; });
  }
  static std::optional<DeviceInfo> device(const World::Node& node, const PublicKey& key) {
    for (const DeviceInfo& each : node.engine->devices()) {
      if (each.key == key) return each;
    }
    return std::nullopt;
  }
  static bool shows(const World::Node& node, const PublicKey& conversation, const std::string& text) {
    const auto rows = history_of(node, conversation);
    return std::ranges::any_of(rows, [&](const std::string& row) { return row.find(text) != std::string::npos; });
  }
  bool shown(const World::Node& node, const std::string& text) { return shows(node, bob.key(), text); }
  static std::size_t count(const World::Node& node, What what) {
    return static_cast<std::size_t>(std::ranges::count(node.notices, what, &output::Notice::what));
  }
  void join(World::Node& joins, World::Node& invites) {
    const auto invitation = invites.engine->invite_device(true, "", world.now());
    ASSERT_TRUE(invitation) << invitation.error().message;
    const auto joined = joins.engine->join_device(invitation->uri, true, world.now());
    ASSERT_TRUE(joined) << joined.error().message;
    world.pump(joins);
    world.pump(invites);
  }
  /// One that knows that it is out is not heard any more.
  void remove_again_changes_nothing() {
    EXPECT_FALSE(phone.engine->remove_devices({server.key()}, world.now()));
    world.run_for(60'000);
    EXPECT_FALSE(server.engine->status().removed);
  }
  /// All have it; then the phone erases it, the server learns of that, and the laptop is cut off.
  void erase_on_phone(const std::string& text) {
    world.write(bob, server, text);
    ASSERT_TRUE(world.run_until([&] { return shown(phone, text) && shown(laptop, text); }));
    world.cut(laptop, phone, true);
    world.cut(laptop, server, true);
    world.run_for(1'000);
    erased = phone.engine->store().history({bob.key(), std::nullopt, 9}).back().id;
    ASSERT_TRUE(phone.engine->erase_message(erased, world.now()));
    world.pump(phone);
    ASSERT_TRUE(world.run_until([&] { return !shown(server, text); }));
  }
  void isolate(World::Node& node, bool cut) {
    for (World::Node* other : {&laptop, &server, &phone}) {
      if (other != &node) world.cut(node, *other, cut);
    }
  }

  World::Node& phone = world.add_device("phone");
  Dot erased{};
};

TEST_F(Removing, AllLearnOfItAndTheRemovedOneFindsItselfOut) {
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()) && phone.engine->status().removed; }));
  for (World::Node* node : {&laptop, &server, &phone}) {
    const auto told = std::ranges::find(node->notices, What::device_removed, &output::Notice::what);
    ASSERT_NE(told, node->notices.end()) << node->name;
    EXPECT_EQ(told->key, phone.key());
    EXPECT_EQ(told->text, "phone");
    EXPECT_EQ(told->by, (DeviceName{laptop.key(), "laptop"}));
  }
  EXPECT_EQ(device(server, phone.key())->removed->by.name, "laptop");
  EXPECT_EQ(phone.engine->status().devices, 1U) << "it stands alone";
  EXPECT_TRUE(shown(phone, "") || !history_of(laptop, bob.key()).size()) << "and keeps what it has";
  world.run_for(70'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(phone.key())) << "it knows, so there is nothing more to say";
  EXPECT_FALSE(server.toxcore_list.contains(phone.key()));
  EXPECT_TRUE(laptop.engine->friends().size() == 1 && phone.engine->friends().size() == 1) << "and is no friend";
}

// The minute of rule 4 begins with the removal, not with a connection that has been there for hours.
TEST_F(Removing, OneThatHasBeenConnectedForHoursHearsOfItToo) {
  world.run_for(3'600'000);
  world.mangle = [&](const World::Node& from, Bytes& packet) {  // it answers nothing for a while
    if (&from == &phone && packet.size() > 1) packet[1] = 200;
  };
  remove(laptop, {phone.key()});
  world.run_for(removed_connected_ms_max / 2);
  EXPECT_TRUE(laptop.toxcore_list.contains(phone.key()));
  world.run_for(removed_connected_ms_max);
  EXPECT_FALSE(laptop.toxcore_list.contains(phone.key()));
  EXPECT_TRUE(phone.engine->status().removed);
}

TEST_F(Removing, WhatItLoggedBeforeStaysAndWhatItLogsThenCountsNowhere) {
  world.write(bob, phone, "before");
  ASSERT_TRUE(world.run_until([&] { return shown(server, "before"); }));
  isolate(phone, true);
  world.run_for(1'000);
  world.write(bob, phone, "behind");
  world.run_for(1'000);
  remove(laptop, {phone.key()});
  world.run_for(1'000);
  isolate(phone, false);
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().removed.has_value(); }));
  world.run_for(120'000);
  for (World::Node* node : {&laptop, &server}) {
    EXPECT_TRUE(shown(*node, "before")) << node->name;
    EXPECT_FALSE(shown(*node, "behind")) << node->name;
    EXPECT_EQ(node->engine->status().put_aside, 0U) << "nothing behind the cut is fetched";
    EXPECT_EQ(node->engine->status().events_missing, 0U) << node->name;
  }
  EXPECT_TRUE(shown(phone, "behind"));
  EXPECT_TRUE(same_views(laptop, server));
}

TEST_F(Removing, WhatCameBeforeTheNewsIsPutAsideOnEachAndCanBeTakenIn) {
  world.cut(laptop, phone, true);
  world.cut(laptop, server, true);
  world.run_for(1'000);
  world.write(bob, phone, "behind");
  ASSERT_TRUE(world.run_until([&] { return shown(server, "behind"); }));
  remove(laptop, {phone.key()});
  world.stop(phone);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  world.run_for(60'000);
  EXPECT_FALSE(shown(server, "behind"));
  EXPECT_EQ(server.engine->status().put_aside, 1U);
  EXPECT_EQ(device(server, phone.key())->put_aside, 1U);
  EXPECT_TRUE(same_views(laptop, server));

  world.stop(server);
  world.start(server);
  EXPECT_EQ(server.engine->status().put_aside, 1U) << "also after a restart";
  EXPECT_FALSE(laptop.engine->take_in(phone.key(), world.now())) << "here is nothing";
  const auto taken = server.engine->take_in(phone.key(), world.now());
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(*taken, 1U);
  world.pump(server);
  EXPECT_TRUE(shown(server, "behind"));
  EXPECT_EQ(server.engine->status().put_aside, 0U);
  EXPECT_TRUE(world.run_until([&] { return shown(laptop, "behind"); })) << "and all have it";
  EXPECT_TRUE(world.run_until([&] { return same_views(laptop, server); }));
  EXPECT_FALSE(is_in(laptop, phone.key())) << "the device itself is not back";
}

TEST_F(Removing, ItNeverComesBackByItself) {
  isolate(phone, true);
  world.run_for(1'000);
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  // A server of yesterday, and the removed one itself, go on talking.
  isolate(phone, false);
  for (int i = 0; i < 3; ++i) {
    world.stop(phone);
    world.start(phone);
    world.run_for(30'000);
  }
  for (World::Node* node : {&laptop, &server}) {
    EXPECT_FALSE(is_in(*node, phone.key()));
    EXPECT_EQ(node->engine->devices().size(), 3U) << "two, and the removed one as such";
    EXPECT_TRUE(node->engine->link_requests().empty());
  }
}

TEST_F(Removing, ANewLinkBringsItBackInANewIncarnation) {
  isolate(phone, true);
  world.run_for(1'000);
  world.write(bob, phone, "behind");
  world.run_for(1'000);
  remove(laptop, {phone.key()});
  world.run_for(1'000);
  isolate(phone, false);
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().removed.has_value(); }));
  world.write(bob, phone, "meanwhile");
  world.run_for(5'000);
  EXPECT_FALSE(phone.engine->send_message({bob.key(), MessageKind::normal, "no", ""}, world.now()));
  join(phone, laptop);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, phone.key()) && is_in(server, phone.key()); }, 120'000));
  ASSERT_TRUE(world.run_until([&] { return shown(server, "meanwhile") && same_views(server, phone); }, 120'000))
      << "what friends wrote while it was out counts";
  EXPECT_FALSE(phone.engine->status().removed);
  EXPECT_FALSE(shown(phone, "behind")) << "what lies behind the cut does not, on itself either";
  EXPECT_EQ(phone.engine->status().put_aside, 1U);
  ASSERT_TRUE(phone.engine->take_in(phone.key(), world.now()));
  world.pump(phone);
  ASSERT_TRUE(world.run_until([&] { return shown(laptop, "behind") && same_views(laptop, phone); }, 120'000));
  const auto row = send(phone, "I am back");
  EXPECT_GT(row.id.log().incarnation, 0U);
  EXPECT_TRUE(world.run_until([&] { return shown(laptop, "I am back"); }));
  world.stop(phone);
  world.start(phone);
  world.run_for(30'000);
  EXPECT_TRUE(is_in(phone, laptop.key()) && same_views(laptop, phone));
}

// The phone was stolen and removed; meanwhile it removed the laptop, which does not know. When it is linked anew it
// comes with that, and the laptop's latest go aside by its word.
TEST_F(Removing, WhatALinkPutsAsideIsSaidOnEveryDevice) {
  isolate(phone, true);
  remove(phone, {laptop.key()});
  world.write(bob, server, "to both");
  ASSERT_TRUE(world.run_until([&] { return shown(laptop, "to both"); }));
  ASSERT_TRUE(laptop.engine->rename_device(laptop.key(), "lap", world.now()));
  world.pump(laptop);
  world.run_for(5'000);
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  isolate(phone, false);
  world.run_for(120'000);
  for (World::Node* node : {&server, &laptop}) {
    const auto of = device(*node, laptop.key());
    ASSERT_TRUE(of) << node->name;
    EXPECT_EQ(of->last_removal->by.name, "phone") << node->name;
    EXPECT_EQ(of->last_removal->by_removed_by, (DeviceName{laptop.key(), device(*node, laptop.key())->name}));
  }
  const auto aside = device(server, laptop.key())->put_aside;
  EXPECT_GT(aside, 0U);
  const auto told = std::ranges::find(server.notices, What::events_put_aside, &output::Notice::what);
  ASSERT_NE(told, server.notices.end());
  EXPECT_EQ(told->key, laptop.key());
  EXPECT_EQ(told->count, aside);
  EXPECT_EQ(told->by, (DeviceName{phone.key(), "phone"}));
  EXPECT_EQ(count(server, What::events_put_aside), 1U) << "once";
}

// What `device join` follows: the linking is shown until the other device is in, and is never taken for done before.
TEST_F(Removing, ADeviceThatDoesNotKnowYetThatItWasRemovedJoinsAllTheSame) {
  isolate(phone, true);
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  const auto invitation = laptop.engine->invite_device(false, "", world.now());
  ASSERT_TRUE(phone.engine->join_device(invitation->uri, true, world.now()));
  world.pump(phone);
  world.run_for(30'000);
  ASSERT_EQ(phone.engine->link_requests().size(), 1U) << "under way, though it still takes the laptop for its own";
  isolate(phone, false);
  const auto code = [](const World::Node& node) {
    const auto links = node.engine->link_requests();
    return links.empty() ? std::nullopt : links.front().code;
  };
  ASSERT_TRUE(world.run_until([&] { return code(laptop) && code(laptop) == code(phone); }));
  EXPECT_TRUE(phone.engine->status().removed) << "by now it knows";
  ASSERT_TRUE(laptop.engine->accept_device(phone.key(), *code(laptop), world.now()));
  world.pump(laptop);
  bool gap = false;
  ASSERT_TRUE(world.run_until([&] {
    gap = gap || (phone.engine->link_requests().empty() && !is_in(phone, laptop.key()));
    return is_in(phone, laptop.key()) && is_in(laptop, phone.key()) && phone.engine->link_requests().empty();
  }));
  EXPECT_FALSE(gap) << "whoever follows it would have said that nothing was linked";
  EXPECT_TRUE(world.run_until([&] { return same_views(laptop, phone) && same_views(server, phone); }, 120'000));
}

TEST_F(Removing, AJoinThatCameToNothingIsSaidThoughTheInviterIsTakenForAnOwnDevice) {
  isolate(phone, true);
  const auto invitation = laptop.engine->invite_device(true, "", world.now());
  ASSERT_TRUE(phone.engine->join_device(invitation->uri, true, world.now()));
  world.pump(phone);
  world.run_for(link_lifetime_ms + 1);
  EXPECT_TRUE(phone.engine->link_requests().empty());
  EXPECT_EQ(count(phone, What::link_ended), 1U);
}

TEST_F(Removing, AThiefsOwnDeviceGoesWithIt) {
  World::Node& puppet = world.add_device("puppet");
  isolate(phone, true);
  world.run_for(1'000);
  join(puppet, phone);
  ASSERT_TRUE(world.run_until([&] { return is_in(phone, puppet.key()); }));
  remove(laptop, {phone.key()});
  world.run_for(1'000);
  isolate(phone, false);
  world.run_for(120'000);
  for (World::Node* node : {&laptop, &server}) {
    EXPECT_FALSE(is_in(*node, puppet.key())) << node->name;
    EXPECT_FALSE(is_in(*node, phone.key())) << node->name;
  }
  join(phone, laptop);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, phone.key()) && is_in(server, phone.key()); }, 120'000));
  world.run_for(120'000);
  for (World::Node* node : {&laptop, &server, &phone}) {
    EXPECT_FALSE(is_in(*node, puppet.key())) << node->name << ": a new link of the phone does not bring it in";
  }
}

TEST_F(Removing, ThoseThatStayDoSoThoughAllBetweenThemGoTogether) {
  World::Node& desk = world.add_device("desk");
  join(desk, laptop);  // desk, laptop, server, phone: each is linked by the one before it
  ASSERT_TRUE(world.run_until([&] { return is_in(desk, phone.key()) && is_in(phone, desk.key()); }, 120'000));
  remove(phone, {laptop.key(), server.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(desk, server.key()) && !is_in(desk, laptop.key()); }));
  world.run_for(5'000);
  EXPECT_TRUE(is_in(desk, phone.key()) && is_in(phone, desk.key()));
}

TEST_F(Removing, WhoWasLinkedAnewByADeviceStaysWhenThatOneIsRemoved) {
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().removed && !is_in(server, phone.key()); }));
  join(phone, server);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, phone.key()) && is_in(phone, laptop.key()); }, 120'000));
  remove(laptop, {server.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(phone, server.key()); }));
  world.run_for(5'000);
  EXPECT_TRUE(is_in(laptop, phone.key()) && is_in(phone, laptop.key()));
}

TEST_F(Removing, WhatAThiefsOwnDeviceLoggedCountsOnNoDevice) {
  World::Node& puppet = world.add_device("puppet");
  world.cut(laptop, phone, true);
  world.cut(laptop, server, true);
  world.run_for(1'000);
  join(puppet, phone);
  ASSERT_TRUE(world.run_until([&] { return is_in(server, puppet.key()) && same_views(server, puppet); }, 120'000));
  remove(laptop, {phone.key()});
  world.cut(laptop, phone, false);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, puppet.key()); }));
  world.run_for(60'000);
  EXPECT_TRUE(same_views(laptop, server)) << "the server had taken it in";
  EXPECT_GT(server.engine->status().put_aside, 0U);
}

TEST_F(Removing, TheCommandSaysWhatItComesTo) {
  World::Node& desk = world.add_device("desk");
  join(desk, phone);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, desk.key()) && is_in(desk, laptop.key()); }, 120'000));
  World::Node& carol = world.add_stock("carol");
  world.befriend(carol, phone);
  world.run_for(15'000);
  world.cut(laptop, server, true);
  isolate(desk, true);
  const auto info = laptop.engine->look_at_removal(phone.key());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_TRUE(info->device.known);
  EXPECT_EQ(info->only_there, 0U);
  ASSERT_EQ(info->added.size(), 1U);
  EXPECT_EQ(info->added.front().key, desk.key());
  EXPECT_EQ(info->stock_friends, std::vector<PublicKey>{carol.key()}) << "Bob knows others too";
  EXPECT_FALSE(laptop.engine->look_at_removal(bob.key()));
  remove(laptop, {phone.key()});
  EXPECT_TRUE(is_in(laptop, desk.key())) << "what is not named stays";
  EXPECT_FALSE(laptop.engine->look_at_removal(phone.key())) << "once";
  EXPECT_FALSE(laptop.engine->remove_devices({laptop.key()}, world.now())) << "that is leaving";
}

TEST_F(Removing, TwoThatRemoveEachOtherAreBothOut) {
  isolate(phone, true);
  world.cut(laptop, server, true);
  remove(laptop, {phone.key()});
  remove(phone, {laptop.key()});
  world.run_for(1'000);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  isolate(phone, false);
  ASSERT_TRUE(world.run_until([&] { return server.engine->status().devices == 1; }, 120'000));
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().removed && phone.engine->status().removed; }));
  remove_again_changes_nothing();
}

TEST_F(Removing, AQueuedMessageOfALostDeviceIsDelivered) {
  world.stop(bob);
  world.run_for(1'000);
  send(phone, "from the phone");
  ASSERT_TRUE(world.run_until([&] { return shown(server, "from the phone"); }));
  world.stop(phone);
  remove(laptop, {phone.key()});
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return !bob.texts.empty(); }, 120'000));
  world.start(phone);
  world.run_for(120'000);
  EXPECT_EQ(std::ranges::count(bob.texts, "from the phone", &World::Text::text), 1);
}

TEST_F(Removing, AFriendWithToxtoreSplitsItOff) {
  World::Node& anna = world.add_device("anna");
  world.befriend(anna, phone);
  const auto keys_shown = [&] {
    const auto shown = anna.engine->find_friend(server.key());
    return shown ? shown->contact.keys.size() : 0;
  };
  ASSERT_TRUE(world.run_until([&] { return keys_shown() == 3; }, 300'000)) << "one contact with three devices";
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return keys_shown() == 2; }, 300'000));
  EXPECT_EQ(anna.engine->find_friend(phone.key())->contact.keys, std::vector<PublicKey>{phone.key()})
      << "Anna added that key herself, so it stays a friend, of its own";
  EXPECT_TRUE(anna.engine->find_friend(laptop.key())->contact.present) << "and so do the others";
}

TEST_F(Removing, WhatItWritesAsAFriendIsRefused) {
  const std::uint64_t refused = laptop.engine->status().counters.packets_refused;
  isolate(phone, true);
  world.run_for(1'000);
  remove(laptop, {phone.key()});
  // It is connected, and says nothing of having heard that it is removed.
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    if (&from != &phone && packet.size() > 1 && packet[1] == 24) packet[1] = 200;
  };
  isolate(phone, false);
  world.run_for(30'000);
  EXPECT_FALSE(phone.engine->status().removed) << "it does not know";
  laptop.engine->handle(input::Message{phone.key(), MessageKind::normal, to_bytes("let me in")}, world.now());
  laptop.engine->handle(input::FriendRequest{phone.key(), to_bytes("let me in")}, world.now());
  world.pump(laptop);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_TRUE(history_of(laptop, phone.key()).empty());
  EXPECT_GT(laptop.engine->status().counters.packets_refused, refused) << "counted, and shown by status";
  world.run_for(60'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(phone.key())) << "and no more is said to it";
}

TEST_F(Removing, WhatItErasedBehindTheCutIsFetchedAgain) {
  erase_on_phone("keep this");
  remove(laptop, {phone.key()});
  world.stop(phone);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return shown(server, "keep this"); })) << "the laptop still has it";
  EXPECT_TRUE(same_views(laptop, server));
  const std::size_t packets = world.packets_sent();
  world.run_for(600'000);
  EXPECT_EQ(world.packets_sent(), packets) << "and nobody asks again";
}

TEST_F(Removing, ATextThatIsNotTheErasedOneIsNotTaken) {
  erase_on_phone("keep this");
  bool forged = false;
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    const std::string bytes = to_text(packet);
    const auto text = bytes.find("keep this");
    if (&from != &laptop || text == std::string::npos) return;
    packet[text] = 'b';
    forged = true;
  };
  remove(laptop, {phone.key()});
  world.stop(phone);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return forged; })) << "it is sent";
  world.run_for(10'000);
  EXPECT_FALSE(shown(server, "beep this"));
  EXPECT_TRUE(server.store->message(erased)->erased);
}

TEST_F(Removing, OnAStandingConnectionBothHearAllOnceItIsLinkedAnew) {
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().removed.has_value(); }));
  world.run_for(2'000);
  world.stop(server);
  world.write(bob, phone, "meanwhile");
  join(phone, laptop);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, phone.key()) && is_in(phone, laptop.key()); }, 120'000));
  EXPECT_TRUE(world.run_until([&] { return shown(laptop, "meanwhile") && same_views(laptop, phone); }, 120'000));
}

TEST_F(Removing, ThoseThatStayDoSoWhoeverHadLinkedThem) {
  World::Node& desk = world.add_device("desk");
  join(desk, laptop);  // desk, laptop, server, phone: each is linked by the one before it
  ASSERT_TRUE(world.run_until([&] { return is_in(desk, phone.key()) && is_in(phone, desk.key()); }, 120'000));
  remove(laptop, {server.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(desk, server.key()) && !is_in(phone, server.key()); }));
  remove(phone, {laptop.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(desk, laptop.key()); }));
  world.run_for(5'000);
  EXPECT_TRUE(is_in(desk, phone.key()) && is_in(phone, desk.key()));
  EXPECT_FALSE(is_in(desk, server.key()) || is_in(phone, server.key()));
}

TEST_F(Removing, WhatItLoggedCountsAlsoOnceWhoHadLinkedItIsGone) {
  world.write(bob, phone, "before");  // the server had linked the phone
  ASSERT_TRUE(world.run_until([&] { return shown(laptop, "before"); }));
  remove(laptop, {phone.key()});
  ASSERT_TRUE(world.run_until([&] { return !is_in(server, phone.key()); }));
  const auto left = server.engine->leave_devices(false, world.now());
  ASSERT_TRUE(left) << left.error().message;
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return !is_in(laptop, server.key()); }));
  world.stop(server);
  World::Node& desk = world.add_device("desk");
  join(desk, laptop);
  ASSERT_TRUE(world.run_until([&] { return shown(desk, "before") && same_views(desk, laptop); }, 120'000));
  EXPECT_TRUE(device(laptop, phone.key())->removed) << "and it is shown as removed";
  EXPECT_TRUE(world.run_until([&] { return laptop.engine->status().only_here == 0; }));
}

class LeavingDevices : public Removing {
 protected:
  LeavingInfo leave(World::Node& node, bool at_once = false) {
    const auto info = node.engine->leave_devices(at_once, world.now());
    EXPECT_TRUE(info) << info.error().message;
    world.pump(node);
    return info.value_or(LeavingInfo{});
  }
};

TEST_F(LeavingDevices, WaitsUntilOthersHoldAllAndGoes) {
  isolate(phone, true);
  world.run_for(1'000);
  world.write(bob, phone, "only there");
  world.run_for(1'000);
  const LeavingInfo info = leave(phone);
  EXPECT_FALSE(info.left);
  EXPECT_GT(info.only_here, 0U);
  world.run_for(60'000);
  EXPECT_FALSE(phone.engine->status().removed);
  isolate(phone, false);
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().removed.has_value(); }));
  ASSERT_TRUE(world.run_until([&] { return phone.engine->status().leaving->devices_told == 2; }));
  EXPECT_TRUE(shown(laptop, "only there") && shown(server, "only there")) << "nothing is put aside";
  EXPECT_EQ(laptop.engine->status().put_aside, 0U);
  EXPECT_FALSE(is_in(laptop, phone.key()));
  EXPECT_EQ(device(laptop, phone.key())->removed->by.name, "phone");
  EXPECT_TRUE(same_views(laptop, server));
}

TEST_F(LeavingDevices, ItIsLinkedAnewAndWhatItLoggedMeanwhileCounts) {
  leave(phone);
  ASSERT_TRUE(world.run_until([&] { return !is_in(laptop, phone.key()) && !is_in(server, phone.key()); }));
  world.run_for(120'000);
  for (const char* text : {"one", "two", "three"}) {
    world.write(bob, phone, text);
    world.run_for(20'000);
  }
  std::set<LogId> logs;
  const Holdings held = phone.store->holdings();
  for (const auto& [log, numbers] : held.logs()) {
    if (log.device == phone.key()) logs.insert(log);
  }
  EXPECT_LE(logs.size(), 2U) << "it opens one log when it is out";
  join(phone, laptop);
  ASSERT_TRUE(world.run_until([&] { return is_in(laptop, phone.key()) && is_in(phone, laptop.key()); }, 120'000));
  EXPECT_TRUE(world.run_until([&] { return shown(laptop, "three") && same_views(laptop, phone); }, 120'000));
}

TEST_F(LeavingDevices, AtOnceAlsoWhenNobodyIsThereAndTellsThemLater) {
  isolate(phone, true);
  world.run_for(1'000);
  EXPECT_TRUE(leave(phone, true).left);
  EXPECT_TRUE(is_in(laptop, phone.key())) << "nobody knows yet";
  isolate(phone, false);
  ASSERT_TRUE(world.run_until([&] { return !is_in(laptop, phone.key()) && !is_in(server, phone.key()); }));
}

TEST_F(LeavingDevices, CanBeTakenBackWhileItWaits) {
  isolate(phone, true);
  world.run_for(1'000);
  world.write(bob, phone, "only there");
  world.run_for(1'000);
  leave(phone);
  ASSERT_TRUE(phone.engine->stay());
  isolate(phone, false);
  world.run_for(60'000);
  EXPECT_TRUE(is_in(laptop, phone.key()) && is_in(phone, laptop.key()));
  EXPECT_FALSE(phone.engine->stay());
}

}  // namespace
}  // namespace toxtore
