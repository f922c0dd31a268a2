#include "engine/log_states.h"

#include <algorithm>

#include "base/planted.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

// A search takes at most 32 halvings; whoever answers otherwise is asked no more on this connection.
constexpr unsigned questions_max = 40;
// Events of a branch are gone through in pages of so many.
constexpr std::size_t events_at_once = 512;
constexpr std::size_t bytes_at_once = std::size_t{256} * 1024;

}  // namespace

bool LogStates::takes_states(const PublicKey& key) const {
  const Peer* peer = core_.connected(key);
  return peer != nullptr && peer->session && peer->takes_states;
}

// Counts what there is only when a log is new.
bool LogStates::has_room_for(const PublicKey& peer, const LogId& log) const {
  if (compared_.contains({peer, log})) return true;
  std::size_t logs = 0;
  for (auto each = compared_.lower_bound({peer, {}}); each != compared_.end() && each->first.first == peer; ++each) {
    ++logs;
  }
  return logs < known_logs_max;
}

std::uint32_t LogStates::known(const LogId& log) { return chains_.extend(log, core_.replicator.held().prefix(log), 0); }

packet::LogState LogStates::state_at(const LogId& log, std::uint32_t number, State::What what) {
  const Dot end = Dot::of(log, number);
  if (number == 0) return {end, {}, {}, what};
  return {end, chains_.at(log, number), chains_.event(end), what};
}

void LogStates::send_reports(const PublicKey& to, const std::vector<Dot>& prefixes) {
  if (!takes_states(to)) return;
  for (const Dot& prefix : prefixes) {
    const std::uint32_t number = std::min(chains_.extend(prefix.log(), prefix.number()), prefix.number());
    if (number > 0) core_.send(to, state_at(prefix.log(), number, State::What::report));
  }
}

void LogStates::on_disconnected(const PublicKey& key) {
  std::erase_if(compared_, [&](const auto& each) { return each.first.first == key; });
  std::erase_if(forks_, [&](const Fork& fork) { return fork.peer == key; });
  proof_asked_.erase(key);
}

void LogStates::on_event(const PublicKey& from, const Event& event) {
  const auto asked = proof_asked_.find(from);
  if (asked == proof_asked_.end() || asked->second != event.dot) return;
  proof_asked_.erase(asked);
  proven_ = core_.open_log() == event.dot.log() && !core_.replicator.held().contains(event.dot);
}

// Their ends were put aside, or taken in.
void LogStates::forget_recounted() {
  for (const LogId& log : std::exchange(core_.recounted, {})) {
    chains_.forget(log, 1);
    std::erase_if(compared_, [&](const auto& each) { return each.first.second == log; });
    std::erase_if(forks_, [&](const Fork& fork) { return fork.at.log() == log; });
  }
}

void LogStates::on_state(const PublicKey& from, const State& state) {
  forget_recounted();
  const LogId log = state.end.log();
  if (!takes_states(from) || !has_room_for(from, log)) {
    ++core_.counters.packets_refused;
    return;
  }
  if (!core_.replicator.counts(log)) return;
  Compared& of = compared_[{from, log}];
  if (state.what == State::What::cut_back) {
    of = {};
    if (core_.replicator.on_cut_back(from, log, state.end.number())) core_.told();
  }
  if (state.what == State::What::answer) of.asked = 0;
  const std::uint32_t number = known(log);
  if (state.what == State::What::question && number > 0) {
    core_.send(from, state_at(log, std::min(number, state.end.number()), State::What::answer));
  }
  if (state.end.number() <= number) {
    compare(from, state, of);
  } else if (state.what != State::What::question) {
    of.told = state;
  }
}

bool LogStates::is_fork(const State& state) {
  const LogId log = state.end.log();
  const std::uint32_t number = state.end.number();
  if (number == 0 || number > known(log) || chains_.at(log, number) == state.chain) return false;
  return next_chain(chains_.at(log, number - 1), state.event) == state.chain;
}

