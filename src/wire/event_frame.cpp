#include "wire/event_frame.h"

#include <cassert>

#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {

Bytes encode_event(const Event& event) {
  assert(event_header_size + event.body.size() <= event_size_max);
  return Writer().dot(event.dot).u8(event.type).u64(event.timestamp_ms).bytes(event.body).take();
}

std::optional<Event> decode_event(ByteView bytes) {
  if (bytes.size() > event_size_max) return std::nullopt;
  Reader in(bytes);
  Event event;
  event.dot = in.dot();
  event.type = in.u8();
  event.timestamp_ms = in.u64();
  const ByteView body = in.bytes(in.left());
  if (in.failed() || event.dot.number() == 0 || event.dot.number() == open_end) return std::nullopt;
  event.body.assign(body.begin(), body.end());
  return event;
}

}  // namespace toxtore
