#include "engine/contact_settings.h"

#include <algorithm>
#include <ranges>

#include "base/utf8.h"

namespace toxtore {
namespace {

using What = ContactSetting::What;

Bytes flag(bool value) { return {static_cast<std::uint8_t>(value ? 1 : 0)}; }

std::vector<std::pair<What, Bytes>> settings_of(const ContactChange& change) {
  std::vector<std::pair<What, Bytes>> settings;
  if (change.alias) settings.emplace_back(What::alias, to_bytes(*change.alias));
  if (change.muted) settings.emplace_back(What::muted, flag(*change.muted));
  if (change.blocked) settings.emplace_back(What::blocked, flag(*change.blocked));
  if (change.devices_withheld) settings.emplace_back(What::devices_withheld, flag(*change.devices_withheld));
  if (change.claims) settings.emplace_back(What::claims, Bytes{static_cast<std::uint8_t>(*change.claims)});
  return settings;
}

Bytes answer_bytes(const PublicKey& claimed, bool agrees) {
  Bytes answer(claimed.bytes.begin(), claimed.bytes.end());
  answer.push_back(agrees ? 1 : 0);
  return answer;
}

// What takes back the user's "no" of one contact's keys to the other's.
void take_back_answers(const ContactGraph& graph, const Contact& of, const Contact& about, std::vector<Body>& bodies) {
  for (const PublicKey& key : of.keys) {
    for (const auto& [claimed, answer] : graph.row(key)->claim_answers) {
      if (answer.value || !about.has(claimed)) continue;
      bodies.emplace_back(ContactSetting{key, What::claim_answer, answer_bytes(claimed, true)});
    }
  }
}

// Keys that only the setting for claims keeps apart from this contact: each claims the other, and the user said no to
// neither. What he says of claims is for them as well, else a contact that `never` took apart could not come together.
std::vector<PublicKey> kept_apart(const ContactGraph& graph, const Contact& contact) {
  std::vector<PublicKey> keys;
  for (const Claim& claim : contact.claims) {
    const FriendRow* row = graph.row(claim.key);
    const auto claimed_back = [&](const PublicKey& key) { return row->lists(key); };
    const auto refused = [&](const PublicKey& key) { return graph.row(key)->is_refused(claim.key); };
    if (row == nullptr || std::ranges::none_of(contact.keys, claimed_back)) continue;
    if (std::ranges::none_of(contact.keys, refused)) keys.push_back(claim.key);
  }
  return keys;
}

Error no_friend() { return {ErrorKind::not_found, "this key is not in your friend list"}; }

}  // namespace

Result<void> ContactSettings::log(const std::vector<Body>& bodies, Instant now) {
  const auto logged = core_.log(bodies, now);
  if (!logged) return fail(logged.error());
  contacts_.reconcile(now);
  return {};
}

Result<void> ContactSettings::change(const PublicKey& key, const ContactChange& change, Instant now) {
  const Contact* contact = core_.contacts().friend_of(key);
  if (contact == nullptr) return fail(no_friend());
  if (change.alias && !is_utf8(*change.alias)) return fail(ErrorKind::invalid_argument, "the alias is not UTF-8 text");
  if (change.alias && change.alias->size() > alias_size_max) {
    return fail(ErrorKind::too_long, "an alias must not be longer than 128 bytes");
  }
  std::vector<Body> bodies;
  for (const auto& [what, value] : settings_of(change)) {
    for (const PublicKey& each : contact->keys) bodies.emplace_back(ContactSetting{each, what, value});
  }
  if (change.claims) {
    const Bytes value{static_cast<std::uint8_t>(*change.claims)};
    for (const PublicKey& each : kept_apart(core_.contacts(), *contact)) {
      bodies.emplace_back(ContactSetting{each, What::claims, value});
    }
  }
  if (bodies.empty()) return fail(ErrorKind::invalid_argument, "nothing was said that is to be changed");
  return log(bodies, now);
}

Result<void> ContactSettings::merge(const PublicKey& one, const PublicKey& other, Instant now) {
  const Contact* first = core_.contacts().friend_of(one);
  const Contact* second = core_.contacts().friend_of(other);
  if (first == nullptr || second == nullptr) return fail(no_friend());
  if (first == second) return fail(ErrorKind::already_exists, "these two are one contact already");
  if (first->blocked != second->blocked) {
    return fail(ErrorKind::denied, "one of the two is blocked, which would block the other: unblock it first");
  }
  std::vector<Body> bodies{ContactsMerged{first->id, second->id, true}};
  take_back_answers(core_.contacts(), *first, *second, bodies);
  take_back_answers(core_.contacts(), *second, *first, bodies);
  return log(bodies, now);
}

Result<void> ContactSettings::split(const PublicKey& key, Instant now) {
  const Contact* contact = core_.contacts().friend_of(key);
  if (contact == nullptr) return fail(no_friend());
  if (contact->keys.size() < 2) return fail(ErrorKind::invalid_argument, "this contact has one key only");
  const FriendRow& row = *core_.contacts().row(key);
  std::vector<PublicKey> rest = contact->keys;
  std::erase(rest, key);
  std::vector<Body> bodies;
  for (const PublicKey& other : rest) {
    bodies.emplace_back(ContactsMerged{key, other, false});
    // The pair alone would not do: a device that joins later and is claimed by both would bring them together again.
    bodies.emplace_back(ContactSetting{other, What::claim_answer, answer_bytes(key, false)});
  }
  // What the user merged through this key stays together without it.
  if (std::ranges::any_of(row.by_hand, [](const auto& said) { return said.second; })) {
    for (const PublicKey& other : rest | std::views::drop(1)) {
      bodies.emplace_back(ContactsMerged{rest.front(), other, true});
    }
  }
  // It stays a friend also where only the others of the contact were added.
  if (!row.present()) bodies.emplace_back(FriendAdd{key});
  return log(bodies, now);
}

Result<void> ContactSettings::answer_claim(const PublicKey& key, const PublicKey& claimed, bool agrees, Instant now) {
  const Contact* contact = core_.contacts().friend_of(key);
  if (contact == nullptr) return fail(no_friend());
  if (!contact->claims_key(claimed) && !contact->has(claimed)) {
    return fail(ErrorKind::not_found, "this contact does not claim that key");
  }
  if (agrees && contact->claims_policy == ClaimPolicy::never) {
    return fail(ErrorKind::invalid_argument, "this friend's claims are never followed: set them to “ask” first");
  }
  std::vector<Body> bodies;
  for (const PublicKey& each : contact->keys) {
    if (each != claimed) bodies.emplace_back(ContactSetting{each, What::claim_answer, answer_bytes(claimed, agrees)});
  }
  // The new key's own claims are asked about as well.
  if (agrees && contact->claims_policy != ClaimPolicy::accept) {
    bodies.emplace_back(
        ContactSetting{claimed, What::claims, Bytes{static_cast<std::uint8_t>(contact->claims_policy)}});
  }
  return log(bodies, now);
}

}  // namespace toxtore