void LogStates::compare(const PublicKey& from, const State& state, Compared& of) {
  const LogId log = state.end.log();
  const std::uint32_t number = state.end.number();
  if (number == 0) return;
  if (chains_.at(log, number) == state.chain) {
    of.equal = std::max(of.equal, number);
    if (of.differ <= of.equal) of.differ = 0;
    if (number >= core_.replicator.held().prefix(log)) {
      core_.replicator.set_agreed(from, log, true);
    } else if (state.what == State::What::report) {
      core_.send(from, state_at(log, number, State::What::answer));
    }
    return;
  }
  core_.replicator.set_disputed(from, log);
  of.differ = of.differ == 0 ? number : std::min(of.differ, number);
  if (of.equal >= of.differ) of.equal = 0;  // it calls other events by these numbers than a moment ago
  if (is_fork(state)) forks_.push_back({from, state.end, state.event});
}

void LogStates::extend_chains(Instant now) {
  const bool wanted = std::ranges::any_of(core_.peers, [&](const auto& peer) { return takes_states(peer.first); });
  if (!wanted) return;
  std::uint32_t left = chained_events_max;
  for (const auto& [log, numbers] : core_.replicator.held().logs()) {
    const std::uint32_t prefix = core_.replicator.held().prefix(log);
    const std::uint32_t before = known(log);
    const std::uint32_t reached = chains_.extend(log, prefix, left);
    left -= std::min(left, reached - std::min(before, reached));
    if (reached < prefix) deadline_ms_ = now.mono_ms;
  }
}

void LogStates::compare_told() {
  for (auto& [whose, of] : compared_) {
    if (!of.told || of.told->end.number() > known(whose.second)) continue;
    const State told = *std::exchange(of.told, std::nullopt);
    compare(whose.first, told, of);
  }
}

// The first number that differs lies above `equal`, and not above `differ`.
void LogStates::search() {
  for (auto& [whose, of] : compared_) {
    if (of.differ == 0 || of.asked != 0 || of.told_fork || of.questions == questions_max) continue;
    const auto& [peer, log] = whose;
    of.asked = of.equal + (of.differ - of.equal + 1) / 2;
    ++of.questions;
    if (of.asked <= known(log)) core_.send(peer, state_at(log, of.asked, State::What::question));
  }
}

void LogStates::seek_agreement() {
  std::set<LogId> logs = core_.replicator.wanted_logs();
  if (const auto open = core_.open_log()) logs.insert(*open);
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (!takes_states(peer)) continue;
    for (const LogId& log : logs) {
      const std::uint32_t prefix = core_.replicator.held().prefix(log);
      if (log == core_.open_log() && core_.replicator.may_ask(peer, log)) ask_for_proof(peer, log);
      if (prefix == 0 || known(log) < prefix || !core_.replicator.waits_for_agreement(peer, log)) continue;
      Compared& of = compared_[{peer, log}];
      if (of.asked_at == prefix || of.differ != 0) continue;
      const Holdings* theirs = core_.replicator.known_of(peer);
      if (theirs == nullptr || theirs->prefix(log) < prefix) continue;
      of.asked_at = prefix;
      core_.send(peer, state_at(log, prefix, State::What::question));
    }
  }
}

void LogStates::ask_for_proof(const PublicKey& peer, const LogId& open) {
  const std::uint32_t prefix = core_.replicator.held().prefix(open);
  const Dot next = Dot::of(open, prefix + 1);
  const Holdings* theirs = core_.replicator.known_of(peer);
  if (prefix == 0 || theirs == nullptr || !theirs->contains(next) || proof_asked_.contains(peer)) return;
  proof_asked_[peer] = next;
  core_.send(peer, packet::Fetch{{{open, prefix, prefix + 1}}});
}

