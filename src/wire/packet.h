// Toxtore's packets (DESIGN 5; docs/PROTOCOL.md draws each one with an example).
//
// They travel as toxcore custom lossless packets: byte 0 is 187 (a toxcore "custom packet id", 160 to 191), byte 1
// the type, then the content. Extensions (tag u8, length u16, bytes) may follow the last field of every packet whose
// content has an end of its own; what is unknown in them is skipped. Decoding takes no more memory than a few times
// the packet, and a packet that does not parse costs that packet only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/chain.h"
#include "model/dot.h"
#include "model/event.h"
#include "model/ids.h"
#include "model/vector_clock.h"

namespace toxtore {

inline constexpr std::uint8_t packet_id = 187;
/// TOX_MAX_CUSTOM_PACKET_SIZE, the two leading bytes included.
inline constexpr std::size_t packet_size_max = 1373;
/// Highest and lowest version of this protocol that this program speaks.
inline constexpr std::uint8_t protocol_version = 1;

/// Numbers on the wire: given once, never reused.
enum class PacketType : std::uint8_t {
  my_devices = 1,
  device_add_request = 2,
  vector_clock = 3,
  send_dot = 4,
  hello = 16,
  fetch = 17,
  bundle = 18,
  holdings = 19,
  committed = 20,
  message = 21,
  received = 22,
  page = 23,
  roster = 24,
  log_state = 25,
  link_commit = 26,
  link_nonce = 27,
  link_confirm = 28,
  link_cancel = 29,
  presence = 30,
  link_proof = 31,
  texts = 32,
};

/// Tags of the extensions of `my devices`. Given once, never reused.
namespace my_devices_extension {
inline constexpr std::uint8_t version = 1;  ///< u64
inline constexpr std::uint8_t removed = 2;  ///< key × n: keys that are no longer this user's
}  // namespace my_devices_extension

/// Bits of hello's capabilities. Given once, never reused.
namespace capability {
/// Understands `holdings` and `page`, and serves several ranges of one log at a time.
inline constexpr std::uint32_t ranges = 1;
/// The receiver is a friend of the sender's user, not only a key that a friend of his claims (engine/strangers.h).
inline constexpr std::uint32_t befriended = 2;
/// Takes messages as `message` packets, and answers `received`.
inline constexpr std::uint32_t messages = 4;
/// Understands `log state`, and has its logs compared before it is asked for what another lacks of them.
inline constexpr std::uint32_t log_states = 16;
/// Understands `presence`.
inline constexpr std::uint32_t presence = 8;
}  // namespace capability

/// Tags of the extensions of `log state`. Given once, never reused.
namespace log_state_extension {
inline constexpr std::uint8_t event = 1;  ///< 32 bytes: the hash of the event of that number
inline constexpr std::uint8_t what = 2;   ///< u8
}  // namespace log_state_extension

/// Tags of the extensions of `bundle`. Given once, never reused.
namespace bundle_extension {
inline constexpr std::uint8_t events = 1;  ///< u64, on the last piece: how many events the frame holds
}  // namespace bundle_extension

/// Tags of the extensions of `link proof`. Given once, never reused.
namespace link_proof_extension {
inline constexpr std::uint8_t name = 1;  ///< what the joining device calls itself, 1 to 64 bytes
}  // namespace link_proof_extension

/// Tags of the extensions of `link cancel`. Given once, never reused.
namespace link_cancel_extension {
inline constexpr std::uint8_t why = 1;  ///< u8
}  // namespace link_cancel_extension

namespace packet {

/// "My user is also these Tox IDs." To friends with Toxtore and to own devices.
struct MyDevices {
  std::vector<PublicKey> keys;     ///< at most 255 fit the count, 42 the packet
  std::uint64_t version = 0;       ///< extension 1, left out if 0: a later list of the same user has a greater one
  std::vector<PublicKey> removed;  ///< extension 2: keys that are no longer this user's; with `keys` at most 41
  bool operator==(const MyDevices&) const = default;
};
inline constexpr std::size_t device_keys_max = 42;
/// Of a list with a version, keys and removed keys together.
inline constexpr std::size_t listed_devices_max = 41;

/// "Take me as one of your devices": the asker's user named this peer.
struct DeviceAddRequest {
  bool operator==(const DeviceAddRequest&) const = default;
};

/// Prefixes that I hold; an empty list ends the first report of a connection.
struct Clock {
  std::vector<Dot> prefixes;  ///< a log and the number up to which it is held, as a dot; at most 34 fit a packet
  bool operator==(const Clock&) const = default;
};
inline constexpr std::size_t clock_entries_max = 34;

/// One event, hints not yet removed.
struct SendDot {
  Event event;
  bool operator==(const SendDot&) const = default;
};

/// The first packet on a connection, both ways: after it the peer counts as a Toxtore device.
struct Hello {
  std::uint8_t version_min = protocol_version;
  std::uint8_t version_max = protocol_version;
  std::uint32_t capabilities = 0;
  bool operator==(const Hello&) const = default;
};

/// "Send me of that log what comes after `after` up to `until`." `until` is `open_end`: and what comes after, as it
/// comes. after == until: stop sending of that log.
struct Fetch {
  struct Range {
    LogId log;
    std::uint32_t after = 0;
    std::uint32_t until = 0;
    bool operator==(const Range&) const = default;
  };
  std::vector<Range> ranges;  ///< at most 28 fit a packet
  bool operator==(const Fetch&) const = default;
};
inline constexpr std::size_t fetch_ranges_max = 28;

/// What I hold of logs beyond the prefix: numbers from `from` to `until`, both included.
struct Holdings {
  struct Range {
    LogId log;
    std::uint32_t from = 1;
    std::uint32_t until = 1;
    bool operator==(const Range&) const = default;
  };
  std::vector<Range> ranges;  ///< at most 28 fit a packet
  bool operator==(const Holdings&) const = default;
};
inline constexpr std::size_t holdings_ranges_max = 28;

/// "Bundle me the newest `count` events of each of these conversations, and those that mark them." No conversation:
/// the newest of all. A count of 0 is the answer's end: "that was the page".
struct Page {
  std::uint8_t count = 0;
  std::vector<PublicKey> conversations;  ///< at most 42 fit a packet
  bool operator==(const Page&) const = default;
};
inline constexpr std::size_t page_conversations_max = 42;

/// A piece of a bundle (bundle.h).
struct Bundle {
  enum class Class : std::uint8_t { live = 0, backfill = 1 };
  Class cls = Class::live;
  bool first = false;  ///< part flag 1
  bool last = false;   ///< part flag 2
  Bytes piece;         ///< 1 to `bundle_piece_max` bytes
  /// Extension 1, on the last piece, left out if 0: how many events the frame holds, so that they can be counted as
  /// dealt with even if it does not decode. With it a piece has `counted_piece_max` bytes at most.
  std::uint64_t events = 0;
  bool operator==(const Bundle&) const = default;
};
/// What a packet holds of a bundle: 2 leading bytes, class u8, part flags u8, length u16 before it.
inline constexpr std::size_t bundle_piece_max = packet_size_max - 6;
inline constexpr std::size_t counted_piece_max = bundle_piece_max - 11;  ///< tag u8, length u16, u64

/// So many events of this connection are dealt with: stored, already held or refused.
struct Committed {
  std::uint64_t count = 0;
  bool operator==(const Committed&) const = default;
};

/// The chain of a log up to a number that the sender holds without a gap (engine/log_states.h).
struct LogState {
  enum class What : std::uint8_t {
    report = 0,    ///< so far I hold it, or so far I know its chain
    question = 1,  ///< what is yours at that number?
    answer = 2,
    cut_back = 3,  ///< what I held beyond is of a branch, and has another name now
  };
  Dot end;  ///< the log, and the number; 0: nothing, and the chain is zeros
  Chain chain{};
  Hash event{};              ///< extension 1, left out with number 0: the hash of the event of that number
  What what = What::report;  ///< extension 2, left out with `report`
  bool operator==(const LogState&) const = default;
};

/// A part of a message to a friend with Toxtore (message_parts.h); no Tox message is sent.
struct Message {
  Dot dot;                         ///< of the message in its user's logs; a number of 1 to `open_end` - 1
  std::uint64_t timestamp_ms = 0;  ///< when it was written: what is shown
  MessageKind kind = MessageKind::normal;
  std::uint8_t part = 0;  ///< from 0, less than `parts`
  std::uint8_t parts = 1;
  Bytes bytes;  ///< 1 to `message_part_max`, to the end of the packet
  bool operator==(const Message&) const = default;
};
/// What a packet holds of a message: 2 leading bytes, dot 40, timestamp u64, kind, part and parts u8 before it.
inline constexpr std::size_t message_part_max = packet_size_max - 53;

/// "Your message of that dot is durable here."
struct Received {
  Dot dot;
  bool operator==(const Received&) const = default;
};

/// Statements about who is a device of this user, each with its own frame (roster_statement.h): n u8, then
/// length u16 and bytes of each. Several packets may follow one another; a statement left out says nothing.
struct Roster {
  std::vector<Bytes> statements;
  bool operator==(const Roster&) const = default;
};

/// Linking of two friends (sync/linking.h): a commitment to a nonce, the nonces, then each user's word.
struct LinkCommit {
  Hash commitment{};
  bool operator==(const LinkCommit&) const = default;
};
struct LinkNonce {
  Hash nonce{};
  bool operator==(const LinkNonce&) const = default;
};
struct LinkConfirm {
  bool operator==(const LinkConfirm&) const = default;
};
/// "Not now": the request is withdrawn, refused or broken.
struct LinkCancel {
  /// Of an invitation whose secret the receiver has proved.
  enum class Why : std::uint8_t {
    unsaid = 0,
    used = 1,  ///< it was used already
    over = 2,  ///< its time was over, or it was taken back
  };
  Why why = Why::unsaid;  ///< extension 1: u8, left out if unsaid; one of a later version is unsaid
  bool operator==(const LinkCancel&) const = default;
};

/// "I was invited": a proof of the secret in a URI (wire/invitation.h). Before the other packets of a linking.
struct LinkProof {
  Hash proof{};
  Bytes name;  ///< extension 1, left out if empty: the sender's device name, UTF-8 if it is honest
  bool operator==(const LinkProof&) const = default;
};

/// Which friends' keys are connected to the sender, for display only. A key left out is as it was told before on this
/// connection; one never told is not connected. Of a key that stands twice the last counts.
struct Presence {
  struct Entry {
    PublicKey key;
    bool connected = false;  ///< u8: 0 or 1
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;  ///< at most 41 fit a packet
  bool operator==(const Presence&) const = default;
};
inline constexpr std::size_t presence_entries_max = 41;

/// "Send me these events, if you have their texts": the sender holds them without (engine/lost_texts.h).
struct Texts {
  std::vector<Dot> events;  ///< at most 34 fit a packet
  bool operator==(const Texts&) const = default;
};
inline constexpr std::size_t texts_events_max = 34;

}  // namespace packet

using Packet =
    std::variant<packet::MyDevices, packet::DeviceAddRequest, packet::Clock, packet::SendDot, packet::Hello,
                 packet::Fetch, packet::Holdings, packet::Page, packet::Bundle, packet::Committed, packet::LogState,
                 packet::Message, packet::Received, packet::Roster, packet::LinkCommit, packet::LinkNonce,
                 packet::LinkConfirm, packet::LinkCancel, packet::LinkProof, packet::Presence, packet::Texts>;

/// With both leading bytes. The content must fit (an assertion: whoever makes a packet cuts it to the limits above).
Bytes encode_packet(const Packet& packet);

enum class PacketFault {
  foreign,    ///< not byte 187: another program's packet
  unknown,    ///< a type of a later version: to be ignored and counted
  malformed,  ///< cut off, a count or length that does not hold, or bytes left that are no extensions
};

tl::expected<Packet, PacketFault> decode_packet(ByteView bytes);

}  // namespace toxtore
