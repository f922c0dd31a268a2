// What the user can ask of the engine, and what it tells him: plain values for the control socket and the tests.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "engine/input.h"
#include "model/event.h"
#include "model/vector_clock.h"
#include "sync/invitations.h"
#include "view/contact_graph.h"
#include "view/rows.h"

namespace toxtore {

/// The longest message that one Tox message holds (TOX_MAX_MESSAGE_LENGTH), in bytes.
inline constexpr std::size_t message_size_max = 1372;
/// The longest greeting of a friend request that gets through (921 since toxcore 0.2.21; longer ones of older
/// versions are dropped on the way).
inline constexpr std::size_t greeting_size_max = 900;

/// A message to send. `token` (at most 64 bytes, may be empty) makes a retry harmless: a second command with the same
/// token to the same friend with the same text gives the first one's message back.
struct SendMessage {
  PublicKey to;
  MessageKind kind = MessageKind::normal;
  std::string text;  ///< UTF-8, 1 to `long_message_size_max` bytes
  std::string token;
};

/// An own device, for who shows where something is so.
struct DeviceName {
  PublicKey key;
  std::string name;
  bool operator==(const DeviceName&) const = default;
};

/// One key of a friend, with what only this device knows of it.
struct FriendKeyInfo {
  FriendRow row;
  Connection connection = Connection::none;  ///< to this device
  std::vector<DeviceName> seen_by;           ///< other own devices to which it is connected, as they say; by key
  bool in_toxcore = false;                   ///< in toxcore's list here: this device tries to reach it
  bool toxtore = false;                      ///< said hello on this connection
};

/// One friend.
struct FriendInfo {
  Contact contact;
  std::vector<FriendKeyInfo> keys;  ///< one or more, ascending
  std::size_t unread = 0;

