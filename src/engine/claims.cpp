#include "engine/claims.h"

#include <utility>

#include "engine/friend_adds.h"

namespace toxtore {

void Claims::on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now) {
  if (core_.is_own(from) || core_.is_blocked(from)) return;
  if (list.keys.size() > claimed_keys_max || list.removed.size() > claimed_keys_max) return;
  heard_[from].list = list;
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
  for (auto& [from, heard] : heard_) {
    if (!heard.list || now.mono_ms < heard.not_before_ms) continue;
    const packet::MyDevices list = *std::exchange(heard.list, std::nullopt);
    if (!is_news(from, list)) continue;
    heard.not_before_ms = now.mono_ms + device_list_interval_ms;
    // A failure is kept by the core as its fault.
    (void)core_.log({FriendDevices{from, list.keys, list.version, list.removed}}, now);
  }
}

std::optional<std::uint64_t> Claims::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto& [from, heard] : heard_) {
    if (heard.list && (!earliest || heard.not_before_ms < *earliest)) earliest = heard.not_before_ms;
  }
  return earliest;
}

void Claims::adopt(Instant now) {
  std::vector<PublicKey> adds;
  for (const Contact& contact : core_.contacts().contacts()) {
    if (!contact.present || contact.blocked) continue;
    for (const PublicKey& key : contact.keys) {
      const FriendRow* row = core_.contacts().row(key);
      if (!row->first_added && row->devices && row->devices->heard_by == core_.self) adds.push_back(key);
    }
  }
  if (!adds.empty()) add_by_itself(core_, adds, now);
}

}  // namespace toxtore
