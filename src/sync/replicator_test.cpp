// The replicator: each rule of its header by example, and many replicators on a lossy run as a property.
#include "sync/replicator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace toxtore {
namespace {

PublicKey key_of(std::uint8_t n) {
  PublicKey key;
  key.bytes[0] = n;
  return key;
}
const PublicKey a = key_of(1);
const PublicKey b = key_of(2);
const PublicKey c = key_of(3);

Dot dot(const PublicKey& device, std::uint32_t number) { return Dot::of({device, 0}, number); }

VectorClock clock_of(const std::vector<Dot>& prefixes) {
  VectorClock clock;
  for (const Dot& prefix : prefixes) clock.raise(prefix.log(), prefix.number());
  return clock;
}

// Device a, with b and c as its user's other devices.
Replicator replicator_of_a(const std::vector<Dot>& held = {}) {
  Replicator replicator(a, clock_of(held), clock_of(held));
  replicator.set_members({a, b, c});
  return replicator;
}

void end_report(Replicator& replicator, const PublicKey& peer, const std::vector<Dot>& prefixes = {}) {
  replicator.on_clock(peer, {prefixes});
  if (!prefixes.empty()) replicator.on_clock(peer, {});
}

using Ranges = std::vector<packet::Fetch::Range>;
Ranges requested(Replicator& replicator, const PublicKey& peer) {
  Ranges ranges;
  for (const auto& [to, fetch] : replicator.requests()) {
    if (to == peer) ranges.insert(ranges.end(), fetch.ranges.begin(), fetch.ranges.end());
  }
  return ranges;
}

TEST(Replicator, AsksNothingBeforeTheReportHasEnded) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  replicator.on_clock(b, {{dot(b, 5)}});
  EXPECT_TRUE(replicator.requests().empty());
  replicator.on_clock(b, {});
  EXPECT_EQ(requested(replicator, b), (Ranges{{{b, 0}, 0, open_end}}));
  EXPECT_TRUE(replicator.requests().empty()) << "asked twice";
}

TEST(Replicator, PrefersTheAuthorAndFallsBackToWhoeverHasIt) {
  auto replicator = replicator_of_a({dot(b, 3)});
  replicator.connect(b);
  replicator.connect(c);
  end_report(replicator, b, {dot(b, 5)});
  end_report(replicator, c, {dot(b, 5), dot(c, 1)});
  EXPECT_EQ(requested(replicator, b), (Ranges{{{b, 0}, 3, open_end}}));
  replicator.disconnect(b);
  EXPECT_EQ(requested(replicator, c), (Ranges{{{b, 0}, 3, open_end}}));
}

TEST(Replicator, ASourceGivesWayToTheAuthorOnceItHasNothingMore) {
  auto replicator = replicator_of_a();
  replicator.connect(c);
  end_report(replicator, c, {dot(b, 2)});
  replicator.requests();
  replicator.connect(b);
  end_report(replicator, b, {dot(b, 2)});
  EXPECT_TRUE(requested(replicator, b).empty()) << "two sources at once";
  EXPECT_EQ(replicator.judge(c, dot(b, 1)), Replicator::Verdict::take);
  EXPECT_EQ(replicator.judge(c, dot(b, 2)), Replicator::Verdict::take);
  Ranges of_b;
  Ranges of_c;
  for (const auto& [to, fetch] : replicator.requests()) (to == b ? of_b : of_c) = fetch.ranges;
  EXPECT_EQ(of_b, (Ranges{{{b, 0}, 2, open_end}}));
  EXPECT_EQ(of_c, (Ranges{{{b, 0}, 2, 2}})) << "c is to stop";
}

TEST(Replicator, TakesOnlyWhatItAskedForAndInTurn) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  EXPECT_EQ(replicator.judge(b, dot(b, 1)), Replicator::Verdict::unasked);
  end_report(replicator, b);
  replicator.requests();
  EXPECT_EQ(replicator.judge(b, dot(b, 2)), Replicator::Verdict::unasked) << "a gap";
  EXPECT_EQ(replicator.judge(b, dot(b, 1)), Replicator::Verdict::take);
  EXPECT_EQ(replicator.judge(b, dot(b, 1)), Replicator::Verdict::held);
}

