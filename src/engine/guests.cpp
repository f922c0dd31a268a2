#include "engine/guests.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace toxtore {
namespace {

using Verdict = Invitations::Verdict;
using Why = packet::LinkCancel::Why;

Why why_of(Verdict verdict) {
  if (verdict == Verdict::used) return Why::used;
  return verdict == Verdict::expired ? Why::over : Why::unsaid;
}

InvitationInfo info_of(const Invitations::Open& invitation, Instant now) {
  InvitationInfo info;
  info.id = invitation.id;
  info.confirmed = invitation.confirmed;
  info.name = invitation.name;
  info.expires_ms = now.wall_ms + (invitation.expires_ms - std::min(now.mono_ms, invitation.expires_ms));
  return info;
}

Bytes name_that_can_be_shown(const Bytes& name) { return is_utf8(to_text(name)) ? name : Bytes{}; }

}  // namespace

Result<InvitationInfo> Guests::invite(bool confirmed, const std::string& name, Instant now) {
  if (!devices_.has_room()) {
    return fail(ErrorKind::too_long, "there are 32 devices already, and more cannot be linked");
  }
  if (!name.empty()) {
    if (auto checked = check_device_name(name); !checked) return fail(checked.error());
  }
  const auto invitation = invitations_.make(confirmed, name, now.mono_ms);
  if (!invitation) return fail(invitation.error());
  InvitationInfo info = info_of(*invitation, now);
  info.uri = invitation_uri({core_.config.address, invitation->secret});
  return info;
}

std::vector<InvitationInfo> Guests::invitations(Instant now) const {
  std::vector<InvitationInfo> infos;
  for (const Invitations::Open& invitation : invitations_.open()) infos.push_back(info_of(invitation, now));
  return infos;
}

Result<void> Guests::check_join(const PublicKey& inviter, bool agreed) const {
  if (inviter == core_.self) {
    return fail(ErrorKind::invalid_argument, "this invitation was made on this very device: give it to the other one");
  }
  if (!is_possible(inviter)) return fail(ErrorKind::invalid_argument, "nobody can have made this invitation");
  const Peer* peer = core_.connected(inviter);
  if (core_.is_own(inviter) && peer != nullptr && peer->began) {
    return fail(ErrorKind::already_exists, "the device that made this invitation is one of your devices already");
  }
  if (!devices_.has_room()) {
    return fail(ErrorKind::too_long, "there are 32 devices already, and more cannot be linked");
  }
  const bool holds_nothing = core_.roster.members().size() <= 1 && core_.contacts().contacts().empty();
  if (!holds_nothing && !agreed) {
    return fail(ErrorKind::denied,
                "this device has friends or other devices already, and whoever made the invitation gets all of it: say "
                "yes (--yes) only if you made it yourself, on a device of your own");
  }
  return {};
}

Result<LinkInfo> Guests::join(const std::string& uri, bool agreed, Instant now) {
  const auto invitation = read_invitation_uri(uri);
  if (!invitation) return fail(invitation.error());
  const PublicKey inviter = invitation->address.key();
  if (auto checked = check_join(inviter, agreed); !checked) return fail(checked.error());
  for (const auto& [key, guest] : core_.guests) {
    if (!guest.invitation && key != inviter)
      (void)devices_.cancel(key, now);  // one join at a time; no error if it is over
  }
  const Hash proof = invitation_proof(invitation->secret, inviter, core_.self);
  const std::string words = joining_words(proof);
  core_.guests[inviter] = Guest{invitation->address, to_bytes(words), {}, std::nullopt, {}, std::nullopt};
  LinkInfo link = devices_.join(inviter, invitation->secret, proof, now);
  contacts_.ask_guest(inviter, now);
  return link;
}

bool Guests::on_request(const input::FriendRequest& request, Instant now) {
  const auto joining = read_joining_words(request.message);
  if (!joining || core_.is_own(request.key)) return false;
  const auto refusal = welcome(request.key, joining->proof, {}, now);
  const bool is_told = refusal && refusal->may_know && turn_away(request.key, now);
  if (refusal && !is_told) contacts_.forget_request(request.key);
  return true;
}

