#include "engine/claims.h"

#include "engine/friend_adds.h"

namespace toxtore {

void Claims::on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now) {
  if (core_.is_or_was_own(from) || core_.is_guest(from) || core_.is_blocked(from)) return;
  if (list.keys.size() > claimed_keys_max || list.removed.size() > claimed_keys_max) return;
  lists_.put(from, list);
  log_lists(now);
}

// An older list changes nothing, and the same one under a new version says nothing new.
bool Claims::is_news(const PublicKey& from, const packet::MyDevices& list) const {
  const FriendRow* row = core_.contacts().row(from);
  if (row == nullptr || !row->devices) return true;
  if (list.version < row->devices->version) return false;
  return list.keys != row->devices->keys || list.removed != row->devices->removed;
}

// The last list within a minute is the one that is logged: who changes it all the time fills no logs.
void Claims::log_lists(Instant now) {
  lists_.let_out(now, [&](const PublicKey& from, const packet::MyDevices& list) {
    if (!is_news(from, list)) return false;
    // A failure is kept by the core as its fault.
    (void)core_.log({FriendDevices{from, list.keys, list.version, list.removed}}, now);
    return true;
  });
}

void Claims::adopt(Instant now) {
  std::vector<AddByItself> adds;
  for (const Contact& contact : core_.contacts().contacts()) {
    if (!contact.present || contact.blocked) continue;
    for (const PublicKey& key : contact.keys) {
      const FriendRow* row = core_.contacts().row(key);
      if (!row->first_added && row->devices && row->devices->order.dot.device == core_.self)
        adds.push_back({key, std::nullopt});
    }
  }
  if (!adds.empty()) add_by_itself(core_, adds, now);
}

}  // namespace toxtore
