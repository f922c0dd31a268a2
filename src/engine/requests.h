// Friend requests of strangers (DESIGN 4): events, so that they are shown, accepted and declined on any device.
//
// Private to src/engine. A stock friend knows the device that he asked, and no other. So whichever device the user
// answers on, the one that was asked puts the key into toxcore's list (its own friend add), or makes toxcore forget the
// request so that the key can ask again. A device that answers for others does not put the key into its own list; once
// the friend add of one that was asked is there, it takes its own back, so that the view says whom the friend knows.
#pragma once

#include <set>

#include "engine/contacts.h"
#include "engine/core.h"

namespace toxtore {

/// Open friend requests on all devices together; later ones are dropped: who floods keeps himself out.
inline constexpr std::size_t friend_requests_max = 256;

class Requests {
 public:
  Requests(Core& core, const Contacts& contacts) : core_(core), contacts_(contacts) {}

  /// At start: which requests of this device wait, or were answered while it was off.
  void begin();

  /// A friend asks this device too: now he knows it.
  void on_request_of_friend(const PublicKey& key);
  /// A stranger asks this device, with words that an event holds. False if there is no room for one more.
  bool on_request(const input::FriendRequest& request, Instant now);
  Result<void> accept(const PublicKey& key, Instant now);
  Result<void> decline(const PublicKey& key, Instant now);

  /// Once a turn, when the view changed: does what the answers ask of this device.
  void settle(Instant now);

  /// One entry a key, the earliest first.
  [[nodiscard]] std::vector<FriendRequestInfo> list() const;

 private:
  [[nodiscard]] bool is_friend_without_us(const PublicKey& key) const;
  [[nodiscard]] bool asked_here_and_was_not_added(const PublicKey& key) const;
  [[nodiscard]] std::set<PublicKey> open_here() const;
  void act_on_answers(Instant now);
  void take_back_adds(Instant now);

  Core& core_;
  const Contacts& contacts_;
  std::set<PublicKey> waiting_;  ///< keys that asked this device and have no answer yet that it acted upon
};

}  // namespace toxtore