// One of our own proves itself anew when it has lost the end of its linking, which then needs no proof.
void Guests::on_proof(const PublicKey& from, const packet::LinkProof& proof, Instant now) {
  if (core_.is_own(from)) return;
  const auto refusal = welcome(from, proof.proof, name_that_can_be_shown(proof.name), now);
  if (!refusal) return;
  core_.send(from, refusal->word);
  if (const auto guest = core_.guests.find(from); guest != core_.guests.end() && guest->second.is_turned_away())
    guest->second.leaves_ms = std::min(*guest->second.leaves_ms, now.mono_ms + guest_lingers_ms);
}

// Nothing if it is let in.
std::optional<Guests::Refusal> Guests::welcome(const PublicKey& key, const std::optional<Hash>& proof,
                                               const Bytes& name, Instant now) {
  const auto guest = core_.guests.find(key);
  const bool linking = guest != core_.guests.end() && guest->second.invitation && devices_.is_linking(key, now);
  const auto judged = invitations_.judge(key, proof, linking, now.mono_ms);
  if (judged.guessed_away) tell_of_end("ten wrong proofs came for it: somebody may be guessing; make another one");
  if (!judged.invitation) return Refusal{{judged.may_know ? why_of(judged.verdict) : Why::unsaid}, judged.may_know};
  if (judged.verdict == Verdict::right) {
    if (!devices_.has_room()) return Refusal{};
    let_in(key, *judged.invitation, name, now);
  } else if (!name.empty()) {
    guest->second.name = name;
  }
  return std::nullopt;
}

bool Guests::turn_away(const PublicKey& key, Instant now) {
  const auto count = std::ranges::count_if(core_.guests, [](const auto& each) { return each.second.is_turned_away(); });
  if (static_cast<std::size_t>(count) >= turned_away_max) return false;
  Guest guest;
  guest.leaves_ms = now.mono_ms + turned_away_ms;
  core_.guests.emplace(key, std::move(guest));
  core_.view_changed = true;  // toxcore's list
  return true;
}

void Guests::let_in(const PublicKey& key, const Invitations::Open& invitation, const Bytes& name, Instant now) {
  core_.guests[key] = Guest{std::nullopt, {}, name, invitation.id, invitation.name, std::nullopt};
  core_.view_changed = true;  // toxcore's list
  devices_.invited(key, invitation.secret, invitation.confirmed, now);
}

void Guests::tell_of_end(std::string why) {
  core_.notice(output::Notice::What::invitation_ended, core_.self, std::move(why));
}

void Guests::step(Instant now) {
  if (invitations_.expire(now.mono_ms) > 0) tell_of_end("it was not used within ten minutes");
  std::vector<PublicKey> keys;
  for (const auto& [key, guest] : core_.guests) keys.push_back(key);
  for (const PublicKey& key : keys) look_after(key, now);
}

void Guests::look_after(const PublicKey& key, Instant now) {
  const bool linking = devices_.is_linking(key, now);
  if (core_.is_own(key) && !(linking && core_.is_joining(key))) return became_own(key, now);
  Guest& guest = core_.guests.at(key);
  if (linking) {
    guest.leaves_ms.reset();
  } else if (!guest.leaves_ms) {
    guest.leaves_ms = now.mono_ms + (devices_.awaits_return(key) ? link_lifetime_ms : guest_lingers_ms);
  } else if (*guest.leaves_ms <= now.mono_ms) {
    core_.guests.erase(key);
    core_.view_changed = true;  // toxcore's list
  }
}

void Guests::became_own(const PublicKey& key, Instant now) {
  const auto guest = core_.guests.extract(key);
  const std::string& name = guest.mapped().name_to_give;
  if (!name.empty()) (void)devices_.rename(key, name, now);  // a failure is kept by the core as its fault
}

std::optional<std::uint64_t> Guests::deadline_ms() const {
  auto earliest = invitations_.deadline_ms();
  for (const auto& [key, guest] : core_.guests) {
    if (guest.leaves_ms && (!earliest || *guest.leaves_ms < *earliest)) earliest = guest.leaves_ms;
  }
  return earliest;
}

}  // namespace toxtore
