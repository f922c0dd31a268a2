// Attempts to deliver a message: what `sending`, `sending ended` and `done` add up to (DESIGN 7, Delivery).
//
// An attempt begins with a `sending` that names the message, or with the message itself if it is its own sending. It is
// of one device, and goes to one of the friend's keys. It ends when its device, or another one for it, logs how: it
// took nothing, or is unsure; or when its device logs `done`, which beats both. A later attempt of the same device ends
// one that nobody ended: what became of that is not known.
//
// What a friend with Toxtore gets as `message` packets he shows once, however often it comes. A stock friend shows
// every copy. So a delivered message is *perhaps doubled* if, of the attempts that may have reached him, those by plain
// Tox messages, and all those by packets together as one, are more than one.
//
// Two lives of a device may have logged two messages under one dot (wire/branch.h). A `sending` or `done` that names it
// may be of either, so for each it is an attempt that ended unsure; but a `done` that tells which one it means.
#pragma once

#include <vector>

#include "model/event.h"

namespace toxtore {

struct Attempt {
  enum class State : std::uint8_t { open, took_nothing, unsure, done };
  PublicKey device;
  PublicKey to;
  bool as_packet = false;
  OrderKey begun;
  std::uint64_t begun_ms = 0;  ///< shown time of the event that began it
  State state = State::open;
  OrderKey done;              ///< of the `done`, if that is its state
  std::uint64_t done_ms = 0;  ///< shown time of that
};

/// In the order in which they began. A pure function of the sets of events. `ambiguous`: those that name a dot which
/// two messages share.
std::vector<Attempt> attempts(const ReadEvent& message, const std::vector<ReadEvent>& references,
                              const std::vector<ReadEvent>& ambiguous = {});

/// Those that are open; none if the message is delivered.
std::vector<Attempt> open_attempts(const std::vector<Attempt>& all);

/// The one whose `done` is the first; null if there is none.
const Attempt* first_done(const std::vector<Attempt>& all);

/// The last that ended unsure; null if there is none.
const Attempt* last_unsure(const std::vector<Attempt>& all);

/// The last that may have brought the message to the friend, though nobody knows: open, or ended unsure. Null if there
/// is none.
const Attempt* may_have_arrived(const std::vector<Attempt>& all);

/// Whether the friend may show the message more than once.
bool may_be_doubled(const std::vector<Attempt>& all);

}  // namespace toxtore
