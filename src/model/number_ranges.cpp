#include "model/number_ranges.h"

#include <algorithm>
#include <iterator>

namespace toxtore {

// Widens the range by all that it overlaps or touches, and puts it in the place of those.
void NumberRanges::add(const Range& range) {
  Range wide = range;
  auto next = ranges_.upper_bound(range.from);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (std::uint64_t{before->second} + 1 >= range.from) next = before;
  }
  while (next != ranges_.end() && next->first <= std::uint64_t{wide.until} + 1) {
    wide.from = std::min(wide.from, next->first);
    wide.until = std::max(wide.until, next->second);
    next = ranges_.erase(next);
  }
  ranges_[wide.from] = wide.until;
}

void NumberRanges::remove(const Range& range) {
  auto next = ranges_.upper_bound(range.from);
  if (next != ranges_.begin()) --next;
  while (next != ranges_.end() && next->first <= range.until) {
    const Range old{next->first, next->second};
    if (old.until < range.from) {
      ++next;
      continue;
    }
    next = ranges_.erase(next);
    if (old.from < range.from) ranges_[old.from] = range.from - 1;
    if (old.until > range.until) ranges_[range.until + 1] = old.until;
  }
}

void NumberRanges::remove(const NumberRanges& others) {
  for (const auto& [from, until] : others.ranges_) remove({from, until});
}

bool NumberRanges::contains(const Range& range) const {
  const auto around = range_of(range.from);
  return around && around->until >= range.until;
}

std::optional<NumberRanges::Range> NumberRanges::range_of(std::uint32_t number) const {
  const auto next = ranges_.upper_bound(number);
  if (next == ranges_.begin()) return std::nullopt;
  const auto found = std::prev(next);
  if (found->second < number) return std::nullopt;
  return Range{found->first, found->second};
}

std::optional<NumberRanges::Range> NumberRanges::first() const {
  if (ranges_.empty()) return std::nullopt;
  return Range{ranges_.begin()->first, ranges_.begin()->second};
}

std::optional<NumberRanges::Range> NumberRanges::last() const {
  if (ranges_.empty()) return std::nullopt;
  return Range{ranges_.rbegin()->first, ranges_.rbegin()->second};
}

std::uint64_t NumberRanges::count() const {
  std::uint64_t count = 0;
  for (const auto& [from, until] : ranges_) count += Range{from, until}.count();
  return count;
}

NumberRanges NumberRanges::without(const NumberRanges& others) const {
  NumberRanges rest = *this;
  rest.remove(others);
  return rest;
}

NumberRanges NumberRanges::within(const Range& range) const {
  NumberRanges inside;
  auto next = ranges_.upper_bound(range.from);
  if (next != ranges_.begin()) --next;
  for (; next != ranges_.end() && next->first <= range.until; ++next) {
    if (next->second < range.from) continue;
    inside.ranges_[std::max(range.from, next->first)] = std::min(range.until, next->second);
  }
  return inside;
}

NumberRanges NumberRanges::within(const NumberRanges& others) const {
  NumberRanges inside;
  for (const auto& [from, until] : others.ranges_) inside.ranges_.merge(within(Range{from, until}).ranges_);
  return inside;
}

}  // namespace toxtore
