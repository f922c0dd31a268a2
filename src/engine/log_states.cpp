#include "engine/log_states.h"

#include <algorithm>
#include <ranges>

#include "base/planted.h"
#include "engine/recorder.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

// A search takes at most 32 halvings; whoever answers otherwise is asked no more on this connection.
constexpr unsigned questions_max = 40;
// States of one log that are kept of a peer because they lie beyond what we hold.
constexpr std::size_t told_max = 4;

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

LogStates::LogStates(Core& core, Doubt& doubt) : core_(core), doubt_(doubt), chains_(core.store) {
  const Holdings& held = core.replicator.held();
  for (const auto& [log, numbers] : held.logs()) {
    if (log.incarnation >= branch_incarnation_min) branches_.insert(log);
  }
}

bool LogStates::is_outdated(const PublicKey& from, const Event& event) {
  const Holdings& held = core_.replicator.held();
  const auto branch = held.logs().lower_bound({event.dot.device, branch_incarnation_min});
  if (branch == held.logs().end() || branch->first.device != event.dot.device) return false;  // as nearly always
  if (!takes_states(from) || !is_held_as_branch(core_.store, event)) return false;
  core_.replicator.set_disputed(from, event.dot.log());
  return true;
}

void LogStates::on_event(const PublicKey& from, const Event& event) {
  if (event.dot.log().incarnation >= branch_incarnation_min && event.dot.number() == 1) {
    branches_.insert(event.dot.log());
  }
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
  if (state.what == State::What::question) {
    of.owed = state.end.number();
    answer(from, log, of);
  }
  if (state.end.number() <= number) {
    compare(from, state, of);
  } else if (state.what != State::What::question) {
    of.told.insert_or_assign(state.end.number(), state);
    if (of.told.size() > told_max) of.told.erase(of.told.begin());
  }
}

// Once its chain is known: an answer at a lower number would leave who asks no wiser.
void LogStates::answer(const PublicKey& to, const LogId& log, Compared& of) {
  const std::uint32_t number = std::min(of.owed, core_.replicator.held().prefix(log));
  if (number > known(log)) return;
  if (std::exchange(of.owed, 0) > 0 && number > 0) core_.send(to, state_at(log, number, State::What::answer));
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
    core_.replicator.agree(from, log, number);
    if (number < core_.replicator.held().prefix(log) && state.what == State::What::report) {
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
    answer(whose.first, whose.second, of);
    while (!of.told.empty() && of.told.begin()->first <= known(whose.second)) {
      const State told = of.told.extract(of.told.begin()).mapped();
      compare(whose.first, told, of);
    }
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

void LogStates::seek_agreement(Instant now) {
  std::set<LogId> logs = core_.replicator.wanted_logs();
  if (const auto open = core_.open_log()) logs.insert(*open);
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (!takes_states(peer)) continue;
    for (const LogId& log : logs) {
      const std::uint32_t prefix = core_.replicator.held().prefix(log);
      if (log == core_.open_log() && core_.replicator.agrees(peer, log)) ask_for_proof(peer, log);
      if (prefix == 0 || known(log) < prefix || !core_.replicator.waits_for_agreement(peer, log, now.mono_ms)) continue;
      Compared& of = compared_[{peer, log}];
      if (of.asked_at == prefix || of.differ != 0) continue;
      const Holdings* theirs = core_.replicator.known_of(peer);
      if (theirs == nullptr || theirs->prefix(log) < prefix) continue;
      of.asked_at = prefix;
      core_.send(peer, state_at(log, prefix, State::What::question));
    }
  }
}

// Whom else to ask for a log that is followed at one peer.
void LogStates::note_twins() {
  for (const LogId& log : core_.replicator.wanted_logs()) {
    const auto followed = core_.replicator.followed(log);
    if (!followed || core_.replicator.missing_of(log) == 0) continue;
    for (const PublicKey& peer : core_.replicator.connected_peers()) {
      if (peer != *followed) compare_peers(peer, *followed, log);
    }
  }
}

// The greatest number of which both have told: those who hold all of a log tell of the same one.
void LogStates::compare_peers(const PublicKey& one, const PublicKey& other, const LogId& log) {
  const auto of_one = compared_.find({one, log});
  const auto of_other = compared_.find({other, log});
  if (of_one == compared_.end() || of_other == compared_.end()) return;
  for (const auto& [number, told] : std::views::reverse(of_one->second.told)) {
    const auto as_told = of_other->second.told.find(number);
    if (as_told == of_other->second.told.end()) continue;
    if (as_told->second.chain == told.chain) core_.replicator.set_twin(one, log, {other, number});
    return;
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
  adopt_names(now);
  for (const Fork& fork : std::exchange(forks_, {})) settle(fork, now);
  if (std::exchange(proven_, false)) (void)doubt_.enter(DoubtReason::known_elsewhere, now);
  search();
  seek_agreement(now);
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

bool LogStates::call_by_branch(const LogId& log, std::uint32_t from) {
  Renamed renamed;
  const auto done = core_.change([&] {
    renamed = toxtore::call_by_branch(core_.store, log, from);
    if (renamed.cut.empty()) return;
    for (const auto& [each, number] : renamed.cut) {
      for (const std::string& name : checkpoints_from(core_.store, each, number)) core_.store.forget(name);
    }
    rebuild_view(core_.store);
  });
  if (!done || renamed.cut.empty()) return false;
  for (const auto& [each, number] : renamed.cut) {
    chains_.forget(each, number);
    std::erase_if(compared_, [&](const auto& of) { return of.first.second == each; });
  }
  branches_.insert(renamed.branches.begin(), renamed.branches.end());
  core_.renamed();
  core_.replicator.cut_back(renamed.cut, renamed.branches, core_.store.holdings());
  core_.told();
  tell_renamed(renamed);
  return true;
}

// First what is held of the branches: whoever waits for all of it must not think that he has it.
void LogStates::tell_renamed(const Renamed& renamed) {
  packet::Clock branches;
  for (const LogId& branch : renamed.branches) {
    const std::uint32_t prefix = core_.replicator.held().prefix(branch);
    if (prefix > 0 && branches.prefixes.size() < packet::clock_entries_max) {
      branches.prefixes.push_back(Dot::of(branch, prefix));
    }
  }
  for (const auto& [log, number] : renamed.cut) (void)chains_.extend(log, core_.replicator.held().prefix(log));
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (!takes_states(peer)) continue;
    if (!branches.prefixes.empty()) core_.send(peer, branches);
    for (const auto& [log, number] : renamed.cut) {
      core_.send(peer, state_at(log, std::min(number - 1, known(log)), State::What::cut_back));
    }
  }
}

// Whoever named a branch saw that another one keeps the name that its events had.
void LogStates::adopt_names(Instant now) {
  while (!branches_.empty()) {
    const LogId branch = branches_.extract(branches_.begin()).value();
    for (auto name = former_name(core_.store, branch); name; name = former_name(core_.store, branch)) {
      const bool own = core_.open_log() == name->log();
      if (!call_by_branch(name->log(), name->number())) break;
      core_.notice(output::Notice::What::log_forked, name->device, core_.device_name(name->device));
      if (own) (void)doubt_.enter(DoubtReason::forked, now);
    }
  }
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
