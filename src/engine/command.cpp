#include "engine/command.h"

#include <algorithm>
#include <set>

namespace toxtore {

Connection FriendInfo::connection() const {
  Connection best = Connection::none;
  for (const FriendKeyInfo& key : keys) best = std::max(best, key.connection);
  return best;
}

std::vector<PublicKey> FriendInfo::known_by() const {
  std::set<PublicKey> devices;
  for (const FriendKeyInfo& key : keys) devices.insert(key.row.known_by.begin(), key.row.known_by.end());
  return {devices.begin(), devices.end()};
}

}  // namespace toxtore
