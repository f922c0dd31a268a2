// Events: what a device logs, for ever (DESIGN 4). An event never changes after it was logged.
//
// `Event` carries its body as bytes, since a device stores and relays also what it cannot read. The bodies that this
// version can read are the structs below; src/wire/body.h turns one into the other.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "model/dot.h"
#include "model/ids.h"

namespace toxtore {

/// Numbers on the wire and on disk: given once, never reused. 0 to 32 are the proposal's, ours start at 64.
enum class EventType : std::uint8_t {
  friend_add = 0,
  friend_remove = 1,
  try_send_message = 20,
  done_send_message = 22,
  received_message = 30,
  mark_message_read = 32,
  sending = 64,
  sending_ended = 65,
  // 66 to 69: message withdrawn, read up to, friend request received, friend request declined
  contact_setting = 70,
  // 71 to 75: contacts merged, profile value, group joined, group left, content erased
  device_setting = 76,
};

/// 64 KiB: the most that one event may take on the wire and on disk, framing included (DESIGN 4).
inline constexpr std::size_t event_size_max = std::size_t{64} * 1024;

/// Timestamps are below 2^48 ms (DESIGN 4), in the year 10889. An event with a greater one is opaque.
inline constexpr std::uint64_t timestamp_ms_end = std::uint64_t{1} << 48;

struct Event {
  Dot dot;
  /// Hybrid logical clock, milliseconds since the Unix epoch: the order, not always the hour (see WallClock below).
  std::uint64_t timestamp_ms = 0;
  std::uint8_t type = 0;
  /// As it is stored, hashed and relayed: hint flags are 0, extensions of any kind stand at the end.
  Bytes body;

  bool operator==(const Event&) const = default;
};

/// The one order of events, everywhere: (timestamp, device key, seq).
struct OrderKey {
  std::uint64_t timestamp_ms = 0;
  Dot dot;

  auto operator<=>(const OrderKey&) const = default;
};

inline OrderKey order_of(const Event& event) { return {event.timestamp_ms, event.dot}; }

/// A Tox message's type, with toxcore's numbers (TOX_MESSAGE_TYPE_NORMAL, TOX_MESSAGE_TYPE_ACTION).
enum class MessageKind : std::uint8_t { normal = 0, action = 1 };

/// This friend is mine.
struct FriendAdd {
  PublicKey key;
  bool operator==(const FriendAdd&) const = default;
};

/// The friend add of that dot no longer counts. An add that is not named keeps the friend.
struct FriendRemove {
  Dot add;
  bool operator==(const FriendRemove&) const = default;
};

/// The user wrote this message; it waits until some device delivers it.
struct TrySend {
  PublicKey to;
  MessageKind kind = MessageKind::normal;
  Bytes text;
  /// Extension 4: the author is connected to the friend and hands the message over at once; no `sending` follows.
  bool own_sending = false;
  /// Extension 2: what the caller gave to tell a retry from a second message; empty if nothing.
  Bytes token;
  bool operator==(const TrySend&) const = default;
};

/// The message of that dot was delivered by the device that logged this.
struct DoneSend {
  Dot message;
  bool operator==(const DoneSend&) const = default;
};

/// A friend's message, as the device that logged this received it.
struct Received {
  PublicKey from;
  MessageKind kind = MessageKind::normal;
  Bytes text;
  bool operator==(const Received&) const = default;
};

struct MarkRead {
  Dot message;
  bool operator==(const MarkRead&) const = default;
};

/// The device that logged this hands these messages over to that friend's key now (DESIGN 7, rule 3).
struct Sending {
  PublicKey to;
  std::vector<Dot> messages;
  bool operator==(const Sending&) const = default;
};

enum class SendingOutcome : std::uint8_t {
  took_nothing = 0,  ///< nothing was handed over: the messages wait as before
  unsure = 1,        ///< handed over, and no receipt came: the friend may have it or not
};

/// A sending of those messages, by `device`, is over without a receipt. `device` is the author, or one that died.
struct SendingEnded {
  PublicKey device;
  SendingOutcome outcome = SendingOutcome::took_nothing;
  std::vector<Dot> messages;
  bool operator==(const SendingEnded&) const = default;
};

/// What a setting of a contact's key says; the last in order wins.
struct ContactSetting {
  enum class What : std::uint8_t {
    name = 1,  ///< the name that the friend gives himself, as a connected device heard it (TOX_MAX_NAME_LENGTH, 128)
  };
  PublicKey key;
  What what = What::name;
  Bytes value;
  bool operator==(const ContactSetting&) const = default;
};

/// What an own device says of itself to the others; the last in order wins.
struct DeviceSetting {
  enum class What : std::uint8_t {
    address = 1,    ///< its Tox ID, 38 bytes: what the user may hand out
    always_on = 2,  ///< one byte, 1 if the user says that this device is always on
  };
  PublicKey key;
  What what = What::address;
  Bytes value;
  bool operator==(const DeviceSetting&) const = default;
};

/// A body that this version cannot read: of an unknown type, or malformed. Stored and relayed, shown in no view.
struct Opaque {
  bool operator==(const Opaque&) const = default;
};

using Body = std::variant<FriendAdd, FriendRemove, TrySend, DoneSend, Received, MarkRead, Sending, SendingEnded,
                          ContactSetting, DeviceSetting, Opaque>;

/// An event with its body read.
struct ReadEvent {
  Dot dot;
  std::uint64_t timestamp_ms = 0;
  /// Extension 3: the author's wall clock, where it was more than a minute from the timestamp. What is shown.
  std::optional<std::uint64_t> wall_clock_ms;
  Body body;

  [[nodiscard]] std::uint64_t shown_ms() const { return wall_clock_ms.value_or(timestamp_ms); }
  [[nodiscard]] OrderKey order() const { return {timestamp_ms, dot}; }
};

}  // namespace toxtore
