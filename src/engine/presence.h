// Presence: a stock friend is connected only to the devices that he knows, and is shown as online on all of them.
//
// Private to src/engine. For display only (DESIGN 5): nothing that goes to a friend follows from it, delivery least of
// all, which rests on connections of this device's own and on events.
//
// - Each device tells its own devices which friends' keys are connected to it: all of them once the other listens, then
//   what changed, once a turn. Nothing while nothing changes (P10), and nothing to who does not say that it understands
//   (capability::presence). What another device told is not passed on, for all own devices meet each other.
// - What a device told counts as long as the connection on which it told it: whoever crashed takes it along as soon as
//   toxcore shows him as gone. It is in memory only, in `Peer`.
// - A key that is no friend's may become one's, for events and this come on ways of their own: it is kept and not
// shown.
#pragma once

#include <set>
#include <vector>

#include "engine/contacts.h"
#include "engine/core.h"

namespace toxtore {

/// So many connected keys are remembered of what one device tells: far more than one toxcore keeps connections to (each
/// costs it a ping every few seconds), and with all 32 devices some 10 MiB at most.
inline constexpr std::size_t presence_keys_max = 4'096;

/// The own devices, without this one, to which that key is connected, as they say; none unless it is a friend's and he
/// is not blocked.
std::vector<DeviceName> seen_by(const Core& core, const PublicKey& key);

class Presence {
 public:
  Presence(Core& core, const Contacts& contacts) : core_(core), contacts_(contacts) {}

  void on_presence(const PublicKey& from, const packet::Presence& presence);
  /// Once a turn, after the view is up to date: tells own devices what changed here, and the user who came and went.
  void step();

 private:
  void tell(const PublicKey& to, const std::vector<packet::Presence::Entry>& entries);
  void tell_devices();
  void tell_user();
  [[nodiscard]] std::set<PublicKey> connected_here() const;
  [[nodiscard]] std::set<PublicKey> contacts_online() const;

  Core& core_;
  const Contacts& contacts_;
  std::set<PublicKey> online_;  ///< contacts of which the user was told so, by id
};

}  // namespace toxtore
