#include "wire/body.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "wire/branch.h"
#include "wire/event_frame.h"
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

void write_short_text(Writer& out, const Bytes& text) {
  assert(text.size() <= 0xFFFF);
  out.u16(static_cast<std::uint16_t>(text.size())).bytes(text);
}

template <class Setting>
void write_setting(Writer& out, const Setting& setting) {
  out.key(setting.key).u8(static_cast<std::uint8_t>(setting.what));
  write_short_text(out, setting.value);
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
void write_fields(Writer& out, const FriendNospam& body) {
  out.key(body.key).u8(no_hint).bytes(body.nospam_and_checksum);
}
void write_fields(Writer& out, const FriendDevices& body) {
  assert(body.keys.size() <= claimed_keys_max);
  out.key(body.key).u8(no_hint).u8(static_cast<std::uint8_t>(body.keys.size()));
  for (const PublicKey& key : body.keys) out.key(key);
}
void write_fields(Writer& out, const MessageWithdrawn& body) { out.dot(body.message); }
void write_fields(Writer& out, const ReadUpTo& body) {
  assert(!body.prefixes.empty() && body.prefixes.size() <= read_prefixes_max);
  out.key(body.conversation).u8(static_cast<std::uint8_t>(body.prefixes.size()));
  for (const Dot& prefix : body.prefixes) out.dot(prefix);
}
void write_fields(Writer& out, const FriendRequestReceived& body) {
  assert(body.message.size() <= request_message_max);
  out.key(body.from);
  write_short_text(out, body.message);
}
void write_fields(Writer& out, const FriendRequestDeclined& body) { out.dot(body.request); }
void write_fields(Writer& out, const ContactsMerged& body) {
  out.key(body.one).key(body.other).u8(body.merged ? 1 : 0);
}
void write_fields(Writer& out, const ProfileValue& body) {
  out.u8(static_cast<std::uint8_t>(body.what));
  write_short_text(out, body.value);
}
void write_fields(Writer& out, const ContentErased& body) { write_dots(out, body.messages); }
void write_fields(Writer& out, const OfferReceived& body) {
  out.key(body.from).u8(static_cast<std::uint8_t>(body.what)).u64(body.size);
  write_short_text(out, body.name);
}
void write_fields(Writer& /*out*/, const Opaque& /*body*/) { std::abort(); }  // a bug: what is opaque has its bytes

void write_devices_extensions(Writer& out, const FriendDevices& devices) {
  if (devices.version != 0) write_extension(out, event_extension::version, devices.version);
  if (devices.removed.empty()) return;
  assert(devices.removed.size() <= claimed_keys_max);
  Writer keys;
  for (const PublicKey& key : devices.removed) keys.key(key);
  write_extension(out, event_extension::removed, keys.take());
}

/// In ascending order of the tags, so that equal bodies have equal bytes.
void write_extensions(Writer& out, const Body& body, std::optional<std::uint64_t> wall_clock_ms) {
  const auto* message = std::get_if<TrySend>(&body);
  const auto* received = std::get_if<Received>(&body);
  if (received != nullptr && received->friend_dot) {
    write_extension(out, event_extension::friend_dot, Writer().dot(*received->friend_dot).take());
  }
  if (message != nullptr && !message->token.empty()) {
    assert(message->token.size() <= token_size_max);
    write_extension(out, event_extension::token, message->token);
  }
  if (wall_clock_ms) write_extension(out, event_extension::wall_clock, *wall_clock_ms);
  if (message != nullptr && message->own_sending) write_extension(out, event_extension::own_sending, ByteView());
  if (const auto* done = std::get_if<DoneSend>(&body); done != nullptr && done->hash) {
    write_extension(out, event_extension::message, ByteView(*done->hash));
  }
  if (const auto* devices = std::get_if<FriendDevices>(&body)) write_devices_extensions(out, *devices);
  const auto* sending = std::get_if<Sending>(&body);
  if ((message != nullptr && message->as_packet) || (sending != nullptr && sending->as_packet)) {
    write_extension(out, event_extension::as_packet, ByteView());
  }
  if (received != nullptr && received->written_ms)
    write_extension(out, event_extension::written, *received->written_ms);
  const auto* withdrawn = std::get_if<MessageWithdrawn>(&body);
  if (withdrawn != nullptr && withdrawn->reason != MessageWithdrawn::Reason::user) {
    write_extension(out, event_extension::reason, Writer().u8(static_cast<std::uint8_t>(withdrawn->reason)).take());
  }
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

FriendNospam read_friend_nospam(Reader& in) {
  FriendNospam nospam;
  nospam.key = in.key();
  in.u8();  // the hint
  const ByteView rest = in.bytes(nospam.nospam_and_checksum.size());
  std::copy(rest.begin(), rest.end(), nospam.nospam_and_checksum.begin());
  return nospam;
}

FriendDevices read_friend_devices(Reader& in) {
  FriendDevices devices;
  devices.key = in.key();
  in.u8();  // the hint
  const std::size_t count = in.u8();
  if (count > claimed_keys_max) in.fail();
  while (devices.keys.size() < count && !in.failed()) devices.keys.push_back(in.key());
  return devices;
}

ReadUpTo read_read_up_to(Reader& in) {
  ReadUpTo read{in.key(), {}};
  const std::size_t count = in.u8();
  if (count == 0) in.fail();
  while (read.prefixes.size() < count && !in.failed()) {
    const Dot prefix = in.dot();
    if (prefix.number() == 0 || prefix.number() == open_end) in.fail();
    read.prefixes.push_back(prefix);
  }
  return read;
}

FriendRequestReceived read_friend_request(Reader& in) {
  FriendRequestReceived request{in.key(), {}};
  const std::size_t size = in.u16();
  if (size > request_message_max) in.fail();
  request.message = read_bytes(in, size);
  return request;
}

ContactsMerged read_contacts_merged(Reader& in) {
  ContactsMerged merged{in.key(), in.key(), false};
  const std::uint8_t value = in.u8();
  if (value > 1) in.fail();
  merged.merged = value == 1;
  return merged;
}

ProfileValue read_profile_value(Reader& in) {
  ProfileValue profile;
  profile.what = read_enum(in, ProfileValue::What::name, ProfileValue::What::status_message);
  profile.value = read_bytes(in, in.u16());
  return profile;
}

OfferReceived read_offer(Reader& in) {
  OfferReceived offer;
  offer.from = in.key();
  offer.what = read_enum(in, OfferReceived::What::file, OfferReceived::What::call);
  offer.size = in.u64();
  offer.name = read_bytes(in, in.u16());
  return offer;
}

FriendAdd read_friend_add(Reader& in) {
  const FriendAdd add{in.key()};
  in.u8();  // the hint
  return add;
}

Sending read_sending(Reader& in) {
  const PublicKey to = in.key();
  return {to, read_dots(in), false};
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
    case EventType::friend_nospam: return read_friend_nospam(in);
    case EventType::friend_devices: return read_friend_devices(in);
    case EventType::try_send_message: return read_message(in, &TrySend::to);
    case EventType::done_send_message: return DoneSend{in.dot(), std::nullopt};
    case EventType::received_message: return read_message(in, &Received::from);
    case EventType::mark_message_read: return MarkRead{in.dot()};
    case EventType::sending: return read_sending(in);
    case EventType::sending_ended: return read_sending_ended(in);
    case EventType::contact_setting:
      return read_setting<ContactSetting>(in, ContactSetting::What::name, ContactSetting::What::claim_answer);
    case EventType::device_setting:
      return read_setting<DeviceSetting>(in, DeviceSetting::What::address, DeviceSetting::What::name);
    case EventType::message_withdrawn: return MessageWithdrawn{in.dot()};
    case EventType::read_up_to: return read_read_up_to(in);
    case EventType::friend_request_received: return read_friend_request(in);
    case EventType::friend_request_declined: return FriendRequestDeclined{in.dot()};
    case EventType::contacts_merged: return read_contacts_merged(in);
    case EventType::profile_value: return read_profile_value(in);
    case EventType::content_erased: return ContentErased{read_dots(in)};
    case EventType::offer_received: return read_offer(in);
  }
  in.fail();
  return Opaque{};
}

std::vector<PublicKey> read_removed(Reader& in, const Extensions& extensions) {
  std::vector<PublicKey> keys;
  const std::optional<ByteView> content = extensions.find(event_extension::removed);
  if (!content) return keys;
  if (content->size() % PublicKey::size != 0 || content->size() > claimed_keys_max * PublicKey::size) in.fail();
  Reader list(*content);
  while (list.left() > 0 && !in.failed()) keys.push_back(list.key());
  return keys;
}

std::optional<Hash> read_hash_extension(Reader& in, const Extensions& extensions, std::uint8_t tag) {
  const std::optional<ByteView> content = extensions.find(tag);
  if (!content) return std::nullopt;
  if (content->size() != Hash{}.size()) in.fail();
  return Reader(*content).hash();
}

bool read_mark(Reader& in, const Extensions& extensions, std::uint8_t tag) {
  const std::optional<ByteView> content = extensions.find(tag);
  if (content && !content->empty()) in.fail();
  return content.has_value();
}

std::optional<std::uint64_t> read_time(Reader& in, const Extensions& extensions, std::uint8_t tag) {
  const auto time_ms = read_u64_extension(in, extensions, tag);
  return time_ms && *time_ms < timestamp_ms_end ? time_ms : std::nullopt;
}

/// What a received message has of the `message` packet that it came in.
void read_origin(Reader& in, const Extensions& extensions, ReadEvent& read) {
  const std::optional<ByteView> content = extensions.find(event_extension::friend_dot);
  if (content && content->size() != PublicKey::size + sizeof(std::uint64_t)) in.fail();
  const auto identity = read_hash_extension(in, extensions, event_extension::identity);
  const auto written_ms = read_time(in, extensions, event_extension::written);
  auto* received = std::get_if<Received>(&read.body);
  if (received == nullptr || !content) return;
  received->friend_dot = Reader(*content).dot();
  received->written_ms = written_ms;
  read.identity = read.erased ? identity : message_identity(*received->friend_dot, received->kind, received->text);
}

void read_reason(Reader& in, const Extensions& extensions, Body& body) {
  const std::optional<ByteView> content = extensions.find(event_extension::reason);
  if (!content) return;
  Reader one(*content);
  const auto reason = read_enum(one, MessageWithdrawn::Reason::user, MessageWithdrawn::Reason::no_friend);
  if (!one.finished()) in.fail();
  if (auto* withdrawn = std::get_if<MessageWithdrawn>(&body)) withdrawn->reason = reason;
}

/// Reads what follows the fields; fails the reader where a known extension has a wrong size, in whatever event.
void read_extensions(Reader& in, ReadEvent& read) {
  const Extensions extensions(in);
  read.wall_clock_ms = read_time(in, extensions, event_extension::wall_clock);
  read.erased = read_hash_extension(in, extensions, event_extension::erased);
  read_origin(in, extensions, read);
  read_reason(in, extensions, read.body);
  (void)read_u64_extension(in, extensions, event_extension::origin);
  const auto message_hash = read_hash_extension(in, extensions, event_extension::message);
  if (auto* done = std::get_if<DoneSend>(&read.body)) done->hash = message_hash;
  const auto version = read_u64_extension(in, extensions, event_extension::version);
  auto removed = read_removed(in, extensions);
  if (auto* devices = std::get_if<FriendDevices>(&read.body)) {
    devices->version = version.value_or(0);
    devices->removed = std::move(removed);
  }

  const std::optional<ByteView> token = extensions.find(event_extension::token);
  if (token && (token->empty() || token->size() > token_size_max)) in.fail();
  const bool own_sending = read_mark(in, extensions, event_extension::own_sending);
  const bool as_packet = read_mark(in, extensions, event_extension::as_packet);
  if (auto* message = std::get_if<TrySend>(&read.body)) {
    message->own_sending = own_sending;
    message->as_packet = as_packet;
    if (token) message->token.assign(token->begin(), token->end());
  }
  if (auto* sending = std::get_if<Sending>(&read.body)) sending->as_packet = as_packet;
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

// ---- erasing ----

/// Where the text of a type stands: its offset and the size of the length in front of it.
struct TextPlace {
  std::size_t length_offset;
  std::size_t length_size;
};

std::optional<TextPlace> text_place(const Body& body) {
  if (std::holds_alternative<TrySend>(body) || std::holds_alternative<Received>(body)) return TextPlace{34, 4};
  if (std::holds_alternative<OfferReceived>(body)) return TextPlace{41, 2};
  return std::nullopt;
}

std::size_t text_size(const Body& body) {
  if (const auto* sent = std::get_if<TrySend>(&body)) return sent->text.size();
  if (const auto* received = std::get_if<Received>(&body)) return received->text.size();
  if (const auto* offer = std::get_if<OfferReceived>(&body)) return offer->name.size();
  return 0;
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
constexpr EventType number_of(const FriendNospam& /*body*/) { return EventType::friend_nospam; }
constexpr EventType number_of(const FriendDevices& /*body*/) { return EventType::friend_devices; }
constexpr EventType number_of(const MessageWithdrawn& /*body*/) { return EventType::message_withdrawn; }
constexpr EventType number_of(const ReadUpTo& /*body*/) { return EventType::read_up_to; }
constexpr EventType number_of(const FriendRequestReceived& /*body*/) { return EventType::friend_request_received; }
constexpr EventType number_of(const FriendRequestDeclined& /*body*/) { return EventType::friend_request_declined; }
constexpr EventType number_of(const ContactsMerged& /*body*/) { return EventType::contacts_merged; }
constexpr EventType number_of(const ProfileValue& /*body*/) { return EventType::profile_value; }
constexpr EventType number_of(const ContentErased& /*body*/) { return EventType::content_erased; }
constexpr EventType number_of(const OfferReceived& /*body*/) { return EventType::offer_received; }
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
  ReadEvent read{event.dot, event.timestamp_ms, std::nullopt, Opaque{}, std::nullopt, std::nullopt, origin_of(event)};
  if (event.timestamp_ms >= timestamp_ms_end) return read;
  // Without its origin, which could complete a body that is cut off: the event means the same in each branch.
  Reader in(ByteView(event.body).first(size_as_logged(event)));
  ReadEvent whole = read;
  whole.body = read_fields(static_cast<EventType>(event.type), in);
  read_extensions(in, whole);
  return in.finished() ? whole : read;
}

namespace {

/// Where the event has its hint flag: a body that is cut off may have none, also if more was put behind it.
std::optional<std::size_t> hint_place(const Event& event) {
  const std::optional<std::size_t> offset = hint_offset(event.type);
  return offset && *offset < size_as_logged(event) ? offset : std::nullopt;
}

}  // namespace

bool hint_of(const Event& event) {
  const std::optional<std::size_t> place = hint_place(event);
  return place && event.body[*place] != 0;
}

namespace {

Event with_hint_value(Event event, std::uint8_t value) {
  if (const std::optional<std::size_t> place = hint_place(event)) event.body[*place] = value;
  return event;
}

}  // namespace

Event with_hint(Event event) { return with_hint_value(std::move(event), 1); }
Event without_hints(Event event) { return with_hint_value(std::move(event), 0); }

Hash message_identity(const Dot& friend_dot, MessageKind kind, ByteView text) {
  static constexpr std::string_view label = "toxtore message 1";
  const Bytes head = Writer().dot(friend_dot).u8(static_cast<std::uint8_t>(kind)).take();
  return hash_of({as_bytes(label), head, text});
}

Hash event_hash(const Event& event) {
  const ReadEvent read = read_event(event);
  if (read.erased) return *read.erased;
  static constexpr std::string_view label = "toxtore event 1";
  return hash_of({as_bytes(label), encode_event(as_logged(event))});
}

std::optional<Event> erased_form(const Event& event) {
  if (origin_of(event)) {
    const auto erased = erased_form(as_logged(event));
    return erased ? std::optional(branched(*erased, event.dot)) : std::nullopt;
  }
  const ReadEvent read = read_event(event);
  if (read.erased) return event;
  const auto place = text_place(read.body);
  if (!place) return std::nullopt;
  const ByteView body(event.body);
  Writer out;
  out.bytes(body.first(place->length_offset));
  if (place->length_size == 2)
    out.u16(0);
  else
    out.u32(0);
  const ByteView extensions = body.subspan(place->length_offset + place->length_size + text_size(read.body));
  const std::size_t hashes_size = (read.identity ? 2 : 1) * (extension_header_size + Hash{}.size());
  const bool room = event_header_size + out.size() + extensions.size() + hashes_size <= event_size_max;
  if (room) out.bytes(extensions);
  write_extension(out, event_extension::erased, event_hash(event));
  if (room && read.identity) write_extension(out, event_extension::identity, *read.identity);
  Event erased = event;
  erased.body = out.take();
  return erased;
}

}  // namespace toxtore
