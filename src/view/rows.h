// The rows of the view: what the events add up to, as the user sees it.
//
// A row is a pure function of the events that it is made from (rules.h), so devices that hold the same events show
// the same rows (P2).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/event.h"

namespace toxtore {

/// What became of a message of ours. Numbers on disk.
enum class Delivery : std::uint8_t {
  none = 0,             ///< not ours to deliver: a received message
  queued = 1,           ///< waits for a device that is connected to the friend
  sending = 2,          ///< `device` hands it over
  unsure = 3,           ///< handed over without a receipt; waits to be sent again
  delivered = 4,        ///< `device` had the receipt
  withdrawn = 5,        ///< the user took it back, or erased it, before it was delivered
  perhaps_doubled = 6,  ///< delivered, and the friend may have it twice (attempts.h)
  failed = 7,           ///< never to be delivered: `failure` says why
};
/// Whether the friend surely has it.
inline bool is_delivered(Delivery delivery) {
  return delivery == Delivery::delivered || delivery == Delivery::perhaps_doubled;
}

/// Why a message is not delivered and will not be. Numbers on disk.
enum class DeliveryFailure : std::uint8_t {
  none = 0,
  no_friend = 1,  ///< no key of the contact is a friend any more
  too_long = 2,   ///< its text is longer than `long_message_size_max`
};

/// What stands in a row of a conversation. Numbers on disk.
enum class Content : std::uint8_t {
  text = 0,  ///< a message
  file = 1,  ///< a file that the friend offered: the text is its name
  call = 2,  ///< a call that nobody took
};

/// One message of a conversation, or what a friend offered in it.
struct MessageRow {
  Dot id;                  ///< of the event with the text
  PublicKey conversation;  ///< the friend's key
  bool outgoing = false;
  MessageKind kind = MessageKind::normal;
  Content content = Content::text;
  Bytes text;                    ///< empty if it was erased
  std::uint64_t size_bytes = 0;  ///< of a file that was offered; 2^64 - 1 if unknown
  bool erased = false;
  std::uint64_t timestamp_ms = 0;  ///< with `id` the row's place: see order()
  std::uint64_t shown_ms = 0;      ///< the hour to show
  bool read = false;               ///< incoming: marked read on some device, or erased; outgoing: always true
  Delivery delivery = Delivery::none;
  /// Who delivers or delivered it; none while queued. Of one that is withdrawn or failed: by whom it may have arrived.
  std::optional<PublicKey> device;
  std::optional<std::uint64_t> delivered_ms;  ///< shown time of the first `done`
  std::optional<PublicKey> delivered_to;      ///< which of the friend's keys took it
  DeliveryFailure failure = DeliveryFailure::none;
  /// Incoming: what copies of one message have in common, if it came from a friend's device with Toxtore.
  std::optional<Hash> identity;

  [[nodiscard]] OrderKey order() const { return {timestamp_ms, id}; }
  bool operator==(const MessageRow&) const = default;
};

/// Copies of one message, at least one, as the one row that is shown: it stands where the first one stands, and is read
/// or erased if any of them is. Which rows are copies: the same identity, and keys of one contact.
MessageRow merged(const std::vector<MessageRow>& copies);

/// How far a log is read in one conversation: every incoming row of it up to that number.
struct ReadMark {
  PublicKey conversation;
  LogId log;
  std::uint32_t number = 0;

  bool operator==(const ReadMark&) const = default;
};

/// A value that an event set, and the place of that event: of several keys of one contact the last value counts.
template <class T>
struct Setting {
  T value{};
  OrderKey order;  ///< zeros: nobody set it

  bool operator==(const Setting&) const = default;
};

/// What a friend's device last said of its user's devices: the list with the greatest version of its own, whoever of
/// the user's devices heard it.
struct DeviceList {
  std::vector<PublicKey> keys;     ///< as said: its own may be among them, and anybody's
  std::vector<PublicKey> removed;  ///< that it takes back
  std::uint64_t version = 0;
  std::uint64_t heard_ms = 0;  ///< shown time of the event
  OrderKey order;              ///< of the event; its device is the own one that heard the list

  bool operator==(const DeviceList&) const = default;
};

/// One key of a friend, or of whom any event is about. What the keys of one contact are together: contact_graph.h.
struct FriendRow {
  PublicKey key;
  /// Devices that have an add of their own that was not removed: the ones that a stock friend knows. The key is a
  /// friend while this is not empty. Ascending.
  std::vector<PublicKey> known_by;
  std::uint64_t since_ms = 0;  ///< shown time of the earliest add that counts, 0 if none
  Setting<Bytes> name;         ///< what the friend calls himself, as last heard by any device; may be empty

  std::optional<OrderKey> first_added;  ///< the earliest add of all, removed or not; none: never a friend
  Setting<Bytes> alias;                 ///< what the user calls him; empty: nothing
  Setting<bool> muted;
  Setting<bool> blocked;
  Setting<bool> devices_withheld;
  Setting<ClaimPolicy> claims;
  std::map<PublicKey, Setting<bool>> claim_answers;  ///< by key that this one claims: whether the user agrees
  std::map<PublicKey, bool> by_hand;                 ///< by other key: whether the user says that both are one contact
  std::optional<DeviceList> devices;                 ///< none: it never said, so nothing shows that it has Toxtore
  bool asked = false;                                ///< it sent a friend request once, whatever became of that
  std::optional<NospamAndChecksum> nospam;           ///< the rest of its Tox ID, if the user ever gave that

  [[nodiscard]] bool present() const { return !known_by.empty(); }
  [[nodiscard]] bool is_known_by(const PublicKey& device) const;
  /// What its last list says of `other`: that this is a device of its user, or that it is none any more.
  [[nodiscard]] bool lists(const PublicKey& other) const;
  [[nodiscard]] bool lists_as_removed(const PublicKey& other) const;
  /// The user's answer to its claim of `other`; null: none.
  [[nodiscard]] const Setting<bool>* answer_about(const PublicKey& other) const;
  [[nodiscard]] bool is_refused(const PublicKey& other) const;     ///< the answer is no
  [[nodiscard]] bool is_split_from(const PublicKey& other) const;  ///< by hand
  bool operator==(const FriendRow&) const = default;
};

/// What an own device says of itself. Whether it *is* an own device, the roster tells.
struct DeviceRow {
  PublicKey key;
  std::optional<ToxAddress> address;
  bool always_on = false;
  Bytes name;  ///< what the user calls it, said on any device; empty: as the roster has it

  bool operator==(const DeviceRow&) const = default;
};

/// A stranger's wish to be a friend, as one device received it.
struct RequestRow {
  Dot id;
  PublicKey from;
  Bytes message;
  std::uint64_t timestamp_ms = 0;
  std::uint64_t shown_ms = 0;
  bool open = false;  ///< the user has neither accepted nor declined it

  [[nodiscard]] OrderKey order() const { return {timestamp_ms, id}; }
  bool operator==(const RequestRow&) const = default;
};

/// What the user says of himself to his friends. None: he never said.
struct ProfileRow {
  std::optional<Bytes> name;
  std::optional<Bytes> status_message;

  bool operator==(const ProfileRow&) const = default;
};

/// Any row of the view.
using ViewRow = std::variant<MessageRow, FriendRow, DeviceRow, RequestRow, ReadMark, ProfileRow>;

}  // namespace toxtore
