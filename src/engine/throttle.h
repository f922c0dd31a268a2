// What friends may say as often as they like, and what is heeded once in a while: of each key the last value counts.
//
// Private to src/engine. The first value of a key is let out at once. What comes within the interval after it waits,
// and only the last of it is let out when the interval is over.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"
#include "model/ids.h"

namespace toxtore {

template <class Value>
class Throttle {
 public:
  using IsReady = std::function<bool(const PublicKey&)>;

  /// What a key said waits also while `is_ready` says no to the key; without it every key is ready.
  explicit Throttle(std::uint64_t interval_ms, IsReady is_ready = {})
      : interval_ms_(interval_ms), is_ready_(std::move(is_ready)) {}

  /// Takes the place of what waits.
  void put(const PublicKey& key, Value value) { heard_[key].value = std::move(value); }
  /// Also when it spoke last.
  void forget(const PublicKey& key) { heard_.erase(key); }

  /// Hands out what it is time for, as `use(key, value)`. That says whether the value was any use: one that was none
  /// is dropped and begins no interval.
  template <class Use>
  void let_out(Instant now, Use use) {
    for (auto& [key, heard] : heard_) {
      if (now.mono_ms < heard.not_before_ms || !waits(key, heard)) continue;
      const Value value = *std::exchange(heard.value, std::nullopt);
      if (use(key, value)) heard.not_before_ms = now.mono_ms + interval_ms_;
    }
  }

  /// When `let_out` has something to do, monotonic; none: not before `put` or before a key becomes ready.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const {
    std::optional<std::uint64_t> earliest;
    for (const auto& [key, heard] : heard_) {
      if (!waits(key, heard)) continue;
      if (!earliest || heard.not_before_ms < *earliest) earliest = heard.not_before_ms;
    }
    return earliest;
  }

 private:
  struct Heard {
    std::optional<Value> value;  ///< not let out yet
    std::uint64_t not_before_ms = 0;
  };

  [[nodiscard]] bool waits(const PublicKey& key, const Heard& heard) const {
    return heard.value && (!is_ready_ || is_ready_(key));
  }

  std::uint64_t interval_ms_;
  IsReady is_ready_;
  std::map<PublicKey, Heard> heard_;
};

}  // namespace toxtore
