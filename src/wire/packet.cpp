#include "wire/packet.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "wire/event_frame.h"
#include "wire/extensions.h"
#include "wire/reader.h"
#include "wire/roster_statement.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

/// What tells our hello from any other program's packet that begins with 187.
constexpr std::string_view hello_magic = "toxtore";

/// Part flags of a bundle's piece. Others are ignored.
constexpr std::uint8_t first_piece_flag = 1;
constexpr std::uint8_t last_piece_flag = 2;

// ---- writing ----

Writer begin(PacketType type) {
  Writer out;
  out.u8(packet_id).u8(static_cast<std::uint8_t>(type));
  return out;
}

void write_count(Writer& out, std::size_t count) {
  assert(count <= 0xFF);
  out.u8(static_cast<std::uint8_t>(count));
}

void write_block(Writer& out, const Bytes& block) {
  assert(!block.empty() && block.size() <= packet_size_max);
  out.u16(static_cast<std::uint16_t>(block.size())).bytes(block);
}

/// pk, two sequence numbers of one log.
void write_range(Writer& out, const LogId& log, std::uint32_t from, std::uint32_t until) {
  out.dot(Dot::of(log, from)).u64(Dot::of(log, until).seq);
}

Writer encode(const packet::MyDevices& packet) {
  Writer out = begin(PacketType::my_devices);
  write_count(out, packet.keys.size());
  for (const PublicKey& key : packet.keys) out.key(key);
  if (packet.version != 0) write_extension(out, my_devices_extension::version, packet.version);
  if (!packet.removed.empty()) {
    Writer keys;
    for (const PublicKey& key : packet.removed) keys.key(key);
    write_extension(out, my_devices_extension::removed, keys.take());
  }
  return out;
}

Writer encode(const packet::DeviceAddRequest& /*packet*/) { return begin(PacketType::device_add_request); }

Writer encode(const packet::Clock& packet) {
  Writer out = begin(PacketType::vector_clock);
  write_count(out, packet.prefixes.size());
  for (const Dot& prefix : packet.prefixes) out.dot(prefix);
  return out;
}

Writer encode(const packet::SendDot& packet) {
  Writer out = begin(PacketType::send_dot);
  out.bytes(encode_event(packet.event));
  return out;
}

Writer encode(const packet::Hello& packet) {
  Writer out = begin(PacketType::hello);
  out.bytes(as_bytes(hello_magic)).u8(packet.version_min).u8(packet.version_max).u32(packet.capabilities);
  return out;
}

Writer encode(const packet::Fetch& packet) {
  Writer out = begin(PacketType::fetch);
  write_count(out, packet.ranges.size());
  for (const auto& range : packet.ranges) write_range(out, range.log, range.after, range.until);
  return out;
}

Writer encode(const packet::Holdings& packet) {
  Writer out = begin(PacketType::holdings);
  write_count(out, packet.ranges.size());
  for (const auto& range : packet.ranges) write_range(out, range.log, range.from, range.until);
  return out;
}

Writer encode(const packet::Page& packet) {
  Writer out = begin(PacketType::page);
  out.u8(packet.count);
  write_count(out, packet.conversations.size());
  for (const PublicKey& key : packet.conversations) out.key(key);
  return out;
}

Writer encode(const packet::Bundle& packet) {
  Writer out = begin(PacketType::bundle);
  const int flags = (packet.first ? first_piece_flag : 0) | (packet.last ? last_piece_flag : 0);
  out.u8(static_cast<std::uint8_t>(packet.cls)).u8(static_cast<std::uint8_t>(flags));
  write_block(out, packet.piece);
  if (packet.events != 0) write_extension(out, bundle_extension::events, packet.events);
  return out;
}

Writer encode(const packet::Committed& packet) {
  Writer out = begin(PacketType::committed);
  out.u64(packet.count);
  return out;
}

Writer encode(const packet::LogState& packet) {
  Writer out = begin(PacketType::log_state);
  out.dot(packet.end).bytes(packet.chain);
  if (packet.end.number() > 0) write_extension(out, log_state_extension::event, ByteView(packet.event));
  if (packet.what != packet::LogState::What::report) {
    const Bytes what{static_cast<std::uint8_t>(packet.what)};
    write_extension(out, log_state_extension::what, ByteView(what));
  }
  return out;
}

Writer encode(const packet::Message& packet) {
  assert(!packet.bytes.empty() && packet.part < packet.parts);
  Writer out = begin(PacketType::message);
  out.dot(packet.dot).u64(packet.timestamp_ms).u8(static_cast<std::uint8_t>(packet.kind));
  out.u8(packet.part).u8(packet.parts).bytes(packet.bytes);
  return out;
}

Writer encode(const packet::Received& packet) {
  Writer out = begin(PacketType::received);
  out.dot(packet.dot);
  return out;
}

Writer encode(const packet::Roster& packet) {
  Writer out = begin(PacketType::roster);
  write_count(out, packet.statements.size());
  for (const Bytes& statement : packet.statements) write_block(out, statement);
  return out;
}

