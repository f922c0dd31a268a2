// The chain of a log: one value for all of its events up to a number (DESIGN 9).
//
// chain(0) is zeros; chain(n) = H("toxtore chain 1", chain(n-1), hash of event n), its first 16 bytes. Two devices
// whose chains of one log are equal at a number hold the same events up to it; an event keeps its hash when its text is
// erased.
#pragma once

#include <array>
#include <cstdint>

#include "base/hash.h"

namespace toxtore {

using Chain = std::array<std::uint8_t, 16>;

Chain next_chain(const Chain& before, const Hash& event);

}  // namespace toxtore
