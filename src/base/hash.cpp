#include "base/hash.h"

#include <sodium.h>

#include <cassert>

namespace toxtore {

Hash hash_of(std::initializer_list<ByteView> parts) { return mac_of({}, parts); }

// Without a key it is the plain hash.
Hash mac_of(ByteView key, std::initializer_list<ByteView> parts) {
  assert(key.empty() ||
         (key.size() >= crypto_generichash_KEYBYTES_MIN && key.size() <= crypto_generichash_KEYBYTES_MAX));
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), sizeof(Hash));
  for (const ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
  Hash hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

bool same_secret(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace toxtore
