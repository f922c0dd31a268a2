// Overwriting what must not stay in memory.
#pragma once

#include <cstdint>
#include <span>

namespace toxtore {

/// Overwrites with zeros, also where the compiler sees that nobody reads it any more.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace toxtore
