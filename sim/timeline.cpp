#include "sim/timeline.h"

#include <algorithm>

namespace toxtore::sim {

bool Timeline::step(std::uint64_t until_ms) {
  if (entries_.empty() || entries_.top().at_ms > until_ms) {
    now_ms_ = std::max(now_ms_, until_ms);
    return false;
  }
  const Act act = entries_.top().act;
  now_ms_ = entries_.top().at_ms;
  entries_.pop();
  act();
  return true;
}

}  // namespace toxtore::sim
