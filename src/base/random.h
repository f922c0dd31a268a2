// Randomness as an argument, so that a test or a simulation can repeat a run from its seed.
#pragma once

#include <cstdint>
#include <span>

namespace toxtore {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// The operating system's source, through libsodium. Fit for keys and nonces.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace toxtore
