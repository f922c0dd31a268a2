#include "sync/linking.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace toxtore {
namespace {

constexpr std::string_view commitment_label = "toxtore link commitment 1";
constexpr std::string_view code_label = "toxtore link code 1";
constexpr std::string_view invitation_code_label = "toxtore invitation code 1";
constexpr std::uint64_t code_count = 1'000'000;
constexpr std::size_t code_digits = 6;

std::string digits_of(std::string_view code) {
  std::string digits;
  std::copy_if(code.begin(), code.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

std::string code_from(const Hash& hash) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) number = (number << 8) | hash[i];
  const std::string code = std::to_string(number % code_count);
  return std::string(code_digits - code.size(), '0') + code;
}

/// What the device says to whose invitation this one has joined.
std::string refusal_words(packet::LinkCancel::Why why) {
  using Why = packet::LinkCancel::Why;
  switch (why) {
    case Why::used:
      return "this invitation was used already: make a new one there, with `toxtore device invite`. If it was not you "
             "who used it, see there with `toxtore device list` who did";
    case Why::over:
      return "this invitation is over: its ten minutes have passed, or it was taken back. Make a new one there, with "
             "`toxtore device invite`";
    case Why::unsaid: break;
  }
  return "the other device refused: its user said no, or it does not know this invitation, as after a restart of "
         "toxtored. Make a new one there, with `toxtore device invite`";
}

}  // namespace

Hash link_commitment(const PublicKey& a, const PublicKey& b, const Hash& nonce_a) {
  return hash_of({as_bytes(commitment_label), a.bytes, b.bytes, nonce_a});
}

std::string link_code(const PublicKey& a, const PublicKey& b, const Hash& nonce_a, const Hash& nonce_b) {
  return code_from(hash_of({as_bytes(code_label), a.bytes, b.bytes, nonce_a, nonce_b}));
}

std::string invitation_code(const InvitationSecret& secret, const PublicKey& a, const PublicKey& b, const Hash& nonce_a,
                            const Hash& nonce_b) {
  return code_from(mac_of(secret.bytes, {as_bytes(invitation_code_label), a.bytes, b.bytes, nonce_a, nonce_b}));
}

Linking::Session* Linking::find(const PublicKey& peer, std::uint64_t now_ms) {
  const auto found = sessions_.find(peer);
  return found != sessions_.end() && found->second.expires_ms > now_ms ? &found->second : nullptr;
}

std::map<PublicKey, Linking::Step> Linking::expire(std::uint64_t now_ms) {
  std::vector<PublicKey> expired;
  for (const auto& [peer, session] : sessions_) {
    if (session.expires_ms <= now_ms) expired.push_back(peer);
  }
  std::map<PublicKey, Step> steps;
  for (const PublicKey& peer : expired) {
    const Session& session = sessions_.at(peer);
    const bool unanswered = session.proof && !session.code;
    steps.emplace(peer, broken(peer, unanswered ? "the other device did not answer in time: it may be off, or does not "
                                                  "know this invitation, as after a restart of toxtored"
                                                : "it was not confirmed in time"));
  }
  return steps;
}

std::optional<std::uint64_t> Linking::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto& [peer, session] : sessions_) {
    if (!earliest || session.expires_ms < *earliest) earliest = session.expires_ms;
  }
  return earliest;
}

bool Linking::is_linking(const PublicKey& peer, std::uint64_t now_ms) const {
  const auto found = sessions_.find(peer);
  return found != sessions_.end() && found->second.expires_ms > now_ms;
}

std::map<PublicKey, Linking::Session> Linking::sessions(std::uint64_t now_ms) const {
  std::map<PublicKey, Session> live;
  for (const auto& [peer, session] : sessions_) {
    if (session.expires_ms > now_ms) live.emplace(peer, session);
  }
  return live;
}

bool Linking::too_many_nonces(const PublicKey& peer, std::uint64_t now_ms) {
  Nonces& nonces = nonces_[peer];
  if (nonces.until_ms <= now_ms) nonces = {0, now_ms + link_lifetime_ms};
  return ++nonces.count > link_attempts_max;
}

