#include "engine/strangers.h"

#include <algorithm>

namespace toxtore {

bool Strangers::is_stranger(const PublicKey& key) const {
  if (core_.is_own(key) || core_.is_blocked(key)) return false;
  return core_.contacts().friend_of(key) == nullptr && !core_.contacts().claimed_by(key).empty();
}

void Strangers::on_connected(const PublicKey& key, Instant now) {
  if (is_stranger(key)) silent_until_ms_.emplace(key, now.mono_ms + stranger_wait_ms);
}

void Strangers::on_disconnected(const PublicKey& key) {
  silent_until_ms_.erase(key);
  befriended_us_.erase(key);
}

void Strangers::on_hello(const PublicKey& from, const packet::Hello& hello) {
  silent_until_ms_.erase(from);
  if ((hello.capabilities & capability::befriended) != 0) befriended_us_.insert(from);
}

void Strangers::on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now) {
  if (!befriended_us_.contains(from) || !is_stranger(from)) return;
  const auto lists = [&](const PublicKey& key) { return std::ranges::find(list.keys, key) != list.keys.end(); };
  const auto claims_back = [&](const Contact* contact) { return std::ranges::any_of(contact->keys, lists); };
  if (std::ranges::none_of(core_.contacts().claimed_by(from), claims_back)) ask(from, now);
}

void Strangers::step(Instant now) {
  for (auto it = silent_until_ms_.begin(); it != silent_until_ms_.end();) {
    auto& [key, until_ms] = *it;
    const bool due = until_ms <= now.mono_ms;
    if (due && (!is_stranger(key) || ask(key, now))) {
      it = silent_until_ms_.erase(it);
      continue;
    }
    if (due) until_ms = now.mono_ms + stranger_wait_ms;  // once others are answered there is room
    ++it;
  }
}

bool Strangers::ask(const PublicKey& key, Instant now) { return requests_.on_request({key, {}}, now); }

std::optional<std::uint64_t> Strangers::deadline_ms() const {
  if (silent_until_ms_.empty()) return std::nullopt;
  return std::ranges::min_element(silent_until_ms_, {}, [](const auto& entry) { return entry.second; })->second;
}

}  // namespace toxtore
