// What the engine wants done. It comes out only after everything that it rests on is durable (DESIGN 6).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "engine/command.h"
#include "model/event.h"
#include "model/ids.h"

namespace toxtore {

namespace output {

/// Send a custom lossless packet, after all earlier ones to the same key. Dropped if the key is not connected.
struct SendPacket {
  PublicKey to;
  Bytes bytes;
};

/// Send a Tox message to a friend; answered by input::HandedOver.
struct HandOver {
  PublicKey to;
  Dot message;
  MessageKind kind = MessageKind::normal;
  Bytes text;
};

/// Put a key into toxcore's friend list. With an address and greeting a friend request goes out, else none
/// (tox_friend_add_norequest). Doing it twice changes nothing.
struct AddPeer {
  PublicKey key;
  std::optional<ToxAddress> address;
  Bytes greeting;
};

/// Take a key out of toxcore's friend list. For a key that is not in it: forget that it asked to be a friend, since
/// toxcore drops all later requests of a key that it has seen.
struct RemovePeer {
  PublicKey key;
};

/// Show this to friends as the user's name or status message.
struct SetProfile {
  ProfileValue::What what = ProfileValue::What::name;
  Bytes value;
};

/// Something happened that is no event of the log; for who watches.
struct Notice {
  enum class What {
    message,               ///< a new message or offer to tell the user of: `key`, `text`, `message`
    notification_cleared,  ///< that one has been read somewhere: `key`, `message`
    friend_request,        ///< someone wants to be a friend: `key`, `text` = his words
    link_request,          ///< a friend, or who used an invitation, asks to be taken as an own device: `key`
    link_code,             ///< both nonces are there: `key`, `text` = the code to compare
    invitation_ended,      ///< an invitation that nobody used is over: `text` = why
    link_ended,            ///< a linking came to nothing: `key`, `text` = why
    doubt,                 ///< this device is in doubt about its database: `key` = its own, `text` = why
    doubt_over,            ///< and is no longer
    log_forked,            ///< an own device had two lives at once, and both are shown: `key`, `text` = its name
    device_linked,         ///< a device is new in the roster: `key`, `text` = its name, `by`, `time_ms`
    device_removed,        ///< a device is none of the user's any more: `key`, `text` = its name, `by`, `time_ms`
    events_put_aside,  ///< what a device logged is in no view any more: `key`, `text` = its name, `count` in all, and
                       ///< `by` and `time_ms` of its removal
    peer_connection,   ///< a friend or own device came or went: `key`, `text` = "none", "tcp" or "udp"
    friend_presence,   ///< a contact came online or went offline, on this device and the others taken together:
                       ///< `key` = its id, `text` = "online" (`seen_by`) or "offline"
  };
  What what = What::peer_connection;
  PublicKey key;
  std::string text;
  std::optional<Dot> message = std::nullopt;
  std::vector<DeviceName> seen_by = {};         ///< other own devices that the contact is connected to
  std::optional<DeviceName> by = std::nullopt;  ///< the device that linked or removed it
  std::uint64_t time_ms = 0;                    ///< when, by that one's clock
  std::uint64_t count = 0;
};

}  // namespace output

using Output = std::variant<output::SendPacket, output::HandOver, output::AddPeer, output::RemovePeer,
                            output::SetProfile, output::Notice>;

}  // namespace toxtore
