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
#pragma once

#include <map>
#include <optional>
#include <set>

#include "engine/core.h"
#include "engine/requests.h"

namespace toxtore {

/// A tried key that said no hello for so long has a stock client: the longest that delivery waits for a hello (DESIGN
/// 7, rule 6). A request that is shown a minute late is better than one for a device that was only slow.
inline constexpr std::uint64_t stranger_wait_ms = 60'000;

class Strangers {
 public:
  Strangers(Core& core, Requests& requests) : core_(core), requests_(requests) {}

  void on_connected(const PublicKey& key, Instant now);
  void on_disconnected(const PublicKey& key);
  void on_hello(const PublicKey& from, const packet::Hello& hello);
  /// After the list was taken for what it says of a friend.
  void on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now);
  /// Once a turn.
  void step(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

 private:
  [[nodiscard]] bool is_stranger(const PublicKey& key) const;
  bool ask(const PublicKey& key, Instant now);

  Core& core_;
  Requests& requests_;
  std::map<PublicKey, std::uint64_t> silent_until_ms_;  ///< tried keys without a hello yet, monotonic
  std::set<PublicKey> befriended_us_;                   ///< connected ones that say so
};

}  // namespace toxtore
