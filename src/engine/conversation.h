// What is logged when the user does something with a whole conversation: reads it, takes back what waits in it, erases
// it.
//
// Private to src/engine.
#pragma once

#include <vector>

#include "engine/core.h"

namespace toxtore {

/// Marks all rows of a conversation that are in view now: one `read up to` for those in the prefixes that this device
/// holds, and a mark of its own for each message before which its log has a gap, so that nothing is covered that nobody
/// saw. Empty if nothing is unread.
std::vector<Body> marks_for_all(const Core& core, const PublicKey& conversation);

/// Messages to those keys that are not delivered yet fail, since nobody of them is a friend any more. With `author`
/// only what that device wrote.
std::vector<Body> withdrawals(const Store& store, const Conversation& to,
                              const std::optional<PublicKey>& author = std::nullopt);

/// `content erased` events that name these messages, in pieces of the size that one event holds.
std::vector<Body> erasures(const std::vector<Dot>& messages);

}  // namespace toxtore
