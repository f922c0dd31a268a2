// Strangers whose keys a friend claims: hidden by nobody, and shown only if their users asked.
#include "engine/strangers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/claims.h"
#include "engine/test_world.h"

namespace toxtore {
namespace {

class ClaimedStrangers : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.befriend(mallory, laptop);
    world.run_for(2'000);
  }
  void hear_claim(World::Node& at, const World::Node& whom, std::uint64_t version) {
    hear_list(at, {mallory.key(), whom.key()}, version);
  }
  void hear_list(World::Node& at, const std::vector<PublicKey>& keys, std::uint64_t version) {
    for (const Packet& packet : {Packet(packet::Hello{}), Packet(packet::MyDevices{keys, version, {}})}) {
      at.engine->handle(input::PacketArrived{mallory.key(), encode_packet(packet)}, world.now());
      world.pump(at);
    }
  }
  void claim(World::Node& at, const World::Node& whom) {
    hear_claim(at, whom, 1);
    ASSERT_TRUE(at.toxcore_list.contains(whom.key()));
  }
  // The laptop's toxcore drops the request.
  void ask_both_of_which_one_tries_bob() {
    world.cut(laptop, server, true);
    claim(laptop, bob);
    world.request(bob, laptop, "it is me, Bob");
    world.request(bob, server, "it is me, Bob");
    ASSERT_TRUE(world.run_until([&] { return has_request(server, bob); }, 10'000));
    ASSERT_FALSE(has_request(laptop, bob));
  }
  // As a client of its own making would.
  void connect_and_say(std::uint32_t capabilities, const packet::MyDevices& list) {
    for (const Connection connection : {Connection::none, Connection::udp}) {
      laptop.engine->handle(input::PeerConnection{bob.key(), connection}, world.now());
    }
    for (const Packet& packet : {Packet(packet::Hello{1, 1, capabilities}), Packet(list)}) {
      laptop.engine->handle(input::PacketArrived{bob.key(), encode_packet(packet)}, world.now());
      laptop.engine->finish_turn(world.now());
    }
  }
  static bool has_request(const World::Node& device, const World::Node& from) {
    const auto requests = device.engine->friend_requests();
    return std::ranges::find(requests, from.key(), &FriendRequestInfo::key) != requests.end();
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& mallory = world.add_stock("mallory");
  World::Node& bob = world.add_stock("bob");
  World::Node& carol = world.add_device("carol");
};

TEST_F(ClaimedStrangers, OneWithAStockClientIsShownAsOneWhoAsks) {
  claim(laptop, bob);
  world.request(bob, laptop, "it is me, Bob");
  world.run_for(5'000);
  world.write(bob, laptop, "are you there?");
  ASSERT_TRUE(world.run_until([&] { return has_request(server, bob); }, stranger_wait_ms + 5'000));
  EXPECT_TRUE(has_request(laptop, bob));
  world.run_for(1'000);
  for (World::Node* mine : {&laptop, &server}) EXPECT_FALSE(mine->toxcore_list.contains(bob.key())) << mine->name;

  ASSERT_TRUE(server.engine->accept_friend(bob.key(), world.now()));
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return laptop.toxcore_list.contains(bob.key()); }));
  world.run_for(2'000);
  EXPECT_EQ(laptop.engine->find_friend(bob.key())->connection(), Connection::udp);
  EXPECT_EQ(history_of(server, bob.key()), (std::vector<std::string>{"< are you there? [unread]"}));
}

TEST_F(ClaimedStrangers, OneWhoIsDeclinedIsNotTriedAgainForTheSameClaim) {
  claim(laptop, bob);
  world.request(bob, laptop, "it is me, Bob");
  ASSERT_TRUE(world.run_until([&] { return has_request(laptop, bob); }, stranger_wait_ms + 5'000));
  ASSERT_TRUE(laptop.engine->decline_friend(bob.key(), world.now()));
  world.pump(laptop);
  world.run_for(2 * stranger_wait_ms);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  for (World::Node* mine : {&laptop, &server}) EXPECT_FALSE(mine->toxcore_list.contains(bob.key())) << mine->name;
}

TEST_F(ClaimedStrangers, OneWithToxtoreIsShownAtOnce) {
  claim(laptop, carol);
  ASSERT_TRUE(carol.engine->add_friend(laptop.address, "it is me, Carol", world.now()));
  world.pump(carol);
  ASSERT_TRUE(world.run_until([&] { return has_request(server, carol); }, 5'000));
  ASSERT_TRUE(laptop.engine->accept_friend(carol.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.toxcore_list.contains(carol.key()); }, 70'000));
}

TEST_F(ClaimedStrangers, OneOfTheUsersOwnCanBeLinked) {
  claim(laptop, carol);
  ASSERT_TRUE(carol.engine->add_friend(laptop.address, "it is me", world.now()));
  world.pump(carol);
  ASSERT_TRUE(world.run_until([&] { return has_request(laptop, carol); }, 5'000));
  ASSERT_TRUE(laptop.engine->accept_friend(carol.key(), world.now()));
  world.pump(laptop);
  world.run_for(2'000);
  world.link(carol, laptop);
  EXPECT_EQ(laptop.engine->devices().size(), 3U);
}

// Both try each other only because mallory, a friend of both, claims both.
TEST_F(ClaimedStrangers, TwoWhomAFriendOfBothClaimsAreNotMadeToAskEachOther) {
  world.befriend(mallory, carol);
  claim(laptop, carol);
  claim(carol, laptop);
  world.run_for(3 * stranger_wait_ms);
  ASSERT_TRUE(laptop.toxcore_list.contains(carol.key()) && carol.toxcore_list.contains(laptop.key()));
  for (World::Node* device : {&laptop, &server, &carol}) EXPECT_TRUE(device->engine->friend_requests().empty());
}

TEST_F(ClaimedStrangers, WhoAddsAKeyThatIsOnlyTriedStillAsksIt) {
  world.befriend(mallory, carol);
  claim(laptop, carol);
  claim(carol, laptop);
  world.run_for(5'000);
  ASSERT_TRUE(carol.engine->add_friend(laptop.address, "it is me, Carol", world.now()));
  world.pump(carol);
  EXPECT_TRUE(world.run_until([&] { return has_request(laptop, carol); }, 5'000));
}

TEST_F(ClaimedStrangers, AFriendsOtherDeviceIsNoStranger) {
  World::Node& phone = world.add_device("carol's phone");
  world.link(phone, carol);
  world.befriend(carol, laptop);
  ASSERT_TRUE(world.run_until([&] {
    return server.engine->find_friend(phone.key()).has_value() &&
           server.engine->find_friend(phone.key())->contact.keys.size() == 2;
  }));
  world.run_for(2 * stranger_wait_ms);
  for (World::Node* mine : {&laptop, &server}) EXPECT_TRUE(mine->engine->friend_requests().empty()) << mine->name;
}

// Its first list, before it was linked, was logged a moment ago, so this one is not yet.
TEST_F(ClaimedStrangers, AFriendsOtherDeviceIsNoStrangerWhileItsListWaitsToBeLogged) {
  claim(laptop, bob);
  connect_and_say(0, {{bob.key()}, 1, {}});
  connect_and_say(capability::befriended, {{bob.key(), mallory.key()}, 2, {}});
  EXPECT_EQ(laptop.engine->contacts().of(mallory.key())->keys.size(), 1U);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
}

TEST_F(ClaimedStrangers, OneWithAStockClientWhoNeverStaysLongIsShownToo) {
  claim(laptop, bob);
  world.request(bob, laptop, "it is me, Bob");
  const auto visits = [&](int count) {
    for (int i = 0; i < count; ++i) {
      world.run_for(stranger_wait_ms / 4);
      world.cut(bob, laptop, true);
      world.run_for(10 * stranger_wait_ms);
      world.cut(bob, laptop, false);
    }
  };
  visits(3);
  EXPECT_FALSE(has_request(laptop, bob));
  visits(2);
  EXPECT_TRUE(has_request(laptop, bob));
}

// One of the user's own, whose roster is on its way, or a liar.
TEST_F(ClaimedStrangers, OneWhoSaysThatItIsTheUsersOwnIsGivenTime) {
  claim(laptop, bob);
  connect_and_say(capability::befriended, {{bob.key(), server.key()}, 1, {}});
  world.run_for(stranger_wait_ms / 2);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  world.run_for(stranger_wait_ms);
  EXPECT_TRUE(has_request(laptop, bob));
}

TEST_F(ClaimedStrangers, NoClaimBringsBackOneWhoWasDeclined) {
  world.request(bob, laptop, "it is me, Bob");
  ASSERT_TRUE(world.run_until([&] { return has_request(laptop, bob); }));
  ASSERT_TRUE(laptop.engine->decline_friend(bob.key(), world.now()));
  world.pump(laptop);
  hear_claim(laptop, bob, 1);
  world.run_for(2 * stranger_wait_ms);
  hear_claim(laptop, bob, 2);
  world.run_for(2 * stranger_wait_ms);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key()));
}

TEST_F(ClaimedStrangers, TheWordsThatOneDeviceHeardAreShownForOneThatDidNot) {
  claim(laptop, bob);
  world.request(bob, laptop, "it is me, Bob");
  ASSERT_TRUE(world.run_until([&] { return has_request(laptop, bob); }, stranger_wait_ms + 5'000));
  EXPECT_EQ(laptop.engine->friend_requests().front().message, Bytes{});
  world.run_for(1'000);
  world.request(bob, server, "it is me, Bob");
  EXPECT_TRUE(world.run_until(
      [&] { return has_request(laptop, bob) && !laptop.engine->friend_requests().front().message.empty(); }, 5'000));
}

// toxcore dropped his request and connected him, so his client takes it for delivered.
TEST_F(ClaimedStrangers, OneWhoConnectedIsKeptUntilItIsKnownThatHeAsksThoughTheClaimEnds) {
  claim(laptop, bob);
  world.run_for(device_list_interval_ms);  // the next list is heeded at once
  world.request(bob, laptop, "it is me, Bob");
  world.run_for(5'000);
  hear_list(laptop, {mallory.key()}, 2);
  EXPECT_TRUE(laptop.engine->contacts().claimed_by(bob.key()).empty());
  world.run_for(1'000);
  EXPECT_TRUE(laptop.toxcore_list.contains(bob.key()));
  world.crash(laptop);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return has_request(laptop, bob); }, stranger_wait_ms + 10'000));
  world.run_for(1'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key()));
}

TEST_F(ClaimedStrangers, OneWhoDoesNotAskIsLetGoOnceTheClaimEnds) {
  world.befriend(mallory, carol);
  claim(carol, laptop);
  claim(laptop, carol);
  world.run_for(device_list_interval_ms);
  hear_list(laptop, {mallory.key()}, 2);
  world.run_for(1'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(carol.key()));
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
}

TEST_F(ClaimedStrangers, OneWhoIsAcceptedOnAnotherDeviceMeanwhileIsKnownToBothThatHeAsked) {
  ask_both_of_which_one_tries_bob();
  ASSERT_TRUE(server.engine->accept_friend(bob.key(), world.now()));
  world.pump(server);
  world.cut(laptop, server, false);
  world.run_for(2 * stranger_wait_ms);
  for (World::Node* mine : {&laptop, &server}) {
    EXPECT_TRUE(mine->toxcore_list.contains(bob.key())) << mine->name;
    EXPECT_TRUE(laptop.engine->contacts().row(bob.key())->is_known_by(mine->key())) << mine->name;
  }
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
}

TEST_F(ClaimedStrangers, OneWhoIsDeclinedOnAnotherDeviceMeanwhileAsksNoMore) {
  ask_both_of_which_one_tries_bob();
  ASSERT_TRUE(server.engine->decline_friend(bob.key(), world.now()));
  world.pump(server);
  world.cut(laptop, server, false);
  world.run_for(2 * stranger_wait_ms);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key()));
}

TEST_F(ClaimedStrangers, OneForWhomThereIsNoRoomIsShownOnceThereIs) {
  claim(laptop, bob);
  for (std::size_t i = 0; i < friend_requests_max; ++i) {
    PublicKey key;
    key.bytes = {static_cast<std::uint8_t>(i), 1, 2};
    laptop.engine->handle(input::FriendRequest{key, to_bytes("hi")}, world.now());
  }
  world.pump(laptop);
  world.request(bob, laptop, "it is me, Bob");
  world.run_for(2 * stranger_wait_ms);
  const auto requests = laptop.engine->friend_requests();
  ASSERT_EQ(requests.size(), friend_requests_max);
  ASSERT_TRUE(laptop.engine->decline_friend(requests.front().key, world.now()));
  world.pump(laptop);
  EXPECT_TRUE(world.run_until([&] { return has_request(laptop, bob); }, 2 * stranger_wait_ms));
}

}  // namespace
}  // namespace toxtore
