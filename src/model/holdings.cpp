#include "model/holdings.h"

namespace toxtore {
namespace {

std::size_t ahead_of_prefix(const NumberRanges& numbers) {
  return numbers.range_count() - (numbers.contains(1) ? 1 : 0);
}

}  // namespace

Holdings::Holdings(const VectorClock& clock) {
  for (const auto& [log, number] : clock.logs()) add(log, {1, number});
}

std::uint32_t Holdings::prefix(const LogId& log) const {
  const auto first = numbers(log).range_of(1);
  return first ? first->until : 0;
}

const NumberRanges& Holdings::numbers(const LogId& log) const {
  static const NumberRanges none;
  const auto found = logs_.find(log);
  return found == logs_.end() ? none : found->second;
}

std::size_t Holdings::ranges_ahead(const LogId& log) const { return ahead_of_prefix(numbers(log)); }

bool Holdings::has_room_for(const Dot& dot, std::size_t ranges_max) const {
  const NumberRanges& held = numbers(dot.log());
  const std::uint32_t number = dot.number();
  const bool joins = number == 1 || held.contains(number - 1) || held.contains(number + 1) || held.contains(number);
  return ahead_of_prefix(held) + (joins ? 0 : 1) <= ranges_max;
}

bool Holdings::add(const LogId& log, const NumberRanges::Range& range, std::size_t ranges_max) {
  const NumberRanges& held = numbers(log);
  if (held.contains(range)) return false;
  // Only at the bound a copy is needed to see what would come out.
  if (ahead_of_prefix(held) >= ranges_max) {
    NumberRanges joined = held;
    joined.add(range);
    if (ahead_of_prefix(joined) > ranges_max) return false;
  }
  logs_[log].add(range);
  return true;
}

void Holdings::remove(const LogId& log, const NumberRanges::Range& range) {
  const auto found = logs_.find(log);
  if (found == logs_.end()) return;
  found->second.remove(range);
  if (found->second.empty()) logs_.erase(found);
}

VectorClock Holdings::prefixes() const {
  VectorClock clock;
  for (const auto& [log, numbers] : logs_) clock.raise(log, prefix(log));
  return clock;
}

std::uint64_t Holdings::count() const {
  std::uint64_t count = 0;
  for (const auto& [log, numbers] : logs_) count += numbers.count();
  return count;
}

std::uint64_t Holdings::count_lacking(const Holdings& others) const {
  std::uint64_t lacking = 0;
  for (const auto& [log, theirs] : others.logs_) lacking += theirs.without(numbers(log)).count();
  return lacking;
}

}  // namespace toxtore
