#include "engine/command.h"

#include <algorithm>
#include <map>
#include <set>

namespace toxtore {

Connection FriendInfo::connection() const {
  Connection best = Connection::none;
  for (const FriendKeyInfo& key : keys) best = std::max(best, key.connection);
  return best;
}

std::vector<DeviceName> FriendInfo::seen_by() const {
  std::map<PublicKey, std::string> devices;
  for (const FriendKeyInfo& key : keys) {
    for (const DeviceName& device : key.seen_by) devices.emplace(device.key, device.name);
  }
  std::vector<DeviceName> named;
  for (const auto& [key, name] : devices) named.push_back({key, name});
  return named;
}

bool FriendInfo::online() const {
  return std::ranges::any_of(
      keys, [](const FriendKeyInfo& key) { return key.connection != Connection::none || !key.seen_by.empty(); });
}

std::vector<PublicKey> FriendInfo::known_by() const {
  std::set<PublicKey> devices;
  for (const FriendKeyInfo& key : keys) devices.insert(key.row.known_by.begin(), key.row.known_by.end());
  return {devices.begin(), devices.end()};
}

}  // namespace toxtore
