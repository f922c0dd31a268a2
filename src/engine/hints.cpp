#include "engine/hints.h"

#include "wire/body.h"

namespace toxtore {

Event with_hints(const Store& store, Event event) {
  const auto type = static_cast<EventType>(event.type);
  if (type != EventType::try_send_message && type != EventType::received_message) return event;
  const auto row = store.message(event.dot);
  const bool hint = row && (row->outgoing ? row->delivery >= Delivery::delivered : row->read);
  return hint ? with_hint(std::move(event)) : event;
}

}  // namespace toxtore