  /// The best of any key.
  [[nodiscard]] Connection connection() const;
  /// Other own devices to which one of the keys is connected, ascending by key.
  [[nodiscard]] std::vector<DeviceName> seen_by() const;
  /// Whether a key is connected to this device or to another own one.
  [[nodiscard]] bool online() const;
  /// Devices of the user that know one of the keys.
  [[nodiscard]] std::vector<PublicKey> known_by() const;
};

/// What the user says of a friend; what is not there stays as it is.
struct ContactChange {
  std::optional<std::string> alias;  ///< UTF-8, at most `alias_size_max` bytes; empty: the friend's own name again
  std::optional<bool> muted;
  std::optional<bool> blocked;
  std::optional<bool> devices_withheld;
  std::optional<ClaimPolicy> claims;
};
/// As long as a Tox name may be (TOX_MAX_NAME_LENGTH), in bytes.
inline constexpr std::size_t alias_size_max = 128;

/// By whom a device was removed, itself if it left, and when.
struct RemovedInfo {
  DeviceName by;
  std::uint64_t time_ms = 0;  ///< wall clock of `by`
  /// Who removed `by` itself, if that one is out by another's word: its removals count all the same (DESIGN 8).
  std::optional<DeviceName> by_removed_by;
  /// By whose word alone the key would be a device: it never was one, and is out with it.
  std::optional<DeviceName> came_with;
  bool operator==(const RemovedInfo&) const = default;
};

/// One own device, or one that was.
struct DeviceInfo {
  PublicKey key;
  std::string name;
  bool self = false;
  std::optional<ToxAddress> address;
  bool always_on = false;
  Connection connection = Connection::none;
  PublicKey linked_by;          ///< who took it in (itself for the first device)
  std::uint64_t linked_ms = 0;  ///< wall clock of `linked_by`
  /// Whether it ever told what it holds since this program started; if not, nothing is known and the rest is 0.
  bool known = false;
  /// Events that this device is known to hold and we lack; and those that we hold and it is not known to hold.
  std::uint64_t we_lack = 0;
  std::uint64_t it_lacks = 0;
  std::uint64_t coming = 0;  ///< of those that we lack, what it was asked for
  std::optional<RemovedInfo> removed;
  std::uint64_t put_aside = 0;              ///< events that it logged behind a cut and that are here, in no view
  std::optional<RemovedInfo> last_removal;  ///< by whose word it was last out; it may be in again since
};

/// What the user is to know before a device is removed, or leaves.
struct RemovalInfo {
  DeviceInfo device;
  /// Events that are known to be there and on none that stays; of another device nothing is known unless it told what
  /// it holds (`device.known`).
  std::uint64_t only_there = 0;
  std::vector<DeviceInfo> added;         ///< other devices that it linked and that are in, with when it did
  std::vector<PublicKey> stock_friends;  ///< contacts by id that no device which stays reaches
};

/// How far a device is with leaving.
struct LeavingInfo {
  bool left = false;             ///< it is none of the user's devices any more
  std::uint64_t only_here = 0;   ///< events that no other device is known to hold: what it waits for
  std::size_t devices_told = 0;  ///< devices that have said that they know
};

/// A friend request that waits for an answer, on any device.
struct FriendRequestInfo {
  PublicKey key;
  Bytes message;
  std::uint64_t received_ms = 0;
};

/// An invitation to link a device, that is open.
struct InvitationInfo {
  std::uint32_t id = 0;
  std::string uri;  ///< a secret; empty but in the answer to who made it
  bool confirmed = false;
  std::string name;              ///< what to call the device that joins; empty: what it calls itself
  std::uint64_t expires_ms = 0;  ///< wall clock
};

/// A linking that is under way with a friend, or by invitation.
struct LinkInfo {
  PublicKey key;
  Bytes name;  ///< the friend's, or what the device that joins calls itself
  Connection connection = Connection::none;
  bool toxtore = false;                     ///< said hello on this connection; a stock client never does
  bool asked_here = false;                  ///< this side asked, else the friend did
  bool by_invitation = false;               ///< of the other side, if asked here
  std::optional<std::uint32_t> invitation;  ///< of this side, which the other used
  std::optional<std::string> code;          ///< six digits, once both nonces are there
  bool confirmed_here = false;
  bool confirmed_there = false;
  std::uint64_t expires_ms = 0;  ///< wall clock
};

/// A message that is not delivered yet, and what it waits for as this device sees it.
struct Waiting {
  enum class For : std::uint8_t {
    friend_here,      ///< the friend is not connected to this device, but to `devices`, if any
    unblocking,       ///< the friend is blocked
    doubt,            ///< this device is in doubt about its database: it may be delivered already
    author,           ///< the devices are withheld from the friend: only `devices`, which wrote it, sends it
    device,           ///< `devices` hands it over; if that is not connected, until `until_ms` if known
    acknowledgement,  ///< this device hands it over when `devices` have heard of that
    hello,            ///< until `until_ms` it is not clear whether the friend has Toxtore
    log,              ///< this device lacks something later of the logs of `devices`, perhaps that it is delivered
    receipt,          ///< this device handed it over; the friend has not confirmed it
    pause,            ///< it is unsure, and goes to a friend with a stock client again at `until_ms`
    turn,             ///< nothing: it goes next
  };
  MessageRow message;
  For what = For::turn;
  std::vector<PublicKey> devices;
  std::optional<std::uint64_t> until_ms;  ///< wall clock
};

/// What was ignored, for the curious.
struct Counters {
  std::uint64_t packets_malformed = 0;
  std::uint64_t packets_unknown = 0;
  std::uint64_t packets_refused = 0;  ///< from a peer that may not send such
  std::uint64_t events_unasked = 0;
  std::uint64_t events_opaque = 0;  ///< stored, but this version cannot read them
};

/// The beginning of a hash of all rows of the view and of `view_version`: equal on devices of one version that hold the
/// same events (P2). Short enough to be compared by eye; of a million differences it hides none.
using StateCheck = std::array<std::uint8_t, 8>;

/// Why this device is not sure that its database is the newest state of its log. Numbers on disk, never reused.
enum class DoubtReason : std::uint8_t {
  set_back = 1,         ///< it logged something that the database does not hold
  no_words = 2,         ///< what it logged last was written outside of the database, and is gone
  other_database = 3,   ///< another copy of the database was in use here since
  other_machine = 4,    ///< the database comes from another machine
  known_elsewhere = 5,  ///< another own device holds more of the log that this one was writing
  forked = 6,           ///< another own device holds other events of it: two lives logged under the same numbers
};

struct DoubtInfo {
  DoubtReason why = DoubtReason::set_back;
  std::uint64_t since_ms = 0;  ///< wall clock
  bool operator==(const DoubtInfo&) const = default;
};

/// Proofs of invitations that were refused (sync/invitations.h), since the start.
using ProofsRefused = Invitations::Refused;

struct Status {
  PublicKey self;
  /// While it lasts, nothing that waits is sent; it ends when another own device was caught up with, or by the user's
  /// word (Engine::trust_database).
  std::optional<DoubtInfo> doubt;
  std::string device_name;
  Connection connection = Connection::none;
  std::uint64_t events = 0;            ///< in the log
  std::uint64_t events_missing = 0;    ///< that some device said to hold, and we lack
  std::uint64_t backlog = 0;           ///< the most that were missing since none was
  std::uint64_t only_here = 0;         ///< events that no other device is known to hold
  std::size_t full_copies = 0;         ///< other devices that are known to hold all that is held here
  std::size_t undelivered = 0;         ///< messages
  std::size_t unread = 0;              ///< messages
  std::uint64_t put_aside = 0;         ///< events of removed devices that are in no view
  std::optional<RemovedInfo> removed;  ///< this device was removed, or left: it delivers nothing
  std::optional<LeavingInfo> leaving;
  std::size_t devices = 0;            ///< own devices, this one included
  std::size_t devices_connected = 0;  ///< without this one
  std::size_t friends = 0;
  StateCheck state_check{};
  Counters counters;
  std::size_t invitations = 0;  ///< open
  ProofsRefused proofs_refused;
};

}  // namespace toxtore
