#include "engine/cuts.h"

#include "base/planted.h"
#include "engine/chains.h"
#include "engine/recorder.h"

namespace toxtore {
namespace {

constexpr std::size_t events_at_once = 512;

bool put_aside(Store& store, const LogLimits& limits) {
  if (planted(PlantedBug::serves_behind_cut)) return false;
  bool any = false;
  const Holdings held = store.holdings();
  for (const auto& [log, numbers] : held.logs()) {
    const std::uint32_t last = limits.last(log);
    if (numbers.top() <= last) continue;
    any = true;
    store.put_aside(log, last + 1);
    for (const std::string& name : checkpoints_from(store, log, last + 1)) store.forget(name);
  }
  if (any) rebuild_view(store);
  return any;
}

bool take_in(Store& store, const LogLimits& limits) {
  bool any = false;
  const Holdings aside = store.aside();
  for (const auto& [log, numbers] : aside.logs()) {
    const std::uint32_t last = limits.last(log);
    for (auto events = store.aside_range(log, last, events_at_once); !events.empty();
         events = store.aside_range(log, last, events_at_once)) {
      any = true;
      store.forget_aside(log, events.back().dot.number());
      for (const Event& event : events) record(store, event);
    }
  }
  return any;
}

}  // namespace

bool apply_cuts(Store& store, const LogLimits& limits) {
  const bool put = put_aside(store, limits);
  return take_in(store, limits) || put;
}

}  // namespace toxtore
