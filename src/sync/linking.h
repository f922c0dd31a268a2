// Linking of two friends into devices of one user (DESIGN 8): the state machine of `device add req`.
//
// The asker (A) and the asked (B) each show a code of six digits that is made from both keys and a nonce of each side.
// A commits to its nonce before it sees B's, and B sends its own before it sees A's, so neither can choose the code:
//
//   A -> B  device add request, link commit(H(nonce A))
//   B -> A  link nonce(nonce B)
//   A -> B  link nonce(nonce A)          B checks it against the commitment, else cancels
//   both show the code; each user compares and confirms on his side
//   A <-> B link confirm                 whoever has sent and received one is linked
//
// Whoever stands between or poses as the other device gets one guess in a million per attempt, and an attempt needs a
// user who types a code. Since every new nonce of B is another guess, B answers one commitment per connection, and at
// most `link_attempts_max` of a peer in ten minutes, whatever ended the linkings between: a peer that wants more of
// them ends it. When both ask at once, the lower key is A. Nonces live for one connection: when it is lost, A
// begins anew with new ones (the code changes), until the linking expires. A confirmation given by the user holds
// until then: it means "this key is mine", and that was checked.
//
// By invitation (wire/invitation.h) the joining device is A, whoever asked before. It sends its proof first, on each
// connection; whether that is good is said by invitations.h. Its user confirmed by giving it the URI, which names the
// other key, so only the other side is asked, unless that said yes in advance. The secret goes into the code: somebody
// who has not read the URI shows another one. The nonces stay, though the secret alone would make a code: whoever did
// read it could make keys until the code of one fits.
//
// This class keeps the sessions; it decides nothing about the roster. `now_ms` is on the `mono_ms` scale (base/time.h):
// a linking neither ends nor lasts for ever because somebody sets a clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "base/result.h"
#include "model/ids.h"
#include "wire/invitation.h"
#include "wire/packet.h"

namespace toxtore {

/// Ten minutes (DESIGN 8): time to walk to the other device, too short to be forgotten open.
inline constexpr std::uint64_t link_lifetime_ms = 600'000;
/// Nonces drawn for one peer in ten minutes: a few lost connections, not a search for a code that fits. A user who asks
/// anew begins to count anew.
inline constexpr unsigned link_attempts_max = 5;

class Linking {
 public:
  struct Session {
    bool asked_here = false;
    bool starts = false;  ///< this side is A
    std::uint64_t expires_ms = 0;
    Hash own_nonce{};
    std::optional<Hash> commitment;  ///< the other side's, while it is A
    std::optional<Hash> other_nonce;
    std::optional<std::string> code;
    bool confirmed_here = false;
    bool confirmed_there = false;
    std::optional<InvitationSecret> secret;  ///< by invitation
    std::optional<packet::LinkProof> proof;  ///< this side joins with it
  };

  /// What a step leads to.
  struct Step {
    std::vector<Packet> send;
    bool asked = false;                ///< the other side asks, and had not before
    bool coded = false;                ///< the code is there now
    bool linked = false;               ///< both have confirmed: the session is over
    std::optional<std::string> ended;  ///< it came to nothing, and why
  };

  /// `random` must outlive this.
  Linking(const PublicKey& self, Random& random) : self_(self), random_(random) {}

  /// The user here asks. `connected`: the peer has said hello; else it starts when `connected()` is called.
  Step request(const PublicKey& peer, bool connected, std::uint64_t now_ms);
  /// The user here has the URI of the peer's invitation. As `request`, and confirmed here.
  Step join(const PublicKey& peer, const InvitationSecret& secret, packet::LinkProof proof, bool connected,
            std::uint64_t now_ms);
  /// The peer has proved an invitation of this side. Ends what was under way with it. `confirmed`: the user has said
  /// yes in advance.
  Step invited(const PublicKey& peer, const InvitationSecret& secret, bool confirmed, std::uint64_t now_ms);
  Step connected(const PublicKey& peer, std::uint64_t now_ms);
  void disconnected(const PublicKey& peer);
  /// A packet of type 2 or 26 to 29; others are ignored. `already_linked`: the peer is a device of ours, and asks
  /// because it lost the end of the linking: this side needs no second word of the user.
  Step received(const PublicKey& peer, const Packet& packet, bool already_linked, std::uint64_t now_ms);
  /// The user's word here. Errors: not_found, offline (no code yet), code_mismatch.
  Result<Step> confirm(const PublicKey& peer, std::string_view code, std::uint64_t now_ms);
  /// The peer's roster names us: as good as its link confirm. Linked if the user here has confirmed.
  Step named_by(const PublicKey& peer, std::uint64_t now_ms);
  Result<Step> cancel(const PublicKey& peer, std::uint64_t now_ms);
  /// The peer was taken out of the user's devices: what was agreed before must not bring it back.
  Step removed(const PublicKey& peer, std::uint64_t now_ms);

  /// Ends the sessions that have expired. The other side is told: its own may have begun later, and would wait on.
  std::map<PublicKey, Step> expire(std::uint64_t now_ms);
  /// When a session expires next; none if there is none.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  [[nodiscard]] bool is_linking(const PublicKey& peer, std::uint64_t now_ms) const;
  /// Sessions that have not expired.
  [[nodiscard]] std::map<PublicKey, Session> sessions(std::uint64_t now_ms) const;

 private:
  Session* find(const PublicKey& peer, std::uint64_t now_ms);
  Step start(const PublicKey& peer, Session& session, std::uint64_t now_ms);
  bool too_many_nonces(const PublicKey& peer, std::uint64_t now_ms);
  Step on_request(const PublicKey& peer, bool already_linked, std::uint64_t now_ms);
  Step on_commit(const PublicKey& peer, const packet::LinkCommit& commit, std::uint64_t now_ms);
  Step on_nonce(const PublicKey& peer, const packet::LinkNonce& nonce, std::uint64_t now_ms);
  Step on_confirm(const PublicKey& peer, std::uint64_t now_ms);
  Step on_cancel(const PublicKey& peer, const packet::LinkCancel& cancel);
  Step coded(const PublicKey& peer, Session& session);
  Step finish_if_confirmed(const PublicKey& peer, const Session& session);
  Step broken(const PublicKey& peer, std::string why);

  PublicKey self_;
  Random& random_;
  struct Nonces {
    unsigned count = 0;
    std::uint64_t until_ms = 0;
  };

  std::map<PublicKey, Session> sessions_;
  std::map<PublicKey, Nonces> nonces_;  // drawn for a peer lately; outlives its sessions
};

/// H(label, key of A, key of B, nonce of A).
Hash link_commitment(const PublicKey& a, const PublicKey& b, const Hash& nonce_a);
/// Six digits from H(label, key of A, key of B, nonce of A, nonce of B): its first 8 bytes modulo a million.
std::string link_code(const PublicKey& a, const PublicKey& b, const Hash& nonce_a, const Hash& nonce_b);
/// The same by invitation: MAC with the secret in place of H, and another label.
std::string invitation_code(const InvitationSecret& secret, const PublicKey& a, const PublicKey& b, const Hash& nonce_a,
                            const Hash& nonce_b);

}  // namespace toxtore
