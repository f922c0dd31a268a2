// toxtore-sim: runs seeds, shows one, or cuts a failing one down. scripts/sim.sh builds and calls it.
#include <CLI/CLI.hpp>
#include <climits>
#include <cstdio>

#include "sim/run.h"
#include "sim/runner.h"
#include "sim/shrink.h"

namespace {

using namespace toxtore::sim;

constexpr std::size_t shown_lines = 400;

int show(const Plan& plan) {
  std::printf("%s", text_of(plan).c_str());
  std::fflush(stdout);
  const Outcome outcome = run(plan, shown_lines);
  for (const std::string& line : outcome.trace) std::printf("%s\n", line.c_str());
  std::printf("trace hash %016llx, %llu packets, %llu bytes; quiet %llu s after the faults: %s\n",
              static_cast<unsigned long long>(outcome.trace_hash), static_cast<unsigned long long>(outcome.packets),
              static_cast<unsigned long long>(outcome.bytes),
              static_cast<unsigned long long>(outcome.healing_ms / 1'000),
              outcome.violation ? (outcome.violation->promise + ": " + outcome.violation->what).c_str() : "all holds");
  return outcome.violation ? 1 : 0;
}

int run_many(const Batch& batch) {
  const Tally tally = run_batch(batch);
  std::printf("sim: %llu seeds, %llu violations\n", static_cast<unsigned long long>(tally.seeds),
              static_cast<unsigned long long>(tally.violations));
  return tally.violations > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs many devices in one thread on virtual time, with faults, and checks what Toxtore promises.");
  Batch batch;
  std::optional<std::uint64_t> seed_to_show;
  std::optional<std::uint64_t> seed_to_shrink;
  app.add_option("--first", batch.first, "The first seed")->capture_default_str();
  auto* seeds = app.add_option("--seeds", batch.seeds, "How many seeds")->check(CLI::Range(1, INT_MAX));
  auto* minutes = app.add_option("--minutes", batch.minutes, "As many seeds as so many minutes allow")
                      ->check(CLI::Range(1, INT_MAX));
  seeds->excludes(minutes);
  app.add_option("--jobs", batch.jobs, "Processes side by side")->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("--show", seed_to_show, "Runs one seed, and prints its plan and the end of its trace");
  app.add_option("--shrink", seed_to_shrink, "Cuts a failing seed down to few steps, and shows what is left");
  CLI11_PARSE(app, argc, argv);
  if (seed_to_show) return show(make_plan(*seed_to_show));
  if (seed_to_shrink) return show(shrink(make_plan(*seed_to_shrink), judge_apart));
  if (!batch.seeds && batch.minutes == 0) batch.seeds = 1'000;
  return run_many(batch);
}
