// Announcing: what connected own devices were told that this device holds (DESIGN 6).
//
// - A connection begins with a report: all prefixes, all ranges beyond them, an end mark.
// - What changed is told at most once a second, and only to who cannot know it otherwise: a peer that sent us the
//   events gets our acknowledgement, one that asked for a log "as it comes" gets the events.
// - A peer of the first form is told prefixes only: it knows nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sync/knowledge.h"
#include "sync/serving.h"
#include "wire/packet.h"

namespace toxtore {

/// Changed holdings are told at most this often.
inline constexpr std::uint64_t clock_interval_ms = 1'000;

class Announcer {
 public:
  Announcer(const Knowledge& knowledge, const Server& server) : knowledge_(knowledge), server_(server) {}

  void connect(const PublicKey& peer) { peers_[peer] = Peer{}; }
  void disconnect(const PublicKey& peer) { peers_.erase(peer); }

  std::vector<Packet> report(const PublicKey& peer);
  /// What was said of that log beyond that number does not hold any more.
  void cut_back(const LogId& log, std::uint32_t number);
  /// The peer sent us this event and will be told that it is committed.
  void came_from(const PublicKey& peer, const Dot& dot);
  /// How far our own logs go, those of which the peer was not told.
  std::optional<packet::Clock> own_prefixes_for(const PublicKey& peer);
  /// Up to where it was told that we hold a log without a gap.
  [[nodiscard]] std::uint32_t told_prefix(const PublicKey& peer, const LogId& log) const;

  std::vector<std::pair<PublicKey, Packet>> changes(std::uint64_t now_ms);
  /// When `changes` has something to say again.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

 private:
  struct Peer {
    Holdings announced;
    std::uint64_t told_ms = 0;
  };
  using Entry = packet::Holdings::Range;
  [[nodiscard]] std::vector<Entry> untold(const PublicKey& key, const Peer& peer) const;
  [[nodiscard]] bool is_told_otherwise(const PublicKey& key, const Peer& peer, const LogId& log) const;
  [[nodiscard]] std::vector<Packet> packets_of(const PublicKey& key, const std::vector<Entry>& entries) const;

  const Knowledge& knowledge_;
  const Server& server_;
  std::map<PublicKey, Peer> peers_;
};

}  // namespace toxtore
