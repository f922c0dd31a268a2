#include "wire/message_parts.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace toxtore {

std::vector<packet::Message> cut_into_parts(const FriendMessage& message) {
  assert(!message.text.empty() && message.text.size() <= long_message_size_max);
  const std::size_t count = (message.text.size() + packet::message_part_max - 1) / packet::message_part_max;
  std::vector<packet::Message> parts;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteView rest = ByteView(message.text).subspan(i * packet::message_part_max);
    const ByteView bytes = rest.first(std::min(rest.size(), packet::message_part_max));
    parts.push_back({message.dot,
                     message.written_ms,
                     message.kind,
                     static_cast<std::uint8_t>(i),
                     static_cast<std::uint8_t>(count),
                     {bytes.begin(), bytes.end()}});
  }
  return parts;
}

std::optional<FriendMessage> PartReader::add(const packet::Message& part) {
  if (part.part == 0) {
    message_ = {part.dot, part.timestamp_ms, part.kind, {}};
    next_ = 0;
    parts_ = part.parts;
  }
  const bool continues = part.part == next_ && part.parts == parts_ && part.dot == message_.dot &&
                         part.timestamp_ms == message_.written_ms && part.kind == message_.kind;
  if (!continues || message_.text.size() + part.bytes.size() > long_message_size_max) {
    *this = PartReader();
    return std::nullopt;
  }
  message_.text.insert(message_.text.end(), part.bytes.begin(), part.bytes.end());
  if (++next_ < parts_) return std::nullopt;
  return std::exchange(*this, PartReader()).message_;
}

}  // namespace toxtore
