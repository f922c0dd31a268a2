// Friend adds in the log: which of a key's stand, and those that this device logged by itself.
//
// Private to src/engine. The view cannot tell an add by the user's word from one that a device logged because a
// friend's further key turned up (claims.h) or because a friend asked it too (Contacts::admit). The difference matters
// when the user removed the friend on a device that did not know of that add: it would bring him back without anybody's
// word. So the device remembers its own, and takes them back when nothing else keeps the friend.
//
// Not covered: two devices that both logged such an add while neither knew of the removal. Each takes the other's for
// the user's word, and the friend stays until he is removed once more.
#pragma once

#include <optional>
#include <vector>

#include "engine/core.h"

namespace toxtore {

/// The adds of a key that no remove names.
std::vector<Dot> standing_adds(const Store& store, const PublicKey& key);

/// An add of a friend's key, not on the user's word.
struct AddByItself {
  PublicKey key;
  std::optional<Bytes> request;  ///< the words of the key's friend request, if that is why
};
void add_by_itself(Core& core, const std::vector<AddByItself>& adds, Instant now);

/// Once a turn, when the view changed: takes back the adds of contacts whose other adds are all removed. One whose key
/// left the contact with nothing but that add (its friend lost the device that the user once added) is what keeps the
/// friend, and stays for good. A friend request that was answered by such an add is the user's to answer after all.
void take_back_adds_by_itself(Core& core, Instant now);

}  // namespace toxtore
