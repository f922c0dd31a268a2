#include "engine/branch_names.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/holdings.h"
#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

// Events are gone through in pages of so many.
constexpr std::size_t events_at_once = 512;
constexpr std::size_t bytes_at_once = std::size_t{256} * 1024;

/// Calls `visit` with each event that is held of that log from that number on, until it says false.
template <typename Visit>
void for_each_from(const Store& store, const LogId& log, std::uint32_t from, const Visit& visit) {
  std::uint32_t after = from - 1;
  for (auto events = store.log_range(log, after, open_end - 1, events_at_once, bytes_at_once); !events.empty();
       events = store.log_range(log, after, open_end - 1, events_at_once, bytes_at_once)) {
    for (const Event& event : events) {
      after = event.dot.number();
      if (!visit(event)) return;
    }
  }
}

class Renaming {
 public:
  explicit Renaming(Store& store) : store_(store) {}

  void call_by_branch(const LogId& log, std::uint32_t from) {
    const auto first = store_.event(Dot::of(log, from));
    if (!first) return;
    const LogId branch{log.device, branch_incarnation(event_hash(*first))};
    if (branch == log) return;
    part(log, from, branch);
    for_each_from(store_, log, from, [&](const Event& event) {
      const Dot name = Dot::of(branch, event.dot.number() - from + 1);
      if (!store_.event(name)) store_.append(branched(event, name), {});
      return true;
    });
    store_.cut(log, from);
    const auto [cut, fresh] = renamed.cut.try_emplace(log, from);
    if (!fresh) cut->second = std::min(cut->second, from);
    renamed.branches.insert(branch);
  }

  Renamed renamed;

 private:
  /// Where another branch goes by that name: from the number on at which they part, one of them gets its own.
  void part(const LogId& log, std::uint32_t from, const LogId& branch) {
    std::optional<std::pair<Event, Event>> parting;
    for_each_from(store_, log, from, [&](const Event& event) {
      const auto other = store_.event(Dot::of(branch, event.dot.number() - from + 1));
      if (other && event_hash(*other) != event_hash(event)) parting = {event, *other};
      return !parting;
    });
    if (!parting) return;
    const auto& [mine, other] = *parting;
    const Dot loser = event_hash(mine) < event_hash(other) ? other.dot : mine.dot;
    call_by_branch(loser.log(), loser.number());
  }

  Store& store_;
};

}  // namespace

Renamed call_by_branch(Store& store, const LogId& log, std::uint32_t from) {
  Renaming renaming(store);
  renaming.call_by_branch(log, from);
  return std::move(renaming.renamed);
}

bool is_held_as_branch(const Store& store, const Event& event) {
  const Hash hash = event_hash(event);
  const Dot name = Dot::of({event.dot.device, branch_incarnation(hash)}, 1);
  if (name == event.dot) return false;
  const auto held = store.event(name);
  return held && event_hash(*held) == hash;
}

std::optional<Dot> former_name(const Store& store, const LogId& branch) {
  const auto first = store.event(Dot::of(branch, 1));
  const auto origin = first ? origin_of(*first) : std::nullopt;
  if (!origin) return std::nullopt;
  std::vector<Dot> places{*origin};
  const Holdings held = store.holdings();
  for (const auto& [log, numbers] : held.logs()) {
    if (log.device != branch.device || log == branch || log.incarnation < branch_incarnation_min) continue;
    const auto other = store.event(Dot::of(log, 1));
    const auto began = other ? origin_of(*other) : std::nullopt;
    if (!began || began->log() != origin->log() || began->number() > origin->number()) continue;
    places.push_back(Dot::of(log, origin->number() - began->number() + 1));
  }
  for (const Dot& place : places) {
    const auto event = store.event(place);
    if (event && event_hash(*event) == event_hash(*first)) return place;
  }
  return std::nullopt;
}

}  // namespace toxtore
