#include "sim/dice.h"

namespace toxtore::sim {

Dice::Dice(std::uint64_t seed, std::string_view purpose, std::uint64_t number) : random_(seed) {
  for (const char letter : purpose) random_.restart(next() ^ static_cast<std::uint8_t>(letter));
  random_.restart(next() ^ number);
}

}  // namespace toxtore::sim
