#include "engine/contacts.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "engine/conversation.h"
#include "engine/friend_adds.h"
#include "engine/peer_list.h"
#include "engine/presence.h"
#include "engine/removals.h"
#include "wire/body.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

Result<void> check_greeting(const std::string& greeting) {
  if (greeting.empty()) {
    return fail(ErrorKind::invalid_argument, "a friend request needs some words that tell who you are");
  }
  if (!is_utf8(greeting)) return fail(ErrorKind::invalid_argument, "the words of a friend request must be UTF-8");
  if (greeting.size() > greeting_size_max) {
    return fail(ErrorKind::too_long, "the words of a friend request must not be longer than 900 bytes");
  }
  return {};
}

Bytes asked_bytes(const ToxAddress& address, const std::string& greeting) {
  return Writer().bytes(address.bytes).bytes(as_bytes(greeting)).take();
}

std::optional<ToxAddress> address_of(const FriendRow& row) {
  if (!row.nospam) return std::nullopt;
  return ToxAddress::from_bytes(Writer().key(row.key).bytes(*row.nospam).take());
}

}  // namespace

Contacts::Contacts(Core& core)
    : core_(core),
      in_toxcore_(core.config.toxcore_friends.begin(), core.config.toxcore_friends.end()),
      names_(name_interval_ms, [this](const PublicKey& key) { return core_.contacts().friend_of(key) != nullptr; }) {}

Result<void> Contacts::take_over_imported(Instant now) {
  std::vector<Body> adds;
  for (const PublicKey& key : core_.config.imported_friends) {
    if (!is_added(key)) adds.emplace_back(FriendAdd{key});
  }
  if (adds.empty()) return {};
  const auto logged = core_.log(adds, now);
  return logged ? Result<void>{} : fail(logged.error());
}

bool Contacts::is_added(const PublicKey& key) const {
  const FriendRow* row = core_.contacts().row(key);
  return row != nullptr && row->present();
}

Result<void> Contacts::add(const ToxAddress& address, const std::string& greeting, Instant now) {
  const PublicKey key = address.key();
  if (key == core_.self) return fail(ErrorKind::invalid_argument, "this is the Tox ID of this device itself");
  if (!is_possible(key)) return fail(ErrorKind::invalid_argument, "nobody can have this Tox ID: it is mistyped");
  if (core_.is_own(key)) return fail(ErrorKind::already_exists, "this is the Tox ID of one of your own devices");
  if (core_.roster.was_own(key)) {
    return fail(
        ErrorKind::denied,
        "this is the Tox ID of a device that was removed from yours: `toxtore device invite` and `join` link it "
        "again");
  }
  if (is_added(key)) return fail(ErrorKind::already_exists, "this key is in your friend list already");
  if (auto checked = check_greeting(greeting); !checked) return checked;
  std::vector<Body> bodies = adds_of_all(key);
  FriendNospam nospam{key, {}};
  std::copy(address.bytes.begin() + PublicKey::size, address.bytes.end(), nospam.nospam_and_checksum.begin());
  bodies.emplace_back(nospam);
  const auto logged = core_.log(bodies, now, [&](const auto&) {
    core_.store.remember(remembered_name::of(remembered_name::asked, key), asked_bytes(address, greeting));
  });
  if (!logged) return fail(logged.error());
  remove_from_toxcore(key);  // it may be there since a friend claims it, and then toxcore would not ask
  reconcile(now);
  return {};
}

std::vector<Body> Contacts::adds_of_all(const PublicKey& key) const {
  std::vector<Body> adds{FriendAdd{key}};
  const Contact* contact = core_.contacts().of(key);
  if (contact == nullptr) return adds;
  for (const PublicKey& other : contact->keys) {
    if (other != key && !contact->present) adds.emplace_back(FriendAdd{other});
    if (contact->blocked) adds.emplace_back(ContactSetting{other, ContactSetting::What::blocked, Bytes{0}});
  }
  return adds;
}

