// What the engine is told: everything that toxcore reports, as values.
#pragma once

#include <cstdint>
#include <variant>

#include "base/bytes.h"
#include "model/event.h"
#include "model/ids.h"

namespace toxtore {

/// How a key is reached. toxcore shows a vanished peer as connected for up to 32 s.
enum class Connection : std::uint8_t { none, tcp, udp };

namespace input {

/// This device's own connection to the network.
struct SelfConnection {
  Connection connection = Connection::none;
};

/// A key of toxcore's friend list (an own device or a friend) came, went or changed its way.
struct PeerConnection {
  PublicKey key;
  Connection connection = Connection::none;
};

struct FriendRequest {
  PublicKey key;
  Bytes message;
};

/// A Tox message. Committed before `Engine::handle` returns: toxcore acknowledges it to the friend afterwards.
struct Message {
  PublicKey from;
  MessageKind kind = MessageKind::normal;
  Bytes text;
};

/// A friend offered a file or called, and the adapter has refused it. Committed like a message.
struct Offer {
  PublicKey from;
  OfferReceived::What what = OfferReceived::What::file;
  std::uint64_t size = 0;  ///< of the file in bytes, 2^64 - 1 if unknown; 0 for a call
  Bytes name;              ///< of the file (TOX_MAX_FILENAME_LENGTH, 255 bytes); empty for a call
};

/// A custom lossless packet, its leading byte included.
struct PacketArrived {
  PublicKey from;
  Bytes bytes;
};

/// The friend's name, as he gives it (TOX_MAX_NAME_LENGTH, 128 bytes).
struct PeerName {
  PublicKey key;
  Bytes name;
};

/// The answer to output::HandOver: toxcore took the message and gave it a number that is unique for this key while it
/// stays connected; or it did not take it (not connected, queue full).
struct HandedOver {
  PublicKey to;
  Dot message;
  std::optional<std::uint32_t> receipt_id;
};

/// toxcore's read receipt: the peer's toxcore has the message.
struct Receipt {
  PublicKey from;
  std::uint32_t receipt_id = 0;
};

}  // namespace input

using Input = std::variant<input::SelfConnection, input::PeerConnection, input::FriendRequest, input::Message,
                           input::Offer, input::PacketArrived, input::PeerName, input::HandedOver, input::Receipt>;

}  // namespace toxtore
