#include "view/rows.h"

#include <algorithm>

namespace toxtore {

bool FriendRow::is_known_by(const PublicKey& device) const { return std::ranges::binary_search(known_by, device); }

bool FriendRow::lists(const PublicKey& other) const {
  return devices && std::ranges::find(devices->keys, other) != devices->keys.end();
}

bool FriendRow::lists_as_removed(const PublicKey& other) const {
  return devices && std::ranges::find(devices->removed, other) != devices->removed.end();
}

const Setting<bool>* FriendRow::answer_about(const PublicKey& other) const {
  const auto found = claim_answers.find(other);
  return found == claim_answers.end() ? nullptr : &found->second;
}

bool FriendRow::is_refused(const PublicKey& other) const {
  const Setting<bool>* answer = answer_about(other);
  return answer != nullptr && !answer->value;
}

bool FriendRow::is_split_from(const PublicKey& other) const {
  const auto said = by_hand.find(other);
  return said != by_hand.end() && !said->second;
}

}  // namespace toxtore
