// What the user says of a friend, over lines.
#include <gtest/gtest.h>

#include "engine/input.h"
#include "rpc/test_profile.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::string kind_of(const json& error) { return error["data"]["kind"]; }

TEST(ContactMethods, AnAliasIsShownAndIsAName) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.receive(1, "hello");
  const json set = profile.result("friend.set", {{"friend", "anna"}, {"alias", "Sis"}, {"muted", true}});
  EXPECT_EQ(set["name"], "Sis");
  EXPECT_EQ(set["own_name"], "anna");
  EXPECT_EQ(set["muted"], true);
  EXPECT_EQ(set["blocked"], false);
  EXPECT_EQ(profile.result("message.history", {{"friend", "Sis"}})["messages"][0]["friend"], "Sis");
  EXPECT_EQ(profile.result("friend.set", {{"friend", "anna"}, {"alias", ""}})["name"], "anna");
  EXPECT_EQ(kind_of(profile.error("friend.set", {{"friend", "anna"}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("friend.set", {{"friend", "anna"}, {"muted", "yes"}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("friend.set", {{"friend", "anna"}, {"claims", "maybe"}})), "invalid_argument");
}

TEST(ContactMethods, MergedFriendsAreOneConversationUnderAllNames) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.add_friend(2, "anna (phone)");
  profile.receive(1, "one");
  profile.receive(2, "two");
  profile.result("friend.merge", {{"friend", "anna"}, {"other", "anna (phone)"}});
  const json friends = profile.result("friend.list")["friends"];
  ASSERT_EQ(friends.size(), 1U);
  EXPECT_EQ(friends[0]["key"], test_key(1).hex());
  EXPECT_EQ(friends[0]["keys"].size(), 2U);
  EXPECT_EQ(friends[0]["unread"], 2);
  for (const std::string& name : {std::string("anna"), std::string("anna (phone)"), test_key(2).hex()}) {
    const json messages = profile.result("message.history", {{"friend", name}})["messages"];
    ASSERT_EQ(messages.size(), 2U) << name;
    EXPECT_EQ(messages[1]["text"], "two");
    EXPECT_EQ(messages[1]["conversation"], test_key(1).hex());
    EXPECT_EQ(messages[1]["key"], test_key(2).hex());
  }
  EXPECT_EQ(profile.result("message.search", {{"words", "two"}, {"friend", "anna"}})["messages"].size(), 1U);
  EXPECT_EQ(profile.result("message.read", {{"friend", test_key(2).hex()}})["marked"], 2);
  EXPECT_EQ(kind_of(profile.error("friend.merge", {{"friend", "anna"}, {"other", test_key(2).hex()}})),
            "already_exists");
  EXPECT_EQ(kind_of(profile.error("friend.split", {{"friend", "anna (phone)"}})), "not_found")
      << "a name means the whole contact, so it cannot say which key is to leave";
  EXPECT_EQ(profile.result("friend.split", {{"friend", "0202"}})["key"], test_key(2).hex());
  EXPECT_EQ(profile.result("friend.list")["friends"].size(), 2U);
}

TEST(ContactMethods, ClaimsAreListedAndAnswered) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.result("friend.set", {{"friend", "anna"}, {"claims", "ask"}});
  profile.give(input::PacketArrived{test_key(1), encode_packet(packet::Hello{})});
  profile.give(input::PacketArrived{test_key(1), encode_packet(packet::MyDevices{{test_key(1), test_key(2)}, 1, {}})});
  const json claims = profile.result("friend.claims")["claims"];
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims[0]["key"], test_key(2).hex());
  EXPECT_EQ(claims[0]["name"], "anna");
  EXPECT_EQ(claims[0]["state"], "asked");
  const json answered = profile.result("friend.claim", {{"friend", "anna"}, {"key", "0202"}, {"answer", "accept"}});
  EXPECT_EQ(answered["claimed"][0]["state"], "followed");
  profile.result("friend.claim", {{"friend", "anna"}, {"key", "0202"}, {"answer", "decline"}});
  EXPECT_EQ(profile.result("friend.claims")["claims"][0]["state"], "refused");
  EXPECT_EQ(kind_of(profile.error("friend.claim", {{"friend", "anna"}, {"key", "03"}, {"answer", "accept"}})),
            "not_found");
}

// A key that a friend claims is tried, so it may write; until it claims back that is not shown.
TEST(ContactMethods, WhatABareClaimWroteIsFoundNowhere) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.give(input::PacketArrived{test_key(1), encode_packet(packet::Hello{})});
  profile.give(input::PacketArrived{test_key(1), encode_packet(packet::MyDevices{{test_key(1), test_key(2)}, 1, {}})});
  profile.receive(2, "psst");
  EXPECT_TRUE(profile.result("message.search", {{"words", "psst"}})["messages"].empty());
  profile.give(input::PeerConnection{test_key(2), Connection::udp});
  profile.give(input::PacketArrived{test_key(2), encode_packet(packet::Hello{})});
  profile.give(input::PacketArrived{test_key(2), encode_packet(packet::MyDevices{{test_key(1), test_key(2)}, 1, {}})});
  EXPECT_EQ(profile.result("message.search", {{"words", "psst"}})["messages"].size(), 1U);
  EXPECT_EQ(profile.result("friend.list")["friends"][0]["unread"], 1);
}

TEST(ContactMethods, OnlyWhoseToxIdIsKnownCanBeIntroduced) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  EXPECT_EQ(kind_of(profile.error("friend.introduce", {{"friend", "anna"}})), "already_exists");
  EXPECT_EQ(kind_of(profile.error("friend.introduce", {{"friend", "nobody"}})), "not_found");
}

}  // namespace
}  // namespace toxtore
