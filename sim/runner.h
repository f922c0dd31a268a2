// Many runs, on all cores: each worker is a process of its own, so that one that dies of a failed assertion, or does
// not come to an end, is a violation like any other and the rest goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/plan.h"

namespace toxtore::sim {

/// A run that takes longer than this, in real time, counts as one that never ends. The slowest takes about a second.
inline constexpr unsigned run_s_max = 60;

struct Batch {
  std::uint64_t first = 1;
  std::optional<std::uint64_t> seeds;  ///< none: as many as `minutes` allow
  std::uint64_t minutes = 0;
  unsigned jobs = 2;
};

struct Tally {
  std::uint64_t seeds = 0;
  std::uint64_t violations = 0;
};

/// Runs them, and prints what violates a promise: the seed, the promise and the last lines of the trace.
Tally run_batch(const Batch& batch);

/// The promise that the plan violates, or "death" if its process dies. In a process of its own.
std::optional<std::string> judge_apart(const Plan& plan);

}  // namespace toxtore::sim
