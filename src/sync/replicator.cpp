#include "sync/replicator.h"

#include <algorithm>
#include <utility>

#include "wire/branch.h"

namespace toxtore {

Replicator::Replicator(const PublicKey& self, Holdings held, VectorClock told)
    : knowledge_(self, std::move(held), std::move(told)) {}

void Replicator::connect(const PublicKey& peer, bool takes_ranges, bool takes_states) {
  knowledge_.connect(peer, takes_ranges, takes_states);
  fetcher_.connect(peer);
  server_.connect(peer);
  announcer_.connect(peer);
  receipts_[peer] = {};
}

void Replicator::disconnect(const PublicKey& peer) {
  receipts_.erase(peer);
  announcer_.disconnect(peer);
  server_.disconnect(peer);
  fetcher_.disconnect(peer);
  knowledge_.disconnect(peer);
}

std::set<LogId> Replicator::set_devices(std::set<PublicKey> members, std::set<PublicKey> removed, LogLimits limits) {
  auto changed = knowledge_.set_devices(std::move(members), std::move(removed), std::move(limits));
  for (const LogId& log : changed) {
    announcer_.cut_back(log, 0);
    server_.forget(log);
    fetcher_.forget(std::nullopt, log);
  }
  return changed;
}

std::vector<PublicKey> Replicator::connected_peers() const {
  std::vector<PublicKey> keys;
  keys.reserve(knowledge_.peers().size());
  for (const auto& [key, peer] : knowledge_.peers()) keys.push_back(key);
  return keys;
}

bool Replicator::has_reported(const PublicKey& peer) const {
  const ConnectedPeer* of = knowledge_.peer(peer);
  return of != nullptr && of->report_ended;
}

bool Replicator::on_clock(const PublicKey& peer, const packet::Clock& clock) {
  bool news = false;
  if (clock.prefixes.empty()) {
    knowledge_.end_report(peer);
    news = reconsider_branches(peer);
  }
  for (const Dot& prefix : clock.prefixes) {
    news = knowledge_.learn(peer, prefix.log(), {1, prefix.number()}) || news;
  }
  return news;
}

bool Replicator::on_holdings(const PublicKey& peer, const packet::Holdings& holdings) {
  bool news = false;
  for (const auto& range : holdings.ranges) {
    news = knowledge_.learn(peer, range.log, {range.from, range.until}) || news;
  }
  return news;
}

// A device that had one branch may have told us how far that went, and calls it by another name since. And what an
// author does not hold any more, and nobody else is known to hold, was lost with a database that was set back.
bool Replicator::reconsider_branches(const PublicKey& reporting) {
  std::set<PublicKey> devices{reporting};
  for (const auto& [log, top] : told().logs()) {
    if (log.incarnation >= branch_incarnation_min) devices.insert(log.device);
  }
  bool less = false;
  for (const PublicKey& device : devices) less = knowledge_.reconsider_told(device) || less;
  return less;
}

bool Replicator::waits_for_agreement(const PublicKey& peer, const LogId& log) const {
  const ConnectedPeer* of = knowledge_.peer(peer);
  if (of == nullptr || !of->report_ended || knowledge_.may_ask(peer, log)) return false;
  return !of->theirs.numbers(log).without(held().numbers(log)).empty() || peer == log.device;
}

bool Replicator::is_undisputed(const PublicKey& peer) const {
  const ConnectedPeer* of = knowledge_.peer(peer);
  return of == nullptr || of->disputed.empty();
}

bool Replicator::on_cut_back(const PublicKey& peer, const LogId& log, std::uint32_t number) {
  if (!connected(peer)) return false;
  knowledge_.cut_back(peer, log, number);
  fetcher_.forget(peer, log);
  return knowledge_.reconsider_told(log.device);
}

void Replicator::cut_back(const LogId& log, std::uint32_t number, Holdings held) {
  knowledge_.set_held(std::move(held));
  for (const PublicKey& peer : connected_peers()) knowledge_.set_agreed(peer, log, false);
  announcer_.cut_back(log, number);
  server_.cut_back(log, number);
  fetcher_.forget(std::nullopt, log);
  knowledge_.reconsider_told(log.device);
}

void Replicator::on_fetch(const PublicKey& peer, const packet::Fetch& fetch) {
  for (const auto& range : fetch.ranges) {
    if (range.after < range.until) knowledge_.unlearn(peer, range.log, {range.after + 1, range.until});
  }
  server_.on_fetch(peer, fetch);
}

void Replicator::on_committed(const PublicKey& peer, std::uint64_t count) {
  for (const Dot& dot : server_.on_committed(peer, count)) {
    knowledge_.learn(peer, dot.log(), {dot.number(), dot.number()});
  }
}

// Whoever holds another event under that dot has another life of this device: what was found alike is not, from here
// on.
void Replicator::logged(const Dot& dot) {
  knowledge_.hold(dot);
  for (const auto& [key, peer] : knowledge_.peers()) {
    if (peer.theirs.contains(dot)) knowledge_.set_agreed(key, dot.log(), false);
  }
}

Replicator::Verdict Replicator::judge(const PublicKey& peer, const Dot& dot) {
  if (!connected(peer)) return Verdict::unasked;
  ++receipts_[peer].dealt_with;
  const bool held = knowledge_.held().contains(dot);
  const auto wanted = fetcher_.wants(peer, dot);
  fetcher_.came(peer, dot);
  if (!held && wanted == Fetcher::Wanted::no) return Verdict::unasked;
  // Whoever hands an event on holds it, and an author holds all that came before.
  knowledge_.learn(peer, dot.log(), {peer == dot.device ? 1 : dot.number(), dot.number()});
  if (held) return Verdict::held;
  knowledge_.hold(dot);
  // What came with a page, the peer cannot tell from what we refused.
  if (wanted == Fetcher::Wanted::asked) announcer_.came_from(peer, dot);
  return Verdict::take;
}

void Replicator::lost(const PublicKey& peer, std::uint64_t count) {
  if (const auto found = receipts_.find(peer); found != receipts_.end()) found->second.dealt_with += count;
}

bool Replicator::is_needless_in_page(const PublicKey& peer, const Dot& dot) const {
  const auto tail = server_.tail_after(peer, dot.log());
  return has_acknowledged(peer, dot) || (tail && *tail < dot.number());
}

bool Replicator::is_behind(const PublicKey& peer) const {
  const auto own = knowledge_.own_prefixes();
  return std::ranges::any_of(own, [&](const Dot& prefix) {
    const auto tail = server_.tail_after(peer, prefix.log());
    return tail && *tail < announcer_.told_prefix(peer, prefix.log());
  });
}

std::optional<Replicator::Acknowledgement> Replicator::acknowledge(const PublicKey& peer) {
  const auto found = receipts_.find(peer);
  if (found == receipts_.end() || found->second.told == found->second.dealt_with) return std::nullopt;
  found->second.told = found->second.dealt_with;
  Acknowledgement acknowledgement{std::nullopt, {found->second.dealt_with}};
  const auto own = knowledge_.own_prefixes();
  const bool sent_all = std::ranges::all_of(own, [&](const Dot& prefix) {
    const auto tail = server_.tail_after(peer, prefix.log());
    return tail && *tail >= prefix.number();
  });
  if (!sent_all) acknowledgement.own_prefixes = announcer_.own_prefixes_for(peer);
  return acknowledgement;
}

std::optional<std::uint64_t> Replicator::deadline_ms() const {
  const auto asks = fetcher_.deadline_ms();
  const auto tells = announcer_.deadline_ms();
  if (!asks || !tells) return asks ? asks : tells;
  return std::min(*asks, *tells);
}

std::optional<std::vector<Dot>> Replicator::complete_from() const {
  std::vector<Dot> firsts;
  for (const auto& [log, top] : told().logs()) {
    const auto newest = held().numbers(log).last();
    if (!newest || newest->until < top) return std::nullopt;
    if (newest->from > 1) firsts.push_back(Dot::of(log, newest->from));
  }
  return firsts;
}

bool Replicator::has_acknowledged(const PublicKey& peer, const Dot& dot) const {
  const ConnectedPeer* of = knowledge_.peer(peer);
  return of != nullptr && of->theirs.contains(dot);
}

std::uint64_t Replicator::missing_count() const {
  std::uint64_t count = 0;
  for (const auto& [log, top] : told().logs()) count += knowledge_.missing(log).count();
  return count;
}

std::uint64_t Replicator::held_only_here() const {
  std::uint64_t count = 0;
  for (const auto& [log, numbers] : held().logs()) {
    NumberRanges only = numbers;
    for (const PublicKey& member : knowledge_.members()) {
      if (const Holdings* theirs = knowledge_.known_of(member)) only.remove(theirs->numbers(log));
    }
    count += only.count();
  }
  return count;
}

}  // namespace toxtore
