#include "engine/strangers.h"

#include <algorithm>
#include <vector>

#include "base/planted.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {

bool Strangers::is_stranger(const PublicKey& key) const {
  return !core_.is_or_was_own(key) && !core_.is_guest(key) && !core_.is_blocked(key) &&
         core_.contacts().friend_of(key) == nullptr;
}

// Declined, or removed since. That holds for all devices, also for one that has not found out yet that it is asked too.
bool Strangers::was_refused(const PublicKey& key) const {
  const FriendRow* row = core_.contacts().row(key);
  if (row == nullptr || (!row->asked && !row->first_added) || !is_stranger(key)) return false;
  const auto open = core_.store.open_requests();
  return std::ranges::find(open, key, &RequestRow::from) == open.end();
}

// It says that it is the friend who claims it.
bool Strangers::claims_back(const PublicKey& key, const packet::MyDevices& list) const {
  return std::ranges::any_of(list.keys, [&](const PublicKey& each) {
    const Contact* contact = core_.contacts().friend_of(each);
    return contact != nullptr && contact->claims_key(key);
  });
}

// Or that it is the user's own, and perhaps its roster is on the way.
bool Strangers::claims_to_be_own(const packet::MyDevices& list) const {
  return std::ranges::any_of(list.keys, [&](const PublicKey& each) { return core_.is_own(each); });
}

void Strangers::on_connected(const PublicKey& key, Instant now) {
  if (!is_stranger(key) || was_refused(key)) return;
  const auto left = left_ms_.extract(key);
  silent_until_ms_.emplace(key, now.mono_ms + (left.empty() ? stranger_wait_ms : left.mapped()));
  keep(key, now);
}

void Strangers::on_disconnected(const PublicKey& key, Instant now) {
  const auto silent = silent_until_ms_.extract(key);
  if (silent.empty() || !is_kept(key)) return;
  left_ms_[key] = silent.mapped() - std::min(silent.mapped(), now.mono_ms);
}

void Strangers::on_hello(const PublicKey& from) {
  if (!core_.connected(from)->befriended_us) decided(from);
}

void Strangers::on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now) {
  if (!core_.connected(from)->befriended_us || claims_to_be_own(list)) return;
  if (!is_stranger(from) || claims_back(from, list) || ask(from, now)) decided(from);
}

void Strangers::step(Instant now) {
  std::vector<PublicKey> due;
  for (const auto& [key, until_ms] : silent_until_ms_) {
    if (until_ms <= now.mono_ms) due.push_back(key);
  }
  for (const PublicKey& key : due) {
    if (ask(key, now)) {
      decided(key);
    } else {
      silent_until_ms_[key] = now.mono_ms + stranger_wait_ms;  // once others are answered there is room
    }
  }
}

// As if toxcore had told of the request. False if there is no room for it.
bool Strangers::ask(const PublicKey& key, Instant now) {
  if (planted(PlantedBug::forgets_strangers)) return true;
  const input::FriendRequest request{key, {}};
  return was_refused(key) || contacts_.admit(request, now) || requests_.on_request(request, now);
}

bool Strangers::is_kept(const PublicKey& key) const {
  return core_.store.remembered(remembered_name::of(remembered_name::stranger, key)).has_value();
}

void Strangers::keep(const PublicKey& key, Instant now) {
  if (is_kept(key)) return;
  if (core_.store.remembered_under(remembered_name::stranger).size() >= strangers_kept_max) return;
  (void)core_.change([&] {
    core_.store.remember(remembered_name::of(remembered_name::stranger, key), Writer().u64(now.wall_ms).take());
  });
}

void Strangers::decided(const PublicKey& key) {
  silent_until_ms_.erase(key);
  if (!is_kept(key)) return;
  (void)core_.change([&] { core_.store.forget(remembered_name::of(remembered_name::stranger, key)); });
  core_.view_changed = true;  // it may leave toxcore's list
}

void Strangers::settle(Instant now) {
  for (const auto& [name, since] : core_.store.remembered_under(remembered_name::stranger)) {
    const auto key = remembered_name::key_of(remembered_name::stranger, name);
    const bool expired = Reader(since).u64() + claim_tried_ms < now.wall_ms;
    const bool asks_in_vain = key && (core_.is_own(*key) || core_.is_blocked(*key) || was_refused(*key));
    if (key && !expired && !asks_in_vain) continue;
    if (key) left_ms_.erase(*key);
    (void)core_.change([&, &entry = name] { core_.store.forget(entry); });
  }
}

std::optional<std::uint64_t> Strangers::deadline_ms() const {
  if (silent_until_ms_.empty()) return std::nullopt;
  return std::ranges::min_element(silent_until_ms_, {}, [](const auto& entry) { return entry.second; })->second;
}

}  // namespace toxtore
