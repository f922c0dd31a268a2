#include "engine/presence.h"

#include <algorithm>
#include <utility>

#include "base/pieces.h"

namespace toxtore {
namespace {

/// The friend whose key that is, unless he is blocked.
const Contact* shown_contact(const Core& core, const PublicKey& key) {
  const Contact* contact = core.contacts().friend_of(key);
  return contact == nullptr || contact->blocked ? nullptr : contact;
}

}  // namespace

std::vector<DeviceName> seen_by(const Core& core, const PublicKey& key) {
  std::vector<DeviceName> devices;
  if (shown_contact(core, key) == nullptr) return devices;
  for (const auto& [device, peer] : core.peers) {
    if (peer.session && peer.sees.contains(key)) devices.push_back({device, core.device_name(device)});
  }
  return devices;
}

void Presence::on_presence(const PublicKey& from, const packet::Presence& presence) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr || !peer->session) {
    ++core_.counters.packets_refused;
    return;
  }
  for (const auto& [key, connected] : presence.entries) {
    if (!connected) {
      peer->sees.erase(key);
    } else if (peer->sees.size() < presence_keys_max) {
      peer->sees.insert(key);
    }
  }
}

void Presence::step() {
  if (!core_.heard && !core_.view_changed) return;
  tell_devices();
  tell_user();
}

std::set<PublicKey> Presence::connected_here() const {
  std::set<PublicKey> keys;
  for (const auto& [key, peer] : core_.peers) {
    if (shown_contact(core_, key) != nullptr) keys.insert(key);
  }
  return keys;
}

void Presence::tell_devices() {
  const std::set<PublicKey> connected = connected_here();
  for (auto& [device, peer] : core_.peers) {
    const bool listens = peer.session && peer.began && peer.takes_presence;
    if (!listens || peer.told_connected == connected) continue;
    std::vector<packet::Presence::Entry> changes;
    for (const PublicKey& key : peer.told_connected) {
      if (!connected.contains(key)) changes.push_back({key, false});
    }
    for (const PublicKey& key : connected) {
      if (!peer.told_connected.contains(key)) changes.push_back({key, true});
    }
    peer.told_connected = connected;
    tell(device, changes);
  }
}

void Presence::tell(const PublicKey& to, const std::vector<packet::Presence::Entry>& entries) {
  for (auto& piece : in_pieces(entries, packet::presence_entries_max))
    core_.send(to, packet::Presence{std::move(piece)});
}

std::set<PublicKey> Presence::contacts_online() const {
  std::set<PublicKey> online;
  const auto add = [&](const Contact* contact) {
    if (contact != nullptr) online.insert(contact->id);
  };
  for (const auto& [key, peer] : core_.peers) {
    add(core_.contacts().friend_of(key));
    if (!peer.session) continue;
    for (const PublicKey& seen : peer.sees) add(shown_contact(core_, seen));
  }
  return online;
}

// Who was removed, or is now a part of another contact, has not gone offline.
void Presence::tell_user() {
  using What = output::Notice::What;
  std::set<PublicKey> online = contacts_online();
  for (const PublicKey& id : online_) {
    const Contact* contact = core_.contacts().friend_of(id);
    if (online.contains(id) || contact == nullptr || contact->id != id) continue;
    core_.notice(What::friend_presence, id, "offline");
  }
  for (const PublicKey& id : online) {
    if (online_.contains(id)) continue;
    output::Notice notice{What::friend_presence, id, "online"};
    notice.seen_by = contacts_.find(id)->seen_by();
    core_.outputs.emplace_back(std::move(notice));
  }
  online_ = std::move(online);
}

}  // namespace toxtore
