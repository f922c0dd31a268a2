// The simulator is tested: each planted bug is found within a stated number of seeds (docs/TESTING.md has the table).
#include "base/planted.h"

#include <gtest/gtest.h>

#include "sim/run.h"
#include "sim/shrink.h"

namespace toxtore::sim {
namespace {

struct Case {
  PlantedBug bug;
  const char* name;
  std::uint64_t seeds;  ///< within so many it is found
  Plan (*plan)(std::uint64_t seed) = make_plan;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

/// Switches a bug on, and off again.
struct Planted {
  explicit Planted(PlantedBug bug) { planted_bug = bug; }
  ~Planted() { planted_bug = PlantedBug::none; }
};

std::optional<std::uint64_t> first_seed_that_finds(const Case& one) {
  const Planted planted(one.bug);
  for (std::uint64_t seed = 0; seed < one.seeds; ++seed) {
    Plan plan = one.plan(seed);
    plan.sql = false;  // the bugs of the disk are planted in front of the store in memory
    if (const auto violation = run(plan).violation) {
      std::printf("  seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), violation->promise.c_str(),
                  violation->what.c_str());
      return seed;
    }
  }
  return std::nullopt;
}

class PlantedBugs : public ::testing::TestWithParam<Case> {};

TEST_P(PlantedBugs, AreFound) {
  const auto seed = first_seed_that_finds(GetParam());
  EXPECT_TRUE(seed) << "not found within " << GetParam().seeds << " seeds";
}

constexpr Case cases[] = {
    {PlantedBug::keeps_hints, "keeps_hints", 100},
    {PlantedBug::asks_again_for_opaque, "asks_again_for_opaque", 100},
    {PlantedBug::clamps_clock, "clamps_clock", 100},
    {PlantedBug::reads_by_position, "reads_by_position", 1'000},
    {PlantedBug::merges_on_one_claim, "merges_on_one_claim", 1'000},
    {PlantedBug::last_arrival_wins, "last_arrival_wins", 100},
    {PlantedBug::never_yields, "never_yields", 1'000},
    {PlantedBug::ignores_what_it_lacks, "ignores_what_it_lacks", 1'000},
    {PlantedBug::forgets_strangers, "forgets_strangers", 1'000},
    {PlantedBug::volatile_claim, "volatile_claim", 1'000},
    {PlantedBug::hands_over_early, "hands_over_early", 1'000},
    {PlantedBug::keeps_authors_order, "keeps_authors_order", 100},
    {PlantedBug::trusts_any_dot, "trusts_any_dot", 1'000},
    {PlantedBug::plain_before_hello, "plain_before_hello", 100},
    {PlantedBug::keeps_no_witness, "keeps_no_witness", 1'000},
    {PlantedBug::trusts_old_database, "trusts_old_database", 1'000},
    {PlantedBug::sends_in_doubt, "sends_in_doubt", 2'000},
    {PlantedBug::reopens_log, "reopens_log", 1'000},
    {PlantedBug::hides_lost_life, "hides_lost_life", 1'000},
    {PlantedBug::first_come_keeps_name, "first_come_keeps_name", 1'000},
    {PlantedBug::takes_used_secret, "takes_used_secret", 1'000},
    {PlantedBug::takes_replayed_proof, "takes_replayed_proof", 1'000},
    {PlantedBug::serves_behind_cut, "serves_behind_cut", 1'000},
    {PlantedBug::hears_removed, "hears_removed", 1'000},
    {PlantedBug::comes_back, "comes_back", 100},
    {PlantedBug::keeps_log_open, "keeps_log_open", 1'000},
    {PlantedBug::cuts_own_short, "cuts_own_short", 1'000},
    {PlantedBug::hides_doubt, "hides_doubt", 1'000},
    {PlantedBug::fills_queues, "fills_queues", 10, flood_plan},
    {PlantedBug::sends_without_window, "sends_without_window", 10, flood_plan},
    {PlantedBug::drops_acknowledgements, "drops_acknowledgements", 100},
    {PlantedBug::skips_durability, "skips_durability", 100},
    {PlantedBug::commits_after_callback, "commits_after_callback", 1'000},
    {PlantedBug::set_back, "set_back", 100},
    {PlantedBug::forgets_relay, "forgets_relay", 100},
    {PlantedBug::drops_receipts, "drops_receipts", 100},
    {PlantedBug::forgets_row, "forgets_row", 100},
    {PlantedBug::forgets_reading, "forgets_reading", 1'000},
    {PlantedBug::forgets_roster, "forgets_roster", 1'000},
    {PlantedBug::forgets_token, "forgets_token", 100},
    {PlantedBug::two_events_one_dot, "two_events_one_dot", 100},
    {PlantedBug::reads_unseen, "reads_unseen", 100},
    {PlantedBug::chatters, "chatters", 100},
    {PlantedBug::tells_strangers, "tells_strangers", 100},
    {PlantedBug::falls_over_bad_bytes, "falls_over_bad_bytes", 100},
};
INSTANTIATE_TEST_SUITE_P(All, PlantedBugs, ::testing::ValuesIn(cases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Shrinking, LeavesFewStepsThatStillFail) {
  const auto seed = first_seed_that_finds({PlantedBug::forgets_token, "forgets_token", 100});
  ASSERT_TRUE(seed);
  const Planted planted(PlantedBug::forgets_token);
  const Plan plan = make_plan(*seed);
  const Plan cut = shrink(plan);
  EXPECT_EQ(promise_violated(cut), promise_violated(plan));
  EXPECT_LE(cut.steps.size(), 2U);
}

}  // namespace
}  // namespace toxtore::sim
