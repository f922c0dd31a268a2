// Keys that are in toxcore's list only because a friend claims them, and whose users want us for a friend (DESIGN 7:
// a claim by one side hides nothing).
//
// Private to src/engine. While a claimed key is tried (peer_list.h), toxcore drops the friend request of its user and
// connects him, since both have each other in their lists. So who connects and is not the claiming friend is taken for
// what he is, a stranger who asks: his request is logged, without words, for toxcore dropped those. From then on the
// key is tried no more and waits for the user's answer like any other that asks.
//
// - One with Toxtore says in its hello whether its user made us a friend (capability::befriended), or only a friend of
//   his claims us, which nobody need see. Its device list, which follows, tells whether it is the claiming friend after
//   all.
// - One that says no hello has a stock client, in whose list nobody comes but by its user's wish.
//
// Who connected once is kept in toxcore's list until that is known, though nobody claims him any more: his client takes
// the request for delivered and would never send it again.
#pragma once

#include <map>
#include <optional>

#include "engine/contacts.h"
#include "engine/core.h"
#include "engine/peer_list.h"
#include "engine/requests.h"

namespace toxtore {

/// A tried key that said no hello for so long, on all its connections together, has a stock client: the longest that
/// delivery waits for a hello (DESIGN 7, rule 6). A request that is shown a minute late is better than one for a device
/// that was only slow.
inline constexpr std::uint64_t stranger_wait_ms = 60'000;
/// So many strangers are kept in toxcore's list at once, as many as are tried (peer_list.h).
inline constexpr std::size_t strangers_kept_max = tried_claims_max;

class Strangers {
 public:
  Strangers(Core& core, Contacts& contacts, Requests& requests)
      : core_(core), contacts_(contacts), requests_(requests) {}

  void on_connected(const PublicKey& key, Instant now);
  void on_disconnected(const PublicKey& key, Instant now);
  void on_hello(const PublicKey& from);
  /// After the list was taken for what it says of a friend.
  void on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now);
  /// Once a turn.
  void step(Instant now);
  /// Once a turn, when the view changed: lets go of those of whom there is nothing more to find out.
  void settle(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

 private:
  [[nodiscard]] bool is_stranger(const PublicKey& key) const;
  [[nodiscard]] bool was_refused(const PublicKey& key) const;
  [[nodiscard]] bool claims_back(const PublicKey& key, const packet::MyDevices& list) const;
  [[nodiscard]] bool claims_to_be_own(const packet::MyDevices& list) const;
  [[nodiscard]] bool is_kept(const PublicKey& key) const;
  bool ask(const PublicKey& key, Instant now);
  void keep(const PublicKey& key, Instant now);
  void decided(const PublicKey& key);

  Core& core_;
  Contacts& contacts_;
  Requests& requests_;
  std::map<PublicKey, std::uint64_t> silent_until_ms_;  ///< connected and not decided, monotonic
  std::map<PublicKey, std::uint64_t> left_ms_;          ///< of those that are kept and went away: what is left to wait
};

}  // namespace toxtore
