#include "sim/checkers.h"

#include "sim/world.h"

namespace toxtore::sim {

std::vector<const Device*> linked_devices(const World& world, std::size_t user) {
  const auto devices = world.devices_of(user);
  std::set<PublicKey> members;
  for (const DeviceInfo& info : devices.front()->engine().devices()) members.insert(info.key);
  std::vector<const Device*> linked;
  for (const Device* device : devices) {
    if (members.contains(device->key())) linked.push_back(device);
  }
  return linked;
}

std::vector<MessageRow> whole_history(const Store& store, const PublicKey& conversation) {
  return store.history({conversation, std::nullopt, ~std::size_t{0} >> 1});
}

std::vector<PublicKey> conversations(const Store& store) {
  std::vector<PublicKey> keys;
  for (const FriendRow& row : store.friend_rows()) keys.push_back(row.key);
  return keys;
}

}  // namespace toxtore::sim
