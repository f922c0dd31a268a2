// Branches: one of two lives of a device that logged different events under the same dots (DESIGN 9, FORK).
//
// The branch whose first differing event has the smaller hash keeps its log's name. The events of the other one are
// called by the incarnation that its first event's hash gives, numbered from 1, and say at their end by which dot they
// went before (extension 12). An event keeps its hash, so every device comes to the same names, whatever it learns
// first.
#pragma once

#include <cstdint>
#include <optional>

#include "base/hash.h"
#include "model/event.h"

namespace toxtore {

/// Incarnations from here on belong to branches.
inline constexpr std::uint32_t branch_incarnation_min = 0x80000000;

/// 2^31 + the first 31 bits of the hash of the branch's first event.
std::uint32_t branch_incarnation(const Hash& first);

/// The event under its name in a branch. One that had another such name goes by the dot that it was logged with. Where
/// it has no room for extension 12 it goes without.
Event branched(const Event& event, const Dot& name);

/// The dot that an event of a branch was logged with; nothing if it is not of a branch, or names a branch there.
std::optional<Dot> origin_of(const Event& event);

/// The size of the body that it was logged with.
std::size_t size_as_logged(const Event& event);

/// The event as it was logged.
Event as_logged(const Event& event);

}  // namespace toxtore