Linking::Step Linking::start(const PublicKey& peer, Session& session, std::uint64_t now_ms) {
  if (too_many_nonces(peer, now_ms)) return broken(peer, "the connection was lost too often");
  session.starts = true;
  session.commitment.reset();
  session.other_nonce.reset();
  session.code.reset();
  session.confirmed_there = false;
  random_.fill(session.own_nonce);
  Step step;
  if (session.proof) step.send.emplace_back(*session.proof);
  step.send.emplace_back(packet::DeviceAddRequest{});
  step.send.emplace_back(packet::LinkCommit{link_commitment(self_, peer, session.own_nonce)});
  return step;
}

Linking::Step Linking::request(const PublicKey& peer, bool connected, std::uint64_t now_ms) {
  nonces_.erase(peer);
  Session& session = sessions_[peer];
  session = Session{};
  session.asked_here = true;
  session.starts = true;
  session.expires_ms = now_ms + link_lifetime_ms;
  return connected ? start(peer, session, now_ms) : Step{};
}

Linking::Step Linking::join(const PublicKey& peer, const InvitationSecret& secret, packet::LinkProof proof,
                            bool connected, std::uint64_t now_ms) {
  (void)request(peer, false, now_ms);
  Session& session = sessions_.at(peer);
  session.confirmed_here = true;
  session.secret = secret;
  session.proof = std::move(proof);
  return connected ? start(peer, session, now_ms) : Step{};
}

// If both join each other at once, the lower key does.
Linking::Step Linking::invited(const PublicKey& peer, const InvitationSecret& secret, bool confirmed,
                               std::uint64_t now_ms) {
  if (const Session* own = find(peer, now_ms); own != nullptr && own->proof && self_ < peer) return {};
  nonces_.erase(peer);
  Session& session = sessions_[peer];
  session = Session{};
  session.expires_ms = now_ms + link_lifetime_ms;
  session.confirmed_here = confirmed;
  session.secret = secret;
  Step step;
  step.asked = true;
  return step;
}

Linking::Step Linking::connected(const PublicKey& peer, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  return session != nullptr && session->asked_here ? start(peer, *session, now_ms) : Step{};
}

void Linking::disconnected(const PublicKey& peer) {
  const auto found = sessions_.find(peer);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  session.commitment.reset();
  session.other_nonce.reset();
  session.code.reset();
  session.confirmed_there = false;
}

Linking::Step Linking::received(const PublicKey& peer, const Packet& packet, bool already_linked,
                                std::uint64_t now_ms) {
  if (std::holds_alternative<packet::DeviceAddRequest>(packet)) return on_request(peer, already_linked, now_ms);
  if (const auto* commit = std::get_if<packet::LinkCommit>(&packet)) return on_commit(peer, *commit, now_ms);
  if (const auto* nonce = std::get_if<packet::LinkNonce>(&packet)) return on_nonce(peer, *nonce, now_ms);
  if (std::holds_alternative<packet::LinkConfirm>(packet)) return on_confirm(peer, now_ms);
  if (const auto* cancel = std::get_if<packet::LinkCancel>(&packet)) return on_cancel(peer, *cancel);
  return {};
}

Linking::Step Linking::on_request(const PublicKey& peer, bool already_linked, std::uint64_t now_ms) {
  Step step;
  Session* session = find(peer, now_ms);
  if (session == nullptr) {
    session = &sessions_[peer];
    *session = Session{};
    session->expires_ms = now_ms + link_lifetime_ms;
    step.asked = !already_linked;
  }
  session->confirmed_here = session->confirmed_here || already_linked;
  return step;
}

// Both asked: the lower key starts, and the other's commitment is left unanswered. Who joins starts in any case.
Linking::Step Linking::on_commit(const PublicKey& peer, const packet::LinkCommit& commit, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  if (session == nullptr) return {};  // a commitment belongs to a request
  if (session->proof || (session->asked_here && self_ < peer)) return {};
  if (session->commitment || too_many_nonces(peer, now_ms)) {
    return broken(peer, "the other side began anew too often: it may be looking for a code that fits");
  }
  session->starts = false;
  session->commitment = commit.commitment;
  session->other_nonce.reset();
  session->code.reset();
  session->confirmed_there = false;
  random_.fill(session->own_nonce);
  Step step;
  step.send.emplace_back(packet::LinkNonce{session->own_nonce});
  return step;
}

