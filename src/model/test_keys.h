// For tests: keys that are told apart by a number.
#pragma once

#include <cstdint>

#include "model/ids.h"

namespace toxtore {

inline PublicKey key_of(std::uint8_t n) {
  PublicKey key;
  key.bytes[0] = n;
  return key;
}

}  // namespace toxtore
