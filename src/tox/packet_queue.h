// The custom packets that wait for one peer, and how fast toxcore is given them. Without toxcore, so that the rules
// can be tested: they come from DESIGN 6 and from what was measured of toxcore 0.2.18.
//
// - First in, first out. Packets and their order are all that is promised; nothing is joined or dropped in between.
// - A turn is what lies between two calls of tox_iterate. In a turn packets are sent until toxcore first refuses one
//   (TOX_ERR_FRIEND_CUSTOM_PACKET_SENDQ), then no more: the refusal means "allowance used up", the allowance only
//   changes inside tox_iterate, and toxcore logs each refusal as an error. The refused packet stays the first.
// - Over a TCP relay at most `tcp_packets_per_turn_max` go in a turn. Pushing until the refusal stalled such a
//   connection for good in three of three trials, after some 10,000 packets and with no offline event; 20 ran fine.
// - When the peer disconnects everything is dropped: toxcore forgets what it had not delivered, so what waits here
//   would arrive behind a gap.
// - At most `queued_bytes_max` wait. Senders keep a window far below it (DESIGN 6: 1 MiB); it is the last defence of
//   the memory against a peer that takes in nothing. When it is reached, that peer gets nothing more until its next
//   connection, since a gap in the middle would be worse than an end.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>

#include "base/bytes.h"
#include "engine/input.h"

namespace toxtore {

inline constexpr std::size_t tcp_packets_per_turn_max = 20;
inline constexpr std::size_t queued_bytes_max = std::size_t{16} * 1024 * 1024;

class PacketQueue {
 public:
  enum class Verdict {
    sent,
    full,  ///< not now
    gone,  ///< the peer is not connected (any more), or toxcore will never take this packet
  };
  using Send = std::function<Verdict(ByteView)>;

  /// Puts a packet at the end. False: the limit is or was reached on this connection, and the packet is dropped.
  bool push(Bytes packet);

  /// Sends what may be sent in this turn.
  void send(Connection connection, const Send& send);

  /// tox_iterate was called: a new turn.
  void begin_turn();

  /// The peer disconnected: nothing waits, and the next connection begins with a clean slate.
  void clear();

  [[nodiscard]] bool empty() const { return packets_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::deque<Bytes> packets_;
  std::size_t bytes_ = 0;
  std::size_t sent_in_turn_ = 0;
  bool refused_in_turn_ = false;
  bool overflown_ = false;
};

}  // namespace toxtore
