#include "sync/announcing.h"

#include <utility>

#include "base/pieces.h"

namespace toxtore {

// A range from 1 on is a prefix and goes into a clock.
std::vector<Packet> Announcer::packets_of(const PublicKey& key, const std::vector<Entry>& entries) const {
  std::vector<Dot> prefixes;
  std::vector<Entry> ahead;
  for (const Entry& entry : entries) {
    if (entry.from == 1) {
      prefixes.push_back(Dot::of(entry.log, entry.until));
    } else {
      ahead.push_back(entry);
    }
  }
  std::vector<Packet> packets;
  for (auto& piece : in_pieces(prefixes, packet::clock_entries_max)) {
    packets.emplace_back(packet::Clock{std::move(piece)});
  }
  if (!knowledge_.peer(key)->takes_ranges) return packets;
  for (auto& piece : in_pieces(ahead, packet::holdings_ranges_max)) {
    packets.emplace_back(packet::Holdings{std::move(piece)});
  }
  return packets;
}

std::vector<Packet> Announcer::report(const PublicKey& peer) {
  const auto to = peers_.find(peer);
  if (to == peers_.end()) return {};
  std::vector<Entry> entries;
  for (const auto& [log, numbers] : knowledge_.held().logs()) {
    if (!knowledge_.counts(log)) continue;
    for (const auto& [from, until] : numbers.ranges()) entries.push_back({log, from, until});
  }
  to->second.announced = knowledge_.held();
  auto packets = packets_of(peer, entries);
  packets.emplace_back(packet::Clock{});
  return packets;
}

void Announcer::cut_back(const LogId& log, std::uint32_t number) {
  for (auto& [key, peer] : peers_) peer.announced.remove(log, {number + 1, open_end});
}

void Announcer::came_from(const PublicKey& peer, const Dot& dot) {
  if (const auto from = peers_.find(peer); from != peers_.end()) from->second.announced.add(dot);
}

std::optional<packet::Clock> Announcer::own_prefixes_for(const PublicKey& peer) {
  const auto to = peers_.find(peer);
  if (to == peers_.end()) return std::nullopt;
  packet::Clock clock;
  for (const Dot& own : knowledge_.own_prefixes()) {
    if (clock.prefixes.size() == packet::clock_entries_max) break;
    if (to->second.announced.add(own.log(), {1, own.number()})) clock.prefixes.push_back(own);
  }
  return clock.prefixes.empty() ? std::nullopt : std::optional(std::move(clock));
}

std::uint32_t Announcer::told_prefix(const PublicKey& peer, const LogId& log) const {
  const auto of = peers_.find(peer);
  return of == peers_.end() ? 0 : of->second.announced.prefix(log);
}

// All that is new lies where the peer's tail of this log will bring it.
bool Announcer::is_told_otherwise(const PublicKey& key, const Peer& peer, const LogId& log) const {
  const auto tail = server_.tail_after(key, log);
  if (!tail) return false;
  const auto first_new = knowledge_.held().numbers(log).without(peer.announced.numbers(log)).first();
  return !first_new || first_new->from > *tail;
}

// Whole ranges: what was announced then grows together as what is held does.
std::vector<Announcer::Entry> Announcer::untold(const PublicKey& key, const Peer& peer) const {
  const bool takes_ranges = knowledge_.peer(key)->takes_ranges;
  std::vector<Entry> entries;
  for (const auto& [log, numbers] : knowledge_.held().logs()) {
    if (!knowledge_.counts(log)) continue;
    const NumberRanges& told = peer.announced.numbers(log);
    if (numbers == told || is_told_otherwise(key, peer, log)) continue;
    for (const auto& [from, until] : numbers.ranges()) {
      if ((from == 1 || takes_ranges) && !told.contains(NumberRanges::Range{from, until})) {
        entries.push_back({log, from, until});
      }
    }
  }
  return entries;
}

std::vector<std::pair<PublicKey, Packet>> Announcer::changes(std::uint64_t now_ms) {
  std::vector<std::pair<PublicKey, Packet>> packets;
  for (auto& [key, peer] : peers_) {
    if (!knowledge_.peer(key)->report_ended || now_ms < peer.told_ms + clock_interval_ms) continue;
    const auto entries = untold(key, peer);
    if (entries.empty()) continue;
    peer.told_ms = now_ms;
    for (const Entry& entry : entries) peer.announced.add(entry.log, {entry.from, entry.until});
    for (auto& packet : packets_of(key, entries)) packets.emplace_back(key, std::move(packet));
  }
  return packets;
}

std::optional<std::uint64_t> Announcer::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto& [key, peer] : peers_) {
    if (!knowledge_.peer(key)->report_ended || untold(key, peer).empty()) continue;
    const std::uint64_t due = peer.told_ms + clock_interval_ms;
    if (!earliest || due < *earliest) earliest = due;
  }
  return earliest;
}

}  // namespace toxtore