TEST(Replicator, IgnoresLogsOfStrangers) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  EXPECT_FALSE(replicator.on_clock(b, {{dot(key_of(77), 5)}}));
  EXPECT_TRUE(replicator.caught_up());
  replicator.on_fetch(b, {{{{key_of(77), 0}, 0, open_end}}});
  EXPECT_FALSE(replicator.next_to_serve(b));
  EXPECT_FALSE(replicator.on_clock(c, {{dot(c, 5)}})) << "c is not connected";
}

TEST(Replicator, IsCaughtUpOnceItHoldsAllThatItWasEverTold) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  EXPECT_TRUE(replicator.on_clock(b, {{dot(c, 1)}}));
  EXPECT_FALSE(replicator.caught_up());
  replicator.disconnect(b);
  EXPECT_FALSE(replicator.caught_up());
  Replicator restarted(a, {}, replicator.told());
  EXPECT_FALSE(restarted.caught_up());
}

TEST(Replicator, ServesWhatWasAskedOwnLogFirstAndThenWhatComes) {
  auto replicator = replicator_of_a({dot(a, 2), dot(c, 4)});
  replicator.connect(b);
  replicator.on_fetch(b, {{{{c, 0}, 1, 3}, {{a, 0}, 0, open_end}}});
  auto serve = replicator.next_to_serve(b);
  ASSERT_TRUE(serve);
  EXPECT_EQ(serve->log.device, a);
  EXPECT_EQ(serve->after, 0U);
  EXPECT_EQ(serve->until, 2U);
  replicator.served(b, {{dot(a, 1), 10}, {dot(a, 2), 10}});
  serve = replicator.next_to_serve(b);
  EXPECT_EQ(serve->log.device, c);
  EXPECT_EQ(serve->until, 3U);
  replicator.served(b, {{dot(c, 2), 10}, {dot(c, 3), 10}});
  EXPECT_FALSE(replicator.next_to_serve(b));
  replicator.logged(dot(a, 3));
  serve = replicator.next_to_serve(b);
  EXPECT_EQ(serve->after, 2U);
  EXPECT_EQ(serve->until, 3U);
  replicator.on_fetch(b, {{{{a, 0}, 2, 2}}});
  EXPECT_FALSE(replicator.next_to_serve(b)) << "told to stop";
}

TEST(Replicator, StopsAtTheWindowAndGoesOnWithTheAcknowledgement) {
  auto replicator = replicator_of_a({dot(a, 10)});
  replicator.connect(b);
  replicator.on_fetch(b, {{{{a, 0}, 0, open_end}}});
  replicator.served(b, {{dot(a, 1), window_bytes - 1}});
  EXPECT_EQ(replicator.next_to_serve(b)->bytes, 1U);
  replicator.served(b, {{dot(a, 2), 1}});
  EXPECT_FALSE(replicator.next_to_serve(b));
  replicator.on_committed(b, 3);
  EXPECT_FALSE(replicator.next_to_serve(b)) << "more than was ever sent";
  replicator.on_committed(b, 1);
  EXPECT_TRUE(replicator.next_to_serve(b));
  EXPECT_TRUE(replicator.has_acknowledged(b, dot(a, 1)));
  EXPECT_FALSE(replicator.has_acknowledged(b, dot(a, 2)));
}

TEST(Replicator, CountsEveryEventOnceInItsAcknowledgement) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  end_report(replicator, b);
  replicator.requests();
  EXPECT_FALSE(replicator.acknowledge(b));
  replicator.judge(b, dot(b, 1));
  replicator.judge(b, dot(b, 1));
  replicator.judge(b, dot(b, 9));
  EXPECT_EQ(replicator.acknowledge(b)->committed.count, 3U);
  EXPECT_FALSE(replicator.acknowledge(b));
}

