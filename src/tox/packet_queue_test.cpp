#include "tox/packet_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace toxtore {
namespace {

Bytes numbered(std::uint32_t number) {
  return {187, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// Stands for toxcore: takes `allowance` packets, then refuses.
struct FakeToxcore {
  explicit FakeToxcore(std::size_t packets = 0) : allowance(packets) {}

  std::size_t allowance;
  std::vector<Bytes> taken;
  std::size_t refusals = 0;

  PacketQueue::Send send() {
    return [this](ByteView packet) {
      if (allowance == 0) {
        ++refusals;
        return PacketQueue::Verdict::full;
      }
      --allowance;
      taken.emplace_back(packet.begin(), packet.end());
      return PacketQueue::Verdict::sent;
    };
  }
};

void push_many(PacketQueue& queue, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_TRUE(queue.push(numbered(i)));
}

TEST(PacketQueue, stops_at_the_first_refusal_of_a_turn) {
  PacketQueue queue;
  FakeToxcore toxcore(3);
  push_many(queue, 5);
  queue.send(Connection::udp, toxcore.send());
  toxcore.allowance = 10;  // only the next turn may find that out
  queue.send(Connection::udp, toxcore.send());
  EXPECT_EQ(toxcore.taken.size(), 3U);
  EXPECT_EQ(toxcore.refusals, 1U);

  queue.begin_turn();
  queue.send(Connection::udp, toxcore.send());
  EXPECT_EQ(toxcore.taken.size(), 5U);
  EXPECT_EQ(toxcore.refusals, 1U);
  EXPECT_TRUE(queue.empty());
}

TEST(PacketQueue, sends_few_in_a_turn_over_tcp) {
  PacketQueue queue;
  FakeToxcore toxcore(1000);
  push_many(queue, 50);
  queue.send(Connection::tcp, toxcore.send());
  queue.send(Connection::tcp, toxcore.send());
  EXPECT_EQ(toxcore.taken.size(), tcp_packets_per_turn_max);
  queue.begin_turn();
  queue.send(Connection::tcp, toxcore.send());
  EXPECT_EQ(toxcore.taken.size(), 2 * tcp_packets_per_turn_max);
  queue.begin_turn();
  queue.send(Connection::udp, toxcore.send());
  EXPECT_EQ(toxcore.taken.size(), 50U);
}

TEST(PacketQueue, keeps_nothing_for_a_peer_that_is_gone) {
  PacketQueue queue;
  push_many(queue, 3);
  queue.send(Connection::udp, [](ByteView) { return PacketQueue::Verdict::gone; });
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(PacketQueue, ends_for_a_connection_when_too_much_waits) {
  PacketQueue queue;
  FakeToxcore toxcore(1);
  const Bytes large(queued_bytes_max / 2, 187);
  EXPECT_TRUE(queue.push(large));
  EXPECT_TRUE(queue.push(large));
  EXPECT_FALSE(queue.push(numbered(1)));
  // Room again: what was dropped is missing, so nothing may follow it.
  queue.send(Connection::udp, toxcore.send());
  EXPECT_FALSE(queue.push(numbered(2)));
  queue.clear();
  EXPECT_TRUE(queue.push(numbered(3)));
}

RC_GTEST_PROP(PacketQueue, all_arrive_in_order, ()) {
  PacketQueue queue;
  FakeToxcore toxcore;
  std::vector<Bytes> given;
  const auto steps = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  for (const std::uint8_t step : steps) {
    if (step < 128) {
      given.push_back(numbered(static_cast<std::uint32_t>(given.size())));
      RC_ASSERT(queue.push(given.back()));
    } else {
      toxcore.allowance = step % 8;
      queue.begin_turn();
      queue.send(step % 2 == 0 ? Connection::tcp : Connection::udp, toxcore.send());
    }
  }
  toxcore.allowance = given.size();
  queue.begin_turn();
  queue.send(Connection::udp, toxcore.send());
  RC_ASSERT(toxcore.taken == given);
  RC_ASSERT(queue.bytes() == 0U);
}

}  // namespace
}  // namespace toxtore
