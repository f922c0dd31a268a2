// Serving: what connected own devices asked of us, and how much of it is under way (DESIGN 6).
//
// - A range with an end is a block: served once, ascending, blocks in the order in which they were asked for. An
//   open-ended range is a tail: what comes after, as it comes; a later one takes the place of an earlier one of the
//   same log. "Stop" ends all of a log. What the peer is known to hold is left out.
// - A peer of the first form is served a log without gaps, as it takes nothing else, and one range a log: a later one
//   takes the place of the earlier.
// - Live is what was not there when a tail was asked for, own events first; all else is backfill. Each class has a
//   window of its own, so that no backfill, however long, holds up what is new: at most so many bytes are under way
//   unacknowledged. That bounds memory against a slow or silent peer, whatever it asks for.
// - An acknowledgement proves what the peer holds only where it had asked, and did not stop or ask again since: it
//   counts what was refused too.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "sync/knowledge.h"
#include "wire/packet.h"

namespace toxtore {

/// Event bytes under way to one peer. Backfill: some 190 full packets uncompressed, what toxcore moves in its first
/// second. Live: one event of the greatest size fits.
inline constexpr std::size_t live_window_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t backfill_window_bytes = std::size_t{256} * 1024;
/// More than so many events of a tail at once are no news but a relayed backfill: about a frame full.
inline constexpr std::uint64_t live_run_max = 512;
/// Blocks that one peer may have waiting here. One of ours asks for two blocks and some small gaps at a time.
inline constexpr std::size_t waiting_blocks_max = 1'024;

class Server {
 public:
  using Class = packet::Bundle::Class;

  explicit Server(const Knowledge& knowledge) : knowledge_(knowledge) {}

  void connect(const PublicKey& peer) { peers_[peer] = Peer{}; }
  void disconnect(const PublicKey& peer) { peers_.erase(peer); }

  /// Events of that log beyond that number are others now: what was asked of them is asked again.
  void cut_back(const LogId& log, std::uint32_t number);
  /// Nothing of that log is asked for any more.
  void forget(const LogId& log);
  void on_fetch(const PublicKey& peer, const packet::Fetch& fetch);
  /// Gives the events that the peer is known to hold now.
  std::vector<Dot> on_committed(const PublicKey& peer, std::uint64_t count);

  struct Piece {
    LogId log;
    std::uint32_t after = 0;
    std::uint32_t until = 0;  ///< inclusive; all of (after, until] is held
    std::size_t bytes = 0;    ///< how much the window lets through
    bool of_tail = false;
  };
  /// The next piece of a class; nothing if there is none or the window is used up.
  std::optional<Piece> next(const PublicKey& peer, Class cls);
  /// How many bytes of a class may still be sent.
  [[nodiscard]] std::size_t room(const PublicKey& peer, Class cls) const;
  using Sent = std::vector<std::pair<Dot, std::size_t>>;  ///< with the bytes of each
  /// These events of a piece were sent, ascending from its beginning.
  void served(const PublicKey& peer, Class cls, const Piece& piece, const Sent& sent);
  /// These were sent as part of a page: the peer may refuse some.
  void served_page(const PublicKey& peer, const Sent& sent);

  /// Where the tail of a log that a peer asked for stands: what is above comes by itself.
  [[nodiscard]] std::optional<std::uint32_t> tail_after(const PublicKey& peer, const LogId& log) const;

 private:
  struct Tail {
    std::uint32_t after = 0;
    std::uint32_t backlog_until = 0;  // what was held when it was asked for
  };
  struct Block {
    LogId log;
    std::uint32_t after = 0;
    std::uint32_t until = 0;
  };
  struct UnderWay {
    Dot dot;
    std::size_t bytes = 0;
    Class cls = Class::live;
    bool proves = true;
  };
  struct Peer {
    std::map<LogId, Tail> tails;
    std::deque<Block> blocks;
    std::deque<UnderWay> under_way;
    std::map<Class, std::size_t> bytes;
    std::uint64_t sent = 0;  // events sent and acknowledged on this connection
    std::uint64_t acknowledged = 0;
  };

  Peer* find(const PublicKey& peer);
  [[nodiscard]] const Peer* find(const PublicKey& peer) const;
  static void stop(Peer& peer, const LogId& log);
  static void doubt(Peer& peer, const LogId& log, std::uint32_t after, std::uint32_t until);
  static void add_block(Peer& peer, const packet::Fetch::Range& range);
  [[nodiscard]] std::optional<NumberRanges::Range> run_in(const PublicKey& peer, const LogId& log, std::uint32_t after,
                                                          std::uint32_t until) const;
  [[nodiscard]] std::optional<Piece> tail_piece(const PublicKey& peer, const LogId& log, const Tail& tail,
                                                Class cls) const;
  [[nodiscard]] std::optional<Piece> any_tail_piece(const PublicKey& key, const Peer& peer, Class cls) const;
  std::optional<Piece> block_piece(const PublicKey& key, Peer& peer) const;
  static void note(Peer& peer, Class cls, const Sent& sent, bool proves);

  const Knowledge& knowledge_;
  std::map<PublicKey, Peer> peers_;
};

}  // namespace toxtore
