#include "engine/contacts.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "engine/conversation.h"
#include "view/rules.h"
#include "wire/body.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

std::string name_of(std::string_view prefix, const PublicKey& key) { return std::string(prefix) + key.hex(); }

bool contains(const std::vector<PublicKey>& keys, const PublicKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// As toxcore's public_key_valid: the highest bit of a curve point is not used. And zero is nobody's.
bool is_possible(const PublicKey& key) { return key != PublicKey{} && key.bytes.back() < 128; }

// The adds of a key that no remove names.
std::vector<Dot> standing_adds(const Store& store, const PublicKey& key) {
  const auto is = [](EventType type) {
    return [type](const Event& event) { return event.type == static_cast<std::uint8_t>(type); };
  };
  std::vector<Dot> adds;
  for (const Event& event : store.about(Subject::key(key))) {
    if (!is(EventType::friend_add)(event)) continue;
    const auto references = store.about(Subject::dot(event.dot));
    if (std::none_of(references.begin(), references.end(), is(EventType::friend_remove))) adds.push_back(event.dot);
  }
  return adds;
}

}  // namespace

Contacts::Contacts(Core& core)
    : core_(core), in_toxcore_(core.config.toxcore_friends.begin(), core.config.toxcore_friends.end()) {}

Result<void> Contacts::take_over_imported(Instant now) {
  std::vector<Body> adds;
  for (const PublicKey& key : core_.config.imported_friends) {
    if (!is_friend(key)) adds.emplace_back(FriendAdd{key});
  }
  if (adds.empty()) return {};
  const auto logged = core_.log(adds, now);
  return logged ? Result<void>{} : fail(logged.error());
}

bool Contacts::is_friend(const PublicKey& key) const {
  const auto row = core_.store.friend_row(key);
  return row && row->present();
}

Result<void> Contacts::add(const ToxAddress& address, const std::string& greeting, Instant now) {
  const PublicKey key = address.key();
  if (key == core_.self) return fail(ErrorKind::invalid_argument, "this is the Tox ID of this device itself");
  if (!is_possible(key)) return fail(ErrorKind::invalid_argument, "nobody can have this Tox ID: it is mistyped");
  if (core_.is_own(key)) return fail(ErrorKind::already_exists, "this is the Tox ID of one of your own devices");
  if (is_friend(key)) return fail(ErrorKind::already_exists, "this key is in your friend list already");
  if (greeting.empty()) {
    return fail(ErrorKind::invalid_argument, "a friend request needs some words that tell who you are");
  }
  if (!is_utf8(greeting)) return fail(ErrorKind::invalid_argument, "the words of a friend request must be UTF-8");
  if (greeting.size() > greeting_size_max) {
    return fail(ErrorKind::too_long, "the words of a friend request must not be longer than 900 bytes");
  }
  const Bytes asked = Writer().bytes(address.bytes).bytes(as_bytes(greeting)).take();
  const auto logged =
      core_.log({FriendAdd{key}}, now, [&] { core_.store.remember(name_of(remembered_name::asked, key), asked); });
  if (!logged) return fail(logged.error());
  reconcile(now);
  return {};
}

Result<void> Contacts::remove(const PublicKey& key, Instant now) {
  if (core_.is_own(key)) {
    return fail(ErrorKind::denied, "this is one of your devices; this version cannot remove a device yet");
  }
  if (!is_friend(key)) return fail(ErrorKind::not_found, "this key is not in your friend list");
  std::vector<Body> removes;
  for (const Dot& add : standing_adds(core_.store, key)) removes.emplace_back(FriendRemove{add});
  const auto withdrawn = withdrawals(core_.store, key);
  removes.insert(removes.end(), withdrawn.begin(), withdrawn.end());
  const auto logged = core_.log(removes, now, [&] { core_.store.forget(name_of(remembered_name::asked, key)); });
  if (!logged) return fail(logged.error());
  reconcile(now);
  return {};
}

bool Contacts::admit(const PublicKey& key, Instant now) {
  if (core_.is_own(key)) {
    add_to_toxcore(key);
    return true;
  }
  const auto row = core_.store.friend_row(key);
  if (!row || !row->present()) return false;
  // A failure is kept by the core as its fault.
  if (!contains(row->known_by, core_.self)) (void)core_.log({FriendAdd{key}}, now);
  return true;
}

