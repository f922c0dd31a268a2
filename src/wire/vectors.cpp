#include "wire/vectors.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

namespace toxtore::vectors {
namespace {

using Json = nlohmann::json;

Bytes bytes(const Json& digits) { return from_hex(digits.get<std::string>()).value(); }
PublicKey key(const Json& digits) { return PublicKey::from_hex(digits.get<std::string>()).value(); }

/// u64 stand as decimal text: a JSON number of that size is not safe everywhere.
std::uint64_t u64(const Json& text) { return std::stoull(text.get<std::string>()); }

LogId log(const Json& value) { return {key(value.at("device")), value.at("incarnation").get<std::uint32_t>()}; }

template <class ReadOne>
auto each(const Json& values, ReadOne read_one) {
  std::vector<decltype(read_one(values))> items;
  for (const Json& value : values) items.push_back(read_one(value));
  return items;
}

std::vector<Dot> dots(const Json& values) { return each(values, dot); }
std::vector<PublicKey> keys(const Json& values) { return each(values, key); }

/// A number of a closed set, as it stands in the bytes.
template <class Enum>
Enum number(const Json& value) {
  return static_cast<Enum>(value.get<std::uint8_t>());
}

FriendNospam friend_nospam(const Json& fields) {
  FriendNospam nospam{key(fields.at("key")), {}};
  const Bytes both = bytes(fields.at("nospam").get<std::string>() + fields.at("checksum").get<std::string>());
  if (both.size() != nospam.nospam_and_checksum.size()) throw std::runtime_error("nospam 4, checksum 2");
  std::ranges::copy(both, nospam.nospam_and_checksum.begin());
  return nospam;
}

FriendDevices friend_devices(const Json& fields, const Json& extensions) {
  FriendDevices devices{key(fields.at("key")), keys(fields.at("keys")), 0, {}};
  if (extensions.contains("version")) devices.version = u64(extensions["version"]);
  if (extensions.contains("removed")) devices.removed = keys(extensions["removed"]);
  return devices;
}

TrySend try_send(const Json& fields, const Json& extensions) {
  TrySend message{key(fields.at("to")),
                  number<MessageKind>(fields.at("message_kind")),
                  bytes(fields.at("text")),
                  extensions.value("own_sending", false),
                  {},
                  extensions.value("as_packet", false)};
  if (extensions.contains("token")) message.token = bytes(extensions["token"]);
  return message;
}

Received received(const Json& fields, const Json& extensions) {
  Received message{key(fields.at("from")), number<MessageKind>(fields.at("message_kind")), bytes(fields.at("text"))};
  if (extensions.contains("friend_dot")) message.friend_dot = dot(extensions["friend_dot"]);
  if (extensions.contains("written")) message.written_ms = u64(extensions["written"]);
  return message;
}

template <class Setting>
Setting setting(const Json& fields) {
  return {key(fields.at("key")), number<typename Setting::What>(fields.at("what")), bytes(fields.at("value"))};
}

using ReadBody = std::function<Body(const Json& fields, const Json& extensions)>;

/// Events whose fields are one dot.
template <class Reference>
ReadBody one_dot(const std::string& field) {
  return [field](const Json& fields, const Json&) { return Reference{dot(fields.at(field))}; };
}

const std::map<std::string, ReadBody>& references() {
  static const std::map<std::string, ReadBody> readers = {
      {"friend remove", one_dot<FriendRemove>("add")},
      {"done send message",
       [](const Json& fields, const Json& extensions) -> Body {
         DoneSend done{dot(fields.at("message"))};
         if (extensions.contains("message")) done.hash = vectors::hash(extensions["message"]);
         return done;
       }},
      {"mark message read", one_dot<MarkRead>("message")},
      {"friend request declined", one_dot<FriendRequestDeclined>("request")},
  };
  return readers;
}

const std::map<std::string, ReadBody>& bodies() {
  static const std::map<std::string, ReadBody> readers = {
      {"friend add", [](const Json& f, const Json&) { return FriendAdd{key(f.at("key"))}; }},
      {"friend nospam", [](const Json& f, const Json&) { return friend_nospam(f); }},
      {"friend devices", friend_devices},
      {"try send message", try_send},
      {"received message", received},
      {"sending",
       [](const Json& f, const Json& x) {
         return Sending{key(f.at("to")), dots(f.at("messages")), x.value("as_packet", false)};
       }},
      {"message withdrawn",
       [](const Json& f, const Json& x) {
         return MessageWithdrawn{dot(f.at("message")), static_cast<MessageWithdrawn::Reason>(x.value("reason", 0))};
       }},
      {"sending ended",
       [](const Json& f, const Json&) {
         return SendingEnded{key(f.at("device")), number<SendingOutcome>(f.at("outcome")), dots(f.at("messages"))};
       }},
      {"read up to",
       [](const Json& f, const Json&) { return ReadUpTo{key(f.at("conversation")), dots(f.at("prefixes"))}; }},
      {"friend request received",
       [](const Json& f, const Json&) { return FriendRequestReceived{key(f.at("from")), bytes(f.at("text"))}; }},
      {"contact setting", [](const Json& f, const Json&) { return setting<ContactSetting>(f); }},
      {"device setting", [](const Json& f, const Json&) { return setting<DeviceSetting>(f); }},
      {"contacts merged",
       [](const Json& f, const Json&) {
         return ContactsMerged{key(f.at("one")), key(f.at("other")), f.at("merged") == 1};
       }},
      {"profile value",
       [](const Json& f, const Json&) {
         return ProfileValue{number<ProfileValue::What>(f.at("what")), bytes(f.at("value"))};
       }},
      {"content erased", [](const Json& f, const Json&) { return ContentErased{dots(f.at("messages"))}; }},
      {"offer received",
       [](const Json& f, const Json&) {
         return OfferReceived{key(f.at("from")), number<OfferReceived::What>(f.at("what")), u64(f.at("size")),
                              bytes(f.at("name"))};
       }},
  };
  return readers;
}

using ReadPacket = std::function<Packet(const Json& fields, const Json& extensions)>;

packet::MyDevices my_devices(const Json& fields, const Json& extensions) {
  packet::MyDevices packet{keys(fields.at("keys")), 0, {}};
  if (extensions.contains("version")) packet.version = u64(extensions["version"]);
  if (extensions.contains("removed")) packet.removed = keys(extensions["removed"]);
  return packet;
}

packet::Fetch::Range fetch_range(const Json& range) {
  return {log(range), range.at("after").get<std::uint32_t>(), range.at("until").get<std::uint32_t>()};
}

packet::Holdings::Range held_range(const Json& range) {
  return {log(range), range.at("from").get<std::uint32_t>(), range.at("until").get<std::uint32_t>()};
}

packet::Hello hello(const Json& fields) {
  return {fields.at("lowest").get<std::uint8_t>(), fields.at("highest").get<std::uint8_t>(),
          fields.at("capabilities").get<std::uint32_t>()};
}

packet::Presence::Entry presence_entry(const Json& entry) { return {key(entry.at("key")), entry.at("connected") == 1}; }

packet::Bundle bundle(const Json& fields, const Json& extensions) {
  packet::Bundle packet{number<packet::Bundle::Class>(fields.at("class")), fields.at("first"), fields.at("last"),
                        bytes(fields.at("piece"))};
  if (extensions.contains("events")) packet.events = u64(extensions["events"]);
  return packet;
}

packet::LinkProof link_proof(const Json& fields, const Json& extensions) {
  return {vectors::hash(fields.at("proof")), bytes(extensions.value("name", Json("")))};
}

packet::LogState log_state(const Json& fields, const Json& extensions) {
  packet::LogState state{dot(fields.at("end")), {}, {}, packet::LogState::What::report};
  const Bytes chain = bytes(fields.at("chain"));
  std::copy_n(chain.begin(), state.chain.size(), state.chain.begin());
  if (extensions.contains("event")) state.event = vectors::hash(extensions["event"]);
  if (extensions.contains("what")) state.what = number<packet::LogState::What>(extensions["what"]);
  return state;
}

packet::Message message_part(const Json& fields) {
  return {dot(fields.at("dot")),
          u64(fields.at("timestamp")),
          number<MessageKind>(fields.at("message_kind")),
          fields.at("part").get<std::uint8_t>(),
          fields.at("parts").get<std::uint8_t>(),
          bytes(fields.at("bytes"))};
}

const std::map<std::string, ReadPacket>& packets() {
  using namespace packet;
  static const std::map<std::string, ReadPacket> readers = {
      {"my devices", my_devices},
      {"device add req", [](const Json&, const Json&) { return DeviceAddRequest{}; }},
      {"vector clock", [](const Json& f, const Json&) { return Clock{dots(f.at("prefixes"))}; }},
      {"send dot", [](const Json& f, const Json&) { return SendDot{whole_event(f.at("event"))}; }},
      {"hello", [](const Json& f, const Json&) { return hello(f); }},
      {"fetch", [](const Json& f, const Json&) { return Fetch{each(f.at("ranges"), fetch_range)}; }},
      {"bundle", bundle},
      {"holdings", [](const Json& f, const Json&) { return Holdings{each(f.at("ranges"), held_range)}; }},
      {"committed", [](const Json& f, const Json&) { return Committed{u64(f.at("count"))}; }},
      {"log state", log_state},
      {"message", [](const Json& f, const Json&) { return message_part(f); }},
      {"received", [](const Json& f, const Json&) { return packet::Received{dot(f.at("dot"))}; }},
      {"page",
       [](const Json& f, const Json&) { return Page{f.at("count").get<std::uint8_t>(), keys(f.at("conversations"))}; }},
      {"roster", [](const Json& f, const Json&) { return Roster{each(f.at("statements"), bytes)}; }},
      {"link commit", [](const Json& f, const Json&) { return LinkCommit{hash(f.at("commitment"))}; }},
      {"link nonce", [](const Json& f, const Json&) { return LinkNonce{hash(f.at("nonce"))}; }},
      {"link confirm", [](const Json&, const Json&) { return LinkConfirm{}; }},
      {"link cancel",
       [](const Json&, const Json& e) { return LinkCancel{number<LinkCancel::Why>(e.value("why", Json(0)))}; }},
      {"link proof", link_proof},
      {"presence", [](const Json& f, const Json&) { return Presence{each(f.at("entries"), presence_entry)}; }},
      {"texts", [](const Json& f, const Json&) { return Texts{dots(f.at("events"))}; }},
  };
  return readers;
}

LogCut cut(const Json& value) {
  return {value.at("incarnation").get<std::uint32_t>(), value.at("number").get<std::uint32_t>()};
}

Head head(const Json& digits) {
  const Bytes whole = bytes(digits);
  Head head;
  if (whole.size() != head.size()) throw std::runtime_error("the head of a key has 16 bytes");
  std::ranges::copy(whole, head.begin());
  return head;
}

Json extensions_of(const Json& vector) { return vector.value("extensions", Json::object()); }

}  // namespace

nlohmann::json list(const std::string& file, const std::string& name) {
  std::ifstream in(TOXTORE_VECTORS "/" + file);
  if (!in) throw std::runtime_error("cannot read docs/vectors/" + file);
  return Json::parse(in).at(name);
}

Bytes bytes_of(const nlohmann::json& vector) {
  std::string digits;
  for (const Json& piece : vector.at("bytes")) digits += piece.at(0).get<std::string>();
  return from_hex(digits).value();
}

ReadEvent event_of(const nlohmann::json& vector) {
  const Json extensions = extensions_of(vector);
  const auto name = vector.at("event").get<std::string>();
  const auto reference = references().find(name);
  const ReadBody& read = reference != references().end() ? reference->second : bodies().at(name);
  ReadEvent event;
  event.body = read(vector.at("fields"), extensions);
  if (extensions.contains("wall_clock")) event.wall_clock_ms = u64(extensions["wall_clock"]);
  if (extensions.contains("erased")) event.erased = hash(extensions["erased"]);
  return event;
}

Packet packet_of(const nlohmann::json& vector) {
  return packets().at(vector.at("packet").get<std::string>())(vector.at("fields"), extensions_of(vector));
}

Statement statement_of(const nlohmann::json& vector) {
  const Json& fields = vector.at("fields");
  const PublicKey of = key(fields.at("key"));
  const PublicKey by = key(fields.at("by"));
  const std::uint64_t made_ms = u64(fields.at("made"));
  if (vector.at("statement") == "add") {
    return DeviceAdd{of, by, made_ms, fields.at("name"), each(fields.at("overrules"), hash)};
  }
  const auto cuts = each(fields.at("cuts"), cut);
  if (vector.at("statement") == "raise") return CutRaise{of, by, made_ms, cuts};
  return DeviceRemoval{of, by, made_ms, cuts, each(fields.at("keep"), head)};
}

Event whole_event(const nlohmann::json& event) {
  return {dot(event), u64(event.at("timestamp")), event.at("type").get<std::uint8_t>(), bytes(event.at("body"))};
}

Hash hash(const nlohmann::json& digits) { return key(digits).bytes; }

Dot dot(const nlohmann::json& value) { return Dot::of(log(value), value.at("number").get<std::uint32_t>()); }

}  // namespace toxtore::vectors
