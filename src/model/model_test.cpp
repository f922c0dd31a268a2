// Unit and property tests of src/model.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "model/dot.h"
#include "model/event.h"
#include "model/hybrid_clock.h"
#include "model/ids.h"
#include "model/vector_clock.h"

namespace toxtore {
namespace {

LogId log_of(std::uint8_t device, std::uint32_t incarnation = 0) {
  LogId log{{}, incarnation};
  log.device.bytes[0] = device;
  return log;
}

VectorClock clock_of(const std::vector<std::pair<std::uint8_t, std::uint32_t>>& entries) {
  VectorClock clock;
  for (const auto& [device, number] : entries) clock.raise(log_of(device % 4, device / 128), number);
  return clock;
}

TEST(ToxAddress, IsReadAsTheVectorsSay) {
  std::ifstream in(TOXTORE_VECTORS "/tox_ids.json");
  const auto file = nlohmann::json::parse(in);
  for (const auto& vector : file.at("vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const auto address = ToxAddress::from_hex(vector.at("text").get<std::string>());
    ASSERT_TRUE(address);
    EXPECT_EQ(address->key().hex(), vector.at("key").get<std::string>());
    EXPECT_EQ(address->hex(), vector.at("key").get<std::string>() + vector.at("nospam").get<std::string>() +
                                  vector.at("checksum").get<std::string>());
  }
  for (const auto& vector : file.at("refused")) {
    EXPECT_FALSE(ToxAddress::from_hex(vector.at("text").get<std::string>())) << vector.at("name");
  }
}

TEST(Dot, SplitsIncarnationAndNumber) {
  const Dot dot = Dot::of(log_of(1, 7), 9);
  EXPECT_EQ(dot.seq, (std::uint64_t{7} << 32) + 9);
  EXPECT_EQ(dot.log(), log_of(1, 7));
  EXPECT_EQ(dot.number(), 9U);
}

TEST(Order, IsTimestampThenDeviceThenSeq) {
  const OrderKey a{5, Dot::of(log_of(1), 9)};
  EXPECT_LT((OrderKey{4, Dot::of(log_of(2), 9)}), a);
  EXPECT_LT(a, (OrderKey{5, Dot::of(log_of(2), 1)}));
  EXPECT_LT(a, (OrderKey{5, Dot::of(log_of(1), 10)}));
}

using Entries = std::vector<std::pair<std::uint8_t, std::uint32_t>>;

RC_GTEST_PROP(VectorClock, MergeIsTheLeastUpperBound, (const Entries& left, const Entries& right)) {
  const VectorClock a = clock_of(left);
  const VectorClock b = clock_of(right);
  VectorClock ab = a;
  VectorClock ba = b;
  RC_ASSERT(ab.merge(b) == !a.covers(b));
  ba.merge(a);
  RC_ASSERT(ab == ba);
  RC_ASSERT(ab.covers(a) && ab.covers(b));
  RC_ASSERT(!ab.merge(a));
  for (const auto& [log, number] : ab.logs()) {
    RC_ASSERT(number == std::max(a.prefix(log), b.prefix(log)));
    RC_ASSERT(number > 0U);
  }
}

RC_GTEST_PROP(VectorClock, NeverGoesBack, (const Entries& entries, std::uint32_t number)) {
  VectorClock clock = clock_of(entries);
  const VectorClock before = clock;
  clock.raise(log_of(1), number);
  RC_ASSERT(clock.covers(before));
  RC_ASSERT(clock.prefix(log_of(1)) == std::max(before.prefix(log_of(1)), number));
}

RC_GTEST_PROP(HybridClock, RisesAndSaysWhenTheWallClockIsFarOff, (const std::vector<std::uint32_t>& walls)) {
  HybridClock clock;
  std::uint64_t last = 0;
  for (const std::uint64_t wall : walls) {
    const Timestamp stamp = clock.next(wall);
    RC_ASSERT(stamp.order_ms > last);
    RC_ASSERT(stamp.order_ms >= wall);
    RC_ASSERT(stamp.wall_clock_ms.has_value() == (stamp.order_ms - wall > wall_clock_tolerance_ms));
    last = stamp.order_ms;
  }
}

TEST(HybridClock, IsLaterThanWhatItSawButNotThanTheEndOfTime) {
  HybridClock clock;
  clock.saw(5'000'000);
  clock.saw(timestamp_ms_end);  // opaque: does not count
  EXPECT_EQ(clock.next(1'000), (Timestamp{5'000'001, 1'000}));
  EXPECT_EQ(clock.next(5'000'001), (Timestamp{5'000'002, std::nullopt}));
  clock.saw(timestamp_ms_end - 1);
  EXPECT_EQ(clock.next(1'000).order_ms, timestamp_ms_end - 1) << "not opaque";
}

}  // namespace
}  // namespace toxtore
