// Delivery of much at once by several devices (DESIGN 7, rules 1, 3 and 4; P4, P5): in order, from one of them, and
// not held up for ever by a device that is gone.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/outbox.h"
#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

constexpr int many = 70;  // more than twice what one `sending` names

class Batches : public TwoDevices {
 protected:
  void SetUp() override {
    TwoDevices::SetUp();
    world.link(phone, server);
    world.link(cell, tablet);
    world.befriend(bob, phone);
    world.befriend(cell, server);
    const auto all_meet = [&] {
      for (const World::Node* mine : {&laptop, &server, &phone}) {
        for (const World::Node* his : {&cell, &tablet}) {
          if (!mine->toxcore_list.contains(his->key()) || !his->toxcore_list.contains(mine->key())) return false;
        }
      }
      return true;
    };
    ASSERT_TRUE(world.run_until(all_meet, 120'000));
    world.run_for(15'000);
  }
  Lines write_many(World::Node& from, const PublicKey& to) {
    Lines texts;
    for (int i = 0; i < many; ++i) {
      texts.push_back(std::to_string(i));
      EXPECT_TRUE(from.engine->send_message({to, MessageKind::normal, texts.back(), ""}, world.now()));
      world.pump(from);
      world.run_for(10);
    }
    world.run_for(20'000);
    return texts;
  }
  bool connected_to_bob(const World::Node& device) const {
    return std::ranges::any_of(device.engine->friends(), [&](const FriendInfo& info) {
      return std::ranges::count(info.contact.keys, bob.key()) > 0 && info.connection() != Connection::none;
    });
  }
  static Lines texts_of(const World::Node& device, const PublicKey& conversation) {
    Lines texts;
    const auto rows = device.engine->store().history(
        {Conversation(device.engine->contacts().keys_with(conversation)), std::nullopt, 1'000});
    for (const MessageRow& row : rows) texts.push_back(to_text(row.text));
    return texts;
  }

  World::Node& phone = world.add_device("phone");
  World::Node& cell = world.add_device("cell");  // of a friend with Toxtore, as is the tablet
  World::Node& tablet = world.add_device("tablet");
};

TEST_F(Batches, AFriendWithToxtoreShowsThemInOrder) {
  for (const std::uint64_t delay : {10, 2'000}) {
    world.delay_ms = delay;
    world.stop(tablet);
    world.stop(cell);
    world.run_for(40'000);
    const std::size_t before = texts_of(phone, cell.key()).size();
    write_many(phone, cell.key());
    const Lines written = texts_of(phone, cell.key());
    world.start(cell);
    world.start(tablet);
    ASSERT_TRUE(world.run_until([&] { return texts_of(tablet, phone.key()).size() == before + many; }, 300'000));
    world.run_for(20'000);
    EXPECT_EQ(texts_of(tablet, phone.key()), written) << "one-way delay " << delay << " ms";
    EXPECT_EQ(texts_of(cell, phone.key()), written);
  }
}

TEST_F(Batches, AStockFriendGetsThemInOrderFromTheDeviceThatHeLastWroteTo) {
  for (const std::uint64_t delay : {10, 300, 2'000}) {
    world.delay_ms = delay;
    World::Node& answering = delay == 300 ? phone : server;
    world.write(bob, answering, "a question");
    world.run_for(10'000);
    world.stop(bob);
    world.run_for(40'000);
    bob.texts.clear();
    const Lines written = write_many(laptop, bob.key());
    world.start(bob);
    ASSERT_TRUE(world.run_until([&] { return bob.texts.size() >= many; }, 300'000));
    world.run_for(20'000);
    Lines got;
    for (const World::Text& text : bob.texts) {
      EXPECT_EQ(text.from, answering.key()) << text.text;
      got.push_back(text.text);
    }
    EXPECT_EQ(got, written) << "one-way delay " << delay << " ms";
  }
}

// The one that would begin later hears nothing of the one that delivers, for a while.
TEST_F(Batches, AreInOrderAlsoIfADeviceHearsLateOfTheOthersPart) {
  world.write(bob, server, "a question");
  world.run_for(10'000);
  world.stop(bob);
  world.run_for(40'000);
  bob.texts.clear();
  const Lines written = write_many(laptop, bob.key());
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return !bob.texts.empty(); }, 60'000));
  world.delay_ms = 4'000;
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() >= many; }, 600'000));
  Lines got;
  for (const World::Text& text : bob.texts) got.push_back(text.text);
  EXPECT_EQ(got, written);
}

// Neither waits for the other's acknowledgement; what they log meets at the laptop.
TEST_F(Batches, TwoThatAreNotConnectedHearOfEachOtherThroughAThird) {
  world.cut(server, phone, true);
  world.run_for(40'000);
  world.delay_ms = 150;
  for (std::uint64_t skew_ms = 0; skew_ms <= 1'000; skew_ms += 50) {
    world.stop(bob);
    world.run_for(40'000);
    bob.texts.clear();
    send(laptop, "once");
    world.run_for(5'000);
    world.cut(bob, phone, true);
    world.start(bob);
    ASSERT_TRUE(world.run_until([&] { return connected_to_bob(server); }));
    world.run_for(skew_ms);
    world.cut(bob, phone, false);
    world.run_for(300'000);
    EXPECT_EQ(bob.texts.size(), 1U) << "began within " << skew_ms << " ms";
  }
}

// Rule 1 is about what others wrote, and about what others may have sent.
TEST_F(Batches, WhatThisDeviceWroteDoesNotWaitForALogThatIsGone) {
  world.stop(phone);
  world.stop(bob);
  world.run_for(40'000);
  laptop.engine->handle(input::PeerName{cell.key(), to_bytes("as only the laptop heard")}, world.now());
  world.cut(laptop, server, true);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(laptop.engine->send_message({cell.key(), MessageKind::normal, "unheard", ""}, world.now()));
  }
  world.pump(laptop);
  world.run_for(1'000);
  // The server is told of those, and they never come.
  const LogId log{laptop.key(), 0};
  const std::uint32_t top = laptop.engine->store().clock().prefix(log);
  world.cut(laptop, server, false);
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    const bool holds_events = packet.size() > 1 && (packet[1] == 4 || packet[1] == 18);
    if (&from == &laptop && holds_events) packet.clear();
  };
  ASSERT_TRUE(world.run_until([&] { return server.engine->status().events_missing > 0; }, 120'000)) << top;
  world.crash(laptop);
  world.mangle = [](const World::Node&, Bytes&) {};
  world.run_for(40'000);
  send(server, "first");
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 30'000));
  send(server, "second");
  EXPECT_TRUE(world.run_until([&] { return bob.texts.size() == 2; }, 5'000));
}

// Rule 4: 90 s after it came, however the friend comes and goes meanwhile.
TEST_F(Batches, ShortVisitsOfTheFriendDoNotPutOffTheEndOfADeadDevicesAttempt) {
  world.receipt_delay_ms = std::nullopt;
  world.write(bob, phone, "a question");
  world.run_for(10'000);
  send(phone, "on its way");
  world.run_for(5'000);
  ASSERT_EQ(server.engine->store().undelivered().at(0).delivery, Delivery::sending);
  world.crash(phone);
  world.stop(bob);
  bob.texts.clear();
  world.receipt_delay_ms = 50;
  for (int i = 0; i < 4; ++i) {
    world.start(bob);
    world.run_for(40'000);
    world.stop(bob);
    world.run_for(40'000);
  }
  EXPECT_NE(server.engine->store().history({bob.key(), {}, 1}).at(0).delivery, Delivery::sending);
  world.start(bob);
  EXPECT_TRUE(world.run_until([&] { return !bob.texts.empty(); }, unsure_wait_ms));
}

}  // namespace
}  // namespace toxtore
