// The replicator: what to fetch from whom, and what to send to whom (DESIGN 6).
//
// It knows which numbers this device holds, what the connected own devices say they hold, what was asked of whom and
// what they asked of us. It moves no event itself: the engine asks it about each event that comes in, reads the log
// for what it says is to be sent, and tells it what became of both.
//
// Rules, in this first form (prefixes only, one source a log):
// - The one who lacks something asks for it. Each log is asked of one peer at a time, from our prefix on and
// open-ended,
//   so what is new comes by itself. The source is the log's author if it is connected, else a connected peer that told
//   us of more than we hold. A source that disconnects is replaced. A source other than the author gives way to the
//   author once it has nothing more for us.
// - Nothing is asked before the peer has ended its first report, and an event that was not asked for is dropped.
// - An event is acknowledged (`committed`) only after it is durable. Before that our own log is sent as far as the
//   peer asked for it; if the window does not let it through, the peer is at least told how far it goes, so that an
//   acknowledgement never overtakes the news of an own event (DESIGN 7, rule 3).
// - At most `window_bytes` of events are under way to a peer unacknowledged, whatever it asks for: bounded memory
//   against a slow or silent one.
// - Changed prefixes are told at most once a second, and only to who cannot know them otherwise: a peer that sent us
//   the events gets our acknowledgement instead.
//
// No I/O; time is monotonic milliseconds. Nothing here survives a connection but `told()`, which the engine stores.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/dot.h"
#include "model/event.h"
#include "model/vector_clock.h"
#include "wire/packet.h"

namespace toxtore {

/// Event bytes under way to one peer: some 190 full packets uncompressed, what toxcore moves in its first second.
inline constexpr std::size_t window_bytes = std::size_t{256} * 1024;
/// Changed prefixes are told at most this often.
inline constexpr std::uint64_t clock_interval_ms = 1'000;
/// Logs that this device takes note of, over all own devices: incarnations are rare, so this is generous.
inline constexpr std::size_t known_logs_max = 4'096;

class Replicator {
 public:
  /// `held`: what the store holds. `told`: every clock that was ever told, as stored.
  Replicator(const PublicKey& self, VectorClock held, VectorClock told);

  /// The keys of the roster. Peers and logs of other keys are none of our business.
  void set_members(std::set<PublicKey> members);

  // --- Connections with own devices.

  void connect(const PublicKey& peer);
  void disconnect(const PublicKey& peer);
  [[nodiscard]] bool connected(const PublicKey& peer) const { return peers_.contains(peer); }
  [[nodiscard]] std::vector<PublicKey> connected_peers() const;

  // --- What peers say. All are ignored from a peer that is not connected.

  /// True if that told us of something new.
  bool on_clock(const PublicKey& peer, const packet::Clock& clock);
  void on_fetch(const PublicKey& peer, const packet::Fetch& fetch);
  void on_committed(const PublicKey& peer, std::uint64_t count);

  enum class Verdict {
    take,    ///< the next one of a log that we asked this peer for: store it
    held,    ///< we have it
    unasked  ///< not asked for, or out of turn: drop it
  };
  /// Judges an event that came in and counts it for the acknowledgement. After `take` it counts as held.
  Verdict judge(const PublicKey& peer, const Dot& dot);

  /// An own event was stored.
  void logged(const Dot& dot);

  // --- What to do. The engine calls these after its commit.

  /// The whole report for a peer: all prefixes and the end mark.
  std::vector<packet::Clock> report(const PublicKey& peer);
  /// What to ask of whom now.
  std::vector<std::pair<PublicKey, packet::Fetch>> requests();

  struct Serve {
    LogId log;
    std::uint32_t after = 0;
    std::uint32_t until = 0;  ///< inclusive; all of (after, until] is held
    std::size_t bytes = 0;    ///< how much the window lets through
  };
  /// The next piece for a peer, own log first; nothing if there is none or the window is used up.
  [[nodiscard]] std::optional<Serve> next_to_serve(const PublicKey& peer) const;
  /// These events of one log were sent, ascending from where `next_to_serve` said.
  void served(const PublicKey& peer, const std::vector<std::pair<Dot, std::size_t>>& dots_and_bytes);

  /// Whether a connected peer cannot be caught up: it was told of own events that were not even sent to it yet.
  [[nodiscard]] bool is_behind(const PublicKey& peer) const;
  /// How far our own log goes, if the peer was not told.
  std::optional<packet::Clock> own_prefix_for(const PublicKey& peer);

  /// What to acknowledge: at most a clock with our own log's prefix, and a count. Call after serving.
  struct Acknowledgement {
    std::optional<packet::Clock> own_prefix;
    packet::Committed committed;
  };
  std::optional<Acknowledgement> acknowledge(const PublicKey& peer);

  /// Changed prefixes to tell, if it is time.
  std::vector<std::pair<PublicKey, packet::Clock>> changed_clocks(std::uint64_t now_ms);
  /// When `changed_clocks` has something to say again.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  // --- What is known.

  [[nodiscard]] const VectorClock& held() const { return held_; }
  [[nodiscard]] const VectorClock& told() const { return told_; }
  /// Everything of every log in every clock that we were ever told is held (DESIGN 7, rule 1).
  [[nodiscard]] bool caught_up() const { return held_.covers(told_); }
  /// Whether a connected peer has acknowledged an event, or told that it holds it.
  [[nodiscard]] bool has_acknowledged(const PublicKey& peer, const Dot& dot) const;
  /// What a connected peer is known to hold.
  [[nodiscard]] VectorClock known_of(const PublicKey& peer) const;

 private:
  struct Serving {
    std::uint32_t after = 0;
    std::uint32_t until = 0;
  };
  struct UnderWay {
    Dot dot;
    std::size_t bytes = 0;
  };
  struct Peer {
    VectorClock theirs;                // what it is known to hold
    bool report_ended = false;         // its first report is complete
    VectorClock announced;             // what we told it that we hold
    std::map<LogId, Serving> serving;  // what it asked of us
    std::set<LogId> asked;             // what we asked of it
    std::deque<UnderWay> under_way;
    std::size_t under_way_bytes = 0;
    std::uint64_t sent = 0;  // events sent and acknowledged on this connection
    std::uint64_t acknowledged = 0;
    std::uint64_t dealt_with = 0;  // events that it sent, and how many of them we acknowledged
    std::uint64_t told_dealt_with = 0;
    std::uint64_t clock_sent_ms = 0;
  };

  Peer* find(const PublicKey& peer);
  [[nodiscard]] const Peer* find(const PublicKey& peer) const;
  [[nodiscard]] LogId own_log() const { return {self_, 0}; }
  [[nodiscard]] bool of_member(const LogId& log) const { return members_.contains(log.device); }
  [[nodiscard]] std::set<LogId> wanted_logs() const;
  [[nodiscard]] std::optional<PublicKey> source_of(const LogId& log) const;
  [[nodiscard]] std::optional<PublicKey> best_source(const LogId& log) const;
  [[nodiscard]] std::vector<Dot> untold(const Peer& peer) const;
  [[nodiscard]] std::optional<Serve> piece_of(const Peer& peer, const LogId& log, const Serving& serving) const;
  void mark_told(const LogId& log, std::uint32_t number);

  PublicKey self_;
  VectorClock held_;
  VectorClock told_;
  std::set<PublicKey> members_;
  std::map<PublicKey, Peer> peers_;
};

}  // namespace toxtore
