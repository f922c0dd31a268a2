// Messages to friends with Toxtore in parts (DESIGN 5, packet 21): whole or not at all.
//
// The parts of one message follow each other on one connection, in order, and nothing of another message comes between
// them. Where bytes are cut does not matter: the receiver puts them together before it looks at them.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "wire/packet.h"

namespace toxtore {

/// A message as it goes from one user to another.
struct FriendMessage {
  Dot dot;
  std::uint64_t written_ms = 0;
  MessageKind kind = MessageKind::normal;
  Bytes text;
  bool operator==(const FriendMessage&) const = default;
};

/// The text must have 1 to `long_message_size_max` bytes (an assertion).
std::vector<packet::Message> cut_into_parts(const FriendMessage& message);

/// Puts the parts that one peer sends together, one message at a time. Keeps at most `long_message_size_max` bytes.
class PartReader {
 public:
  /// The message, if this was its last part. A first part drops what was not complete; a part that does not continue
  /// what is there is dropped with it, and so is a message that is too long.
  std::optional<FriendMessage> add(const packet::Message& part);

 private:
  FriendMessage message_;
  std::uint8_t next_ = 0;  ///< 0: nothing is open
  std::uint8_t parts_ = 0;
};

}  // namespace toxtore