Writer encode(const packet::LinkCommit& packet) {
  Writer out = begin(PacketType::link_commit);
  out.bytes(packet.commitment);
  return out;
}

Writer encode(const packet::LinkNonce& packet) {
  Writer out = begin(PacketType::link_nonce);
  out.bytes(packet.nonce);
  return out;
}

Writer encode(const packet::LinkConfirm& /*packet*/) { return begin(PacketType::link_confirm); }

Writer encode(const packet::LinkCancel& packet) {
  Writer out = begin(PacketType::link_cancel);
  const Bytes why{static_cast<std::uint8_t>(packet.why)};
  if (packet.why != packet::LinkCancel::Why::unsaid) write_extension(out, link_cancel_extension::why, why);
  return out;
}

Writer encode(const packet::LinkProof& packet) {
  assert(packet.name.size() <= device_name_size_max);
  Writer out = begin(PacketType::link_proof);
  out.bytes(packet.proof);
  if (!packet.name.empty()) write_extension(out, link_proof_extension::name, packet.name);
  return out;
}

Writer encode(const packet::Presence& packet) {
  Writer out = begin(PacketType::presence);
  write_count(out, packet.entries.size());
  for (const auto& entry : packet.entries) out.key(entry.key).u8(entry.connected ? 1 : 0);
  return out;
}

Writer encode(const packet::Texts& packet) {
  Writer out = begin(PacketType::texts);
  write_count(out, packet.events.size());
  for (const Dot& dot : packet.events) out.dot(dot);
  return out;
}

// ---- reading ----

/// n u8, then n items. Takes no memory for items that are announced and not there.
template <class ReadOne>
auto read_list(Reader& in, ReadOne read_one) {
  std::vector<decltype(read_one(in))> items;
  const std::size_t count = in.u8();
  while (items.size() < count && !in.failed()) items.push_back(read_one(in));
  return items;
}

/// length u16, then as many bytes: at least one, for an empty piece or statement is none.
Bytes read_block(Reader& in) {
  const ByteView block = in.bytes(in.u16());
  if (block.empty()) in.fail();
  return {block.begin(), block.end()};
}

packet::MyDevices read_my_devices(Reader& in) {
  packet::MyDevices packet;
  packet.keys = read_list(in, [](Reader& item) { return item.key(); });
  const Extensions extensions(in);
  packet.version = read_u64_extension(in, extensions, my_devices_extension::version).value_or(0);
  if (const auto removed = extensions.find(my_devices_extension::removed)) {
    if (removed->size() % PublicKey::size != 0) in.fail();
    Reader keys(*removed);
    while (keys.left() > 0 && !in.failed()) packet.removed.push_back(keys.key());
  }
  return packet;
}

/// A dot that can name an event.
Dot read_event_dot(Reader& in) {
  const Dot dot = in.dot();
  if (dot.number() == 0 || dot.number() == open_end) in.fail();
  return dot;
}

packet::SendDot read_send_dot(Reader& in) {
  std::optional<Event> event = decode_event(in.bytes(in.left()));
  if (event) return {std::move(*event)};
  in.fail();
  return {};
}

packet::Hello read_hello(Reader& in) {
  packet::Hello packet;
  if (to_text(in.bytes(hello_magic.size())) != hello_magic) in.fail();
  packet.version_min = in.u8();
  packet.version_max = in.u8();
  packet.capabilities = in.u32();
  if (packet.version_min > packet.version_max) in.fail();
  return packet;
}

packet::Fetch::Range read_range(Reader& in) {
  const Dot after = in.dot();
  const Dot until{after.device, in.u64()};
  if (after.log() != until.log() || after.number() > until.number()) in.fail();
  return {after.log(), after.number(), until.number()};
}

packet::Holdings::Range read_held(Reader& in) {
  const Dot from = in.dot();
  const Dot until{from.device, in.u64()};
  if (from.log() != until.log() || from.number() == 0 || from.number() > until.number()) in.fail();
  if (until.number() == open_end) in.fail();
  return {from.log(), from.number(), until.number()};
}

packet::Page read_page(Reader& in) {
  packet::Page packet;
  packet.count = in.u8();
  packet.conversations = read_list(in, [](Reader& item) { return item.key(); });
  return packet;
}

packet::Bundle read_bundle(Reader& in) {
  packet::Bundle packet;
  switch (in.u8()) {
    case static_cast<std::uint8_t>(packet::Bundle::Class::live): packet.cls = packet::Bundle::Class::live; break;
    case static_cast<std::uint8_t>(packet::Bundle::Class::backfill):
      packet.cls = packet::Bundle::Class::backfill;
      break;
    default: in.fail();
  }
  const std::uint8_t flags = in.u8();
  packet.first = (flags & first_piece_flag) != 0;
  packet.last = (flags & last_piece_flag) != 0;
  packet.piece = read_block(in);
  const Extensions extensions(in);
  packet.events = read_u64_extension(in, extensions, bundle_extension::events).value_or(0);
  return packet;
}

