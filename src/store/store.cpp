#include "store/store.h"

#include <algorithm>

namespace toxtore {

Conversation::Conversation(std::vector<PublicKey> keys) : keys_(std::move(keys)) {
  std::ranges::sort(keys_);
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
}

bool Conversation::has(const PublicKey& key) const { return std::ranges::binary_search(keys_, key); }

}  // namespace toxtore
