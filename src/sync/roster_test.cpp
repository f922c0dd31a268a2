// The roster: who is in, for any order of arrival.
#include "sync/roster.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/test_keys.h"

namespace toxtore {
namespace {

Bytes add(std::uint8_t key, std::uint8_t by, const std::string& name = "x", std::uint64_t made_ms = 1) {
  return encode_statement({key_of(key), key_of(by), made_ms, name, {}});
}

std::vector<PublicKey> keys_of(const Roster& roster) {
  std::vector<PublicKey> keys;
  for (const auto& [key, member] : roster.members()) keys.push_back(key);
  return keys;
}

TEST(Roster, StartsFromThisDeviceAndFollowsWhoeverIsIn) {
  Roster roster(key_of(1));
  EXPECT_TRUE(roster.add(add(1, 1)));
  EXPECT_FALSE(roster.add(add(1, 1)));
  EXPECT_TRUE(roster.add(add(3, 2)));  // 2 is not in, so its word counts for nothing yet
  EXPECT_EQ(keys_of(roster), (std::vector{key_of(1)}));
  EXPECT_TRUE(roster.add(add(2, 1)));
  EXPECT_EQ(keys_of(roster), (std::vector{key_of(1), key_of(2), key_of(3)}));
  EXPECT_EQ(roster.version(), 3U);
}

TEST(Roster, NobodyBringsHimselfIn) {
  Roster roster(key_of(1));
  roster.add(add(1, 1));
  roster.add(add(9, 9));
  roster.add(add(8, 9));
  EXPECT_EQ(keys_of(roster), std::vector{key_of(1)});
}

TEST(Roster, ADeviceNamesItselfAndTheEarliestOtherTookItIn) {
  Roster roster(key_of(1));
  roster.add(add(1, 1, "laptop", 5));
  roster.add(add(2, 1, "guess", 20));
  roster.add(add(2, 2, "server", 10));
  EXPECT_EQ(roster.members().at(key_of(2)).name, "server");
  EXPECT_EQ(roster.members().at(key_of(2)).by, key_of(1));
  EXPECT_EQ(roster.members().at(key_of(2)).made_ms, 20U);
}

TEST(Roster, KeepsWhatItCannotRead) {
  Roster roster(key_of(1));
  EXPECT_TRUE(roster.add(Bytes{200, 1, 2, 3}));
  EXPECT_EQ(roster.statements().size(), 1U);
  EXPECT_TRUE(roster.members().empty());
  EXPECT_FALSE(roster.add(Bytes(statement_size_max + 1, 200)));
}

// Does not check removals: there are none yet.
RC_GTEST_PROP(Roster, IsTheSameForAnyOrder, ()) {
  const auto pairs = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
      rc::gen::pair(rc::gen::inRange<std::uint8_t>(1, 7), rc::gen::inRange<std::uint8_t>(1, 7)));
  Roster forward(key_of(1));
  Roster backward(key_of(1));
  for (const auto& [key, by] : pairs) forward.add(add(key, by, "n" + std::to_string(by), std::uint64_t{key} * by));
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    backward.add(
        add(pair->first, pair->second, "n" + std::to_string(pair->second), std::uint64_t{pair->first} * pair->second));
  }
  RC_ASSERT(keys_of(forward) == keys_of(backward));
  for (const auto& [key, member] : forward.members()) {
    RC_ASSERT(backward.members().at(key).by == member.by);
    RC_ASSERT(backward.members().at(key).name == member.name);
  }
}

}  // namespace
}  // namespace toxtore
