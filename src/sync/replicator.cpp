#include "sync/replicator.h"

#include <algorithm>
#include <utility>

namespace toxtore {
namespace {

std::vector<packet::Clock> in_packets(const std::vector<Dot>& prefixes) {
  std::vector<packet::Clock> packets;
  for (std::size_t i = 0; i < prefixes.size(); i += packet::clock_entries_max) {
    const auto begin = prefixes.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = std::min(packet::clock_entries_max, prefixes.size() - i);
    packets.push_back({{begin, begin + static_cast<std::ptrdiff_t>(count)}});
  }
  return packets;
}

}  // namespace

Replicator::Replicator(const PublicKey& self, VectorClock held, VectorClock told)
    : self_(self), held_(std::move(held)), told_(std::move(told)) {}

void Replicator::set_members(std::set<PublicKey> members) { members_ = std::move(members); }

Replicator::Peer* Replicator::find(const PublicKey& peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

const Replicator::Peer* Replicator::find(const PublicKey& peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

void Replicator::connect(const PublicKey& peer) { peers_[peer] = Peer{}; }

void Replicator::disconnect(const PublicKey& peer) { peers_.erase(peer); }

std::vector<PublicKey> Replicator::connected_peers() const {
  std::vector<PublicKey> keys;
  keys.reserve(peers_.size());
  for (const auto& [key, peer] : peers_) keys.push_back(key);
  return keys;
}

// An entry for a key that was never an own device is ignored; so is a log beyond the bound on memory.
void Replicator::mark_told(const LogId& log, std::uint32_t number) {
  if (told_.prefix(log) == 0 && told_.logs().size() >= known_logs_max) return;
  told_.raise(log, number);
}

bool Replicator::on_clock(const PublicKey& peer, const packet::Clock& clock) {
  Peer* from = find(peer);
  if (from == nullptr) return false;
  if (clock.prefixes.empty()) from->report_ended = true;
  const VectorClock before = told_;
  for (const Dot& entry : clock.prefixes) {
    if (!of_member(entry.log())) continue;
    mark_told(entry.log(), entry.number());
    if (told_.prefix(entry.log()) >= entry.number()) from->theirs.raise(entry.log(), entry.number());
  }
  return told_ != before;
}

void Replicator::on_fetch(const PublicKey& peer, const packet::Fetch& fetch) {
  Peer* from = find(peer);
  if (from == nullptr) return;
  for (const auto& range : fetch.ranges) {
    if (!of_member(range.log)) continue;
    from->serving.erase(range.log);
    if (range.after < range.until) from->serving[range.log] = {range.after, range.until};
  }
}

// A log that the peer no longer takes from us proves nothing: it may have refused what was under way.
void Replicator::on_committed(const PublicKey& peer, std::uint64_t count) {
  Peer* from = find(peer);
  if (from == nullptr || count > from->sent) return;
  for (; from->acknowledged < count; ++from->acknowledged) {
    const UnderWay& first = from->under_way.front();
    if (from->serving.contains(first.dot.log())) from->theirs.raise(first.dot.log(), first.dot.number());
    from->under_way_bytes -= first.bytes;
    from->under_way.pop_front();
  }
}

Replicator::Verdict Replicator::judge(const PublicKey& peer, const Dot& dot) {
  Peer* from = find(peer);
  if (from == nullptr) return Verdict::unasked;
  ++from->dealt_with;
  const std::uint32_t prefix = held_.prefix(dot.log());
  if (dot.number() <= prefix) return Verdict::held;
  if (!from->asked.contains(dot.log()) || dot.number() != prefix + 1) return Verdict::unasked;
  held_.raise(dot.log(), dot.number());
  mark_told(dot.log(), dot.number());
  from->theirs.raise(dot.log(), dot.number());
  return Verdict::take;
}

void Replicator::logged(const Dot& dot) {
  held_.raise(dot.log(), dot.number());
  told_.raise(dot.log(), dot.number());
}

std::vector<packet::Clock> Replicator::report(const PublicKey& peer) {
  std::vector<Dot> prefixes;
  for (const auto& [log, number] : held_.logs()) {
    if (of_member(log)) prefixes.push_back(Dot::of(log, number));
  }
  if (Peer* to = find(peer)) to->announced = held_;
  auto packets = in_packets(prefixes);
  packets.emplace_back();
  return packets;
}

std::set<LogId> Replicator::wanted_logs() const {
  std::set<LogId> logs;
  for (const PublicKey& member : members_) logs.insert({member, 0});
  for (const auto& [log, number] : told_.logs()) {
    if (of_member(log)) logs.insert(log);
  }
  logs.erase(own_log());
  return logs;
}

std::optional<PublicKey> Replicator::source_of(const LogId& log) const {
  for (const auto& [key, peer] : peers_) {
    if (peer.asked.contains(log)) return key;
  }
  return std::nullopt;
}

std::optional<PublicKey> Replicator::best_source(const LogId& log) const {
  if (const Peer* author = find(log.device); author != nullptr && author->report_ended) return log.device;
  for (const auto& [key, peer] : peers_) {
    if (peer.report_ended && peer.theirs.prefix(log) > held_.prefix(log)) return key;
  }
  return std::nullopt;
}

std::vector<std::pair<PublicKey, packet::Fetch>> Replicator::requests() {
  std::map<PublicKey, std::vector<packet::Fetch::Range>> ranges;
  for (const LogId& log : wanted_logs()) {
    const std::uint32_t prefix = held_.prefix(log);
    const auto source = source_of(log);
    if (source && find(*source)->theirs.prefix(log) > prefix) continue;  // more is on its way from there
    const auto better = best_source(log);
    if (!better || better == source) continue;
    if (source) {
      find(*source)->asked.erase(log);
      ranges[*source].push_back({log, prefix, prefix});
    }
    find(*better)->asked.insert(log);
    ranges[*better].push_back({log, prefix, open_end});
  }
  std::vector<std::pair<PublicKey, packet::Fetch>> packets;
  for (auto& [key, all] : ranges) {
    for (std::size_t i = 0; i < all.size(); i += packet::fetch_ranges_max) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i);
      const auto count = std::min(packet::fetch_ranges_max, all.size() - i);
      packets.push_back({key, packet::Fetch{{begin, begin + static_cast<std::ptrdiff_t>(count)}}});
    }
  }
  return packets;
}

std::optional<Replicator::Serve> Replicator::piece_of(const Peer& peer, const LogId& log,
                                                      const Serving& serving) const {
  const std::uint32_t until = std::min(serving.until, held_.prefix(log));
  if (serving.after >= until) return std::nullopt;
  return Serve{log, serving.after, until, window_bytes - peer.under_way_bytes};
}

std::optional<Replicator::Serve> Replicator::next_to_serve(const PublicKey& peer) const {
  const Peer* to = find(peer);
  if (to == nullptr || to->under_way_bytes >= window_bytes) return std::nullopt;
  if (const auto own = to->serving.find(own_log()); own != to->serving.end()) {
    if (auto piece = piece_of(*to, own->first, own->second)) return piece;
  }
  for (const auto& [log, serving] : to->serving) {
    if (auto piece = piece_of(*to, log, serving)) return piece;
  }
  return std::nullopt;
}

void Replicator::served(const PublicKey& peer, const std::vector<std::pair<Dot, std::size_t>>& dots_and_bytes) {
  Peer* to = find(peer);
  if (to == nullptr) return;
  for (const auto& [dot, bytes] : dots_and_bytes) {
    to->under_way.push_back({dot, bytes});
    to->under_way_bytes += bytes;
    ++to->sent;
    if (const auto serving = to->serving.find(dot.log()); serving != to->serving.end()) {
      serving->second.after = dot.number();
      if (dot.number() >= serving->second.until) to->serving.erase(serving);
    }
  }
}

bool Replicator::is_behind(const PublicKey& peer) const {
  const Peer* of = find(peer);
  if (of == nullptr) return false;
  const auto serving = of->serving.find(own_log());
  return serving != of->serving.end() && serving->second.after < of->announced.prefix(own_log());
}

std::optional<packet::Clock> Replicator::own_prefix_for(const PublicKey& peer) {
  Peer* to = find(peer);
  const std::uint32_t own = held_.prefix(own_log());
  if (to == nullptr || !to->announced.raise(own_log(), own)) return std::nullopt;
  return packet::Clock{{Dot::of(own_log(), own)}};
}

std::optional<Replicator::Acknowledgement> Replicator::acknowledge(const PublicKey& peer) {
  Peer* to = find(peer);
  if (to == nullptr || to->dealt_with == to->told_dealt_with) return std::nullopt;
  to->told_dealt_with = to->dealt_with;
  Acknowledgement acknowledgement{std::nullopt, {to->dealt_with}};
  const auto serving = to->serving.find(own_log());
  const bool sent_all = serving != to->serving.end() && serving->second.after >= held_.prefix(own_log());
  if (!sent_all) acknowledgement.own_prefix = own_prefix_for(peer);
  return acknowledgement;
}

// What the peer cannot know yet: not what we told it, nor what it sends us, nor our own log as it asked for it.
std::vector<Dot> Replicator::untold(const Peer& peer) const {
  std::vector<Dot> entries;
  for (const auto& [log, number] : held_.logs()) {
    if (!of_member(log) || peer.announced.prefix(log) >= number) continue;
    if (peer.asked.contains(log) || peer.serving.contains(log)) continue;
    entries.push_back(Dot::of(log, number));
  }
  return entries;
}

std::vector<std::pair<PublicKey, packet::Clock>> Replicator::changed_clocks(std::uint64_t now_ms) {
  std::vector<std::pair<PublicKey, packet::Clock>> packets;
  for (auto& [key, peer] : peers_) {
    if (!peer.report_ended || now_ms < peer.clock_sent_ms + clock_interval_ms) continue;
    const auto entries = untold(peer);
    if (entries.empty()) continue;
    peer.clock_sent_ms = now_ms;
    for (const Dot& entry : entries) peer.announced.raise(entry.log(), entry.number());
    for (auto& packet : in_packets(entries)) packets.emplace_back(key, std::move(packet));
  }
  return packets;
}

std::optional<std::uint64_t> Replicator::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto& [key, peer] : peers_) {
    if (!peer.report_ended || untold(peer).empty()) continue;
    const std::uint64_t due = peer.clock_sent_ms + clock_interval_ms;
    if (!earliest || due < *earliest) earliest = due;
  }
  return earliest;
}

bool Replicator::has_acknowledged(const PublicKey& peer, const Dot& dot) const {
  const Peer* of = find(peer);
  return of != nullptr && of->theirs.covers(dot);
}

VectorClock Replicator::known_of(const PublicKey& peer) const {
  const Peer* of = find(peer);
  return of == nullptr ? VectorClock{} : of->theirs;
}

}  // namespace toxtore
