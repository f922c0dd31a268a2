// Events of a branch get its name (wire/branch.h): what is done to the log for it. When, log_states.h says.
//
// Private to src/engine. A name may be in use for another branch that began with the same event: three lives, of which
// two went on together for a while. Then it stays with the one whose event has the smaller hash where the two part, and
// the other one is called by the name of its own first event; so it is whichever was found first.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "store/store.h"

namespace toxtore {

struct Renamed {
  std::map<LogId, std::uint32_t> cut;  ///< logs that lost their events from that number on
  std::set<LogId> branches;            ///< logs that got some
};

/// Calls the events of that log from that number on, the first of which is held, by the name of their branch. To be
/// done inside `store.transact`; rows are not made anew. Changes nothing if that is their name already.
Renamed call_by_branch(Store& store, const LogId& log, std::uint32_t from);

/// Whether a branch is held that begins with that event, and the event goes by another name.
bool is_held_as_branch(const Store& store, const Event& event);

/// A name by which the first event of that branch is held too: it went by that before somebody named the branch.
std::optional<Dot> former_name(const Store& store, const LogId& branch);

}  // namespace toxtore
