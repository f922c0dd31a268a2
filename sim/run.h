// One run: the plan's people get to know each other, the plan's steps happen, everything heals and must become quiet,
// and the checkers judge what is left.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "sim/plan.h"
#include "sim/world.h"

namespace toxtore::sim {

/// Setting up without any fault takes at most so long, virtual: a promise of its own.
inline constexpr std::uint64_t setup_ms_max = 900'000;
/// Quiet: no packet for so long. Longer than the ten minutes after which an unsure message is sent again (DESIGN 7.4).
inline constexpr std::uint64_t quiet_ms = 900'000;
/// After the faults everything must be quiet within that time (P10).
inline constexpr std::uint64_t until_quiet_ms_max = 7'200'000;

struct Outcome {
  std::optional<Violation> violation;
  std::uint64_t trace_hash = 0;
  std::deque<std::string> trace;  ///< the last lines, as many as were asked for
  std::uint64_t virtual_ms = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t healing_ms = 0;     ///< from the end of the faults to the last packet
  std::uint64_t healing_bytes = 0;  ///< in that time
  std::array<Deliveries, 2> deliveries;
};

/// The plan's people get to know each other, without faults.
void set_up(World& world, const Plan& plan);

Outcome run(const Plan& plan, std::size_t trace_lines = 0);

}  // namespace toxtore::sim
