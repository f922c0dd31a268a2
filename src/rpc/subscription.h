// A reader's place in the log, as the notifications of `events.subscribe` (docs/RPC.md).
//
// Nothing is consumed by reading: a subscription is a number, and what comes after it is asked of the store, now or
// later alike. So a replay and live reading give the same lines, but for what a change shows *as it is now*.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "store/store.h"

namespace toxtore {

/// Events of one batch; with rows of the greatest size and all of it escaped, 6 MiB of lines, mostly some 20 KiB.
inline constexpr std::size_t subscription_batch_events = 32;

class Subscription {
 public:
  /// Continues behind `since`, the cursor of a line already read, or 0 for all from the first event.
  explicit Subscription(Arrival since) : cursor_(since) {}

  /// The lines of the next events, without their "\n"; none if the reader has all there is. An event that concerns
  /// several messages gives a line each, and each but the last carries the cursor *before* the event: a reader that
  /// stops between them is given all of them again.
  std::vector<std::string> next_batch(const Engine& engine);

  /// Whether `next_batch` would give something. Cheap, for asking after every turn.
  [[nodiscard]] bool behind(const Store& store) const { return cursor_ < store.last_arrival(); }
  [[nodiscard]] Arrival cursor() const { return cursor_; }

 private:
  Arrival cursor_;
};

}  // namespace toxtore
