#include "sim/dice.h"

namespace toxtore::sim {

Dice::Dice(std::uint64_t seed, std::string_view purpose, std::uint64_t number) : state_(seed) {
  for (const char letter : purpose) state_ = next() ^ static_cast<std::uint8_t>(letter);
  state_ = next() ^ number;
}

std::uint64_t Dice::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void Dice::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next());
}

}  // namespace toxtore::sim
