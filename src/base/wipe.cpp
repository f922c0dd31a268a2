#include "base/wipe.h"

#include <sodium.h>

namespace toxtore {

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace toxtore
