// Holdings: which events a device holds, by number: of each log a prefix and at most 64 ranges ahead of it (DESIGN 6).
//
// The bound keeps what a device must remember and tell of another one small, whatever that one says. What would need a
// 65th range is refused: it does not count as held, and comes again once gaps have closed.
#pragma once

#include <cstdint>
#include <map>

#include "model/dot.h"
#include "model/number_ranges.h"
#include "model/vector_clock.h"

namespace toxtore {

/// Ranges of one log beyond its prefix.
inline constexpr std::size_t ranges_ahead_max = 64;

class Holdings {
 public:
  using Map = std::map<LogId, NumberRanges>;

  Holdings() = default;
  /// The prefixes of a clock.
  explicit Holdings(const VectorClock& clock);

  [[nodiscard]] bool contains(const Dot& dot) const { return numbers(dot.log()).contains(dot.number()); }
  [[nodiscard]] std::uint32_t prefix(const LogId& log) const;
  [[nodiscard]] std::uint32_t top(const LogId& log) const { return numbers(log).top(); }
  /// Empty for a log that is not listed.
  [[nodiscard]] const NumberRanges& numbers(const LogId& log) const;
  [[nodiscard]] std::size_t ranges_ahead(const LogId& log) const;

  /// Whether `add` would take this dot and leave at most so many ranges ahead of the prefix.
  [[nodiscard]] bool has_room_for(const Dot& dot, std::size_t ranges_max = ranges_ahead_max) const;
  /// True if that was new. Changes nothing if it would need more ranges than the bound, which is not below
  /// `ranges_ahead_max`.
  bool add(const Dot& dot) { return add(dot.log(), {dot.number(), dot.number()}); }
  bool add(const LogId& log, const NumberRanges::Range& range, std::size_t ranges_max = ranges_ahead_max);
  void remove(const LogId& log, const NumberRanges::Range& range);

  [[nodiscard]] VectorClock prefixes() const;
  [[nodiscard]] std::uint64_t count() const;
  /// How many events of `others` are not here.
  [[nodiscard]] std::uint64_t count_lacking(const Holdings& others) const;

  [[nodiscard]] const Map& logs() const& { return logs_; }
  const Map& logs() const&& = delete;  // a loop over a temporary's logs would run over freed memory
  bool operator==(const Holdings&) const = default;

 private:
  Map logs_;
};

}  // namespace toxtore
