// The simulator's only randomness: a stream that a number begins, the same in every run and on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/test_random.h"

namespace toxtore::sim {

/// Also the random source of the engines.
class Dice final : public Random {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  /// A stream of its own for one purpose, so that drawing more in one place changes nothing in another.
  Dice(std::uint64_t seed, std::string_view purpose, std::uint64_t number = 0);

  std::uint64_t next() { return random_.next(); }
  /// 0 to n - 1; 0 if n is 0.
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : next() % n; }
  /// Both ends included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& things) {
    return things[static_cast<std::size_t>(below(things.size()))];
  }

  void fill(std::span<std::uint8_t> out) override { random_.fill(out); }

 private:
  SeededRandom random_;
};

}  // namespace toxtore::sim
