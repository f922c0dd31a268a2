// Events: what a device logs, for ever (DESIGN 4). An event never changes after it was logged.
//
// `Event` carries its body as bytes, since a device stores and relays also what it cannot read. The bodies that this
// version can read are the structs below; src/wire/body.h turns one into the other.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/dot.h"
#include "model/ids.h"

namespace toxtore {

/// Numbers on the wire and on disk: given once, never reused. 0 to 32 are the proposal's, ours start at 64.
enum class EventType : std::uint8_t {
  friend_add = 0,
  friend_remove = 1,
  friend_nospam = 2,
  friend_devices = 3,
  try_send_message = 20,
  done_send_message = 22,
  received_message = 30,
  mark_message_read = 32,
  sending = 64,
  sending_ended = 65,
  message_withdrawn = 66,
  read_up_to = 67,
  friend_request_received = 68,
  friend_request_declined = 69,
  contact_setting = 70,
  contacts_merged = 71,
  profile_value = 72,
  // 73, 74: group joined, group left
  content_erased = 75,
  device_setting = 76,
  offer_received = 77,
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

/// What a Tox ID has beyond the key: nospam 4, checksum 2.
using NospamAndChecksum = std::array<std::uint8_t, ToxAddress::size - PublicKey::size>;

/// The rest of a friend's Tox ID: with it any own device can send him a friend request.
struct FriendNospam {
  PublicKey key;
  NospamAndChecksum nospam_and_checksum{};
  bool operator==(const FriendNospam&) const = default;
};

/// What a friend's device said: "my user is also these keys". Merges nothing by itself (DESIGN 7, mutual claims).
struct FriendDevices {
  PublicKey key;                   ///< of the device that said so
  std::vector<PublicKey> keys;     ///< at most `claimed_keys_max`
  std::uint64_t version = 0;       ///< extension 5: a later list of the same key has a greater one
  std::vector<PublicKey> removed;  ///< extension 6: keys that are no longer this user's, at most `claimed_keys_max`
  bool operator==(const FriendDevices&) const = default;
};
/// As many keys as a `my devices` packet holds.
inline constexpr std::size_t claimed_keys_max = 42;

/// The user wrote this message; it waits until some device delivers it.
struct TrySend {
  PublicKey to;
  MessageKind kind = MessageKind::normal;
  Bytes text;
  /// Extension 4: the author is connected to the friend and hands the message over at once; no `sending` follows.
  bool own_sending = false;
  /// Extension 2: what the caller gave to tell a retry from a second message; empty if nothing.
  Bytes token;
  /// Extension 8, with extension 4: it is handed over as `message` packets, of which the friend shows one only.
  bool as_packet = false;
  bool operator==(const TrySend&) const = default;
};

/// 32 KiB: the longest text of one message. As an event it takes half of the greatest one, so that every extension
/// finds room, and its 25 packets take toxcore's slowest rate (4 packets a second) some 7 s, far from the 40 s in which
/// a device must hand it over. A stock friend gets it in 24 Tox messages. What is longer is refused where it is typed,
/// dropped where it is received, and failed where the log has it.
inline constexpr std::size_t long_message_size_max = std::size_t{32} * 1024;

/// The message of that dot was delivered by the device that logged this.
struct DoneSend {
  Dot message;
  /// Extension 13, where that dot names two events of two lives (wire/branch.h): the hash of the one that is meant.
  std::optional<Hash> hash = std::nullopt;
  bool operator==(const DoneSend&) const = default;
};

/// A friend's message, as the device that logged this received it.
struct Received {
  PublicKey from;
  MessageKind kind = MessageKind::normal;
  Bytes text;
  /// Extension 1: the friend's own dot of it, if it came in a `message` packet. Copies of one message have one.
  std::optional<Dot> friend_dot = std::nullopt;
  /// Extension 10, with extension 1: when the friend wrote it, as he says. What is shown.
  std::optional<std::uint64_t> written_ms = std::nullopt;
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
  bool as_packet = false;  ///< extension 8: as `message` packets, of which the friend shows one only
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

/// The message is not sent any more. `done` beats it.
struct MessageWithdrawn {
  enum class Reason : std::uint8_t {
    user = 0,       ///< the user took it back while it was queued
    no_friend = 1,  ///< extension 11: no key of the contact is a friend any more
  };
  Dot message;
  Reason reason = Reason::user;
  bool operator==(const MessageWithdrawn&) const = default;
};

/// The user has read this conversation as far as the device held it then: per log, a prefix. Covers received messages
/// of that conversation up to those numbers and nothing else, so nothing is marked that nobody saw.
struct ReadUpTo {
  PublicKey conversation;
  std::vector<Dot> prefixes;  ///< 1 to `read_prefixes_max`: a log and a number, as a dot
  bool operator==(const ReadUpTo&) const = default;
};
inline constexpr std::size_t read_prefixes_max = 255;

/// A stranger asks the device that logged this to be a friend.
struct FriendRequestReceived {
  PublicKey from;
  Bytes message;  ///< at most `request_message_max` bytes
  bool operator==(const FriendRequestReceived&) const = default;
};
/// TOX_MAX_FRIEND_REQUEST_LENGTH and some; what is longer is cut before it is logged.
inline constexpr std::size_t request_message_max = 1024;

/// The user does not want the friend request of that dot.
struct FriendRequestDeclined {
  Dot request;
  bool operator==(const FriendRequestDeclined&) const = default;
};

/// What a setting of a contact's key says; the last in order wins.
struct ContactSetting {
  enum class What : std::uint8_t {
    name = 1,     ///< the name that the friend gives himself, as a connected device heard it (TOX_MAX_NAME_LENGTH, 128)
    alias = 2,    ///< the name that the user gives him; empty: none
    muted = 3,    ///< one byte: 1 if his messages notify nobody
    blocked = 4,  ///< one byte: 1 if he is to be kept out; the history stays
    claims = 5,   ///< one byte, a ClaimPolicy: what to do about keys that he says are his too
    devices_withheld = 6,  ///< one byte: 1 if he is not told this user's other keys
    claim_answer = 7,      ///< 33 bytes: a key that he claims, then 1 if the user agrees and 0 if not
  };
  PublicKey key;
  What what = What::name;
  Bytes value;
  bool operator==(const ContactSetting&) const = default;
};

/// What happens to keys that a contact claims (ContactSetting::What::claims).
enum class ClaimPolicy : std::uint8_t { accept = 0, ask = 1, never = 2 };

/// The user says by hand that two keys are (or are not) one contact; the last about a pair wins. The order of the two
/// does not matter.
struct ContactsMerged {
  PublicKey one;
  PublicKey other;
  bool merged = false;
  bool operator==(const ContactsMerged&) const = default;
};

/// What the user says of himself to his friends, on all devices; the last in order wins.
struct ProfileValue {
  enum class What : std::uint8_t {
    name = 1,            ///< at most `own_name_size_max` bytes
    status_message = 2,  ///< at most `status_message_size_max` bytes
  };
  What what = What::name;
  Bytes value;
  bool operator==(const ProfileValue&) const = default;
};

/// TOX_MAX_NAME_LENGTH and TOX_MAX_STATUS_MESSAGE_LENGTH. A longer value is kept and relayed, and counts for nothing.
inline constexpr std::size_t own_name_size_max = 128;
inline constexpr std::size_t status_message_size_max = 1007;

/// The texts of these messages are to be gone on all devices. Their dots and hashes stay.
struct ContentErased {
  std::vector<Dot> messages;  ///< 1 to 32
  bool operator==(const ContentErased&) const = default;
};

/// A friend offered what this version cannot take. It stands in the conversation so that the user knows of it.
struct OfferReceived {
  enum class What : std::uint8_t { file = 1, call = 2 };
  PublicKey from;
  What what = What::file;
  std::uint64_t size = 0;  ///< of the file in bytes; 2^64 - 1 if unknown; 0 for a call
  Bytes name;              ///< of the file (TOX_MAX_FILENAME_LENGTH, 255); empty for a call
  bool operator==(const OfferReceived&) const = default;
};

/// What an own device says of itself to the others; the last in order wins.
struct DeviceSetting {
  enum class What : std::uint8_t {
    address = 1,    ///< its Tox ID, 38 bytes: what the user may hand out
    always_on = 2,  ///< one byte, 1 if the user says that this device is always on
    name = 3,       ///< what the user calls it, 1 to 64 bytes of UTF-8; any own device may say it
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

using Body =
    std::variant<FriendAdd, FriendRemove, FriendNospam, FriendDevices, TrySend, DoneSend, Received, MarkRead, Sending,
                 SendingEnded, MessageWithdrawn, ReadUpTo, FriendRequestReceived, FriendRequestDeclined, ContactSetting,
                 ContactsMerged, ProfileValue, ContentErased, DeviceSetting, OfferReceived, Opaque>;

/// An event with its body read.
struct ReadEvent {
  Dot dot;
  std::uint64_t timestamp_ms = 0;
  /// Extension 3: the author's wall clock, where it was more than a minute from the timestamp. What is shown.
  std::optional<std::uint64_t> wall_clock_ms;
  Body body;
  /// Extension 7: the text was erased, and this is the hash that the event had with it.
  std::optional<Hash> erased = std::nullopt;
  /// Of a received message with a friend's dot: what copies of one message have in common (message_identity).
  std::optional<Hash> identity = std::nullopt;
  /// Of an event of a branch: the dot that it was logged with (wire/branch.h).
  std::optional<Dot> origin = std::nullopt;

  [[nodiscard]] std::uint64_t shown_ms() const { return wall_clock_ms.value_or(timestamp_ms); }
  [[nodiscard]] OrderKey order() const { return {timestamp_ms, dot}; }
};

}  // namespace toxtore
