// Linking by invitation (DESIGN 8): what this device invites, and what it joins.
//
// Private to src/engine. The judgement of a proof is in sync/invitations.h, the steps of a linking in sync/linking.h.
// Here they meet toxcore: two devices that do not know each other must connect first. So each is a *guest* in the
// other's friend list of toxcore for as long as their linking is under way, and a few seconds longer, for the last
// word. No event tells of it, and it ends with the program.
//
// - A request without a right proof is refused without an answer, and toxcore is made to forget it, so that the next
// one
//   of that key comes through. On a connection the answer is link cancel.
// - Whoever proves the secret of an invitation that was used, or is over, is told so. For that he is let onto a
//   connection if he has none, a few at a time and for a minute at most (*turned away*): he learns that this device is
//   online, as whoever had the URI in time could, and nothing of what he sends is heard but his proof.
// - Who joins gives all that his device holds to whoever made the URI. A device that holds nothing joins at once; one
//   that has friends or other devices only with the user's word, or a stranger's URI could fish for a history.
#pragma once

#include <string>
#include <vector>

#include "engine/contacts.h"
#include "engine/core.h"
#include "engine/devices.h"
#include "sync/invitations.h"

namespace toxtore {

/// A guest stays so long after its linking came to nothing: time for link cancel to arrive before the connection ends.
inline constexpr std::uint64_t guest_lingers_ms = 10'000;

/// Who is turned away has so long to connect, and to hear why; so many at a time.
inline constexpr std::uint64_t turned_away_ms = 60'000;
inline constexpr std::size_t turned_away_max = 3;

class Guests {
 public:
  Guests(Core& core, Devices& devices, Contacts& contacts)
      : core_(core), devices_(devices), contacts_(contacts), invitations_(core.self, core.random) {}

  Result<InvitationInfo> invite(bool confirmed, const std::string& name, Instant now);
  std::size_t withdraw() { return invitations_.withdraw(); }
  [[nodiscard]] std::vector<InvitationInfo> invitations(Instant now) const;
  [[nodiscard]] const Invitations::Refused& refused() const { return invitations_.refused(); }
  [[nodiscard]] std::size_t open_count() const { return invitations_.open().size(); }

  Result<LinkInfo> join(const std::string& uri, bool agreed, Instant now);

  /// False if the request is somebody's own, and not one that a program made to join.
  bool on_request(const input::FriendRequest& request, Instant now);
  void on_proof(const PublicKey& from, const packet::LinkProof& proof, Instant now);

  /// Once a turn: ends invitations whose time is over, and lets guests go.
  void step(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

 private:
  [[nodiscard]] Result<void> check_join(const PublicKey& inviter, bool agreed) const;
  struct Refusal {
    packet::LinkCancel word;
    bool may_know = false;
  };
  std::optional<Refusal> welcome(const PublicKey& key, const std::optional<Hash>& proof, const Bytes& name,
                                 Instant now);
  bool turn_away(const PublicKey& key, Instant now);
  void let_in(const PublicKey& key, const Invitations::Open& invitation, const Bytes& name, Instant now);
  void look_after(const PublicKey& key, Instant now);
  void became_own(const PublicKey& key, Instant now);
  void tell_of_end(std::string why);

  Core& core_;
  Devices& devices_;
  Contacts& contacts_;
  Invitations invitations_;
};

}  // namespace toxtore
