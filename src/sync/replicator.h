// The replicator: what to fetch from whom, and what to send to whom (DESIGN 6).
//
// It knows which numbers this device holds, what the connected own devices say they hold, what was asked of whom and
// what they asked of us. It moves no event itself: the engine asks it about each event that comes in, reads the log
// for what it says is to be sent, and tells it what became of both. Its parts, each with its rules:
//
//   knowledge.h   who holds what            fetching.h   what to ask of whom (open_requests.h: what is open there)
//   serving.h     what was asked of us      announcing.h what others were told of ours
//
// Across them:
// - The one who lacks something asks for it; an event that was not asked for is dropped.
// - An event is acknowledged (`committed`) only after it is durable. Before that our own logs are sent as far as the
//   peer asked for them; if the window does not let it through, the peer is at least told how far it goes, so that an
//   acknowledgement never overtakes the news of an own event (DESIGN 7, rule 3).
//
// No I/O; time is monotonic milliseconds. Nothing here survives a connection but `told()`, which the engine stores.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/holdings.h"
#include "sync/announcing.h"
#include "sync/fetching.h"
#include "sync/knowledge.h"
#include "sync/serving.h"
#include "wire/packet.h"

namespace toxtore {

class Replicator {
 public:
  using Class = Server::Class;
  using Addressed = std::vector<std::pair<PublicKey, Packet>>;

  /// `held`: what the store holds. `told`: for each log the greatest number that was ever told, as stored.
  Replicator(const PublicKey& self, Holdings held, VectorClock told);
  Replicator(const Replicator&) = delete;
  Replicator& operator=(const Replicator&) = delete;

  /// The own devices, those that were removed, and how far the logs of both count (knowledge.h). Of the logs of which
  /// another part counts now, everything is told and asked for anew; gives those. What is held of them is to be put
  /// aside or taken in, and then `set_held`.
  std::set<LogId> set_devices(std::set<PublicKey> members, std::set<PublicKey> removed, LogLimits limits);
  void set_held(Holdings held) { knowledge_.set_held(std::move(held)); }
  /// The log that this device writes now; none: its last one is closed. At first {self, 0}.
  void set_open_log(std::optional<LogId> log) { knowledge_.set_open_log(log); }

  // --- Connections with own devices.

  /// `takes_ranges`, `takes_states`: what the peer's hello said (knowledge.h).
  void connect(const PublicKey& peer, bool takes_ranges, bool takes_states = false);
  void disconnect(const PublicKey& peer);
  [[nodiscard]] bool connected(const PublicKey& peer) const { return knowledge_.peer(peer) != nullptr; }
  [[nodiscard]] std::vector<PublicKey> connected_peers() const;
  /// Whether it is connected, and has told all that it holds.
  [[nodiscard]] bool has_reported(const PublicKey& peer) const;

  // --- What peers say. All are ignored from a peer that is not connected.

  /// True if that told us of something new.
  bool on_clock(const PublicKey& peer, const packet::Clock& clock);
  bool on_holdings(const PublicKey& peer, const packet::Holdings& holdings);
  void on_fetch(const PublicKey& peer, const packet::Fetch& fetch);
  void on_committed(const PublicKey& peer, std::uint64_t count);
  void on_page_ended(const PublicKey& peer) { fetcher_.page_ended(peer); }

  enum class Verdict {
    take,    ///< we asked this peer for it, and lack it: store it
    held,    ///< we have it
    unasked  ///< not asked for, or no room for one more gap: drop it
  };
  /// Judges an event that came in and counts it for the acknowledgement. After `take` it counts as held.
  Verdict judge(const PublicKey& peer, const Dot& dot);

  /// So many events came that could not be read: counts them for the acknowledgement.
  void lost(const PublicKey& peer, std::uint64_t count);

  /// An own event was stored.
  void logged(const Dot& dot);

  // --- What to do. The engine calls these after its commit.

  /// The whole report for a peer: all holdings and the end mark.
  std::vector<Packet> report(const PublicKey& peer) { return announcer_.report(peer); }
  /// What to ask of whom now.
  Addressed requests(std::uint64_t now_ms) { return fetcher_.requests(now_ms); }

  using Piece = Server::Piece;
  using Sent = Server::Sent;
  /// The next piece for a peer; nothing if there is none or the window is used up.
  std::optional<Piece> next_to_serve(const PublicKey& peer, Class cls) { return server_.next(peer, cls); }
  /// How many bytes of a class may still be sent.
  [[nodiscard]] std::size_t room(const PublicKey& peer, Class cls) const { return server_.room(peer, cls); }
  /// These events of the piece were sent, ascending from its beginning.
  void served(const PublicKey& peer, Class cls, const Piece& piece, const Sent& sent) {
    server_.served(peer, cls, piece, sent);
  }
  /// Whether a page needs not bring this event: the peer holds it, or asked for what comes after its last one.
  [[nodiscard]] bool is_needless_in_page(const PublicKey& peer, const Dot& dot) const;
  /// These were sent as part of a page.
  void served_page(const PublicKey& peer, const Sent& sent) { server_.served_page(peer, sent); }