void LogStates::step(Instant now) {
  forget_recounted();
  deadline_ms_.reset();
  extend_chains(now);
  compare_told();
  for (const Fork& fork : std::exchange(forks_, {})) settle(fork, now);
  if (std::exchange(proven_, false)) (void)doubt_.enter(DoubtReason::known_elsewhere, now);
  search();
  seek_agreement();
  save_checkpoints();
  core_.commit_turn();  // what counts as told may be less
}

// Both see it; the one that holds the greater hash does something.
void LogStates::settle(const Fork& fork, Instant now) {
  const LogId log = fork.at.log();
  const std::uint32_t number = fork.at.number();
  if (number > known(log)) return;  // settled with another peer
  const Hash mine = chains_.event(fork.at);
  if (mine == fork.event) return;
  const bool own = core_.open_log() == log;
  const bool keeps = planted(PlantedBug::first_come_keeps_name) ? true : mine < fork.event;
  if (keeps) {
    Compared& of = compared_[{fork.peer, log}];
    if (!std::exchange(of.told_fork, true)) core_.send(fork.peer, state_at(log, number, State::What::answer));
  } else if (!call_by_branch(log, number)) {
    return;
  }
  core_.notice(output::Notice::What::log_forked, log.device, core_.device_name(log.device));
  if (own) (void)doubt_.enter(DoubtReason::forked, now);
}

// Whether the branch holds something else than what would get its names: a device gone wild has told it.
bool LogStates::is_taken(const LogId& branch, const LogId& log, std::uint32_t from) const {
  const Holdings held = core_.store.holdings();
  for (const auto& [first, last] : held.numbers(branch).ranges()) {
    for (std::uint32_t number = first; number <= last; ++number) {
      const Dot named = Dot::of(log, from + number - 1);
      if (held.contains(named) && chains_.event(named) != chains_.event(Dot::of(branch, number))) return true;
    }
  }
  return false;
}

bool LogStates::call_by_branch(const LogId& log, std::uint32_t from) {
  const Hash first = chains_.event(Dot::of(log, from));
  const LogId branch{log.device, branch_incarnation(first)};
  // What is held has its own name already: who claims another beginning of it claims what cannot be.
  if (branch == log || is_taken(branch, log, from)) return false;
  const auto forgotten = checkpoints_from(core_.store, log, from);
  const auto done = core_.change([&] {
    Store& store = core_.store;
    std::uint32_t after = from - 1;
    for (auto events = store.log_range(log, after, open_end - 1, events_at_once, bytes_at_once); !events.empty();
         events = store.log_range(log, after, open_end - 1, events_at_once, bytes_at_once)) {
      for (const Event& event : events) {
        after = event.dot.number();
        const Dot name = Dot::of(branch, after - from + 1);
        if (!store.event(name)) store.append(branched(event, name), {});
      }
    }
    store.cut(log, from);
    for (const std::string& name : forgotten) store.forget(name);
    rebuild_view(store);
  });
  if (!done) return false;
  chains_.forget(log, from);
  core_.renamed();
  core_.replicator.cut_back(log, from - 1, core_.store.holdings());
  core_.told();
  std::erase_if(compared_, [&](const auto& each) { return each.first.second == log; });
  (void)chains_.extend(log, core_.replicator.held().prefix(log));
  const Dot held = Dot::of(branch, core_.replicator.held().prefix(branch));
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (!takes_states(peer)) continue;
    core_.send(peer, packet::Clock{{held}});  // first: whoever waits for all of it must not think that he has it
    core_.send(peer, state_at(log, from - 1, State::What::cut_back));
  }
  return true;
}

void LogStates::save_checkpoints() {
  const auto unsaved = chains_.take_unsaved();
  if (unsaved.empty()) return;
  // A failure is kept by the core as its fault.
  (void)core_.change([&] {
    for (const auto& [name, value] : unsaved) core_.store.remember(name, value);
  });
}

}  // namespace toxtore
