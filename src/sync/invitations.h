// Invitations (DESIGN 8, Link): which are open, and whether a proof of one is good.
//
// An invitation is good for ten minutes and one key. A proof that is right uses it up; it counts again only for that
// key and only while its linking is under way, since a connection may be lost. Everything else is refused and counted
// once for a key and its proof, for toxcore repeats a friend request for as long as nobody answers:
//
//   wrong       of no invitation that was made here lately: guessed, altered, or another key's
//   used        it was used up
//   expired     its time was over, or the user took it back
//   unreadable  a request without a proof (wire/invitation.h)
//
// Ten wrong proofs end an invitation. Guessing 128 bits is hopeless anyway; but whoever keeps trying is worth a word to
// the user, and the words come from here.
//
// All of it is in memory: no secret is written to the disk, and an invitation ends with the program. `now_ms` is on the
// `mono_ms` scale (base/time.h).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "base/result.h"
#include "model/ids.h"
#include "wire/invitation.h"

namespace toxtore {

/// Ten minutes (DESIGN 8): time to walk to the other device.
inline constexpr std::uint64_t invitation_lifetime_ms = 600'000;
/// Open at a time: a user links one device after another; the others are for what he began and forgot.
inline constexpr std::size_t open_invitations_max = 3;
/// Wrong proofs within the life of an invitation, so in ten minutes at most.
inline constexpr unsigned wrong_proofs_max = 10;
/// Invitations that are over and still recognised, so that who comes late is told apart from who guesses.
inline constexpr std::size_t past_invitations_max = 16;
/// How often it is said of an invitation that it was used or is over: an attempt may ask twice, with its request and on
/// the connection, and a user tries a few times. Whoever has the secret can make any number of keys that prove it.
inline constexpr unsigned refusals_told_max = 16;
/// Refused proofs that are recognised when they are repeated.
inline constexpr std::size_t refused_proofs_max = 64;

class Invitations {
 public:
  struct Open {
    std::uint32_t id = 0;  ///< from 1, in order
    InvitationSecret secret;
    bool confirmed = false;  ///< `--yes`: the user's word in advance
    std::string name;        ///< what to call the device that joins; empty: what it calls itself
    std::uint64_t expires_ms = 0;
  };
  enum class Verdict { right, again, wrong, used, expired, unreadable };
  struct Judgement {
    Verdict verdict = Verdict::unreadable;
    std::optional<Open> invitation;  ///< if right or again
    bool guessed_away = false;       ///< this wrong proof ended all that were open
    bool may_know = false;  ///< if used or expired: whoever asks has the secret, so he may be told, this time yet
  };
  /// Since the start, each key and proof once.
  struct Refused {
    std::uint64_t wrong = 0;
    std::uint64_t used = 0;
    std::uint64_t expired = 0;
    std::uint64_t unreadable = 0;
  };

  /// `random` must outlive this.
  Invitations(const PublicKey& self, Random& random) : self_(self), random_(random) {}

  /// Errors: busy (too many are open).
  Result<Open> make(bool confirmed, std::string name, std::uint64_t now_ms);
  /// `linking`: a linking with that peer is under way.
  Judgement judge(const PublicKey& peer, const std::optional<Hash>& proof, bool linking, std::uint64_t now_ms);
  /// The user takes back all that are open; gives their number.
  std::size_t withdraw();
  /// How many were open and have expired by now.
  std::size_t expire(std::uint64_t now_ms);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  [[nodiscard]] std::vector<Open> open() const;
  [[nodiscard]] const Refused& refused() const { return refused_; }

 private:
  enum class State { open, used, over };
  struct Entry {
    Open invitation;
    State state = State::open;
    std::optional<PublicKey> used_by;
    unsigned wrong_proofs = 0;
    unsigned refusals = 0;
  };

  Judgement meet(Entry& entry, const PublicKey& peer, bool linking);
  Judgement refuse(Verdict verdict, const PublicKey& peer, const std::optional<Hash>& proof);
  bool count_guess();
  void forget_oldest();

  PublicKey self_;
  Random& random_;
  std::uint32_t last_id_ = 0;
  std::deque<Entry> entries_;  ///< the oldest first
  std::deque<std::pair<PublicKey, Hash>> refused_proofs_;
  Refused refused_;
};

}  // namespace toxtore
