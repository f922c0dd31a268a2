// Ranges of numbers and holdings, against plain sets.
#include "model/holdings.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace toxtore {
namespace {

using Numbers = std::set<std::uint32_t>;
using Pairs = std::vector<std::pair<std::uint8_t, std::uint8_t>>;

const LogId log_a{{}, 0};

// From small numbers, so that ranges meet.
NumberRanges::Range range_of(const std::pair<std::uint8_t, std::uint8_t>& pair) {
  const std::uint32_t from = 1 + pair.first % 60U;
  return {from, from + pair.second % 8U};
}

Numbers numbers_in(const NumberRanges::Range& range) {
  Numbers numbers;
  for (std::uint32_t number = range.from; number <= range.until; ++number) numbers.insert(number);
  return numbers;
}

Numbers numbers_in(const NumberRanges& ranges) {
  Numbers numbers;
  for (const auto& [from, until] : ranges.ranges()) numbers.merge(numbers_in({from, until}));
  return numbers;
}

// Every second pair takes away.
std::pair<NumberRanges, Numbers> made_of(const Pairs& pairs) {
  NumberRanges ranges;
  Numbers naive;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto range = range_of(pairs[i]);
    if (i % 3 == 2) {
      ranges.remove(range);
      for (const std::uint32_t number : numbers_in(range)) naive.erase(number);
    } else {
      ranges.add(range);
      naive.merge(numbers_in(range));
    }
  }
  return {ranges, naive};
}

RC_GTEST_PROP(NumberRanges, AreAsTheNaiveSet, (const Pairs& pairs)) {
  const auto [ranges, naive] = made_of(pairs);
  RC_ASSERT(numbers_in(ranges) == naive);
  RC_ASSERT(ranges.count() == naive.size());
  RC_ASSERT(ranges.top() == (naive.empty() ? 0 : *naive.rbegin()));
  for (std::uint32_t number = 1; number < 70; ++number) RC_ASSERT(ranges.contains(number) == naive.contains(number));
  std::uint64_t last = 0;
  for (const auto& [from, until] : ranges.ranges()) {
    RC_ASSERT(from <= until);
    RC_ASSERT(last == 0 || from > last + 1);  // ranges that touch are one
    last = until;
  }
}

RC_GTEST_PROP(NumberRanges, CombineAsNaiveSets, (const Pairs& left, const Pairs& right)) {
  const auto [a, naive_a] = made_of(left);
  const auto [b, naive_b] = made_of(right);
  Numbers without;
  Numbers within;
  for (const std::uint32_t number : naive_a) (naive_b.contains(number) ? within : without).insert(number);
  RC_ASSERT(numbers_in(a.without(b)) == without);
  RC_ASSERT(numbers_in(a.within(b)) == within);
}

TEST(NumberRanges, ReachToTheGreatestNumber) {
  NumberRanges ranges({5, open_end});
  ranges.add(open_end);
  ranges.add({4, 4});
  EXPECT_EQ(ranges.count(), std::uint64_t{open_end} - 3);
  ranges.remove({open_end, open_end});
  EXPECT_EQ(ranges.top(), open_end - 1);
}

// Numbers in any order, of which some are refused at the bound; a small bound would not fit the type, so the numbers
// lie far apart.
RC_GTEST_PROP(Holdings, AreAPrefixAndAtMost64Ranges, (const std::vector<std::uint8_t>& order)) {
  Holdings holdings;
  Numbers naive;
  for (const std::uint8_t pick : order) {
    const Dot dot = Dot::of(log_a, 1 + 2 * std::uint32_t{pick} % 300 + pick % 2U);
    const bool room = holdings.has_room_for(dot);
    const bool is_new = !naive.contains(dot.number());
    RC_ASSERT(holdings.add(dot) == (room && is_new));
    if (room) naive.insert(dot.number());
    RC_ASSERT(holdings.contains(dot) == room);
    RC_ASSERT(holdings.ranges_ahead(log_a) <= ranges_ahead_max);
  }
  std::uint32_t prefix = 0;
  while (naive.contains(prefix + 1)) ++prefix;
  RC_ASSERT(holdings.prefix(log_a) == prefix);
  RC_ASSERT(holdings.prefixes().prefix(log_a) == prefix);
  RC_ASSERT(holdings.count() == naive.size());
}

TEST(Holdings, RefuseA65thRangeUntilAGapHasClosed) {
  Holdings holdings;
  for (std::uint32_t i = 0; i < ranges_ahead_max; ++i) EXPECT_TRUE(holdings.add(Dot::of(log_a, 3 + 2 * i)));
  EXPECT_FALSE(holdings.has_room_for(Dot::of(log_a, 1'000)));
  EXPECT_FALSE(holdings.add(Dot::of(log_a, 1'000)));
  EXPECT_FALSE(holdings.contains(Dot::of(log_a, 1'000)));
  EXPECT_TRUE(holdings.add(Dot::of(log_a, 1))) << "the prefix is no range ahead";
  EXPECT_TRUE(holdings.add(Dot::of(log_a, 4))) << "closes a gap";
  EXPECT_TRUE(holdings.add(Dot::of(log_a, 1'000)));
  EXPECT_TRUE(holdings.add(log_a, {2, 999})) << "joins all";
  EXPECT_EQ(holdings.prefix(log_a), 1'000U);
}

TEST(Holdings, CountWhatTheyLackOfOthers) {
  const LogId log_b{PublicKey{{1}}, 0};
  VectorClock clock;
  clock.raise(log_a, 10);
  clock.raise(log_b, 5);
  const Holdings others{clock};
  Holdings holdings;
  holdings.add(log_a, {4, 20});
  EXPECT_EQ(holdings.count_lacking(others), 3U + 5U);
  EXPECT_EQ(others.count_lacking(holdings), 10U);
}

}  // namespace
}  // namespace toxtore
