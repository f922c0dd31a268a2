// The recorder: puts an event into the log and brings the rows that it touches up to date, in one transaction.
#pragma once

#include "model/event.h"
#include "store/store.h"

namespace toxtore {

/// Stores the event and derives anew each row of the view that it touches. Call inside `store.transact`.
void record(Store& store, const Event& event);

/// The event with all its references, read. Empty if the message is not held.
struct MessageEvents {
  ReadEvent message;
  std::vector<ReadEvent> references;
};
std::optional<MessageEvents> message_events(const Store& store, const Dot& message);

}  // namespace toxtore
