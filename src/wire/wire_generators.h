// RapidCheck generators of everything that the wire layer encodes. For tests only.
//
// What they make is always encodable: counts and sizes stay within the limits of the headers, and whatever else a
// field can hold may come.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/event.h"
#include "wire/body.h"
#include "wire/packet.h"
#include "wire/roster_statement.h"

namespace toxtore::any {

template <class T>
T number() {
  return *rc::gen::arbitrary<T>();
}

/// From `least` to `most`, both included.
inline std::size_t size_between(std::size_t least, std::size_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(least, most + 1));
}

inline Bytes bytes_of_size(std::size_t least, std::size_t most) {
  return *rc::gen::container<Bytes>(size_between(least, most), rc::gen::arbitrary<std::uint8_t>());
}

template <class MakeOne>
auto list_of(std::size_t least, std::size_t most, MakeOne make_one) {
  std::vector<decltype(make_one())> list;
  for (std::size_t left = size_between(least, most); left > 0; --left) list.push_back(make_one());
  return list;
}

inline PublicKey key() { return *PublicKey::from_bytes(bytes_of_size(PublicKey::size, PublicKey::size)); }

inline Hash hash() { return key().bytes; }

inline std::uint32_t event_number() { return *rc::gen::inRange<std::uint32_t>(1, open_end); }

inline LogId log() { return {key(), *rc::gen::element<std::uint32_t>(0, 0, 1, number<std::uint32_t>())}; }

inline Dot dot() { return Dot::of(log(), event_number()); }

inline std::uint64_t timestamp_ms() { return *rc::gen::inRange<std::uint64_t>(0, timestamp_ms_end); }

inline MessageKind message_kind() { return *rc::gen::element(MessageKind::normal, MessageKind::action); }

inline ContactSetting contact_setting() {
  using What = ContactSetting::What;
  return {key(),
          *rc::gen::element(What::name, What::alias, What::muted, What::blocked, What::claims, What::devices_withheld,
                            What::claim_answer),
          bytes_of_size(0, 200)};
}

inline DeviceSetting device_setting() {
  using What = DeviceSetting::What;
  return {key(), *rc::gen::element(What::address, What::always_on, What::name), bytes_of_size(0, 200)};
}

inline FriendNospam friend_nospam() {
  FriendNospam nospam{key(), {}};
  for (std::uint8_t& byte : nospam.nospam_and_checksum) byte = number<std::uint8_t>();
  return nospam;
}

inline Received received() {
  Received received{key(), message_kind(), bytes_of_size(0, 200)};
  if (number<bool>()) return received;
  received.friend_dot = dot();
  if (number<bool>()) received.written_ms = timestamp_ms();
  return received;
}

inline Body body() {
  switch (size_between(0, 20)) {
    case 0: return FriendAdd{key()};
    case 1: return FriendRemove{dot()};
    case 2:
      return TrySend{
          key(),         message_kind(), bytes_of_size(0, 200), number<bool>(), bytes_of_size(0, token_size_max),
          number<bool>()};
    case 3: return DoneSend{dot()};
    case 4: return received();
    case 5: return MarkRead{dot()};
    case 6: return Sending{key(), list_of(1, sending_messages_max, dot), number<bool>()};
    case 7:
      return SendingEnded{key(), *rc::gen::element(SendingOutcome::took_nothing, SendingOutcome::unsure),
                          list_of(1, sending_messages_max, dot)};
    case 8: return contact_setting();
    case 9: return device_setting();
    case 10: return friend_nospam();
    case 11: return FriendDevices{key(), list_of(0, 5, key), number<std::uint64_t>(), list_of(0, 5, key)};
    case 12:
      return MessageWithdrawn{dot(),
                              *rc::gen::element(MessageWithdrawn::Reason::user, MessageWithdrawn::Reason::no_friend)};
    case 13: return ReadUpTo{key(), list_of(1, 40, dot)};
    case 14: return FriendRequestReceived{key(), bytes_of_size(0, 200)};
    case 15: return FriendRequestDeclined{dot()};
    case 16: return ContactsMerged{key(), key(), number<bool>()};
    case 17:
      return ProfileValue{*rc::gen::element(ProfileValue::What::name, ProfileValue::What::status_message),
                          bytes_of_size(0, 200)};
    case 18: return ContentErased{list_of(1, sending_messages_max, dot)};
    default:
      return OfferReceived{key(), *rc::gen::element(OfferReceived::What::file, OfferReceived::What::call),
                           number<std::uint64_t>(), bytes_of_size(0, 200)};
  }
}

