// For tests: randomness that repeats itself.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"

namespace toxtore {

/// Counts up: the bytes of a test are known beforehand.
class CountingRandom final : public Random {
 public:
  explicit CountingRandom(std::uint8_t first = 1) : next_(first) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_;
};

/// As good as random, and the same for one seed (splitmix64).
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void restart(std::uint64_t seed) { state_ = seed; }
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
  }

 private:
  std::uint64_t state_;
};

}  // namespace toxtore
