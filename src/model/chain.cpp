#include "model/chain.h"

#include <algorithm>
#include <string_view>

namespace toxtore {

Chain next_chain(const Chain& before, const Hash& event) {
  static constexpr std::string_view label = "toxtore chain 1";
  const Hash hash = hash_of({as_bytes(label), before, event});
  Chain chain;
  std::copy_n(hash.begin(), chain.size(), chain.begin());
  return chain;
}

}  // namespace toxtore