inline std::optional<std::uint64_t> wall_clock_ms() {
  if (number<bool>()) return std::nullopt;
  return timestamp_ms();
}

/// An event as a device might get it: of a type that it knows or not, with any bytes for a body.
inline Event event(std::size_t body_size_most = 200) {
  return {dot(), number<std::uint64_t>(), number<std::uint8_t>(), bytes_of_size(0, body_size_most)};
}

inline packet::Fetch::Range range() {
  const auto after = number<std::uint32_t>();
  const auto until = number<std::uint32_t>();
  return {log(), std::min(after, until), number<bool>() ? open_end : std::max(after, until)};
}

inline packet::Holdings::Range held_range() {
  const auto one = event_number();
  const auto other = event_number();
  return {log(), std::min(one, other), std::max(one, other)};
}

inline packet::Bundle bundle_piece() {
  return {*rc::gen::element(packet::Bundle::Class::live, packet::Bundle::Class::backfill), number<bool>(),
          number<bool>(), bytes_of_size(1, packet::bundle_piece_max)};
}

inline packet::Hello hello() {
  const auto one = number<std::uint8_t>();
  const auto other = number<std::uint8_t>();
  return {std::min(one, other), std::max(one, other), number<std::uint32_t>()};
}

inline packet::Message message_part() {
  const auto parts = *rc::gen::inRange<std::uint8_t>(1, 255);
  const auto part = *rc::gen::inRange<std::uint8_t>(0, parts);
  return {dot(), number<std::uint64_t>(), message_kind(), part, parts, bytes_of_size(1, packet::message_part_max)};
}

inline packet::LogState log_state() {
  packet::LogState state;
  state.end = dot();
  const Hash chain = hash();
  std::copy_n(chain.begin(), state.chain.size(), state.chain.begin());
  state.event = hash();
  return state;
}

inline packet::Presence::Entry presence_entry() { return {key(), number<bool>()}; }

inline Packet packet() {
  switch (size_between(0, 19)) {
    case 0: return packet::MyDevices{list_of(0, 20, key), number<std::uint64_t>(), list_of(0, 20, key)};
    case 1: return packet::DeviceAddRequest{};
    case 2: return packet::Clock{list_of(0, packet::clock_entries_max, dot)};
    case 3: return packet::SendDot{event()};
    case 4: return hello();
    case 5: return packet::Fetch{list_of(0, packet::fetch_ranges_max, range)};
    case 6: return bundle_piece();
    case 7: return packet::Committed{number<std::uint64_t>()};
    case 8: return packet::Roster{list_of(0, 8, [] { return bytes_of_size(1, 160); })};
    case 9: return packet::LinkCommit{hash()};
    case 10: return packet::LinkNonce{hash()};
    case 11: return packet::LinkConfirm{};
    case 12: return packet::Holdings{list_of(0, packet::holdings_ranges_max, held_range)};
    case 13: return packet::Page{number<std::uint8_t>(), list_of(0, packet::page_conversations_max, key)};
    case 14: return message_part();
    case 15: return packet::Received{dot()};
    case 16:
      return packet::LinkCancel{*rc::gen::element(packet::LinkCancel::Why::unsaid, packet::LinkCancel::Why::used,
                                                  packet::LinkCancel::Why::over)};
    case 17: return packet::LinkProof{hash(), bytes_of_size(0, device_name_size_max)};
    case 18: return log_state();
    case 19: return packet::Texts{list_of(0, packet::texts_events_max, dot)};
    default: return packet::Presence{list_of(0, packet::presence_entries_max, presence_entry)};
  }
}

/// Some of two, three and four bytes a character among them.
inline std::string device_name() {
  std::string name;
  for (const std::string& character :
       list_of(1, 16, [] { return *rc::gen::element<std::string>("a", "Z", " ", "\u00E9", "\u20AC", "\U0001F600"); })) {
    name += character;
  }
  return name;
}

inline DeviceAdd device_add() {
  return {key(), key(), number<std::uint64_t>(), device_name(), list_of(0, overruled_max, hash)};
}

inline LogCut log_cut() { return {number<std::uint32_t>(), *rc::gen::inRange<std::uint32_t>(0, open_end)}; }
inline Head key_head() { return head_of(key()); }

inline Statement statement() {
  switch (size_between(0, 2)) {
    case 0: return device_add();
    case 1:
      return DeviceRemoval{key(), key(), number<std::uint64_t>(), list_of(0, cuts_max, log_cut),
                           list_of(0, kept_max, key_head)};
    default: return CutRaise{key(), key(), number<std::uint64_t>(), list_of(0, cuts_max, log_cut)};
  }
}

}  // namespace toxtore::any
