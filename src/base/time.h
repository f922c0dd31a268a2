// Time as an argument. Nothing below the daemon reads a clock; whoever calls says what time it is.
#pragma once

#include <cstdint>

namespace toxtore {

struct Instant {
  /// Milliseconds since the Unix epoch, as the device's owner set it. It may jump, also backwards.
  std::uint64_t wall_ms = 0;
  /// Milliseconds since any fixed moment; never runs backwards while the process lives. For waiting.
  std::uint64_t mono_ms = 0;
};

}  // namespace toxtore
