// A whole event in bytes: dot 40, type u8, timestamp u64, body to the end. The content of a `send dot` packet, and
// of each entry of a bundle.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "model/event.h"

namespace toxtore {

/// Bytes of an event frame before its body.
inline constexpr std::size_t event_header_size = 49;

Bytes encode_event(const Event& event);

/// Nothing if it is cut off, longer than `event_size_max`, or its number is 0 or `open_end`. Hints are left as they
/// came; see `without_hints`.
std::optional<Event> decode_event(ByteView bytes);

}  // namespace toxtore