Linking::Step Linking::on_nonce(const PublicKey& peer, const packet::LinkNonce& nonce, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  if (session == nullptr || session->other_nonce) return {};
  if (!session->starts) {
    if (!session->commitment) return {};
    if (link_commitment(peer, self_, nonce.nonce) != *session->commitment) {
      return broken(peer, "the other side showed another nonce than it had committed to");
    }
  }
  session->other_nonce = nonce.nonce;
  return coded(peer, *session);
}

Linking::Step Linking::coded(const PublicKey& peer, Session& session) {
  Step step;
  step.coded = true;
  const PublicKey& a = session.starts ? self_ : peer;
  const PublicKey& b = session.starts ? peer : self_;
  const Hash& nonce_a = session.starts ? session.own_nonce : *session.other_nonce;
  const Hash& nonce_b = session.starts ? *session.other_nonce : session.own_nonce;
  session.code =
      session.secret ? invitation_code(*session.secret, a, b, nonce_a, nonce_b) : link_code(a, b, nonce_a, nonce_b);
  if (session.starts) step.send.emplace_back(packet::LinkNonce{session.own_nonce});
  if (session.confirmed_here) step.send.emplace_back(packet::LinkConfirm{});
  return step;
}

Linking::Step Linking::on_confirm(const PublicKey& peer, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  if (session == nullptr || !session->code) return {};
  session->confirmed_there = true;
  return finish_if_confirmed(peer, *session);
}

Linking::Step Linking::finish_if_confirmed(const PublicKey& peer, const Session& session) {
  Step step;
  step.linked = session.confirmed_here && session.confirmed_there;
  if (step.linked) sessions_.erase(peer);
  return step;
}

Linking::Step Linking::on_cancel(const PublicKey& peer, const packet::LinkCancel& cancel) {
  Step step;
  const auto session = sessions_.find(peer);
  if (session == sessions_.end()) return step;
  step.ended = session->second.proof ? refusal_words(cancel.why) : "the other side cancelled";
  sessions_.erase(session);
  return step;
}

Linking::Step Linking::broken(const PublicKey& peer, std::string why) {
  sessions_.erase(peer);
  Step step;
  step.ended = std::move(why);
  step.send.emplace_back(packet::LinkCancel{});
  return step;
}

Result<Linking::Step> Linking::confirm(const PublicKey& peer, std::string_view code, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  if (session == nullptr) return fail(ErrorKind::not_found, "no linking with this device is under way");
  if (!session->code) {
    return fail(ErrorKind::offline, "there is no code yet: both devices must be running and connected to each other");
  }
  if (digits_of(code) != *session->code) {
    return fail(ErrorKind::code_mismatch,
                "this is not the code that this device shows: if the other device really shows it, someone is "
                "between you, so do not link");
  }
  session->confirmed_here = true;
  Step step = finish_if_confirmed(peer, *session);
  step.send.emplace_back(packet::LinkConfirm{});
  return step;
}

Linking::Step Linking::named_by(const PublicKey& peer, std::uint64_t now_ms) {
  Session* session = find(peer, now_ms);
  if (session == nullptr) return {};
  session->confirmed_there = true;
  return finish_if_confirmed(peer, *session);
}

Result<Linking::Step> Linking::cancel(const PublicKey& peer, std::uint64_t now_ms) {
  if (find(peer, now_ms) == nullptr) {
    return fail(ErrorKind::not_found, "no linking with this device is under way");
  }
  return broken(peer, "cancelled here");
}

Linking::Step Linking::removed(const PublicKey& peer, std::uint64_t now_ms) {
  return find(peer, now_ms) == nullptr ? Step{} : broken(peer, "it was removed meanwhile; link it anew");
}

}  // namespace toxtore
