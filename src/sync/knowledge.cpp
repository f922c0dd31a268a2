#include "sync/knowledge.h"

#include <algorithm>
#include <utility>

namespace toxtore {

Knowledge::Knowledge(const PublicKey& self, Holdings held, VectorClock told)
    : self_(self), open_log_(LogId{self, 0}), held_(std::move(held)), told_(std::move(told)) {
  for (const auto& [log, numbers] : held_.logs()) told_.raise(log, numbers.top());
}

std::uint32_t Knowledge::last_counting(const LogId& log) const {
  return members_.contains(log.device) || removed_.contains(log.device) ? limits_.last(log) : 0;
}

std::set<LogId> Knowledge::all_logs() const {
  std::set<LogId> logs;
  const auto take = [&logs](const auto& of) {
    for (const auto& [log, numbers] : of.logs()) logs.insert(log);
  };
  take(held_);
  take(told_);
  for (const auto& [key, of] : peers_) take(of.theirs);
  for (const auto& [key, theirs] : last_known_) take(theirs);
  return logs;
}

std::set<LogId> Knowledge::set_devices(std::set<PublicKey> members, std::set<PublicKey> removed, LogLimits limits) {
  std::map<LogId, std::uint32_t> before;
  for (const LogId& log : all_logs()) before[log] = last_counting(log);
  members_ = std::move(members);
  removed_ = std::move(removed);
  limits_ = std::move(limits);
  std::set<LogId> changed;
  for (const auto& [log, last] : before) {
    if (last_counting(log) == last) continue;
    changed.insert(log);
    forget_beyond(log);
  }
  return changed;
}

// What is held beyond is put aside by who stores it, which then says so (`set_held`).
void Knowledge::forget_beyond(const LogId& log) {
  const std::uint32_t last = last_counting(log);
  told_.lower(log, last);
  for (auto& [key, of] : peers_) {
    if (last < open_end - 1) of.theirs.remove(log, {last + 1, open_end});
    of.agreed.erase(log);
    of.disputed.erase(log);
  }
  if (last == open_end - 1) return;
  for (auto& [key, theirs] : last_known_) theirs.remove(log, {last + 1, open_end});
}

void Knowledge::set_held(Holdings held) {
  held_ = std::move(held);
  for (const auto& [log, numbers] : held_.logs()) told_.raise(log, numbers.top());
}

void Knowledge::connect(const PublicKey& peer, bool takes_ranges, bool takes_states) {
  peers_[peer] = ConnectedPeer{takes_ranges, takes_states, {}, {}, false, {}};
}

// What others said of a log that is written here no more counts from now on.
void Knowledge::set_open_log(std::optional<LogId> log) {
  const auto before = std::exchange(open_log_, log);
  if (!before || before == log) return;
  for (const auto& [key, of] : peers_) {
    if (const std::uint32_t top = of.theirs.top(*before); top > 0) told_.raise(*before, top);
  }
}

void Knowledge::set_agreed(const PublicKey& peer, const LogId& log, bool agreed) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  agreed ? void(found->second.agreed.insert(log)) : void(found->second.agreed.erase(log));
  found->second.disputed.erase(log);
}

void Knowledge::set_disputed(const PublicKey& peer, const LogId& log) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  found->second.agreed.erase(log);
  found->second.disputed.insert(log);
}

bool Knowledge::may_ask(const PublicKey& key, const LogId& log) const {
  const ConnectedPeer* of = peer(key);
  return of != nullptr && (!of->takes_states || held_.prefix(log) == 0 || of->agreed.contains(log));
}

void Knowledge::cut_back(const PublicKey& peer, const LogId& log, std::uint32_t number) {
  unlearn(peer, log, {number + 1, open_end});
  set_agreed(peer, log, false);
}

bool Knowledge::reconsider_told(const PublicKey& device) {
  VectorClock told;
  for (const auto& [log, number] : told_.logs()) {
    if (log.device != device) {
      told.raise(log, number);
      continue;
    }
    std::uint32_t top = held_.top(log);
    for (const auto& [key, of] : peers_) top = std::max(top, is_open(log) ? 0 : of.theirs.top(log));
    for (const auto& [key, theirs] : last_known_) {
      if (peer(key) == nullptr && !is_open(log)) top = std::max(top, theirs.top(log));
    }
    if (top > 0) told.raise(log, std::min(top, number));
  }
  const bool less = told != told_;
  told_ = std::move(told);
  return less;
}

void Knowledge::disconnect(const PublicKey& peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) return;
  // One that went before it had told what it holds leaves what was known before.
  if (found->second.report_ended) last_known_[peer] = std::move(found->second.theirs);
  peers_.erase(found);
}

void Knowledge::hold(const Dot& dot) {
  held_.add(dot);
  told_.raise(dot.log(), dot.number());
}

// An entry for a key that was never an own device is ignored, and what is behind a cut; so is a log beyond the bound on
// memory.
bool Knowledge::learn(const PublicKey& peer, const LogId& log, const NumberRanges::Range& range) {
  const auto found = peers_.find(peer);
  const NumberRanges::Range counting{range.from, std::min(range.until, last_counting(log))};
  if (found == peers_.end() || counting.from > counting.until) return false;
  const bool is_new_log = told_.prefix(log) == 0;
  if (is_new_log && told_.logs().size() >= known_logs_max) return false;
  found->second.theirs.add(log, counting, told_ranges_max);
  return !is_open(log) && told_.raise(log, counting.until);
}

void Knowledge::unlearn(const PublicKey& peer, const LogId& log, const NumberRanges::Range& range) {
  if (const auto found = peers_.find(peer); found != peers_.end()) found->second.theirs.remove(log, range);
}

std::vector<Dot> Knowledge::own_prefixes() const {
  std::vector<Dot> prefixes;
  for (const auto& [log, numbers] : held_.logs()) {
    if (const std::uint32_t prefix = held_.prefix(log); is_own(log) && prefix > 0) {
      prefixes.push_back(Dot::of(log, prefix));
    }
  }
  return prefixes;
}

void Knowledge::end_report(const PublicKey& peer) {
  if (const auto found = peers_.find(peer); found != peers_.end()) found->second.report_ended = true;
}

const ConnectedPeer* Knowledge::peer(const PublicKey& key) const {
  const auto found = peers_.find(key);
  return found == peers_.end() ? nullptr : &found->second;
}

const Holdings* Knowledge::known_of(const PublicKey& device) const {
  if (const ConnectedPeer* now = peer(device); now != nullptr && now->report_ended) return &now->theirs;
  const auto found = last_known_.find(device);
  return found == last_known_.end() ? nullptr : &found->second;
}

bool Knowledge::may_come(const LogId& log) const {
  const NumberRanges& ours = held_.numbers(log);
  return std::ranges::any_of(peers_, [&](const auto& entry) {
    const ConnectedPeer& peer = entry.second;
    return !peer.report_ended || !peer.theirs.numbers(log).without(ours).empty();
  });
}

std::set<LogId> Knowledge::wanted_logs() const {
  std::set<LogId> logs;
  for (const PublicKey& member : members_) logs.insert({member, 0});
  for (const auto& [log, number] : told_.logs()) {
    if (counts(log)) logs.insert(log);
  }
  if (open_log_) logs.erase(*open_log_);
  return logs;
}

NumberRanges Knowledge::missing(const LogId& log) const {
  const std::uint32_t top = told_.prefix(log);
  return top == 0 ? NumberRanges{} : NumberRanges({1, top}).without(held_.numbers(log));
}

}  // namespace toxtore
