// The simulator in the normal test run: it repeats itself, kept plans hold, and so do a thousand seeds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sim/run.h"
#include "sim/shrink.h"

namespace toxtore::sim {
namespace {

std::uint64_t seeds_to_run() {
  const char* wanted = std::getenv("TOXTORE_SIM_SEEDS");
  return wanted == nullptr ? 1'000 : std::strtoull(wanted, nullptr, 10);
}

std::string in_words(const Plan& plan, const Outcome& outcome) {
  if (!outcome.violation) return {};
  std::string words = outcome.violation->promise + ": " + outcome.violation->what + "\n" + text_of(plan);
  for (const std::string& line : run(plan, 40).trace) words += line + "\n";
  return words;
}

std::vector<Plan> kept_plans() {
  std::ifstream file(TOXTORE_SIM_SEEDS_FILE);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file) << TOXTORE_SIM_SEEDS_FILE;
  auto plans = plans_from_text(text.str());
  EXPECT_TRUE(plans) << "seeds.txt is no text of plans, or names an action that does not exist";
  return plans.value_or(std::vector<Plan>{});
}

TEST(Sim, ASeedRepeatsItself) {
  for (const std::uint64_t seed : {3, 6, 12, 49, 77}) {  // 49: on the real database
    const Outcome first = run(make_plan(seed));
    EXPECT_EQ(first.trace_hash, run(make_plan(seed), 100).trace_hash) << seed;
    EXPECT_NE(first.trace_hash, run(make_plan(seed + 1)).trace_hash) << seed;
  }
}

TEST(Sim, APlanIsItsText) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Plan plan = make_plan(seed);
    const auto read = plans_from_text("# a word\n\n" + text_of(plan));
    ASSERT_TRUE(read && read->size() == 1);
    EXPECT_EQ(text_of(read->front()), text_of(plan));
    EXPECT_EQ(run(read->front()).trace_hash, run(plan).trace_hash);
  }
  EXPECT_FALSE(plans_from_text("plan seed"));
  EXPECT_FALSE(
      plans_from_text("plan seed 1 own 2 late 0 friends 0 newer 0 sql 0 delay 0-1 loss 0\n1 2 3 4 5 no such\nend\n"));
}

// A fixed bug leaves its plan behind.
TEST(Sim, KeptPlansHold) {
  for (const Plan& plan : kept_plans()) {
    const Outcome outcome = run(plan);
    EXPECT_FALSE(outcome.violation) << in_words(plan, outcome);
  }
}

TEST(Sim, FloodsHold) {
  constexpr std::uint64_t floods = 10;
  for (std::uint64_t seed = 0; seed < floods; ++seed) {
    const Plan plan = flood_plan(seed);
    const Outcome outcome = run(plan);
    ASSERT_FALSE(outcome.violation) << in_words(plan, outcome);
  }
}

TEST(Sim, SeedsHold) {
  const std::uint64_t seeds = seeds_to_run();
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Plan plan = make_plan(seed);
    const Outcome outcome = run(plan);
    ASSERT_FALSE(outcome.violation) << in_words(plan, outcome);
  }
}

}  // namespace
}  // namespace toxtore::sim
