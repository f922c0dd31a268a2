// The hybrid logical clock that stamps own events (DESIGN 4).
#pragma once

#include <cstdint>
#include <optional>

namespace toxtore {

/// A minute: further than that from the wall clock, an event says what the wall clock showed (extension 3).
inline constexpr std::uint64_t wall_clock_tolerance_ms = 60'000;

struct Timestamp {
  std::uint64_t order_ms = 0;
  /// Set where the order is more than a minute from the wall clock.
  std::optional<std::uint64_t> wall_clock_ms;
  bool operator==(const Timestamp&) const = default;
};

class HybridClock {
 public:
  /// Takes note of an event that the device holds. Timestamps from 2^48 on are not in the view and do not count: a
  /// linked device with a broken clock must not be able to use up the numbers.
  void saw(std::uint64_t timestamp_ms);

  /// A timestamp later than all that was seen and given out, and no earlier than the wall clock. At the end of time,
  /// which only a hostile device can bring about, it stands still: what is logged then still has a place in the view,
  /// behind all that is earlier, and in its own log by its number.
  Timestamp next(std::uint64_t wall_ms);

  [[nodiscard]] std::uint64_t latest_ms() const { return latest_ms_; }

 private:
  std::uint64_t latest_ms_ = 0;
};

}  // namespace toxtore