// DESIGN 7, rule 3: an acknowledgement never overtakes the news of an own event logged before it.
TEST(Replicator, TellsOfOwnEventsThatTheWindowHoldsBackBeforeItAcknowledges) {
  auto replicator = replicator_of_a({dot(a, 1)});
  replicator.connect(b);
  end_report(replicator, b);
  replicator.requests();
  replicator.report(b);
  replicator.on_fetch(b, {{{{a, 0}, 1, open_end}}});
  replicator.judge(b, dot(b, 1));
  EXPECT_FALSE(replicator.acknowledge(b)->own_prefix) << "nothing is held back";
  replicator.logged(dot(a, 2));
  replicator.judge(b, dot(b, 2));
  const auto acknowledgement = replicator.acknowledge(b);
  ASSERT_TRUE(acknowledgement->own_prefix);
  EXPECT_EQ(acknowledgement->own_prefix->prefixes, std::vector{dot(a, 2)});
}

TEST(Replicator, APeerIsBehindWhileItLacksOwnEventsThatItWasToldOf) {
  auto replicator = replicator_of_a({dot(a, 5)});
  replicator.connect(b);
  EXPECT_FALSE(replicator.is_behind(b)) << "it was told nothing, so it may think that it has all";
  replicator.report(b);
  EXPECT_FALSE(replicator.is_behind(b)) << "it may have them from elsewhere";
  replicator.on_fetch(b, {{{{a, 0}, 3, open_end}}});
  EXPECT_TRUE(replicator.is_behind(b));
  replicator.served(b, {{dot(a, 4), 1}, {dot(a, 5), 1}});
  EXPECT_FALSE(replicator.is_behind(b)) << "they are on their way, and it may be about to have them";
  replicator.logged(dot(a, 6));
  EXPECT_FALSE(replicator.is_behind(b)) << "of number 6 it was not told";
  ASSERT_TRUE(replicator.own_prefix_for(b));
  EXPECT_TRUE(replicator.is_behind(b));
  EXPECT_FALSE(replicator.own_prefix_for(b)) << "told already";
}

