// BLAKE2b with 256 bits (libsodium's crypto_generichash), the one hash of Toxtore, and with a key its one MAC.
#pragma once

#include <array>
#include <initializer_list>

#include "base/bytes.h"

namespace toxtore {

using Hash = std::array<std::uint8_t, 32>;

/// The hash of the parts one after the other. Parts of variable length need a length of their own in front, or two
/// different splits give one hash; all callers here use parts of fixed size after a constant label.
Hash hash_of(std::initializer_list<ByteView> parts);

/// The same with a key of 16 to 64 bytes: who lacks it can neither make nor check it.
Hash mac_of(ByteView key, std::initializer_list<ByteView> parts);

/// Compares in a time that does not tell where two secrets of one length differ.
bool same_secret(ByteView a, ByteView b);

}  // namespace toxtore
