// toxtore-sim: runs seeds, shows one, or cuts a failing one down. scripts/sim.sh builds and calls it.
#include <CLI/CLI.hpp>
#include <array>
#include <climits>
#include <cstdio>
#include <string_view>

#include "sim/measure.h"
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

/// Each number for a million messages.
void print_deliveries(std::string_view misfortune, std::string_view to, const Deliveries& all) {
  const auto of_a_million = [&](std::uint64_t count) {
    return static_cast<unsigned long long>(all.messages == 0 ? 0 : count * 1'000'000 / all.messages);
  };
  std::printf("| %.*s | %.*s | %llu | %llu | %llu | %llu | %llu |\n", static_cast<int>(misfortune.size()),
              misfortune.data(), static_cast<int>(to.size()), to.data(), static_cast<unsigned long long>(all.messages),
              of_a_million(all.lost), of_a_million(all.doubled), of_a_million(all.hidden), of_a_million(all.unsure));
  std::fflush(stdout);
}

int measure_deliveries(std::uint64_t seeds) {
  int failed = 0;
  std::printf("| what happens | to | messages | lost | doubled | hidden | unsure |\n|---|---|---|---|---|---|---|\n");
  for (const std::string_view misfortune : misfortunes_to_measure()) {
    std::array<Deliveries, 2> all;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const Outcome outcome = run(delivery_plan(misfortune, seed));
      if (outcome.violation) {
        std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed), outcome.violation->promise.c_str(),
                    outcome.violation->what.c_str());
        failed = 1;
      }
      for (std::size_t i = 0; i < all.size(); ++i) all[i] += outcome.deliveries[i];
    }
    print_deliveries(misfortune, "stock", all[0]);
    print_deliveries(misfortune, "Toxtore", all[1]);
  }
  return failed;
}

int measure_arrivals(std::size_t messages) {
  std::printf("| own devices | one-way delay | to | median | 99th percentile |\n|---|---|---|---|---|\n");
  for (const std::size_t own_devices : {1U, 3U, 6U}) {
    for (const std::uint64_t delay_ms : {50U, 2'000U}) {
      for (const bool stock : {true, false}) {
        const auto times_ms = arrival_times_ms(own_devices, delay_ms, stock, messages);
        std::printf("| %zu | %llu ms | %s | %.1f s | %.1f s |\n", own_devices,
                    static_cast<unsigned long long>(delay_ms), stock ? "stock" : "Toxtore",
                    static_cast<double>(times_ms[times_ms.size() / 2]) / 1'000,
                    static_cast<double>(times_ms[times_ms.size() * 99 / 100]) / 1'000);
        std::fflush(stdout);
      }
    }
  }
  return 0;
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
  std::optional<std::uint64_t> seeds_to_measure;
  std::optional<std::size_t> messages_to_time;
  app.add_option("--deliveries", seeds_to_measure, "Measures so many seeds: messages lost, doubled and unsure")
      ->check(CLI::Range(1, INT_MAX));
  app.add_option("--arrivals", messages_to_time, "Measures so many messages: how long until one arrives that waited")
      ->check(CLI::Range(1, INT_MAX));
  CLI11_PARSE(app, argc, argv);
  if (seeds_to_measure) return measure_deliveries(*seeds_to_measure);
  if (messages_to_time) return measure_arrivals(*messages_to_time);
  if (seed_to_show) return show(make_plan(*seed_to_show));
  if (seed_to_shrink) return show(shrink(make_plan(*seed_to_shrink), judge_apart));
  if (!batch.seeds && batch.minutes == 0) batch.seeds = 1'000;
  return run_many(batch);
}
