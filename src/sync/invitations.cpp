#include "sync/invitations.h"

#include <algorithm>

#include "base/planted.h"

namespace toxtore {

Result<Invitations::Open> Invitations::make(bool confirmed, std::string name, std::uint64_t now_ms) {
  expire(now_ms);
  if (open().size() >= open_invitations_max) {
    return fail(ErrorKind::busy,
                "three invitations are open already: use one of them, or take them back with "
                "`toxtore device invite --cancel`");
  }
  Open invitation{++last_id_, {}, confirmed, std::move(name), now_ms + invitation_lifetime_ms};
  random_.fill(invitation.secret.bytes);
  entries_.push_back({invitation, State::open, std::nullopt, 0});
  forget_oldest();
  return invitation;
}

void Invitations::forget_oldest() {
  while (entries_.size() > past_invitations_max + open_invitations_max) {
    const auto over = std::ranges::find_if(entries_, [](const Entry& entry) { return entry.state != State::open; });
    entries_.erase(over);
  }
}

Invitations::Judgement Invitations::judge(const PublicKey& peer, const std::optional<Hash>& proof, bool linking,
                                          std::uint64_t now_ms) {
  if (!proof) return refuse(Verdict::unreadable, peer, proof);
  expire(now_ms);
  for (Entry& entry : entries_) {
    if (planted(PlantedBug::takes_replayed_proof) && entry.used_by &&
        *proof == invitation_proof(entry.invitation.secret, self_, *entry.used_by)) {
      return {Verdict::right, entry.invitation, false};
    }
    if (!same_secret(*proof, invitation_proof(entry.invitation.secret, self_, peer))) continue;
    Judgement met = meet(entry, peer, linking);
    if (met.invitation) return met;
    Judgement refused = refuse(met.verdict, peer, proof);
    refused.may_know = entry.refusals < refusals_told_max;
    if (refused.may_know) ++entry.refusals;
    return refused;
  }
  return refuse(Verdict::wrong, peer, proof);
}

Invitations::Judgement Invitations::meet(Entry& entry, const PublicKey& peer, bool linking) {
  if (planted(PlantedBug::takes_used_secret)) return {Verdict::right, entry.invitation, false};
  if (entry.state == State::over) return {Verdict::expired, std::nullopt, false};
  if (entry.state == State::used && entry.used_by == peer && linking) return {Verdict::again, entry.invitation, false};
  if (entry.state == State::used) return {Verdict::used, std::nullopt, false};
  entry.state = State::used;
  entry.used_by = peer;
  return {Verdict::right, entry.invitation, false};
}

Invitations::Judgement Invitations::refuse(Verdict verdict, const PublicKey& peer, const std::optional<Hash>& proof) {
  const std::pair refused{peer, proof.value_or(Hash{})};
  if (std::ranges::find(refused_proofs_, refused) != refused_proofs_.end()) return {verdict, std::nullopt, false};
  refused_proofs_.push_back(refused);
  if (refused_proofs_.size() > refused_proofs_max) refused_proofs_.pop_front();
  switch (verdict) {
    case Verdict::used: ++refused_.used; break;
    case Verdict::expired: ++refused_.expired; break;
    case Verdict::unreadable: ++refused_.unreadable; break;
    default: ++refused_.wrong; return {verdict, std::nullopt, count_guess()};
  }
  return {verdict, std::nullopt, false};
}

bool Invitations::count_guess() {
  bool ended = false;
  for (Entry& entry : entries_) {
    if (entry.state != State::open || ++entry.wrong_proofs < wrong_proofs_max) continue;
    entry.state = State::over;
    ended = true;
  }
  return ended;
}

std::size_t Invitations::withdraw() {
  const std::size_t count = open().size();
  for (Entry& entry : entries_) {
    if (entry.state == State::open) entry.state = State::over;
  }
  return count;
}

std::size_t Invitations::expire(std::uint64_t now_ms) {
  std::size_t count = 0;
  for (Entry& entry : entries_) {
    if (entry.state != State::open || entry.invitation.expires_ms > now_ms) continue;
    entry.state = State::over;
    ++count;
  }
  return count;
}

std::optional<std::uint64_t> Invitations::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const Open& invitation : open()) {
    if (!earliest || invitation.expires_ms < *earliest) earliest = invitation.expires_ms;
  }
  return earliest;
}

std::vector<Invitations::Open> Invitations::open() const {
  std::vector<Open> open;
  for (const Entry& entry : entries_) {
    if (entry.state == State::open) open.push_back(entry.invitation);
  }
  return open;
}

}  // namespace toxtore
