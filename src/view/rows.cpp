#include "view/rows.h"

#include <algorithm>
#include <cassert>

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

MessageRow merged(const std::vector<MessageRow>& copies) {
  assert(!copies.empty());
  MessageRow row = *std::ranges::min_element(copies, {}, &MessageRow::order);
  for (const MessageRow& copy : copies) {
    row.read = row.read || copy.read;
    row.erased = row.erased || copy.erased;
  }
  if (row.erased) {
    row.text.clear();
    row.read = true;
  }
  return row;
}

}  // namespace toxtore
