// Linking by invitation, between engines: two devices that do not know each other, friends, and whoever should not get
// in.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/guests.h"
#include "engine/test_world.h"

namespace toxtore {
namespace {

using What = output::Notice::What;

class Invited : public ::testing::Test {
 protected:
  std::string invite(World::Node& node, bool confirmed, const std::string& name = "") {
    const auto invitation = node.engine->invite_device(confirmed, name, world.now());
    EXPECT_TRUE(invitation) << invitation.error().message;
    return invitation ? invitation->uri : "";
  }
  void join(World::Node& node, const std::string& uri, bool agreed = false) {
    const auto joined = node.engine->join_device(uri, agreed, world.now());
    ASSERT_TRUE(joined) << joined.error().message;
    EXPECT_TRUE(joined->asked_here && joined->confirmed_here);
    world.pump(node);
  }
  static std::optional<std::string> code(const World::Node& node) {
    const auto links = node.engine->link_requests();
    return links.empty() ? std::nullopt : links.front().code;
  }
  /// The user of the inviting device says that the codes are the same.
  void confirm(World::Node& node, const World::Node& joiner) {
    ASSERT_TRUE(world.run_until([&] { return code(node).has_value(); })) << "no code";
    ASSERT_TRUE(node.engine->accept_device(joiner.key(), *code(node), world.now()));
    world.pump(node);
  }
  static bool linked(const World::Node& a, const World::Node& b) {
    const auto has = [](const World::Node& node, const PublicKey& key) {
      const auto devices = node.engine->devices();
      return std::ranges::find(devices, key, &DeviceInfo::key) != devices.end();
    };
    return has(a, b.key()) && has(b, a.key());
  }
  static std::string ended(const World::Node& node) {
    const auto found = std::ranges::find(node.notices, What::link_ended, &output::Notice::what);
    return found == node.notices.end() ? "" : found->text;
  }
  static std::size_t count(const World::Node& node, What what) {
    return static_cast<std::size_t>(std::ranges::count(node.notices, what, &output::Notice::what));
  }
  static ProofsRefused refused(const World::Node& node) { return node.engine->status().proofs_refused; }
  /// A friend request with any words, as toxcore brings it.
  void ask(World::Node& to, const PublicKey& from, const std::string& words) {
    to.engine->handle(input::FriendRequest{from, to_bytes(words)}, world.now());
    world.pump(to);
  }
  static std::string proof_words(const std::string& uri, const PublicKey& of) {
    const Invitation invitation = *read_invitation_uri(uri);
    return joining_words(invitation_proof(invitation.secret, invitation.address.key(), of));
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& phone = world.add_device("phone");
  World::Node& server = world.add_device("server");
  World::Node& thief = world.add_device("thief");
  World::Node& bob = world.add_stock("bob");
};

TEST_F(Invited, TwoDevicesThatDoNotKnowEachOtherAreLinkedOnceTheCodesAreCompared) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop) && code(phone); }));
  EXPECT_EQ(code(laptop), code(phone));
  const auto link = laptop.engine->link_requests().front();
  EXPECT_EQ(to_text(link.name), "phone") << "the user sees what he says yes to";
  EXPECT_EQ(link.invitation, 1U);
  world.run_for(30'000);
  EXPECT_FALSE(linked(laptop, phone)) << "nobody has said yes";
  confirm(laptop, phone);
  ASSERT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
  EXPECT_TRUE(laptop.engine->friends().empty() && phone.engine->friends().empty()) << "no friend is left over";
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  world.run_for(60'000);
  EXPECT_TRUE(linked(laptop, phone));
  EXPECT_TRUE(laptop.toxcore_list.contains(phone.key()) && phone.toxcore_list.contains(laptop.key()));
}

TEST_F(Invited, AHeadlessOneSaysYesInAdvanceAndTheNewOneIsLinkedWithAll) {
  join(server, invite(laptop, true));
  ASSERT_TRUE(world.run_until([&] { return linked(laptop, server); }));
  world.befriend(bob, server);
  world.write(bob, server, "hello");
  world.run_for(5'000);
  world.stop(laptop);
  world.start(laptop);
  join(phone, invite(laptop, true, "pocket"));
  ASSERT_TRUE(world.run_until([&] { return linked(phone, laptop) && linked(phone, server); }));
  EXPECT_TRUE(world.run_until([&] { return history_of(phone, bob.key()).size() == 1; }));
  EXPECT_TRUE(world.run_until([&] { return phone.engine->status().device_name == "pocket"; }));
  for (World::Node* node : {&laptop, &server}) {
    const auto told = std::ranges::find_if(node->notices, [&](const output::Notice& notice) {
      return notice.what == What::device_linked && notice.key == phone.key();
    });
    ASSERT_NE(told, node->notices.end()) << node->name;
    EXPECT_EQ(told->text, "phone");
    EXPECT_EQ(told->by, (DeviceName{laptop.key(), "laptop"}));
    EXPECT_GT(told->time_ms, World::epoch_ms);
  }
}

TEST_F(Invited, FriendsProveItOnTheirConnection) {
  world.befriend(laptop, phone);
  const std::string uri = invite(laptop, false);
  EXPECT_EQ(phone.engine->join_device(uri, false, world.now()).error().kind, ErrorKind::denied) << "it has a friend";
  join(phone, uri, true);
  confirm(laptop, phone);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, FriendsThatAreNotConnectedYetAreLinkedWhenTheyAre) {
  world.befriend(laptop, phone);
  world.cut(laptop, phone, true);
  join(phone, invite(laptop, true), true);
  world.run_for(20'000);
  world.cut(laptop, phone, false);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, AnInvitationIsForOne) {
  const std::string uri = invite(laptop, true);
  join(phone, uri);
  ASSERT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
  join(thief, uri);
  ASSERT_TRUE(world.run_until([&] { return !ended(thief).empty(); }, 5'000)) << "it is told at once";
  EXPECT_NE(ended(thief).find("used already"), std::string::npos) << ended(thief);
  world.run_for(turned_away_ms + 2 * guest_lingers_ms);
  EXPECT_FALSE(linked(laptop, thief));
  EXPECT_EQ(refused(laptop).used, 1U) << "once, though it asked twice";
  EXPECT_FALSE(laptop.toxcore_list.contains(thief.key()) || thief.toxcore_list.contains(laptop.key()));
  EXPECT_TRUE(laptop.engine->friend_requests().empty()) << "nor is it shown as somebody's request";
  EXPECT_EQ(count(laptop, What::link_request), 1U) << "the phone's";
}

TEST_F(Invited, WhoIsTurnedAwayIsHeardNoFurther) {
  const std::string uri = invite(laptop, true);
  join(phone, uri);
  ASSERT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    if (from.name == "thief" && packet[1] == 31)
      packet = {packet_id, 2};  // it asks on the connection, and proves nothing
  };
  const auto before = laptop.engine->status().counters.packets_refused;
  join(thief, uri);
  world.run_for(5'000);
  ASSERT_TRUE(laptop.toxcore_list.contains(thief.key()));
  laptop.engine->handle(input::Message{thief.key(), MessageKind::normal, to_bytes("let me in")}, world.now());
  world.pump(laptop);
  EXPECT_TRUE(laptop.engine->link_requests().empty());
  EXPECT_TRUE(laptop.engine->store().history({thief.key(), std::nullopt, 9}).empty());
  EXPECT_TRUE(ended(thief).empty()) << "without its proof it is told nothing";
  EXPECT_GE(laptop.engine->status().counters.packets_refused, before + 4) << "what it asked, and what it wrote";
  world.run_for(turned_away_ms);
  EXPECT_FALSE(laptop.toxcore_list.contains(thief.key())) << "and not for long";
}

TEST_F(Invited, SoManyAreTurnedAwayAtATimeAndAWrongProofNever) {
  const std::string uri = invite(laptop, true);
  ASSERT_EQ(laptop.engine->withdraw_invitations(), 1U);
  for (World::Node* node : {&phone, &server, &thief, &bob}) ask(laptop, node->key(), proof_words(uri, node->key()));
  EXPECT_EQ(laptop.toxcore_list.size(), turned_away_max);
  EXPECT_EQ(refused(laptop).expired, 4U);
  world.run_for(turned_away_ms + 1);
  EXPECT_TRUE(laptop.toxcore_list.empty());
  ask(laptop, thief.key(), joining_words(Hash{1}));
  EXPECT_TRUE(laptop.toxcore_list.empty()) << "it does not learn whether anybody is here";
}

TEST_F(Invited, OfTwoThatRaceForItOneGetsIn) {
  const std::string uri = invite(laptop, true);
  join(phone, uri);
  join(thief, uri);
  world.run_for(60'000);
  EXPECT_NE(linked(laptop, phone), linked(laptop, thief));
  EXPECT_EQ(laptop.engine->devices().size(), 2U);
}

TEST_F(Invited, AProofOfAnotherKeyIsRefusedAndSpoilsNothing) {
  const std::string uri = invite(laptop, true);
  ask(laptop, thief.key(), proof_words(uri, phone.key()));
  EXPECT_EQ(refused(laptop).wrong, 1U);
  EXPECT_EQ(laptop.removed_peers, std::vector{thief.key()}) << "toxcore forgets the request";
  join(phone, uri);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, WordsThatWereAlteredAreRefused) {
  const std::string uri = invite(laptop, true);
  std::string words = proof_words(uri, thief.key());
  words.back() = words.back() == '0' ? '1' : '0';
  ask(laptop, thief.key(), words);
  ask(laptop, thief.key(), words.substr(0, words.size() - 1));
  EXPECT_EQ(refused(laptop).wrong, 1U);
  EXPECT_EQ(refused(laptop).unreadable, 1U);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_EQ(laptop.engine->status().invitations, 1U);
}

TEST_F(Invited, GuessesEndItAndTheUserIsTold) {
  const std::string uri = invite(laptop, true);
  for (std::uint8_t i = 0; i < wrong_proofs_max; ++i) ask(laptop, thief.key(), joining_words(Hash{i}));
  EXPECT_EQ(count(laptop, What::invitation_ended), 1U);
  EXPECT_TRUE(laptop.engine->invitations(world.now()).empty());
  join(phone, uri);
  world.run_for(60'000);
  EXPECT_FALSE(linked(laptop, phone));
  EXPECT_EQ(refused(laptop).expired, 1U);
}

TEST_F(Invited, AfterTheWrongOneTheNextWorks) {
  const std::string old = invite(laptop, true);
  EXPECT_EQ(laptop.engine->withdraw_invitations(), 1U);
  join(phone, old);
  world.run_for(5'000);
  EXPECT_EQ(refused(laptop).expired, 1U);
  join(phone, invite(laptop, true));
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, ItExpiresAndTheUserIsTold) {
  const std::string uri = invite(laptop, true);
  world.run_for(invitation_lifetime_ms + 1);
  EXPECT_EQ(count(laptop, What::invitation_ended), 1U);
  join(phone, uri);
  ASSERT_TRUE(world.run_until([&] { return !ended(phone).empty(); }, 5'000));
  EXPECT_NE(ended(phone).find("is over"), std::string::npos) << ended(phone);
  world.run_for(60'000);
  EXPECT_FALSE(linked(laptop, phone));
  EXPECT_EQ(refused(laptop).expired, 1U);
}

TEST_F(Invited, WhoIsRefusedOnAConnectionIsTold) {
  world.befriend(laptop, phone);
  const std::string uri = invite(laptop, true);
  laptop.engine->withdraw_invitations();
  join(phone, uri, true);
  ASSERT_TRUE(world.run_until([&] { return !ended(phone).empty(); }));
  EXPECT_NE(ended(phone).find("is over"), std::string::npos);
  world.run_for(20'000);
  EXPECT_TRUE(phone.toxcore_list.contains(laptop.key())) << "they are friends as before";
}

TEST_F(Invited, TheUserSaysNoAndBothForgetEachOther) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  ASSERT_TRUE(laptop.engine->cancel_device(phone.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return !ended(phone).empty(); }));
  const Bytes asks = encode_packet(packet::DeviceAddRequest{});
  laptop.engine->handle(input::PacketArrived{phone.key(), asks}, world.now());
  world.pump(laptop);
  EXPECT_TRUE(laptop.engine->link_requests().empty()) << "a no holds, though it is connected for a moment yet";
  world.run_for(2 * guest_lingers_ms);
  EXPECT_FALSE(laptop.toxcore_list.contains(phone.key()) || phone.toxcore_list.contains(laptop.key()));
}

TEST_F(Invited, AConnectionThatIsLostInTheMiddleIsTakenUpAgain) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  const auto first = code(laptop);
  world.cut(laptop, phone, true);
  world.run_for(5'000);
  EXPECT_FALSE(code(laptop));
  world.cut(laptop, phone, false);
  ASSERT_TRUE(world.run_until([&] { return code(laptop) && code(laptop) == code(phone); }));
  EXPECT_NE(code(laptop), first);
  confirm(laptop, phone);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, ARestartOfTheInviterEndsIt) {
  const std::string uri = invite(laptop, true);
  world.stop(laptop);
  world.start(laptop);
  EXPECT_TRUE(laptop.engine->invitations(world.now()).empty());
  join(phone, uri);
  world.run_for(60'000);
  EXPECT_FALSE(linked(laptop, phone));
  EXPECT_EQ(refused(laptop).wrong, 1U);
}

TEST_F(Invited, ARestartInTheMiddleLeavesNobodyInTheList) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  for (World::Node* node : {&laptop, &phone}) {
    world.stop(*node);
    world.start(*node);
  }
  world.run_for(1'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(phone.key()) || phone.toxcore_list.contains(laptop.key()));
  join(phone, invite(laptop, true));
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

// The inviter has taken it for its own, and the news did not arrive: another invitation mends it.
TEST_F(Invited, HalfALinkIsMendedByAnotherInvitation) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  world.run_for(world.delay_ms);  // the joiner's word
  ASSERT_TRUE(laptop.engine->accept_device(phone.key(), *code(laptop), world.now()));
  world.pump(laptop);
  world.stop(phone);
  world.start(phone);
  ASSERT_EQ(laptop.engine->devices().size(), 2U);
  ASSERT_EQ(phone.engine->devices().size(), 1U);
  world.run_for(20'000);
  join(phone, invite(laptop, false));
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

// The other way round: the inviter dies before it has the joiner's word, and the joiner has its word already.
TEST_F(Invited, HalfALinkOfTheJoinerIsMendedToo) {
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    const bool word = packet[1] == 28 || packet[1] == 24;  // link confirm, roster
    if (from.name == "phone" && word) packet = {packet_id, 0};
  };
  join(phone, invite(laptop, true));
  ASSERT_TRUE(world.run_until([&] { return phone.engine->devices().size() == 2; }));
  world.stop(laptop);
  world.start(laptop);
  world.run_for(60'000);
  ASSERT_EQ(laptop.engine->devices().size(), 1U);
  world.mangle = [](const World::Node&, Bytes&) {};
  join(phone, invite(laptop, true), true);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
}

TEST_F(Invited, AHostileJoinerIsNotLinkedByItsOwnWord) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  // A hostile joiner that claims to be linked already, before anybody said yes.
  const auto statement = encode_statement(DeviceAdd{laptop.key(), phone.key(), 1, "mine", {}});
  for (const Packet& packet :
       {Packet(packet::Roster{{statement}}), Packet(packet::LinkConfirm{}), Packet(packet::LinkConfirm{})}) {
    laptop.engine->handle(input::PacketArrived{phone.key(), encode_packet(packet)}, world.now());
    world.pump(laptop);
  }
  EXPECT_EQ(laptop.engine->devices().size(), 1U);
}

TEST_F(Invited, AJoinerThatTriesManyCommitmentsIsThrownOut) {
  join(phone, invite(laptop, false));
  ASSERT_TRUE(world.run_until([&] { return code(laptop).has_value(); }));
  laptop.engine->handle(input::PacketArrived{phone.key(), encode_packet(packet::LinkCommit{Hash{1}})}, world.now());
  world.pump(laptop);
  EXPECT_TRUE(laptop.engine->link_requests().empty());
  EXPECT_NE(ended(laptop).find("looking for a code"), std::string::npos);
}

TEST_F(Invited, WhatCannotBeJoinedIsSaid) {
  const std::string own = invite(laptop, true);
  const auto refusal = [&](World::Node& node, const std::string& uri) {
    return node.engine->join_device(uri, true, world.now()).error().kind;
  };
  EXPECT_EQ(refusal(laptop, own), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal(phone, own.substr(0, own.size() - 1)), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal(phone, phone.address.hex()), ErrorKind::invalid_argument);
  join(phone, own);
  ASSERT_TRUE(world.run_until([&] { return linked(laptop, phone); }));
  world.run_for(1'000);  // their rosters
  EXPECT_EQ(refusal(phone, invite(laptop, true)), ErrorKind::already_exists);
  EXPECT_EQ(laptop.engine->invite_device(true, std::string(65, 'x'), world.now()).error().kind, ErrorKind::too_long);
}

TEST_F(Invited, AnotherJoinEndsTheFirst) {
  join(phone, invite(laptop, false));
  join(phone, invite(server, false));
  const auto links = phone.engine->link_requests();
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links.front().key, server.key());
}

}  // namespace
}  // namespace toxtore
