#include "model/vector_clock.h"

#include <algorithm>

namespace toxtore {

std::uint32_t VectorClock::prefix(const LogId& log) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? 0 : found->second;
}

bool VectorClock::raise(const LogId& log, std::uint32_t number) {
  if (number <= prefix(log)) return false;
  logs_[log] = number;
  return true;
}

void VectorClock::lower(const LogId& log, std::uint32_t number) {
  if (number >= prefix(log)) return;
  number == 0 ? void(logs_.erase(log)) : void(logs_[log] = number);
}

bool VectorClock::merge(const VectorClock& other) {
  bool changed = false;
  for (const auto& [log, number] : other.logs_) changed = raise(log, number) || changed;
  return changed;
}

bool VectorClock::covers(const VectorClock& other) const {
  return std::all_of(other.logs_.begin(), other.logs_.end(),
                     [this](const auto& entry) { return prefix(entry.first) >= entry.second; });
}

}  // namespace toxtore
