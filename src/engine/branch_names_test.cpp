// What becomes of the log when a branch gets its name: in the store alone.
#include "engine/branch_names.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/test_keys.h"
#include "store/memory_store.h"
#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

const LogId own{key_of(1), 0};

Event event_of(std::uint32_t number, std::uint64_t timestamp_ms) {
  return {Dot::of(own, number), timestamp_ms, 20, Bytes(40, 1)};
}

/// Two that might stand at that number; the one with the smaller hash first.
std::pair<Event, Event> rivals(std::uint32_t number, std::uint64_t timestamp_ms) {
  std::pair<Event, Event> two{event_of(number, timestamp_ms), event_of(number, timestamp_ms + 1)};
  if (event_hash(two.first) > event_hash(two.second)) std::swap(two.first, two.second);
  return two;
}

LogId branch_of(const Event& first) { return {own.device, branch_incarnation(event_hash(first))}; }

class BranchNames : public ::testing::Test {
 protected:
  void put(const std::vector<Event>& events) {
    ASSERT_TRUE(store->transact([&]() -> Result<void> {
      for (const Event& event : events) store->append(event, {});
      return {};
    }));
  }
  Renamed call(const LogId& log, std::uint32_t from) {
    Renamed renamed;
    EXPECT_TRUE(store->transact([&]() -> Result<void> {
      renamed = call_by_branch(*store, log, from);
      return {};
    }));
    return renamed;
  }
  /// The events of a log, as they were logged.
  [[nodiscard]] std::vector<Event> in(const LogId& log) const {
    std::vector<Event> events;
    for (const Event& event : store->log_range(log, 0, 100, 100, 100'000)) events.push_back(as_logged(event));
    return events;
  }

  std::unique_ptr<Store> store = make_memory_store();
  const Event first = event_of(1, 1'000);
  const Event second = event_of(2, 2'000);
  const Event smaller = rivals(3, 3'000).first;
  const Event greater = rivals(3, 3'000).second;
};

TEST_F(BranchNames, TheEventsFromANumberOnGoByIt) {
  put({first, second, smaller});
  const Renamed renamed = call(own, 2);
  EXPECT_EQ(in(own), (std::vector{first}));
  EXPECT_EQ(in(branch_of(second)), (std::vector{second, smaller}));
  EXPECT_EQ(renamed.cut, (std::map<LogId, std::uint32_t>{{own, 2}}));
  EXPECT_EQ(renamed.branches, (std::set{branch_of(second)}));
}

TEST_F(BranchNames, WhatIsThereAlreadyStays) {
  const LogId branch = branch_of(second);
  put({first, second, smaller, branched(second, Dot::of(branch, 1))});
  call(own, 2);
  EXPECT_EQ(in(branch), (std::vector{second, smaller}));
}

// Both began with the second event.
TEST_F(BranchNames, OfTwoThatBeganAlikeTheSmallerHashStays) {
  const LogId branch = branch_of(second);
  for (const auto& [here, there] : {std::pair{smaller, greater}, {greater, smaller}}) {
    store = make_memory_store();
    put({first, second, here, branched(second, Dot::of(branch, 1)), branched(there, Dot::of(branch, 2))});
    const Renamed renamed = call(own, 2);
    EXPECT_EQ(in(own), (std::vector{first}));
    EXPECT_EQ(in(branch), (std::vector{second, smaller}));
    EXPECT_EQ(in(branch_of(greater)), (std::vector{greater})) << "nothing is lost";
    EXPECT_EQ(renamed.branches, (std::set{branch, branch_of(greater)}));
    EXPECT_EQ(renamed.cut.at(own), 2U);
    EXPECT_EQ(renamed.cut.contains(branch), here == smaller);
  }
}

TEST_F(BranchNames, ABranchKeepsItsName) {
  put({first, second});
  call(own, 2);
  EXPECT_TRUE(call(branch_of(second), 1).cut.empty());
  EXPECT_EQ(in(branch_of(second)), (std::vector{second}));
  EXPECT_TRUE(call(own, 2).cut.empty()) << "nothing is there";
}

TEST_F(BranchNames, WhatLostANameIsKnownByIt) {
  put({first, second, smaller});
  EXPECT_FALSE(is_held_as_branch(*store, second));
  call(own, 2);
  EXPECT_TRUE(is_held_as_branch(*store, second));
  EXPECT_FALSE(is_held_as_branch(*store, smaller)) << "it is no branch's first";
  EXPECT_FALSE(is_held_as_branch(*store, *store->event(Dot::of(branch_of(second), 1))));
  EXPECT_EQ(former_name(*store, branch_of(second)), std::nullopt);
}

TEST_F(BranchNames, ANameThatOthersGaveTellsOfTheOneBefore) {
  const Dot name = Dot::of(branch_of(greater), 1);
  put({first, second, greater, branched(greater, name)});
  EXPECT_EQ(former_name(*store, name.log()), greater.dot);
  call(own, 2);
  EXPECT_EQ(former_name(*store, name.log()), Dot::of(branch_of(second), 2)) << "of another branch";
}

}  // namespace
}  // namespace toxtore