packet::LogState read_log_state(Reader& in) {
  packet::LogState packet;
  packet.end = in.dot();
  if (packet.end.number() == open_end) in.fail();
  const ByteView chain = in.bytes(packet.chain.size());
  if (!in.failed()) std::ranges::copy(chain, packet.chain.begin());
  const Extensions extensions(in);
  const auto event = extensions.find(log_state_extension::event);
  if (event.has_value() != (packet.end.number() > 0) || (event && event->size() != packet.event.size())) in.fail();
  if (event && !in.failed()) std::ranges::copy(*event, packet.event.begin());
  if (const auto what = extensions.find(log_state_extension::what)) {
    if (what->size() != 1 || what->front() > static_cast<std::uint8_t>(packet::LogState::What::cut_back)) in.fail();
    if (!in.failed()) packet.what = static_cast<packet::LogState::What>(what->front());
  }
  return packet;
}

packet::Message read_message(Reader& in) {
  packet::Message packet;
  packet.dot = read_event_dot(in);
  packet.timestamp_ms = in.u64();
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(MessageKind::action)) in.fail();
  packet.kind = static_cast<MessageKind>(kind);
  packet.part = in.u8();
  packet.parts = in.u8();
  const ByteView bytes = in.bytes(in.left());
  if (packet.part >= packet.parts || bytes.empty()) in.fail();
  packet.bytes.assign(bytes.begin(), bytes.end());
  return packet;
}

packet::LinkProof read_link_proof(Reader& in) {
  packet::LinkProof packet;
  packet.proof = in.hash();
  const Extensions extensions(in);
  if (const auto name = extensions.find(link_proof_extension::name)) {
    if (name->empty() || name->size() > device_name_size_max) in.fail();
    packet.name.assign(name->begin(), name->end());
  }
  return packet;
}

packet::LinkCancel read_link_cancel(Reader& in) {
  using Why = packet::LinkCancel::Why;
  const Extensions extensions(in);
  const auto why = extensions.find(link_cancel_extension::why);
  if (!why) return {};
  if (why->size() != 1) in.fail();
  const bool known = why->size() == 1 && why->front() <= static_cast<std::uint8_t>(Why::over);
  return {known ? static_cast<Why>(why->front()) : Why::unsaid};
}

packet::Presence::Entry read_presence_entry(Reader& in) {
  const PublicKey key = in.key();
  const std::uint8_t connected = in.u8();
  if (connected > 1) in.fail();
  return {key, connected == 1};
}

/// Nothing if the type is unknown. A content that does not parse fails the reader.
std::optional<Packet> read_content(PacketType type, Reader& in) {
  switch (type) {
    case PacketType::my_devices: return read_my_devices(in);
    case PacketType::device_add_request: return packet::DeviceAddRequest{};
    case PacketType::vector_clock: return packet::Clock{read_list(in, read_event_dot)};
    case PacketType::send_dot: return read_send_dot(in);
    case PacketType::hello: return read_hello(in);
    case PacketType::fetch: return packet::Fetch{read_list(in, read_range)};
    case PacketType::holdings: return packet::Holdings{read_list(in, read_held)};
    case PacketType::page: return read_page(in);
    case PacketType::bundle: return read_bundle(in);
    case PacketType::committed: return packet::Committed{in.u64()};
    case PacketType::log_state: return read_log_state(in);
    case PacketType::message: return read_message(in);
    case PacketType::received: return packet::Received{read_event_dot(in)};
    case PacketType::roster: return packet::Roster{read_list(in, read_block)};
    case PacketType::link_commit: return packet::LinkCommit{in.hash()};
    case PacketType::link_nonce: return packet::LinkNonce{in.hash()};
    case PacketType::link_confirm: return packet::LinkConfirm{};
    case PacketType::link_cancel: return read_link_cancel(in);
    case PacketType::link_proof: return read_link_proof(in);
    case PacketType::presence: return packet::Presence{read_list(in, read_presence_entry)};
    case PacketType::texts: return packet::Texts{read_list(in, read_event_dot)};
  }
  return std::nullopt;
}

}  // namespace

Bytes encode_packet(const Packet& packet) {
  Writer out = std::visit([](const auto& known) { return encode(known); }, packet);
  assert(out.size() <= packet_size_max);
  return out.take();
}

tl::expected<Packet, PacketFault> decode_packet(ByteView bytes) {
  if (bytes.empty() || bytes.front() != packet_id) return tl::unexpected(PacketFault::foreign);
  Reader in(bytes.subspan(1));
  if (bytes.size() < 2 || bytes.size() > packet_size_max) return tl::unexpected(PacketFault::malformed);
  std::optional<Packet> packet = read_content(static_cast<PacketType>(in.u8()), in);
  if (!packet) return tl::unexpected(PacketFault::unknown);
  const Extensions skipped(in);  // those that the content did not read itself
  if (!in.finished()) return tl::unexpected(PacketFault::malformed);
  return std::move(*packet);
}

}  // namespace toxtore
