// Whether a key speaks Tox or Toxtore on this connection (DESIGN 7, rule 6).
//
// Private to src/engine. A hello may come late: the peer's program starts, its queue is full, the network is slow.
// Until it is clear what the peer speaks nothing is handed over to it, for a text that went out as a Tox message cannot
// be told from a second one. Who has said no hello for a while counts as stock: 2 s if he was stock on his last
// connection, 10 s if he is new here, and 60 s if he ever said hello, to whichever of the user's devices.
#pragma once

#include "engine/core.h"

namespace toxtore {

/// A stock client mostly stays one; hello is the first packet on a connection, and takes a moment.
inline constexpr std::uint64_t stock_hello_wait_ms = 2'000;
/// On a slow or lossy way the first packet comes within seconds.
inline constexpr std::uint64_t new_hello_wait_ms = 10'000;
/// Almost twice the 32 s after which toxcore gives up a dead peer: by then his hello came or the connection went.
inline constexpr std::uint64_t toxtore_hello_wait_ms = 60'000;

class HelloWait {
 public:
  enum class Speaks { unknown, tox, toxtore };

  explicit HelloWait(Core& core) : core_(core) {}

  /// Of a key that is not connected: unknown.
  [[nodiscard]] Speaks speaks(const PublicKey& key, Instant now) const;
  /// When a connected key counts as stock at the latest, monotonic.
  [[nodiscard]] std::uint64_t due_ms(const PublicKey& key) const;
  /// Remembers, for the next connection, what that connected key turned out to be.
  void remember(const PublicKey& key, Instant now);

 private:
  Core& core_;
};

}  // namespace toxtore
