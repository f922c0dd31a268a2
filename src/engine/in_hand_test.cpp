// How much one friend may have in hand (outbox.h, rule 10; P4, P12): one who confirms nothing costs bounded memory, and
// leaves few messages unsure; the others go in order as soon as there is room.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/outbox.h"
#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t many = 3 * in_hand_messages_max;

class InHand : public TwoDevices {
 protected:
  Lines write_many(World::Node& from, const PublicKey& to, std::size_t count, std::size_t size = 4) {
    Lines texts;
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(std::to_string(1'000 + i) + std::string(size - 4, 'x'));
      EXPECT_TRUE(from.engine->send_message({to, MessageKind::normal, texts.back(), ""}, world.now()));
      world.pump(from);
    }
    return texts;
  }
  [[nodiscard]] std::size_t count(const World::Node& device, Delivery state) const {
    const auto rows = device.engine->store().undelivered();
    return static_cast<std::size_t>(std::ranges::count(rows, state, &MessageRow::delivery));
  }
  [[nodiscard]] Lines texts_at_bob() const {
    Lines texts;
    for (const World::Text& text : bob.texts) texts.push_back(text.text);
    return texts;
  }
};

TEST_F(InHand, AFriendWhoConfirmsNothingLeavesFewMessagesUnsure) {
  world.stop(bob);
  const Lines texts = write_many(laptop, bob.key(), many);
  world.run_for(5'000);
  world.receipt_delay_ms.reset();
  world.start(bob);
  world.run_for(60'000);
  EXPECT_EQ(bob.texts.size(), in_hand_messages_max);
  EXPECT_EQ(count(server, Delivery::sending), in_hand_messages_max);
  EXPECT_EQ(count(server, Delivery::queued), many - in_hand_messages_max);
  world.stop(bob);
  world.run_for(2'000);
  EXPECT_EQ(count(laptop, Delivery::unsure), in_hand_messages_max);

  world.receipt_delay_ms = 50;
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == many; }, 30'000));
  EXPECT_TRUE(std::ranges::equal(texts_at_bob(), texts)) << "those that had not gone, and in order";
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->store().undelivered().empty(); }, unsure_wait_ms + 60'000));
}

TEST_F(InHand, WhatIsTypedMeanwhileWaitsForRoomAndGoesInOrder) {
  world.receipt_delay_ms = 4'000;
  const Lines texts = write_many(server, bob.key(), many);
  EXPECT_EQ(count(server, Delivery::queued), many - in_hand_messages_max);
  world.run_for(1'000);
  EXPECT_EQ(bob.texts.size(), in_hand_messages_max);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == many; }, 10'000)) << "as fast as he confirms";
  world.run_for(10'000);
  EXPECT_EQ(texts_at_bob(), texts);
  EXPECT_TRUE(laptop.engine->store().undelivered().empty());
}

TEST_F(InHand, TheUsersWordNeedsNoRoom) {
  world.receipt_delay_ms.reset();
  const Lines texts = write_many(server, bob.key(), in_hand_messages_max + 2);
  world.run_for(5'000);
  ASSERT_EQ(bob.texts.size(), in_hand_messages_max);
  const auto last = server.engine->store().undelivered().back();
  ASSERT_TRUE(server.engine->send_anyway(last.id));
  server.engine->finish_turn(world.now());
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() > in_hand_messages_max; }, 5'000));
  EXPECT_EQ(bob.texts.back().text, texts.back());
}

TEST_F(InHand, LongMessagesToAFriendWithToxtoreCostBoundedMemory) {
  auto& cell = world.add_device("cell");
  world.befriend(cell, server);
  world.run_for(15'000);
  world.stop(cell);
  const std::size_t count_of_long = in_hand_bytes_max / long_message_size_max * 3 / 2;
  const Lines texts = write_many(server, cell.key(), count_of_long, long_message_size_max);
  world.run_for(60'000);
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    const bool is_received = packet.size() > 1 && packet[1] == 22;
    if (&from == &cell && is_received) packet.clear();
  };
  const std::size_t before = world.bytes_sent;
  world.start(cell);
  world.run_for(60'000);
  EXPECT_LT(world.bytes_sent - before, in_hand_bytes_max * 11 / 10);
  EXPECT_GT(world.bytes_sent - before, in_hand_bytes_max);

  world.mangle = [](const World::Node&, Bytes&) {};
  world.stop(cell);
  world.run_for(2'000);
  world.start(cell);
  ASSERT_TRUE(world.run_until([&] { return server.engine->store().undelivered().empty(); }, 60'000));
  Lines shown;
  const Conversation with_both(cell.engine->contacts().keys_with(server.key()));
  const auto rows = cell.engine->store().history({with_both, std::nullopt, 1'000});
  for (const MessageRow& row : rows) shown.push_back(to_text(row.text));
  EXPECT_TRUE(shown == texts) << shown.size() << " of " << texts.size() << ", or in another order";
}

}  // namespace
}  // namespace toxtore
