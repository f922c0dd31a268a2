#include "wire/body.h"

#include <cassert>
#include <cstdlib>
#include <utility>

#include "wire/extensions.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

// The hint flags of the proposal (removed, done, read): 0 in all that this program makes.
constexpr std::uint8_t no_hint = 0;

// ---- writing ----

void write_text(Writer& out, MessageKind kind, const Bytes& text) {
  assert(text.size() <= event_size_max);
  out.u8(static_cast<std::uint8_t>(kind)).u32(static_cast<std::uint32_t>(text.size())).bytes(text);
}

void write_dots(Writer& out, const std::vector<Dot>& dots) {
  assert(!dots.empty() && dots.size() <= sending_messages_max);
  out.u8(static_cast<std::uint8_t>(dots.size()));
  for (const Dot& dot : dots) out.dot(dot);
}

template <class Setting>
void write_setting(Writer& out, const Setting& setting) {
  assert(setting.value.size() <= 0xFFFF);
  out.key(setting.key).u8(static_cast<std::uint8_t>(setting.what));
  out.u16(static_cast<std::uint16_t>(setting.value.size())).bytes(setting.value);
}

void write_fields(Writer& out, const FriendAdd& body) { out.key(body.key).u8(no_hint); }
void write_fields(Writer& out, const FriendRemove& body) { out.dot(body.add); }
void write_fields(Writer& out, const TrySend& body) {
  out.key(body.to).u8(no_hint);
  write_text(out, body.kind, body.text);
}
void write_fields(Writer& out, const DoneSend& body) { out.dot(body.message); }
void write_fields(Writer& out, const Received& body) {
  out.key(body.from).u8(no_hint);
  write_text(out, body.kind, body.text);
}
void write_fields(Writer& out, const MarkRead& body) { out.dot(body.message); }
void write_fields(Writer& out, const Sending& body) {
  out.key(body.to);
  write_dots(out, body.messages);
}
void write_fields(Writer& out, const SendingEnded& body) {
  out.key(body.device).u8(static_cast<std::uint8_t>(body.outcome));
  write_dots(out, body.messages);
}
void write_fields(Writer& out, const ContactSetting& body) { write_setting(out, body); }
void write_fields(Writer& out, const DeviceSetting& body) { write_setting(out, body); }
void write_fields(Writer& /*out*/, const Opaque& /*body*/) { std::abort(); }  // a bug: what is opaque has its bytes

/// In ascending order of the tags, so that equal bodies have equal bytes.
void write_extensions(Writer& out, const Body& body, std::optional<std::uint64_t> wall_clock_ms) {
  const auto* message = std::get_if<TrySend>(&body);
  if (message != nullptr && !message->token.empty()) {
    assert(message->token.size() <= token_size_max);
    write_extension(out, event_extension::token, message->token);
  }
  if (wall_clock_ms) write_extension(out, event_extension::wall_clock, *wall_clock_ms);
  if (message != nullptr && message->own_sending) write_extension(out, event_extension::own_sending, ByteView());
}

// ---- reading ----

/// A number of a closed set; fails the reader if it is not in it, for a later version may know it.
template <class Enum>
Enum read_enum(Reader& in, Enum first, Enum last) {
  const std::uint8_t number = in.u8();
  if (number >= static_cast<std::uint8_t>(first) && number <= static_cast<std::uint8_t>(last)) {
    return static_cast<Enum>(number);
  }
  in.fail();
  return first;
}

Bytes read_bytes(Reader& in, std::size_t count) {
  const ByteView bytes = in.bytes(count);
  return {bytes.begin(), bytes.end()};
}

template <class Message>
Message read_message(Reader& in, PublicKey Message::* peer) {
  Message message;
  message.*peer = in.key();
  in.u8();  // the hint
  message.kind = read_enum(in, MessageKind::normal, MessageKind::action);
  message.text = read_bytes(in, in.u32());
  return message;
}

std::vector<Dot> read_dots(Reader& in) {
  const std::size_t count = in.u8();
  if (count == 0 || count > sending_messages_max) in.fail();
  std::vector<Dot> dots;
  while (dots.size() < count && !in.failed()) dots.push_back(in.dot());
  return dots;
}

template <class Setting>
Setting read_setting(Reader& in, typename Setting::What first, typename Setting::What last) {
  Setting setting;
  setting.key = in.key();
  setting.what = read_enum(in, first, last);
  setting.value = read_bytes(in, in.u16());
  return setting;
}

FriendAdd read_friend_add(Reader& in) {
  const FriendAdd add{in.key()};
  in.u8();  // the hint
  return add;
}

Sending read_sending(Reader& in) {
  const PublicKey to = in.key();
  return {to, read_dots(in)};
}

