// Friend requests: shown, accepted and declined on any device, once for all.
#include "engine/requests.h"

#include <gtest/gtest.h>

#include "engine/recorder.h"
#include "engine/test_world.h"

namespace toxtore {
namespace {

class FriendRequests : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.run_for(2'000);
    world.request(bob, server, "it is me, Bob");
    ASSERT_TRUE(world.run_until([&] { return laptop.engine->friend_requests().size() == 1; }, 5'000));
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& bob = world.add_stock("bob");
};

TEST_F(FriendRequests, AreAcceptedOnAnyDeviceAndConnectTheOneThatWasAsked) {
  EXPECT_EQ(laptop.engine->friend_requests().at(0).message, to_bytes("it is me, Bob"));
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.toxcore_list.contains(bob.key()); }, 5'000));
  world.run_for(2'000);
  EXPECT_EQ(server.engine->friends().at(0).connection(), Connection::udp);
  EXPECT_TRUE(server.engine->friend_requests().empty());
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_FALSE(laptop.toxcore_list.contains(bob.key())) << "Bob does not know the laptop";
  EXPECT_EQ(laptop.store->friend_row(bob.key())->known_by, std::vector{server.key()});
  EXPECT_EQ(laptop.engine->accept_friend(bob.key(), world.now()).error().kind, ErrorKind::not_found);
}

// Neither may take its add for the one of the device that was asked.
TEST(FriendRequest, AcceptedOnTwoDevicesAtOnceMakesAFriendForGood) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  auto& desktop = world.add_device("desktop");
  auto& bob = world.add_stock("bob");
  world.link(laptop, server);
  world.link(desktop, server);
  world.run_for(5'000);
  world.request(bob, server, "it is me");
  ASSERT_TRUE(world.run_until(
      [&] { return laptop.engine->friend_requests().size() == 1 && desktop.engine->friend_requests().size() == 1; },
      10'000));
  world.stop(server);
  for (auto* device : {&laptop, &desktop}) ASSERT_TRUE(device->engine->accept_friend(bob.key(), world.now()));
  for (auto* device : {&laptop, &desktop}) world.pump(*device);
  world.run_for(5'000);
  EXPECT_EQ(laptop.engine->friends().size(), 1U);
  world.start(server);
  ASSERT_TRUE(world.run_until(
      [&] { return desktop.store->friend_row(bob.key())->known_by == std::vector{server.key()}; }, 10'000));
  EXPECT_TRUE(server.toxcore_list.contains(bob.key()));
  EXPECT_FALSE(desktop.toxcore_list.contains(bob.key()));
}

TEST_F(FriendRequests, WhoAsksTheDeviceThatAnsweredForAnotherIsConnectedToThatToo) {
  world.stop(server);
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.pump(laptop);
  ASSERT_FALSE(laptop.toxcore_list.contains(bob.key()));
  world.request(bob, laptop, "you too");
  world.run_for(1'000);
  EXPECT_TRUE(laptop.toxcore_list.contains(bob.key()));
  world.start(server);
  world.run_for(5'000);
  EXPECT_EQ(server.store->friend_row(bob.key())->known_by.size(), 2U);
}

TEST(FriendRequest, WhoAnsweredForAnotherDeviceCanBeIntroduced) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  auto& bob = world.add_stock("bob");
  world.link(laptop, server);
  ASSERT_TRUE(laptop.engine->add_friend(bob.address, "hi", world.now()));  // so his Tox ID is known
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  world.run_for(5'000);
  world.request(bob, server, "it is me, Bob");
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->friend_requests().size() == 1; }, 5'000));
  world.stop(server);
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.pump(laptop);
  ASSERT_FALSE(laptop.toxcore_list.contains(bob.key()));
  const auto introduced = laptop.engine->introduce_to_friend(bob.key(), "my laptop", world.now());
  ASSERT_TRUE(introduced) << introduced.error().message;
  world.pump(laptop);
  EXPECT_TRUE(laptop.toxcore_list.contains(bob.key()));
}

TEST_F(FriendRequests, AcceptedWhileTheOneThatWasAskedIsOff) {
  world.stop(server);
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.pump(laptop);
  world.start(server);
  EXPECT_TRUE(world.run_until([&] { return server.toxcore_list.contains(bob.key()); }, 5'000));
}

TEST_F(FriendRequests, AcceptedThereAndDeclinedHereHeIsAFriendForGoodOnceHeAsksAgain) {
  world.cut(laptop, server, true);
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  ASSERT_TRUE(server.engine->decline_friend(bob.key(), world.now()));
  for (auto* device : {&laptop, &server}) world.pump(*device);
  world.cut(laptop, server, false);
  world.run_for(5'000);
  world.request(bob, server, "please");
  world.run_for(10'000);
  EXPECT_TRUE(server.toxcore_list.contains(bob.key()));
  EXPECT_EQ(laptop.store->friend_row(bob.key())->known_by, std::vector{server.key()});
}

// As after a crash between the commit of the answer and what it asks for.
TEST_F(FriendRequests, AnAnswerThatWasNotActedUponIsFoundAtTheNextStart) {
  ASSERT_TRUE(laptop.engine->accept_friend(bob.key(), world.now()));
  world.cut(laptop, server, true);
  world.stop(server);
  ASSERT_TRUE(server.store->transact([&]() -> Result<void> {
    const auto all = laptop.store->arrived(0, 1'000);
    for (const auto& [arrival, event] : all) {
      if (!server.store->event(event.dot)) record(*server.store, event);
    }
    return {};
  }));
  ASSERT_FALSE(server.toxcore_list.contains(bob.key()));
  world.start(server);
  world.pump(server);
  EXPECT_TRUE(server.toxcore_list.contains(bob.key()));
}

TEST_F(FriendRequests, DeclinedOnOneDeviceAreGoneOnAllAndMayBeMadeAgain) {
  server.removed_peers.clear();
  ASSERT_TRUE(laptop.engine->decline_friend(bob.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friend_requests().empty(); }, 5'000));
  EXPECT_EQ(server.removed_peers, std::vector{bob.key()}) << "toxcore forgets the request";
  EXPECT_TRUE(laptop.removed_peers.empty());
  EXPECT_TRUE(server.engine->friends().empty());
  world.request(bob, server, "please");
  EXPECT_TRUE(world.run_until([&] { return laptop.engine->friend_requests().size() == 1; }, 5'000));
  EXPECT_EQ(laptop.engine->decline_friend(laptop.key(), world.now()).error().kind, ErrorKind::not_found);
}

TEST_F(FriendRequests, ToTwoDevicesAreShownOnceAndAcceptedOnBoth) {
  world.request(bob, laptop, "and on the laptop");
  world.run_for(2'000);
  ASSERT_EQ(server.engine->friend_requests().size(), 1U);
  ASSERT_TRUE(server.engine->accept_friend(bob.key(), world.now()));
  world.pump(server);
  EXPECT_TRUE(world.run_until(
      [&] { return laptop.toxcore_list.contains(bob.key()) && server.toxcore_list.contains(bob.key()); }, 5'000));
}

TEST_F(FriendRequests, AKeyAsksOnceWhileItsRequestIsOpen) {
  const auto events = server.engine->status().events;
  for (int i = 0; i < 10; ++i) server.engine->handle(input::FriendRequest{bob.key(), to_bytes("hey")}, world.now());
  EXPECT_EQ(server.engine->status().events, events);
}

TEST_F(FriendRequests, AFloodOfThemFillsNoLog) {
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    PublicKey key;
    key.bytes[0] = static_cast<std::uint8_t>(i);
    key.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    key.bytes[2] = 77;
    server.engine->handle(input::FriendRequest{key, Bytes(5'000, 'x')}, world.now());
  }
  EXPECT_EQ(server.engine->friend_requests().size(), friend_requests_max);
  EXPECT_EQ(server.engine->friend_requests().back().message.size(), request_message_max);
  world.run_for(20'000);
  EXPECT_EQ(laptop.engine->friend_requests().size(), friend_requests_max);
}

}  // namespace
}  // namespace toxtore