TEST(Replicator, TellsChangedPrefixesAtMostOnceASecondAndOnlyToWhoCannotKnow) {
  auto replicator = replicator_of_a();
  replicator.connect(b);
  replicator.connect(c);
  end_report(replicator, b);
  end_report(replicator, c);
  replicator.requests();
  replicator.on_fetch(c, {{{{a, 0}, 0, open_end}}});
  replicator.judge(b, dot(b, 1));
  auto told = replicator.changed_clocks(5'000);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].first, c) << "b sent it and gets the acknowledgement";
  replicator.judge(b, dot(b, 2));
  EXPECT_EQ(replicator.deadline_ms(), 6'000U);
  EXPECT_TRUE(replicator.changed_clocks(5'999).empty());
  EXPECT_EQ(replicator.changed_clocks(6'000).size(), 1U);
  EXPECT_EQ(replicator.deadline_ms(), std::nullopt) << "P10: nothing more to say";
}

TEST(Replicator, ReportsAllLogsInPacketsThatFitAndEndsThem) {
  VectorClock held;
  std::set<PublicKey> members{a};
  for (std::uint8_t n = 10; n < 60; ++n) {
    held.raise({key_of(n), 0}, n);
    members.insert(key_of(n));
  }
  Replicator replicator(a, held, held);
  replicator.set_members(members);
  replicator.connect(b);
  const auto report = replicator.report(b);
  ASSERT_EQ(report.size(), 3U);
  EXPECT_EQ(report[0].prefixes.size(), packet::clock_entries_max);
  EXPECT_TRUE(report[2].prefixes.empty());
}

// A small net of replicators that lose connections at random. In the end, when all are connected, all hold the same
// (P1, and P10: it becomes quiet). Does not check contents, packets or the store: the engine's tests do.
struct Net {
  static constexpr std::size_t size = 4;
  std::vector<Replicator> nodes;
  std::vector<std::uint32_t> logged = std::vector<std::uint32_t>(size, 0);
  std::set<std::pair<std::size_t, std::size_t>> links;
  std::uint64_t now = 0;
  std::size_t packets = 0;

  Net() {
    std::set<PublicKey> members;
    for (std::size_t i = 0; i < size; ++i) members.insert(name(i));
    for (std::size_t i = 0; i < size; ++i) {
      nodes.emplace_back(name(i), VectorClock{}, VectorClock{});
      nodes.back().set_members(members);
    }
  }
  static PublicKey name(std::size_t i) { return key_of(static_cast<std::uint8_t>(i + 1)); }
  static std::size_t index(const PublicKey& key) { return key.bytes[0] - 1U; }

  void set_link(std::size_t i, std::size_t j, bool up) {
    if (i == j || up == links.contains({std::min(i, j), std::max(i, j)})) return;
    if (!up) {
      links.erase({std::min(i, j), std::max(i, j)});
      nodes[i].disconnect(name(j));
      nodes[j].disconnect(name(i));
      return;
    }
    links.insert({std::min(i, j), std::max(i, j)});
    nodes[i].connect(name(j));
    nodes[j].connect(name(i));
    for (const auto& clock : nodes[i].report(name(j))) nodes[j].on_clock(name(i), clock);
    for (const auto& clock : nodes[j].report(name(i))) nodes[i].on_clock(name(j), clock);
  }

  void log(std::size_t i) { nodes[i].logged(dot(name(i), ++logged[i])); }

  // One turn of every node.
  void turn() {
    now += 500;
    for (std::size_t i = 0; i < size; ++i) {
      for (const auto& [to, fetch] : nodes[i].requests()) ++packets, nodes[index(to)].on_fetch(name(i), fetch);
      for (const PublicKey& to : nodes[i].connected_peers()) turn_of(i, index(to));
      for (const auto& [to, clock] : nodes[i].changed_clocks(now)) ++packets, nodes[index(to)].on_clock(name(i), clock);
    }
  }
  void turn_of(std::size_t i, std::size_t j) {
    if (const auto serve = nodes[i].next_to_serve(name(j))) {
      const Dot next = Dot::of(serve->log, serve->after + 1);
      nodes[i].served(name(j), {{next, 100}});
      nodes[j].judge(name(i), next);
      ++packets;
    }
    if (const auto acknowledgement = nodes[i].acknowledge(name(j))) {
      ++packets;
      nodes[j].on_committed(name(i), acknowledgement->committed.count);
    }
  }
};

RC_GTEST_PROP(Replicator, EverythingReachesEveryoneAndThenThereIsQuiet, ()) {
  Net net;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::pair<std::size_t, std::size_t>>>>(
      rc::gen::pair(rc::gen::inRange(0, 4), rc::gen::pair(rc::gen::inRange<std::size_t>(0, Net::size),
                                                          rc::gen::inRange<std::size_t>(0, Net::size))));
  for (const auto& [what, pair] : steps) {
    if (what == 0) net.log(pair.first);
    if (what == 1) net.set_link(pair.first, pair.second, true);
    if (what == 2) net.set_link(pair.first, pair.second, false);
    if (what == 3) net.turn();
  }
  // A line, so that events must be relayed: 0 - 1 - 2 - 3.
  for (std::size_t i = 0; i < Net::size; ++i) {
    for (std::size_t j = i + 1; j < Net::size; ++j) net.set_link(i, j, j == i + 1);
  }
  for (std::size_t i = 0; i < 40 + 8 * steps.size(); ++i) net.turn();
  for (std::size_t i = 0; i < Net::size; ++i) {
    RC_ASSERT(net.nodes[i].caught_up());
    for (std::size_t j = 0; j < Net::size; ++j) {
      RC_ASSERT(net.nodes[i].held().prefix({Net::name(j), 0}) == net.logged[j]);
    }
  }
  const std::size_t packets = net.packets;
  for (int i = 0; i < 10; ++i) net.turn();
  RC_ASSERT(net.packets == packets);
}

}  // namespace
}  // namespace toxtore