Result<void> Contacts::introduce(const PublicKey& key, const std::string& greeting, Instant now) {
  const Contact* contact = core_.contacts().friend_of(key);
  if (contact == nullptr) return fail(ErrorKind::not_found, "this key is not in your friend list");
  const FriendRow& row = *core_.contacts().row(key);
  if (row.is_known_by(core_.self) && !core_.answered_for_another(key)) {
    return fail(ErrorKind::already_exists, "this device is introduced to him already");
  }
  if (row.devices && !contact->devices_withheld) {
    return fail(ErrorKind::already_exists, "he has Toxtore, so all your devices reach him without being introduced");
  }
  const auto address = address_of(row);
  if (!address) {
    return fail(ErrorKind::not_found,
                "his Tox ID was never given to one of your devices, and a key alone cannot be asked: let him add this "
                "device's Tox ID, or ask him for his");
  }
  if (auto checked = check_greeting(greeting); !checked) return checked;
  const auto logged = core_.log({FriendAdd{key}}, now, [&](const auto&) {
    core_.store.remember(remembered_name::of(remembered_name::asked, key), asked_bytes(*address, greeting));
    core_.store.forget(remembered_name::of(remembered_name::answered, key));  // he is about to know this device too
  });
  if (!logged) return fail(logged.error());
  reconcile(now);
  return {};
}

Result<void> Contacts::remove(const PublicKey& key, Instant now) {
  if (core_.is_own(key)) {
    return fail(ErrorKind::denied, "this is one of your devices: `toxtore device remove` is for those");
  }
  const Contact* contact = core_.contacts().friend_of(key);
  if (contact == nullptr) return fail(ErrorKind::not_found, "this key is not in your friend list");
  std::vector<Body> removes;
  const std::vector<PublicKey> keys = contact->keys;
  for (const PublicKey& each : keys) {
    for (const Dot& add : standing_adds(core_.store, each)) removes.emplace_back(FriendRemove{add});
  }
  const auto withdrawn = withdrawals(core_.store, Conversation(keys));
  removes.insert(removes.end(), withdrawn.begin(), withdrawn.end());
  const auto logged = core_.log(removes, now, [&](const auto&) {
    for (const PublicKey& each : keys) core_.store.forget(remembered_name::of(remembered_name::asked, each));
  });
  if (!logged) return fail(logged.error());
  reconcile(now);
  return {};
}

void Contacts::ask_again() {
  for (const auto& [name, words] : core_.store.remembered_under(remembered_name::asked)) {
    if (const auto key = remembered_name::key_of(remembered_name::asked, name)) remove_from_toxcore(*key);
  }
}

bool Contacts::admit(const input::FriendRequest& request, Instant now) {
  const PublicKey& key = request.key;
  if (core_.is_own(key)) {
    add_to_toxcore(key);
    return true;
  }
  if (core_.is_blocked(key)) {
    asked_while_blocked_.insert(key);
    return true;
  }
  if (core_.contacts().friend_of(key) == nullptr) return false;
  if (core_.contacts().row(key)->is_known_by(core_.self)) return true;
  if (core_.last_own(key, EventType::friend_request_received)) {
    // Another device accepted him for this one, and takes its add back when it sees ours (requests.h).
    (void)core_.log({FriendAdd{key}}, now);  // a failure is kept by the core as its fault
  } else {
    add_by_itself(core_, {{key, request.message}}, now);
  }
  return true;
}

// Also if it is in the list: toxcore sends no second request to a key that is.
void Contacts::ask_guest(const PublicKey& key, Instant now) {
  if (core_.connected(key) == nullptr) remove_from_toxcore(key);
  reconcile(now);
}

// For a key in the list toxcore remembers no request, and would delete the friend.
void Contacts::forget_request(const PublicKey& key) {
  if (!in_toxcore_.contains(key)) core_.outputs.emplace_back(output::RemovePeer{key});
}

void Contacts::on_name(const input::PeerName& name, Instant now) {
  if (name.name.empty() || core_.is_own(name.key) || core_.is_blocked(name.key)) return;
  names_.put(name.key, name.name);
  log_names(now);
}

// The last name within a minute is the one that is logged: who changes it all the time fills no logs.
void Contacts::log_names(Instant now) {
  names_.let_out(now, [&](const PublicKey& key, const Bytes& name) {
    const FriendRow* row = core_.contacts().row(key);
    if (row == nullptr || row->name.value == name) return false;
    // A failure is kept by the core as its fault.
    (void)core_.log({ContactSetting{key, ContactSetting::What::name, name}}, now);
    return true;
  });
}

// The request has reached the friend, so its words need not be kept.
void Contacts::on_connected(const PublicKey& key) {
  const std::string name = remembered_name::of(remembered_name::asked, key);
  if (core_.store.remembered(name)) (void)core_.change([&] { core_.store.forget(name); });
}

