#include "sim/checkers.h"

#include <algorithm>

#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {

std::vector<const Device*> linked_devices(const World& world, std::size_t user) {
  const auto devices = world.devices_of(user);
  const auto members = World::own_devices_of(user == 0 ? world.first_that_stays() : *devices.front());
  std::vector<const Device*> linked;
  for (const Device* device : devices) {
    const bool is_out = world.was_removed(device->key()) && device->engine().status().removed;
    if (members.contains(device->key()) && !is_out) linked.push_back(device);
  }
  return linked;
}

bool is_put_aside(const Store& store, const Dot& dot, const Hash& hash) {
  return std::ranges::any_of(store.aside_range(dot.log(), dot.number(), ~std::size_t{0}),
                             [&](const Event& event) { return event.dot == dot && event_hash(event) == hash; });
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
