// Event bodies in bytes (DESIGN 4; docs/PROTOCOL.md draws each one).
//
// A body is its fixed fields and then extensions: tag u8, length u16, bytes, any number, tags this version does not
// know included. The hint flags of the proposal (removed, done, read) are written as 0 and read as whatever they are;
// `without_hints` makes the stored form out of a received one.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/event.h"

namespace toxtore {

/// Tags of event extensions. Given once, never reused.
namespace event_extension {
inline constexpr std::uint8_t friend_dot = 1;   ///< the friend's dot of a received message
inline constexpr std::uint8_t token = 2;        ///< the caller's idempotency token, 1 to 64 bytes
inline constexpr std::uint8_t wall_clock = 3;   ///< u64, milliseconds since the Unix epoch
inline constexpr std::uint8_t own_sending = 4;  ///< empty: a message that is its own `sending`
inline constexpr std::uint8_t version = 5;      ///< u64, of a device list
inline constexpr std::uint8_t removed = 6;      ///< keys that a device list takes back
inline constexpr std::uint8_t erased = 7;       ///< the hash that the event had before its text was erased, 32 bytes
inline constexpr std::uint8_t as_packet = 8;    ///< empty: handed over as `message` packets
inline constexpr std::uint8_t identity = 9;     ///< 32 bytes: what `message_identity` was before the text was erased
inline constexpr std::uint8_t written = 10;     ///< u64: when the friend wrote a received message
inline constexpr std::uint8_t reason = 11;      ///< u8: why a message was withdrawn
inline constexpr std::uint8_t origin = 12;      ///< u64, last: the seq by which an event of a branch was logged
inline constexpr std::uint8_t message = 13;     ///< 32 bytes: the hash of the message that is delivered
}  // namespace event_extension

/// The most that an idempotency token may have.
inline constexpr std::size_t token_size_max = 64;

/// The most messages that one `sending` or `sending ended` names (DESIGN 7, rule 3).
inline constexpr std::size_t sending_messages_max = 32;

EventType type_of(const Body& body);  ///< never called with Opaque

/// The stored form: flags 0, the extensions that the body has, and extension 3 if a wall clock is given.
Bytes encode_body(const Body& body, std::optional<std::uint64_t> wall_clock_ms = std::nullopt);

/// Reads an event's body; `Opaque` if its type is unknown, its body does not parse to the end, or its timestamp is
/// 2^48 or more. Never fails: what cannot be read is kept all the same. Known extensions of a wrong size make the
/// event opaque; unknown ones are skipped. Where a tag stands twice, the first counts. A wall clock of 2^48 or more is
/// skipped too: its author's clock is broken, its message is not.
ReadEvent read_event(const Event& event);

/// Whether the hint flag of the event's body is set; false if its type has none.
bool hint_of(const Event& event);

/// The same event with the hint flag of its body set, where it has one: as it may go into a `send dot`, nowhere else.
Event with_hint(Event event);

/// The same event with the hint flag of its body set to 0 (where its type has one and its body is long enough). This
/// holds for all types of the proposal, those too whose bodies this version does not read: a later version must find
/// in the log what every other device has there.
Event without_hints(Event event);

/// The event without the text that the user wrote, read or was offered: the fields stay, the text is empty, all other
/// extensions are kept where they leave room, and extension 7 tells the hash that the event had. Nothing if its type
/// has no text; the same event if it is erased already.
std::optional<Event> erased_form(const Event& event);

/// What two copies of one message have in common, whichever of the friend's devices sent them to whichever own device:
/// dot, kind and text.
Hash message_identity(const Dot& friend_dot, MessageKind kind, ByteView text);

/// What names an event's content for ever: the hash of its frame, or what extension 7 says it was.
Hash event_hash(const Event& event);

}  // namespace toxtore