void Contacts::add_to_toxcore(const PublicKey& key) {
  if (!in_toxcore_.insert(key).second) return;
  output::AddPeer peer{key, std::nullopt, {}};
  if (const auto guest = core_.guests.find(key); guest != core_.guests.end() && guest->second.address) {
    peer.address = guest->second.address;
    peer.greeting = guest->second.words;
    core_.outputs.emplace_back(std::move(peer));
    return;
  }
  if (const auto asked = core_.store.remembered(remembered_name::of(remembered_name::asked, key))) {
    if (asked->size() > ToxAddress::size) {
      peer.address = ToxAddress::from_bytes(ByteView(*asked).first(ToxAddress::size));
      peer.greeting.assign(asked->begin() + ToxAddress::size, asked->end());
    }
  }
  core_.outputs.emplace_back(std::move(peer));
}

void Contacts::remove_from_toxcore(const PublicKey& key) {
  names_.forget(key);
  if (in_toxcore_.erase(key) > 0) core_.outputs.emplace_back(output::RemovePeer{key});
}

void Contacts::reconcile(Instant now) {
  reconciled_ms_ = now.mono_ms;
  for (const auto& [key, member] : core_.roster.members()) {
    if (key == core_.self) continue;
    add_to_toxcore(key);
    read_what_it_wrote(key, now);
  }
  std::set<PublicKey> wanted = wanted_peers(core_.contacts(), core_.self, now.wall_ms);
  // Who asked another device, and was accepted here, knows that one only.
  std::erase_if(wanted, [this](const PublicKey& key) {
    const FriendRow* row = core_.contacts().row(key);
    return row != nullptr && !row->devices && core_.answered_for_another(key);
  });
  for (const auto& [name, since] : core_.store.remembered_under(remembered_name::stranger)) {
    if (const auto key = remembered_name::key_of(remembered_name::stranger, name)) wanted.insert(*key);
  }
  for (const auto& [key, guest] : core_.guests) wanted.insert(key);
  for (const auto& [key, was] : core_.roster.once_in()) {
    if (core_.is_linked(key) || is_to_be_told(core_, key, now.wall_ms)) wanted.insert(key);
  }
  wanted.erase(core_.self);
  for (const PublicKey& key : wanted) add_to_toxcore(key);
  for (const PublicKey& key : std::set(in_toxcore_)) {
    if (!wanted.contains(key) && !core_.is_own(key)) remove_from_toxcore(key);
  }
  hear_unblocked();
  withdraw_what_waits(now);
}

// toxcore tells of a key's requests once, so one that was not heeded must be forgotten for the next to come.
void Contacts::hear_unblocked() {
  std::erase_if(asked_while_blocked_, [this](const PublicKey& key) {
    if (core_.is_blocked(key)) return false;
    forget_request(key);
    return true;
  });
}

// What a device wrote while it was only a friend is in no list any more, so it must not stay unread.
void Contacts::read_what_it_wrote(const PublicKey& device, Instant now) {
  if (core_.store.unread_count(device) == 0) return;
  (void)core_.log(marks_for_all(core_, device), now);
}

// What this device wrote without knowing of a removal: the remover could not withdraw it.
void Contacts::withdraw_what_waits(Instant now) {
  if (core_.store.undelivered_count() == 0) return;  // as a rule; and removed friends become ever more
  std::vector<Body> withdrawn;
  for (const Contact& contact : core_.contacts().contacts()) {
    if (contact.present) continue;
    const auto of_contact = withdrawals(core_.store, Conversation(contact.keys), core_.self);
    withdrawn.insert(withdrawn.end(), of_contact.begin(), of_contact.end());
  }
  if (!withdrawn.empty()) (void)core_.log(withdrawn, now);
}

FriendInfo Contacts::describe(const Contact& contact) const {
  FriendInfo info;
  info.contact = contact;
  info.unread = core_.store.unread_count(Conversation(contact.keys));
  for (const PublicKey& key : contact.keys) {
    FriendKeyInfo each;
    each.row = *core_.contacts().row(key);
    each.in_toxcore = in_toxcore_.contains(key);
    each.seen_by = seen_by(core_, key);
    if (const Peer* peer = core_.connected(key)) {
      each.connection = peer->connection;
      each.toxtore = peer->toxtore;
    }
    info.keys.push_back(std::move(each));
  }
  return info;
}

std::vector<FriendInfo> Contacts::list() const {
  std::vector<FriendInfo> friends;
  for (const Contact& contact : core_.contacts().contacts()) {
    if (contact.present) friends.push_back(describe(contact));
  }
  return friends;
}

std::optional<FriendInfo> Contacts::find(const PublicKey& key) const {
  const Contact* contact = core_.contacts().of(key);
  return contact == nullptr ? std::nullopt : std::optional(describe(*contact));
}

}  // namespace toxtore
