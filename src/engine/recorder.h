// The recorder: puts an event into the log and brings the rows that it touches up to date, in one transaction.
#pragma once

#include <cstdint>

#include "engine/command.h"
#include "model/event.h"
#include "store/store.h"

namespace toxtore {

/// Raised whenever the rules of the view change or more types can be read: the view of a database that was made by
/// other rules is then made anew, so that what an older version could not read is shown at last.
inline constexpr std::uint32_t view_version = 7;

/// Makes the whole view anew from the log. Call inside `store.transact`. Takes as long as receiving the log did.
void rebuild_view(Store& store);

/// Stores the event, without its text if that was erased, and derives anew each row of the view that it touches; takes
/// the texts out that it erases. Call inside `store.transact`.
void record(Store& store, const Event& event);

/// The events that are held without their text though no erasing that counts took it: what erased them is behind a cut
/// (cuts.h), or still to come.
std::vector<Dot> lost_texts(const Store& store);
bool is_text_lost(const Store& store, const Dot& dot);
/// Puts such an event in the place of the one without its text, and derives its rows anew; false if it is not that
/// event, or its text is not lost. Call inside `store.transact`.
bool restore_text(Store& store, const Event& event);

/// What `status` shows of the view's rows: as cheap as reading one number.
StateCheck state_check(const Store& store);

/// The event with all its references, read. Empty if the message is not held.
struct MessageEvents {
  ReadEvent message;
  std::vector<ReadEvent> references;
  std::vector<ReadEvent> ambiguous;  ///< that name a dot which it shares with another message (view/attempts.h)
  bool shares_dot = false;           ///< it does
  Hash hash{};                       ///< of the message
};
std::optional<MessageEvents> message_events(const Store& store, const Dot& message);

}  // namespace toxtore