SendingEnded read_sending_ended(Reader& in) {
  SendingEnded ended;
  ended.device = in.key();
  ended.outcome = read_enum(in, SendingOutcome::took_nothing, SendingOutcome::unsure);
  ended.messages = read_dots(in);
  return ended;
}

Body read_fields(EventType type, Reader& in) {
  switch (type) {
    case EventType::friend_add: return read_friend_add(in);
    case EventType::friend_remove: return FriendRemove{in.dot()};
    case EventType::try_send_message: return read_message(in, &TrySend::to);
    case EventType::done_send_message: return DoneSend{in.dot()};
    case EventType::received_message: return read_message(in, &Received::from);
    case EventType::mark_message_read: return MarkRead{in.dot()};
    case EventType::sending: return read_sending(in);
    case EventType::sending_ended: return read_sending_ended(in);
    case EventType::contact_setting:
      return read_setting<ContactSetting>(in, ContactSetting::What::name, ContactSetting::What::name);
    case EventType::device_setting:
      return read_setting<DeviceSetting>(in, DeviceSetting::What::address, DeviceSetting::What::always_on);
  }
  in.fail();
  return Opaque{};
}

/// Reads what follows the fields; fails the reader where a known extension has a wrong size, in whatever event.
void read_extensions(Reader& in, Body& body, std::optional<std::uint64_t>& wall_clock_ms) {
  const Extensions extensions(in);
  wall_clock_ms = read_u64_extension(in, extensions, event_extension::wall_clock);
  if (wall_clock_ms && *wall_clock_ms >= timestamp_ms_end) wall_clock_ms.reset();

  const std::optional<ByteView> token = extensions.find(event_extension::token);
  if (token && (token->empty() || token->size() > token_size_max)) in.fail();
  const std::optional<ByteView> own_sending = extensions.find(event_extension::own_sending);
  if (own_sending && !own_sending->empty()) in.fail();

  if (auto* message = std::get_if<TrySend>(&body)) {
    message->own_sending = own_sending.has_value();
    if (token) message->token.assign(token->begin(), token->end());
  }
}

// ---- hints ----

/// Where in its body a type of the proposal has its hint flag.
std::optional<std::size_t> hint_offset(std::uint8_t type) {
  switch (type) {
    case 0:              // friend add: removed
    case 2:              // friend nospam: obsolete
    case 3:              // friend devices: obsolete
    case 20:             // try send message: done
    case 21:             // try send message in group: done
    case 30: return 32;  // received message: read
    case 31: return 64;  // received message in group: read, after two keys
    default: return std::nullopt;
  }
}

// ---- types ----

constexpr EventType number_of(const FriendAdd& /*body*/) { return EventType::friend_add; }
constexpr EventType number_of(const FriendRemove& /*body*/) { return EventType::friend_remove; }
constexpr EventType number_of(const TrySend& /*body*/) { return EventType::try_send_message; }
constexpr EventType number_of(const DoneSend& /*body*/) { return EventType::done_send_message; }
constexpr EventType number_of(const Received& /*body*/) { return EventType::received_message; }
constexpr EventType number_of(const MarkRead& /*body*/) { return EventType::mark_message_read; }
constexpr EventType number_of(const Sending& /*body*/) { return EventType::sending; }
constexpr EventType number_of(const SendingEnded& /*body*/) { return EventType::sending_ended; }
constexpr EventType number_of(const ContactSetting& /*body*/) { return EventType::contact_setting; }
constexpr EventType number_of(const DeviceSetting& /*body*/) { return EventType::device_setting; }
[[noreturn]] EventType number_of(const Opaque& /*body*/) { std::abort(); }  // a bug: any number could be behind it

}  // namespace

EventType type_of(const Body& body) {
  return std::visit([](const auto& known) { return number_of(known); }, body);
}

Bytes encode_body(const Body& body, std::optional<std::uint64_t> wall_clock_ms) {
  Writer out;
  std::visit([&out](const auto& known) { write_fields(out, known); }, body);
  write_extensions(out, body, wall_clock_ms);
  return out.take();
}

ReadEvent read_event(const Event& event) {
  ReadEvent read{event.dot, event.timestamp_ms, std::nullopt, Opaque{}};
  if (event.timestamp_ms >= timestamp_ms_end) return read;
  Reader in(event.body);
  Body body = read_fields(static_cast<EventType>(event.type), in);
  std::optional<std::uint64_t> wall_clock_ms;
  read_extensions(in, body, wall_clock_ms);
  if (!in.finished()) return read;
  read.body = std::move(body);
  read.wall_clock_ms = wall_clock_ms;
  return read;
}

Event without_hints(Event event) {
  const std::optional<std::size_t> offset = hint_offset(event.type);
  if (offset && *offset < event.body.size()) event.body[*offset] = 0;
  return event;
}

}  // namespace toxtore