void Contacts::on_name(const input::PeerName& name, Instant now) {
  if (core_.is_own(name.key) || name.name.empty() || !is_friend(name.key)) return;
  heard_[name.key].name = name.name;
  log_names(now);
}

// The last name within a minute is the one that is logged: who changes it all the time fills no logs.
void Contacts::log_names(Instant now) {
  for (auto& [key, heard] : heard_) {
    if (!heard.name || now.mono_ms < heard.not_before_ms) continue;
    const Bytes name = *std::exchange(heard.name, std::nullopt);
    const auto row = core_.store.friend_row(key);
    if (!row || !row->present() || row->name.value == name) continue;
    heard.not_before_ms = now.mono_ms + name_interval_ms;
    // A failure is kept by the core as its fault.
    (void)core_.log({ContactSetting{key, ContactSetting::What::name, name}}, now);
  }
}

std::optional<std::uint64_t> Contacts::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto& [key, heard] : heard_) {
    if (heard.name && (!earliest || heard.not_before_ms < *earliest)) earliest = heard.not_before_ms;
  }
  return earliest;
}

// The request has reached the friend, so its words need not be kept.
void Contacts::on_connected(const PublicKey& key) {
  const std::string name = name_of(remembered_name::asked, key);
  if (core_.store.remembered(name)) (void)core_.change([&] { core_.store.forget(name); });
}

void Contacts::add_to_toxcore(const PublicKey& key) {
  if (!in_toxcore_.insert(key).second) return;
  output::AddPeer peer{key, std::nullopt, {}};
  if (const auto asked = core_.store.remembered(name_of(remembered_name::asked, key))) {
    if (asked->size() > ToxAddress::size) {
      peer.address = ToxAddress::from_bytes(ByteView(*asked).first(ToxAddress::size));
      peer.greeting.assign(asked->begin() + ToxAddress::size, asked->end());
    }
  }
  core_.outputs.emplace_back(std::move(peer));
}

void Contacts::remove_from_toxcore(const PublicKey& key) {
  if (in_toxcore_.erase(key) > 0) core_.outputs.emplace_back(output::RemovePeer{key});
}

void Contacts::reconcile(Instant now) {
  for (const auto& [key, member] : core_.roster.members()) {
    if (key == core_.self) continue;
    add_to_toxcore(key);
    read_what_it_wrote(key, now);
  }
  for (const FriendRow& row : core_.store.friend_rows()) {
    if (core_.is_own(row.key)) continue;
    if (!row.present()) {
      remove_from_toxcore(row.key);
      withdraw_what_waits(row.key, now);
      continue;
    }
    if (contains(row.known_by, core_.self) && !core_.answered_for_another(row.key)) add_to_toxcore(row.key);
  }
}

// What a device wrote while it was only a friend is in no list any more, so it must not stay unread.
void Contacts::read_what_it_wrote(const PublicKey& device, Instant now) {
  if (core_.store.unread_count(device) == 0) return;
  (void)core_.log(marks_for_all(core_, device), now);
}

// What this device wrote without knowing of the removal: the remover could not withdraw it.
void Contacts::withdraw_what_waits(const PublicKey& key, Instant now) {
  const auto withdrawn = withdrawals(core_.store, key, core_.self);
  if (!withdrawn.empty()) (void)core_.log(withdrawn, now);
}

std::vector<FriendInfo> Contacts::list() const {
  std::vector<FriendInfo> friends;
  for (FriendRow& row : core_.store.friend_rows()) {
    if (!row.present() || core_.is_own(row.key)) continue;
    FriendInfo info;
    info.unread = core_.store.unread_count(row.key);
    info.in_toxcore = in_toxcore_.contains(row.key);
    if (const Peer* peer = core_.connected(row.key)) {
      info.connection = peer->connection;
      info.toxtore = peer->toxtore;
      info.claims = peer->claims;
    }
    info.row = std::move(row);
    friends.push_back(std::move(info));
  }
  return friends;
}

}  // namespace toxtore
