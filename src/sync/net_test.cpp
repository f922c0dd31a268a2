// Many replicators together (test_net.h): that all comes to all, is asked for once, and that it becomes quiet.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sync/test_net.h"

namespace toxtore {
namespace {

void link_all(Net& net) {
  for (std::size_t i = 0; i < net.size(); ++i) {
    for (std::size_t j = i + 1; j < net.size(); ++j) net.set_link(i, j, true);
  }
}

void expect_quiet(Net& net) {
  const std::size_t packets = net.packets();
  net.run_for(2 * 3'600'000, 10'000);
  EXPECT_EQ(net.packets(), packets);
}

// Where in the order of arrival a number of a log came.
std::size_t place_of(const Net::Node& node, const Dot& dot) {
  return static_cast<std::size_t>(std::find(node.taken.begin(), node.taken.end(), dot) - node.taken.begin());
}

TEST(Net, ALongAbsenceComesFromAllSourcesNewestFirst) {
  Net net(4);
  net.set_link(0, 1, true);
  net.set_link(0, 2, true);
  net.log(0, 20'000);
  net.run_for(60'000);
  ASSERT_EQ(net.node(2).replicator->held().prefix(Net::log_of(0)), 20'000U);
  link_all(net);
  std::map<std::size_t, std::uint64_t> coming;
  while (net.node(3).taken.size() < 19'000) {
    net.turn();
    for (std::size_t i = 0; i < 3; ++i) {
      coming[i] = std::max(coming[i], net.node(3).replicator->coming_from(Net::name(i)));
    }
    ASSERT_LT(net.packets(), 100'000U);
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_GE(coming[i], block_numbers_max) << i << " had little to do";
  net.run_for(60'000);
  const Net::Node& late = net.node(3);
  ASSERT_TRUE(net.all_hold_all());
  EXPECT_EQ(late.taken.size(), 20'000U);
  EXPECT_EQ(late.held_already + late.unasked, 0U);
  EXPECT_EQ(net.asked_twice(), "");
  for (const std::uint32_t old : {1U, 1'000U, 4'000U}) {
    EXPECT_LT(place_of(late, Dot::of(Net::log_of(0), 20'000)), place_of(late, Dot::of(Net::log_of(0), old)));
  }
  expect_quiet(net);
}

TEST(Net, NewsOvertakesABackfill) {
  Net net(2);
  net.log(0, 20'000);
  net.set_link(0, 1, true);
  net.run_for(500);
  ASSERT_LT(net.node(1).taken.size(), 10'000U) << "the backfill is over before the test begins";
  net.log(0);
  net.run_for(200);
  EXPECT_TRUE(net.node(1).replicator->held().contains(Dot::of(Net::log_of(0), 20'001)));
  EXPECT_LT(net.node(1).taken.size(), 15'000U);
  net.run_for(10'000);
  EXPECT_TRUE(net.all_hold_all());
}

// A burst of news larger than a block is no absence: no page, and nothing in it is passed over.
TEST(Net, ABurstOfNewsComesByTheTail) {
  Net net(3);
  link_all(net);
  net.run_for(2'000);
  for (int i = 0; i < 40; ++i) {
    net.log(0, 500);
    net.log(1, 1);
    net.turn(20);
  }
  net.run_for(20'000);
  EXPECT_TRUE(net.all_hold_all());
  for (const std::size_t i : {1U, 2U}) EXPECT_EQ(net.node(i).held_already + net.node(i).unasked, 0U) << i;
}

// A and C are never connected at the same time: B carries it.
TEST(Net, ADeviceBetweenRelays) {
  Net net(3);
  net.set_link(0, 1, true);
  net.log(0, 9'000);
  net.run_for(10'000);
  net.set_link(0, 1, false);
  net.set_link(1, 2, true);
  net.log(2, 10);
  net.run_for(10'000);
  net.set_link(1, 2, false);
  net.set_link(0, 1, true);
  net.run_for(10'000);
  EXPECT_TRUE(net.all_hold_all());
  EXPECT_EQ(net.asked_twice(), "");
}

TEST(Net, WhatIsNewIsRelayedAtOnce) {
  Net net(3);
  net.set_link(0, 1, true);
  net.set_link(1, 2, true);
  net.log(0);
  net.run_for(3'000);
  ASSERT_TRUE(net.all_hold_all());
  for (int i = 0; i < 5; ++i) {
    net.log(0);
    net.run_for(400);
    EXPECT_TRUE(net.all_hold_all());
  }
  EXPECT_EQ(net.node(2).held_already, 0U);
}

TEST(Net, ASourceThatGoesInTheMiddleIsReplacedAndNothingComesTwice) {
  Net net(3);
  net.set_link(0, 1, true);
  net.log(0, 20'000);
  net.run_for(60'000);
  net.set_link(0, 2, true);
  net.set_link(1, 2, true);
  net.run_for(500);
  const std::size_t before = net.node(2).taken.size();
  ASSERT_LT(before, 15'000U);
  net.set_link(0, 2, false);
  net.run_for(30'000);
  EXPECT_TRUE(net.all_hold_all());
  EXPECT_EQ(net.node(2).taken.size(), 20'000U);
  EXPECT_EQ(net.node(2).held_already, 0U);
  EXPECT_EQ(net.asked_twice(), "");
}

TEST(Net, AfterARestartOnlyWhatLacksIsAskedFor) {
  Net net(2);
  net.log(0, 20'000);
  net.set_link(0, 1, true);
  for (int i = 0; i < 6; ++i) {
    net.run_for(300);
    net.restart(1);
  }
  net.run_for(30'000);
  EXPECT_TRUE(net.all_hold_all());
  EXPECT_EQ(net.node(1).taken.size(), 20'000U);
  EXPECT_EQ(net.node(1).held_already, 0U);
}

// Its silence costs a minute, and then another source has what it did not give.
TEST(Net, ASilentSourceIsReplaced) {
  Net net(3);
  net.set_link(0, 1, true);
  net.log(0, 20'000);
  net.run_for(60'000);
  net.set_link(1, 2, true);
  net.set_link(0, 2, true);
  net.run_for(200);
  net.set_silent(1, true);
  net.run_for(50'000);
  EXPECT_FALSE(net.all_hold_all());
  net.run_for(60'000);
  EXPECT_EQ(net.node(2).replicator->missing_count(), 0U);
  net.set_silent(1, false);
  net.run_for(60'000);
  EXPECT_TRUE(net.all_hold_all());
}

TEST(Net, WhatASourceDoesNotDeliverItIsAskedForAgainAfterAMinuteDoublingToAnHour) {
  Net net(2);
  const Dot lost = Dot::of(Net::log_of(0), 5'000);
  net.loses = [&](std::size_t, const Dot& dot) { return dot == lost; };
  net.log(0, 10'000);
  net.set_link(0, 1, true);
  net.run_for(30'000);
  EXPECT_EQ(net.node(1).replicator->missing_count(), 1U);
  std::vector<std::size_t> packets;
  for (int hour = 0; hour < 4; ++hour) {
    const std::size_t before = net.packets();
    net.run_for(3'600'000, 5'000);
    packets.push_back(net.packets() - before);
  }
  // In the first hour at 1, 3, 7, 15 and 31 minutes or so, then once an hour: a question, an answer, a receipt.
  EXPECT_GE(packets[0], 4U);
  EXPECT_LE(packets[0], 30U);
  EXPECT_LE(packets[2], 6U);
  EXPECT_LE(packets[3], 6U);
  net.loses = [](std::size_t, const Dot&) { return false; };
  net.run_for(2 * 3'600'000, 10'000);
  EXPECT_TRUE(net.all_hold_all());
  expect_quiet(net);
}

TEST(Net, WhatOneSourceDoesNotDeliverComesFromAnotherAtOnce) {
  Net net(3);
  net.set_link(0, 1, true);
  net.log(0, 3'000);
  net.run_for(10'000);
  net.loses = [](std::size_t from, const Dot& dot) { return from == 0 && dot.number() % 100 == 7; };
  net.set_link(0, 2, true);
  net.set_link(1, 2, true);
  net.run_for(10'000);
  EXPECT_TRUE(net.all_hold_all());
}

// Every third number and more: the bound on ranges is met again and again, and still all comes.
TEST(Net, LossesWithoutEndNeedNoMoreThanTheBoundOnRanges) {
  Net net(3);
  net.set_link(0, 1, true);
  net.log(0, 1'000);
  net.run_for(10'000);
  std::uint64_t dice = 1;
  net.loses = [&](std::size_t, const Dot&) { return (dice = dice * 6364136223846793005 + 1) >> 62 == 0; };
  net.set_link(0, 2, true);
  net.set_link(1, 2, true);
  net.run_for(12 * 3'600'000ULL, 5'000);
  EXPECT_LE(net.node(2).replicator->held().ranges_ahead(Net::log_of(0)), ranges_ahead_max);
  net.loses = [](std::size_t, const Dot&) { return false; };
  net.run_for(6 * 3'600'000ULL, 5'000);
  EXPECT_TRUE(net.all_hold_all());
}

TEST(Net, APeerOfTheFirstFormTakesPartBothWays) {
  for (const std::size_t old : {0U, 1U, 2U}) {
    Net net(3, {old});
    net.log(0, 9'000);
    net.log(2, 50);
    net.set_link(0, 1, true);
    net.run_for(2'000);
    net.set_link(1, 2, true);
    net.run_for(1'000);
    net.set_link(0, 1, false);
    net.run_for(20'000);
    net.set_link(0, 1, true);
    net.log(0, 3);
    net.run_for(20'000);
    EXPECT_TRUE(net.all_hold_all()) << old;
    expect_quiet(net);
  }
}

// P1, P10: whatever is connected when, whatever is lost with a connection or a restart; some nodes of the first form.
// In the end all are in a line, so that events must be relayed.
RC_GTEST_PROP(Net, EverythingReachesEveryoneAndThenThereIsQuiet, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(2, 6);
  const auto old = *rc::gen::weightedElement<std::size_t>({{3, 99}, {1, 0}, {1, 1}});
  Net net(size, {old});
  const auto any_node = rc::gen::inRange<std::size_t>(0, size);
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, std::size_t, std::size_t>>>(
      rc::gen::tuple(rc::gen::inRange(0, 8), any_node, any_node));
  for (const auto& [what, i, j] : steps) {
    if (what == 0) net.log(i);
    if (what == 1) net.log(i, 3'000);
    if (what == 2) net.set_link(i, j, false);
    if (what == 3) net.restart(i);
    if (what == 4) net.set_delay(i, j, 100 * (i + 3 * j));
    if (what >= 5) net.set_link(i, j, true);
    net.run_for(100 * (1 + i * j));
  }
  const std::string asked_twice = net.asked_twice();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i + 1; j < size; ++j) net.set_link(i, j, j == i + 1);
  }
  net.run_for(60'000 + 10'000 * steps.size());
  RC_ASSERT(net.all_hold_all());
  if (old == 99) RC_ASSERT(asked_twice == "");
  const std::size_t packets = net.packets();
  net.run_for(60'000);
  RC_ASSERT(net.packets() == packets);
  for (std::size_t i = 0; i < size; ++i) RC_ASSERT(net.node(i).replicator->deadline_ms() == std::nullopt);
}

}  // namespace
}  // namespace toxtore
