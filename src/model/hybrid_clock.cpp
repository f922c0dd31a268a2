#include "model/hybrid_clock.h"

#include <algorithm>

#include "base/planted.h"
#include "model/event.h"

namespace toxtore {

void HybridClock::saw(std::uint64_t timestamp_ms) {
  if (timestamp_ms < timestamp_ms_end) latest_ms_ = std::max(latest_ms_, timestamp_ms);
}

Timestamp HybridClock::next(std::uint64_t wall_ms) {
  if (planted(PlantedBug::clamps_clock)) return {wall_ms, std::nullopt};
  latest_ms_ = std::min(std::max(wall_ms, latest_ms_ + 1), timestamp_ms_end - 1);
  const std::uint64_t apart = latest_ms_ > wall_ms ? latest_ms_ - wall_ms : wall_ms - latest_ms_;
  Timestamp stamp{latest_ms_, std::nullopt};
  if (apart > wall_clock_tolerance_ms) stamp.wall_clock_ms = wall_ms;
  return stamp;
}

}  // namespace toxtore
