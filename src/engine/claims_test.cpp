// A friend who claims what is not his. Packets are given to one device as the friend's program would send them.
#include "engine/claims.h"

#include <gtest/gtest.h>

#include "engine/peer_list.h"
#include "engine/test_world.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using Keys = std::vector<PublicKey>;

class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.befriend(mallory, laptop);
    world.befriend(bob, laptop);
    say(packet::Hello{});
  }
  void say(const Packet& packet) {
    laptop.engine->handle(input::PacketArrived{mallory.key(), encode_packet(packet)}, world.now());
    world.pump(laptop);
  }
  static PublicKey stranger(std::size_t n) {
    PublicKey key;
    key.bytes[0] = static_cast<std::uint8_t>(n);
    key.bytes[1] = static_cast<std::uint8_t>(n >> 8);
    key.bytes[2] = 7;
    return key;
  }
  static Keys strangers(std::size_t from, std::size_t count) {
    Keys keys;
    for (std::size_t n = from; n < from + count; ++n) keys.push_back(stranger(n));
    return keys;
  }
  std::size_t events_about_mallory() const {
    std::size_t count = 0;
    for (const Event& event : laptop.engine->store().about(Subject::key(mallory.key()))) {
      if (event.type == static_cast<std::uint8_t>(EventType::friend_devices)) ++count;
    }
    return count;
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& mallory = world.add_stock("mallory");
  World::Node& bob = world.add_stock("bob");
};

TEST_F(Hostile, ClaimsOfOwnDevicesFriendsAndHimselfChangeNothing) {
  const auto list = laptop.toxcore_list;
  say(packet::MyDevices{{laptop.key(), server.key(), bob.key(), mallory.key()}, 1, {bob.key(), laptop.key()}});
  world.run_for(5'000);
  EXPECT_EQ(laptop.engine->friends().size(), 2U);
  for (World::Node* node : {&bob, &mallory}) {
    EXPECT_EQ(laptop.engine->contacts().of(node->key())->keys, Keys{node->key()});
  }
  EXPECT_EQ(laptop.engine->devices().size(), 2U);
  EXPECT_EQ(laptop.toxcore_list, list);
  EXPECT_FALSE(server.toxcore_list.contains(bob.key())) << "Bob has a stock client and knows the laptop only";
}

TEST_F(Hostile, TenThousandClaimedKeysFillNeitherTheLogNorTheList) {
  const std::size_t before = laptop.toxcore_list.size();
  for (std::size_t i = 0; i < 250; ++i) {
    say(packet::MyDevices{strangers(40 * i, 40), i + 1, {}});
    world.run_for(20);
  }
  world.run_for(1'000);
  EXPECT_LE(events_about_mallory(), 2U);
  EXPECT_LE(laptop.toxcore_list.size(), before + tried_claims_of_contact_max);
  EXPECT_LE(server.toxcore_list.size(), before + tried_claims_of_contact_max + 1);
  EXPECT_EQ(laptop.engine->friends().size(), 2U) << "and nothing that the user sees";
  world.run_for(120'000);
  EXPECT_LE(events_about_mallory(), 3U);
}

TEST_F(Hostile, AClaimedKeyIsTriedForThirtyDays) {
  say(packet::MyDevices{{mallory.key(), stranger(1)}, 1, {}});
  ASSERT_TRUE(laptop.toxcore_list.contains(stranger(1)));
  const auto& graph = laptop.engine->contacts();
  const std::uint64_t heard_ms = graph.of(mallory.key())->claims.at(0).heard_ms;
  EXPECT_TRUE(wanted_peers(graph, laptop.key(), heard_ms + claim_tried_ms).contains(stranger(1)));
  EXPECT_FALSE(wanted_peers(graph, laptop.key(), heard_ms + claim_tried_ms + 1).contains(stranger(1)));
}

TEST_F(Hostile, WhatABareClaimWritesIsNotShownAmongFriends) {
  say(packet::MyDevices{{mallory.key(), stranger(1)}, 1, {}});
  laptop.engine->handle(input::Message{stranger(1), MessageKind::normal, to_bytes("boo")}, world.now());
  world.pump(laptop);
  EXPECT_EQ(laptop.engine->status().unread, 0U);
  EXPECT_EQ(laptop.engine->friends().size(), 2U);
}

TEST_F(Hostile, AnOlderListAndAFloodOfVersionsAreNotLogged) {
  say(packet::MyDevices{{mallory.key(), stranger(1)}, 9, {}});
  ASSERT_EQ(events_about_mallory(), 1U);
  world.run_for(61'000);
  say(packet::MyDevices{{mallory.key()}, 8, {}});
  EXPECT_EQ(events_about_mallory(), 1U);
  say(packet::MyDevices{{mallory.key(), stranger(1)}, 10, {}});
  EXPECT_EQ(events_about_mallory(), 1U) << "the same list says nothing new";
}

}  // namespace
}  // namespace toxtore
