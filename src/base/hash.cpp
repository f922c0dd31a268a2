#include "base/hash.h"

#include <sodium.h>

namespace toxtore {

Hash hash_of(std::initializer_list<ByteView> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Hash));
  for (const ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
  Hash hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

}  // namespace toxtore
