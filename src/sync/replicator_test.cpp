// The replicator: each rule of its headers by example. Many replicators together: net_test.cpp.
#include "sync/replicator.h"

#include <gtest/gtest.h>

#include "model/test_keys.h"

namespace toxtore {
namespace {

const PublicKey a = key_of(1);
const PublicKey b = key_of(2);
const PublicKey c = key_of(3);
const LogId log_a{a, 0};
const LogId log_b{b, 0};
const LogId log_c{c, 0};

Dot dot(const PublicKey& device, std::uint32_t number) { return Dot::of({device, 0}, number); }

VectorClock clock_of(const std::vector<Dot>& prefixes) {
  VectorClock clock;
  for (const Dot& prefix : prefixes) clock.raise(prefix.log(), prefix.number());
  return clock;
}

using Ranges = std::vector<packet::Fetch::Range>;
using Class = Replicator::Class;
using Verdict = Replicator::Verdict;

// Device a, with b and c as its user's other devices.
class DeviceA : public Replicator {
 public:
  explicit DeviceA(const std::vector<Dot>& held = {}) : DeviceA(Holdings(clock_of(held))) {}
  explicit DeviceA(const Holdings& held) : Replicator(a, held, {}) { set_devices({a, b, c}, {}, {}); }
  void connect(const PublicKey& peer, bool takes_ranges = true) { Replicator::connect(peer, takes_ranges); }
  void end_report(const PublicKey& peer, const std::vector<Dot>& prefixes = {}) {
    if (!prefixes.empty()) on_clock(peer, {prefixes});
    on_clock(peer, {});
  }
  std::map<PublicKey, Ranges> requested(std::uint64_t now_ms = 1'000) {
    std::map<PublicKey, Ranges> ranges;
    for (const auto& [to, packet] : requests(now_ms)) {
      if (const auto* fetch = std::get_if<packet::Fetch>(&packet)) {
        ranges[to].insert(ranges[to].end(), fetch->ranges.begin(), fetch->ranges.end());
      }
    }
    return ranges;
  }
  /// What it is asked for; serves it whole.
  Ranges serve(const PublicKey& peer, Class cls, std::size_t bytes_each = 10) {
    Ranges served_ranges;
    while (const auto piece = next_to_serve(peer, cls)) {
      Sent sent;
      for (std::uint32_t n = piece->after + 1; n <= piece->until; ++n)
        sent.emplace_back(Dot::of(piece->log, n), bytes_each);
      served(peer, cls, *piece, sent);
      served_ranges.push_back({piece->log, piece->after, piece->until});
    }
    return served_ranges;
  }
};

TEST(Replicator, AsksNothingBeforeTheReportHasEnded) {
  DeviceA device;
  device.connect(b);
  device.on_clock(b, {{dot(b, 5)}});
  EXPECT_TRUE(device.requested().empty());
  device.on_clock(b, {});
  EXPECT_EQ(device.requested()[b], (Ranges{{log_b, 5, open_end}, {log_b, 0, 5}})) << "the news, and what is missing";
  EXPECT_TRUE(device.requested().empty()) << "asked twice";
}

TEST(Replicator, PrefersTheAuthorAndFallsBackToWhoeverHasIt) {
  DeviceA device({dot(b, 3)});
  device.connect(b);
  device.connect(c);
  device.end_report(b, {dot(b, 5)});
  device.end_report(c, {dot(b, 5), dot(c, 1)});
  auto asked = device.requested();
  EXPECT_EQ(asked[b], (Ranges{{log_b, 5, open_end}, {log_b, 3, 5}}));
  EXPECT_EQ(asked[c], (Ranges{{log_c, 1, open_end}, {log_c, 0, 1}}));
  device.disconnect(b);
  EXPECT_EQ(device.requested()[c], (Ranges{{log_b, 5, open_end}, {log_b, 3, 5}}));
}

TEST(Replicator, ASourceGivesWayToTheAuthorOnceItHasNothingMore) {
  DeviceA device;
  device.connect(c);
  device.end_report(c, {dot(b, 2)});
  device.requested();
  device.connect(b);
  device.end_report(b, {dot(b, 2)});
  EXPECT_TRUE(device.requested().empty()) << "two sources at once";
  EXPECT_EQ(device.judge(c, dot(b, 1)), Verdict::take);
  EXPECT_EQ(device.judge(c, dot(b, 2)), Verdict::take);
  auto asked = device.requested();
  EXPECT_EQ(asked[b], (Ranges{{log_b, 2, open_end}}));
  EXPECT_EQ(asked[c], (Ranges{{log_b, 2, 2}})) << "c is to stop";
}

TEST(Replicator, ALongAbsenceIsAskedForInBlocksNewestFirstFromAll) {
  DeviceA device;
  device.connect(b);
  device.connect(c);
  device.end_report(b, {dot(b, 20'000)});
  device.end_report(c, {dot(b, 20'000)});
  for (const auto& [peer, ranges] : device.requested(1'000)) {
    for (const auto& range : ranges) EXPECT_EQ(range.until, open_end) << "first comes a page";
  }
  device.on_page_ended(b);
  auto asked = device.requested(1'100);
  Ranges blocks = asked[b];
  blocks.insert(blocks.end(), asked[c].begin(), asked[c].end());
  EXPECT_EQ(blocks,
            (Ranges{{log_b, 15'904, 20'000}, {log_b, 7'712, 11'808}, {log_b, 11'808, 15'904}, {log_b, 3'616, 7'712}}));
  for (std::uint32_t n = 15'905; n <= 20'000; ++n) device.judge(b, dot(b, n));
  EXPECT_EQ(device.requested(1'200)[b], (Ranges{{log_b, 0, 3'616}})) << "the next one";
}

TEST(Replicator, WhoLacksMuchAsksOnePeerForAPageAndWaitsForIt) {
  DeviceA device;
  device.connect(b);
  device.connect(c);
  device.end_report(b, {dot(b, 10'000)});
  device.end_report(c, {dot(b, 10'000)});
  std::size_t pages = 0;
  for (const auto& [to, packet] : device.requests(1'000)) pages += std::holds_alternative<packet::Page>(packet);
  EXPECT_EQ(pages, 1U);
  EXPECT_EQ(device.judge(b, dot(c, 7)), Verdict::take) << "anything may belong to the page";
  EXPECT_EQ(device.judge(c, dot(b, 9)), Verdict::unasked);
  EXPECT_EQ(device.judge(b, dot(b, 9'000)), Verdict::take);
  device.on_page_ended(b);
  EXPECT_EQ(device.judge(b, dot(c, 9)), Verdict::unasked);
  for (const auto& [to, ranges] : device.requested(1'100)) {
    for (const auto& range : ranges) {
      EXPECT_FALSE(range.after < 9'000 && 9'000 <= range.until && range.log == log_b) << "it came with the page";
    }
  }
}

TEST(Replicator, APageThatDoesNotComeIsNotWaitedForLong) {
  DeviceA device;
  device.connect(b);
  device.end_report(b, {dot(b, 10'000)});
  EXPECT_EQ(device.requested(1'000)[b].size(), 1U) << "only the tail";
  EXPECT_EQ(device.deadline_ms(), 1'000 + page_wait_ms);
  EXPECT_FALSE(device.requested(1'000 + page_wait_ms).empty());
}

TEST(Replicator, NewsThatAreOnTheirWayAreNoAbsence) {
  DeviceA device;
  device.connect(b);
  device.end_report(b);
  device.requested();
  device.on_clock(b, {{dot(b, 10'000)}});  // it told its prefix, since its window was full
  EXPECT_TRUE(device.requests(1'100).empty());
}

// A block in the middle of a gap needs a range of its own while it comes.
TEST(Replicator, NearTheBoundOnRangesItAsksOnlyForWhatJoinsThem) {
  Holdings held;
  for (std::uint32_t i = 1; i < ranges_ahead_max; ++i) held.add(dot(b, 10'000 * i));
  DeviceA device(held);
  device.connect(b);
  device.end_report(b, {dot(b, 700'000)});
  device.requested();
  device.on_page_ended(b);
  const Ranges blocks = device.requested(1'100)[b];
  ASSERT_FALSE(blocks.empty());
  for (const auto& block : blocks) EXPECT_EQ(block.after % 10'000, 0U) << block.after;
}

TEST(Replicator, APageMayUseHalfOfTheRangesOnly) {
  DeviceA device;
  device.connect(b);
  device.end_report(b, {dot(b, 10'000)});
  device.requested();
  std::size_t taken = 0;
  for (std::uint32_t n = 9'000; n > 8'000; n -= 2) taken += device.judge(b, dot(b, n)) == Verdict::take ? 1 : 0;
  EXPECT_EQ(taken, page_ranges_max);
}

TEST(Replicator, TakesOnlyWhatItAskedFor) {
  DeviceA device;
  device.connect(b);
  EXPECT_EQ(device.judge(b, dot(b, 1)), Verdict::unasked);
  device.end_report(b);
  device.requested();
  EXPECT_EQ(device.judge(b, dot(b, 1)), Verdict::take);
  EXPECT_EQ(device.judge(b, dot(b, 1)), Verdict::held);
  EXPECT_EQ(device.judge(b, dot(c, 1)), Verdict::unasked);
  EXPECT_EQ(device.judge(b, dot(a, 1)), Verdict::unasked) << "our own log is whole";
  EXPECT_EQ(device.judge(c, dot(b, 2)), Verdict::unasked) << "c is not connected";
}

// Its own log has no gaps, so a number that was passed over got lost on the way.
TEST(Replicator, AsksTheAuthorForWhatItsNewsPassedOver) {
  DeviceA device;
  device.connect(b);
  device.end_report(b);
  device.requested();
  device.judge(b, dot(b, 1));
  device.judge(b, dot(b, 3));
  EXPECT_EQ(device.requested()[b], (Ranges{{log_b, 1, 2}}));
}

TEST(Replicator, IgnoresLogsOfStrangers) {
  DeviceA device;
  device.connect(b);
  EXPECT_FALSE(device.on_clock(b, {{dot(key_of(77), 5)}}));
  EXPECT_FALSE(device.on_holdings(b, {{{{key_of(77), 0}, 3, 5}}}));
  EXPECT_EQ(device.missing_count(), 0U);
  device.on_fetch(b, {{{{key_of(77), 0}, 0, open_end}}});
  EXPECT_FALSE(device.next_to_serve(b, Class::live));
  EXPECT_FALSE(device.on_clock(c, {{dot(c, 5)}})) << "c is not connected";
}

TEST(Replicator, KnowsFromWhereOnItHoldsAllThatItWasEverTold) {
  DeviceA device;
  EXPECT_EQ(device.complete_from(), std::vector<Dot>{});
  device.connect(b);
  EXPECT_TRUE(device.on_clock(b, {{dot(c, 9)}}));
  EXPECT_EQ(device.complete_from(), std::nullopt);
  device.end_report(b);
  device.requested();
  for (std::uint32_t n = 6; n <= 9; ++n) {
    EXPECT_EQ(device.complete_from(), std::nullopt);
    device.judge(b, dot(c, n));
  }
  EXPECT_EQ(device.complete_from(), std::vector{dot(c, 6)});
  device.disconnect(b);
  Replicator restarted(a, device.held(), device.told());
  EXPECT_EQ(restarted.complete_from(), std::vector{dot(c, 6)});
  device.connect(b);
  EXPECT_TRUE(device.on_holdings(b, {{{log_c, 12, 15}}}));
  EXPECT_EQ(device.complete_from(), std::nullopt) << "later ones lack";
}

TEST(Replicator, ServesWhatWasAskedOwnLogFirstAndThenWhatComes) {
  DeviceA device({dot(a, 2), dot(c, 4)});
  device.connect(b);
  device.on_fetch(b, {{{log_c, 1, 3}, {log_a, 0, open_end}}});
  EXPECT_EQ(device.serve(b, Class::live), Ranges{}) << "all of it is old";
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_a, 0, 2}, {log_c, 1, 3}}));
  device.logged(dot(a, 3));
  EXPECT_EQ(device.serve(b, Class::live), (Ranges{{log_a, 2, 3}}));
  device.on_fetch(b, {{{log_a, 2, 2}}});
  device.logged(dot(a, 4));
  EXPECT_EQ(device.serve(b, Class::live), Ranges{}) << "told to stop";
}

TEST(Replicator, LeavesOutWhatThePeerHolds) {
  DeviceA device({dot(c, 10)});
  device.connect(b);
  device.on_fetch(b, {{{log_c, 0, 10}}});
  device.on_holdings(b, {{{log_c, 4, 6}}});
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_c, 0, 3}, {log_c, 6, 10}}));
}

TEST(Replicator, APeerOfTheFirstFormGetsALogWithoutGaps) {
  DeviceA device({dot(c, 3)});
  device.connect(c);
  device.end_report(c, {dot(c, 3)});
  device.requested();
  device.judge(c, dot(c, 5));
  device.connect(b, false);
  device.on_fetch(b, {{{log_c, 0, open_end}}});
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_c, 0, 3}}));
  device.judge(c, dot(c, 4));
  device.requested();
  device.judge(c, dot(c, 4));
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_c, 3, 5}}));
}

TEST(Replicator, APeerOfTheFirstFormIsAskedForOneRangeALogLowestFirst) {
  DeviceA device({dot(b, 3)});
  device.connect(c);
  device.end_report(c);
  device.on_holdings(c, {{{log_b, 6, 7}}});
  device.requested();
  device.judge(c, dot(b, 6));
  device.judge(c, dot(b, 7));
  device.disconnect(c);
  device.connect(b, false);
  device.end_report(b, {dot(b, 9)});
  EXPECT_EQ(device.requested()[b], (Ranges{{log_b, 3, 5}}));
  device.judge(b, dot(b, 4));
  EXPECT_TRUE(device.requested().empty());
  device.judge(b, dot(b, 5));
  EXPECT_EQ(device.requested()[b], (Ranges{{log_b, 7, open_end}}));
}

TEST(Replicator, EachClassStopsAtItsWindowAndGoesOnWithTheAcknowledgement) {
  DeviceA device({dot(a, 10)});
  device.connect(b);
  device.on_fetch(b, {{{log_a, 0, 10}, {log_a, 10, open_end}}});
  const auto piece = device.next_to_serve(b, Class::backfill);
  device.served(b, Class::backfill, *piece, {{dot(a, 1), backfill_window_bytes - 1}});
  EXPECT_EQ(device.next_to_serve(b, Class::backfill)->bytes, 1U);
  device.served(b, Class::backfill, *piece, {{dot(a, 2), 1}});
  EXPECT_FALSE(device.next_to_serve(b, Class::backfill));
  device.logged(dot(a, 11));
  ASSERT_TRUE(device.next_to_serve(b, Class::live)) << "it waits behind the backfill";
  EXPECT_EQ(device.next_to_serve(b, Class::live)->bytes, live_window_bytes);
  device.on_committed(b, 3);
  EXPECT_FALSE(device.next_to_serve(b, Class::backfill)) << "more than was ever sent";
  device.on_committed(b, 1);
  EXPECT_TRUE(device.next_to_serve(b, Class::backfill));
  EXPECT_TRUE(device.has_acknowledged(b, dot(a, 1)));
  EXPECT_FALSE(device.has_acknowledged(b, dot(a, 2)));
}

TEST(Replicator, APeerThatAsksWithoutEndCostsBoundedMemory) {
  DeviceA device({dot(c, 1'000'000)});
  device.connect(b);
  for (std::uint32_t i = 0; i < 5'000; ++i) device.on_fetch(b, {{{log_c, 3 * i, 3 * i + 1}, {log_c, 0, 2}}});
  EXPECT_LE(device.serve(b, Class::backfill).size(), waiting_blocks_max);
}

// An acknowledgement counts also what did not decode. Who asks again lacks it.
TEST(Replicator, WhoAsksForItAgainLacksIt) {
  DeviceA device({dot(a, 4)});
  device.connect(b);
  device.on_fetch(b, {{{log_a, 0, 4}}});
  device.serve(b, Class::backfill);
  device.on_committed(b, 4);
  device.on_fetch(b, {{{log_a, 1, 2}}});
  EXPECT_FALSE(device.has_acknowledged(b, dot(a, 2)));
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_a, 1, 2}}));
}

TEST(Replicator, WhatWasUnderWayWhenItWasAskedForAgainProvesNothing) {
  DeviceA device({dot(a, 4)});
  device.connect(b);
  device.on_fetch(b, {{{log_a, 0, 4}}});
  device.serve(b, Class::backfill);
  device.on_fetch(b, {{{log_a, 1, 2}}});
  device.on_committed(b, 4);
  EXPECT_TRUE(device.has_acknowledged(b, dot(a, 1)));
  EXPECT_FALSE(device.has_acknowledged(b, dot(a, 2)));
  EXPECT_EQ(device.serve(b, Class::backfill), (Ranges{{log_a, 1, 2}}));
}

TEST(Replicator, APageLeavesOutWhatComesByItself) {
  DeviceA device({dot(a, 10)});
  device.connect(b);
  EXPECT_FALSE(device.is_needless_in_page(b, dot(a, 7)));
  device.on_fetch(b, {{{log_a, 7, open_end}}});
  EXPECT_FALSE(device.is_needless_in_page(b, dot(a, 7)));
  EXPECT_TRUE(device.is_needless_in_page(b, dot(a, 8)));
  device.on_holdings(b, {{{log_a, 3, 3}}});
  EXPECT_TRUE(device.is_needless_in_page(b, dot(a, 3)));
}

TEST(Replicator, WhatWasStoppedOrCameWithAPageProvesNothing) {
  DeviceA device({dot(a, 4)});
  device.connect(b);
  device.on_fetch(b, {{{log_a, 0, 2}}});
  device.serve(b, Class::backfill);
  device.on_fetch(b, {{{log_a, 0, 0}}});
  device.served_page(b, {{dot(a, 4), 10}});
  device.on_committed(b, 3);
  for (const std::uint32_t n : {1U, 2U, 4U}) EXPECT_FALSE(device.has_acknowledged(b, dot(a, n))) << n;
}

TEST(Replicator, CountsEveryEventOnceInItsAcknowledgement) {
  DeviceA device;
  device.connect(b);
  device.end_report(b);
  device.requested();
  EXPECT_FALSE(device.acknowledge(b));
  device.judge(b, dot(b, 1));
  device.judge(b, dot(b, 1));
  device.judge(b, dot(c, 9));
  EXPECT_EQ(device.acknowledge(b)->committed.count, 3U);
  EXPECT_FALSE(device.acknowledge(b));
}

// DESIGN 7, rule 3: an acknowledgement never overtakes the news of an own event logged before it.
TEST(Replicator, TellsOfOwnEventsThatTheWindowHoldsBackBeforeItAcknowledges) {
  DeviceA device({dot(a, 1)});
  device.connect(b);
  device.end_report(b);
  device.requested();
  device.report(b);
  device.on_fetch(b, {{{log_a, 1, open_end}}});
  device.judge(b, dot(b, 1));
  EXPECT_FALSE(device.acknowledge(b)->own_prefixes) << "nothing is held back";
  device.logged(dot(a, 2));
  device.judge(b, dot(b, 2));
  const auto acknowledgement = device.acknowledge(b);
  ASSERT_TRUE(acknowledgement->own_prefixes);
  EXPECT_EQ(acknowledgement->own_prefixes->prefixes, std::vector{dot(a, 2)});
}

TEST(Replicator, APeerIsBehindWhileItLacksOwnEventsThatItWasToldOf) {
  DeviceA device({dot(a, 5)});
  device.connect(b);
  EXPECT_FALSE(device.is_behind(b)) << "it was told nothing, so it may think that it has all";
  device.report(b);
  EXPECT_FALSE(device.is_behind(b)) << "it may have them from elsewhere";
  device.on_fetch(b, {{{log_a, 3, open_end}}});
  EXPECT_TRUE(device.is_behind(b));
  device.serve(b, Class::backfill);
  EXPECT_FALSE(device.is_behind(b)) << "they are on their way, and it may be about to have them";
  device.logged(dot(a, 6));
  EXPECT_FALSE(device.is_behind(b)) << "of number 6 it was not told";
  ASSERT_TRUE(device.own_prefixes_for(b));
  EXPECT_TRUE(device.is_behind(b));
  EXPECT_FALSE(device.own_prefixes_for(b)) << "told already";
}

TEST(Replicator, TellsChangesAtMostOnceASecondAndOnlyToWhoCannotKnow) {
  DeviceA device;
  device.connect(b);
  device.connect(c);
  device.end_report(b);
  device.end_report(c);
  device.requested();
  device.on_fetch(c, {{{log_a, 0, open_end}}});
  device.logged(dot(a, 1));
  device.judge(b, dot(b, 1));
  auto told = device.changed_holdings(5'000);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(std::get<packet::Clock>(told[0].second).prefixes, std::vector{dot(a, 1)}) << "b did not ask for our log";
  EXPECT_EQ(told[1].first, c);
  EXPECT_EQ(std::get<packet::Clock>(told[1].second).prefixes, std::vector{dot(b, 1)}) << "c did, and b sent b's";
  device.judge(b, dot(b, 2));
  EXPECT_EQ(device.deadline_ms(), 6'000U);
  EXPECT_TRUE(device.changed_holdings(5'999).empty());
  EXPECT_EQ(device.changed_holdings(6'000).size(), 1U);
  EXPECT_EQ(device.deadline_ms(), std::nullopt) << "P10: nothing more to say";
}

TEST(Replicator, ReportsAllHoldingsInPacketsThatFitAndEndsThem) {
  Holdings held;
  std::set<PublicKey> members{a};
  for (std::uint8_t n = 10; n < 60; ++n) {
    held.add({key_of(n), 0}, {1, n});
    held.add({key_of(n), 0}, {100, 200});
    members.insert(key_of(n));
  }
  Replicator device(a, held, {});
  device.set_devices(members, {}, {});
  device.connect(b, true);
  const auto report = device.report(b);
  ASSERT_EQ(report.size(), 5U);
  EXPECT_EQ(std::get<packet::Clock>(report[0]).prefixes.size(), packet::clock_entries_max);
  EXPECT_EQ(std::get<packet::Holdings>(report[2]).ranges.size(), packet::holdings_ranges_max);
  EXPECT_EQ(std::get<packet::Holdings>(report[3]).ranges.back().until, 200U);
  EXPECT_TRUE(std::get<packet::Clock>(report[4]).prefixes.empty());
  device.connect(c, false);
  EXPECT_EQ(device.report(c).size(), 3U) << "one of the first form knows prefixes only";
}

// 64 single numbers, and then, after the gaps between them have closed, 64 others: in the middle of the telling both
// are known.
TEST(Replicator, TakesNoteOfRangesThatReplaceOthers) {
  DeviceA device;
  device.connect(b);
  packet::Holdings first;
  packet::Holdings second;
  for (std::uint32_t i = 0; i < ranges_ahead_max; ++i) {
    first.ranges.push_back({log_c, 1'000 + 2 * i, 1'000 + 2 * i});
    second.ranges.push_back({log_c, 10 + 2 * i, 10 + 2 * i});
  }
  device.on_holdings(b, first);
  device.on_holdings(b, second);
  device.end_report(b);
  EXPECT_EQ(device.known_of(b)->count(), 2 * ranges_ahead_max);
}

TEST(Replicator, KnowsWhatIsHeldElsewhere) {
  DeviceA device({dot(a, 10), dot(b, 5)});
  EXPECT_EQ(device.held_only_here(), 15U);
  device.connect(b);
  device.end_report(b, {dot(a, 4), dot(b, 9)});
  EXPECT_EQ(device.held_only_here(), 6U);
  device.on_holdings(b, {{{log_a, 8, 8}}});
  EXPECT_EQ(device.held_only_here(), 5U);
  device.disconnect(b);
  EXPECT_EQ(device.held_only_here(), 5U) << "b holds it also while it is away";
  device.connect(b);
  device.end_report(b, {dot(a, 10), dot(b, 9)});
  EXPECT_EQ(device.held_only_here(), 0U);
}

}  // namespace
}  // namespace toxtore