  /// Whether a connected peer cannot be caught up: it was told of own events that were not even sent to it yet.
  [[nodiscard]] bool is_behind(const PublicKey& peer) const;
  /// How far our own logs go, those of which the peer was not told.
  std::optional<packet::Clock> own_prefixes_for(const PublicKey& peer) { return announcer_.own_prefixes_for(peer); }

  /// What to acknowledge: at most a clock with our own logs' prefixes, and a count. Call after serving.
  struct Acknowledgement {
    std::optional<packet::Clock> own_prefixes;
    packet::Committed committed;
  };
  std::optional<Acknowledgement> acknowledge(const PublicKey& peer);

  /// Changed holdings to tell, if it is time.
  Addressed changed_holdings(std::uint64_t now_ms) { return announcer_.changes(now_ms); }
  /// When `requests` or `changed_holdings` has something to say again.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  // --- Branches of a log (engine/log_states.h).

  /// Whether that log was found to be the same there as far as we hold it.
  void set_agreed(const PublicKey& peer, const LogId& log, bool agreed) { knowledge_.set_agreed(peer, log, agreed); }
  void set_disputed(const PublicKey& peer, const LogId& log) { knowledge_.set_disputed(peer, log); }
  /// Whether no log is known to be another branch there.
  [[nodiscard]] bool is_undisputed(const PublicKey& peer) const;
  [[nodiscard]] bool may_ask(const PublicKey& peer, const LogId& log) const { return knowledge_.may_ask(peer, log); }
  /// Whether a connected peer holds something of that log that we lack, and may not be asked before its log was
  /// compared.
  [[nodiscard]] bool waits_for_agreement(const PublicKey& peer, const LogId& log) const;
  /// A peer called what it held of that log beyond that number by another name. True if less counts as told.
  bool on_cut_back(const PublicKey& peer, const LogId& log, std::uint32_t number);
  /// So did we, and this is what is held now.
  void cut_back(const LogId& log, std::uint32_t number, Holdings held);
  /// The logs to which others may know more, the open one among them.
  [[nodiscard]] std::set<LogId> wanted_logs() const { return knowledge_.wanted_logs(); }

  // --- What is known.

  [[nodiscard]] const Holdings& held() const { return knowledge_.held(); }
  /// Whether anything of that log counts: one of a device that is in, or of a removed one as far as its cut.
  [[nodiscard]] bool counts(const LogId& log) const { return knowledge_.counts(log); }
  [[nodiscard]] const VectorClock& told() const { return knowledge_.told(); }
  /// For rule 1 of DESIGN 7. Of each log with gaps, the event from which on it is held whole, as far as anyone ever
  /// told: what lacks is older than that. Nothing if the newest events of a log lack.
  [[nodiscard]] std::optional<std::vector<Dot>> complete_from() const;
  /// Whether a connected peer has acknowledged an event, or told that it holds it.
  [[nodiscard]] bool has_acknowledged(const PublicKey& peer, const Dot& dot) const;

  // --- For the status.

  /// Events that someone ever told of, and that lack here.
  [[nodiscard]] std::uint64_t missing_count() const;
  /// Events that a device was asked for and is to send.
  [[nodiscard]] std::uint64_t coming_from(const PublicKey& peer) const { return fetcher_.coming_from(peer); }
  /// What a device is known to hold: on this connection, or at the end of its last one since the program started. Null
  /// if nothing is known.
  [[nodiscard]] const Holdings* known_of(const PublicKey& device) const { return knowledge_.known_of(device); }
  /// Whether what lacks of a log may come from those that are connected: one holds some of it, or has not said yet what
  /// it holds.
  [[nodiscard]] bool may_come(const LogId& log) const { return knowledge_.may_come(log); }
  /// Events that are held here and by no other device, as far as is known.
  [[nodiscard]] std::uint64_t held_only_here() const;

 private:
  bool reconsider_branches(const PublicKey& reporting);

  struct Receipts {
    std::uint64_t dealt_with = 0;  // events that the peer sent on this connection
    std::uint64_t told = 0;        // how many of them we acknowledged
  };

  Knowledge knowledge_;
  Fetcher fetcher_{knowledge_};
  Server server_{knowledge_};
  Announcer announcer_{knowledge_, server_};
  std::map<PublicKey, Receipts> receipts_;
};

}  // namespace toxtore
