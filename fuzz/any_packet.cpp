#include "any_packet.h"

#include <algorithm>

#include "base/utf8.h"
#include "wire/body.h"
#include "wire/bundle.h"
#include "wire/event_frame.h"
#include "wire/roster_statement.h"

namespace toxtore::fuzz {
namespace {

constexpr std::size_t small = 8;

PublicKey any_key(Choices& choices) { return key_of(any_who(choices)); }

LogId any_log(Choices& choices) {
  const std::size_t choice = choices.below(peers * 2);
  return {key_of(static_cast<Who>(choice % peers)), choice < peers ? 0U : 7U};
}

Dot any_dot(Choices& choices) {
  const LogId log = any_log(choices);
  return Dot::of(log, static_cast<std::uint32_t>(choices.below(claimed_events) + 1));
}

Bytes any_text(Choices& choices) { return choices.bytes(choices.below(small * 3)); }

std::vector<Dot> some_dots(Choices& choices) {
  std::vector<Dot> dots;
  for (std::size_t left = choices.below(small) + 1; left > 0; --left) dots.push_back(any_dot(choices));
  return dots;
}

std::vector<PublicKey> some_keys(Choices& choices) {
  std::vector<PublicKey> keys;
  for (std::size_t left = choices.below(small); left > 0; --left) keys.push_back(any_key(choices));
  return keys;
}

/// A number of a closed set whose first is `first`.
template <class Enum>
Enum any_of(Choices& choices, Enum first, std::size_t count) {
  return static_cast<Enum>(static_cast<std::size_t>(first) + choices.below(count));
}

MessageKind any_kind(Choices& choices) { return any_of(choices, MessageKind::normal, 2); }

FriendNospam any_nospam(Choices& choices) {
  const ToxAddress address = address_of(any_who(choices));
  FriendNospam nospam{address.key(), {}};
  std::copy_n(address.bytes.begin() + PublicKey::size, nospam.nospam_and_checksum.size(),
              nospam.nospam_and_checksum.begin());
  return nospam;
}

/// Of the right size for what it sets, half of the time.
Bytes any_value(Choices& choices) {
  switch (choices.below(4)) {
    case 0: return {static_cast<std::uint8_t>(choices.below(3))};
    case 1: {
      const PublicKey key = any_key(choices);
      Bytes answer(key.bytes.begin(), key.bytes.end());
      answer.push_back(static_cast<std::uint8_t>(choices.below(2)));
      return answer;
    }
    case 2: {
      const ToxAddress address = address_of(any_who(choices));
      return {address.bytes.begin(), address.bytes.end()};
    }
    default: return any_text(choices);
  }
}

Body any_message_body(Choices& choices) {
  switch (choices.below(8)) {
    case 0: {
      const PublicKey to = any_key(choices);
      const MessageKind kind = any_kind(choices);
      Bytes text = any_text(choices);
      const bool own_sending = choices.flag();
      Bytes token = choices.bytes(choices.below(3));
      return TrySend{to, kind, std::move(text), own_sending, std::move(token), own_sending && choices.flag()};
    }
    case 1: return DoneSend{any_dot(choices)};
    case 2: {
      const PublicKey from = any_key(choices);
      const MessageKind kind = any_kind(choices);
      Received received{from, kind, any_text(choices)};
      if (choices.flag()) received.friend_dot = any_dot(choices);
      return received;
    }
    case 3: return MarkRead{any_dot(choices)};
    case 4: {
      const PublicKey to = any_key(choices);
      return Sending{to, some_dots(choices), choices.flag()};
    }
    case 5: {
      const PublicKey device = any_key(choices);
      const auto outcome = any_of(choices, SendingOutcome::took_nothing, 2);
      return SendingEnded{device, outcome, some_dots(choices)};
    }
    case 6: return MessageWithdrawn{any_dot(choices)};
    default: {
      const PublicKey conversation = any_key(choices);
      return ReadUpTo{conversation, some_dots(choices)};
    }
  }
}

Body any_contact_body(Choices& choices) {
  switch (choices.below(6)) {
    case 0: return FriendAdd{any_key(choices)};
    case 1: return FriendRemove{any_dot(choices)};
    case 2: return any_nospam(choices);
    case 3: {
      FriendDevices devices{any_key(choices), some_keys(choices), choices.u8(), {}};
      devices.removed = some_keys(choices);
      return devices;
    }
    case 4: {
      const PublicKey key = any_key(choices);
      const auto what = any_of(choices, ContactSetting::What::name, 7);
      return ContactSetting{key, what, any_value(choices)};
    }
    default: {
      const PublicKey one = any_key(choices);
      const PublicKey other = any_key(choices);
      return ContactsMerged{one, other, choices.flag()};
    }
  }
}

Body any_other_body(Choices& choices) {
  switch (choices.below(6)) {
    case 0: {
      const PublicKey from = any_key(choices);
      return FriendRequestReceived{from, any_text(choices)};
    }
    case 1: return FriendRequestDeclined{any_dot(choices)};
    case 2: {
      const auto what = any_of(choices, ProfileValue::What::name, 2);
      return ProfileValue{what, any_text(choices)};
    }
    case 3: return ContentErased{some_dots(choices)};
    case 4: {
      const PublicKey key = any_key(choices);
      const auto what = any_of(choices, DeviceSetting::What::address, 3);
      return DeviceSetting{key, what, any_value(choices)};
    }
    default: {
      const PublicKey from = any_key(choices);
      const auto what = any_of(choices, OfferReceived::What::file, 2);
      const std::uint64_t size = choices.u8();
      return OfferReceived{from, what, size, any_text(choices)};
    }
  }
}

std::vector<LogCut> any_cuts(Choices& choices) {
  std::vector<LogCut> cuts;
  for (std::size_t left = choices.below(3); left > 0; --left) {
    const Dot last = any_dot(choices);
    cuts.push_back({last.log().incarnation, last.number()});
  }
  return cuts;
}

std::vector<Head> any_heads(Choices& choices) {
  std::vector<Head> heads;
  for (std::size_t left = choices.below(4); left > 0; --left) heads.push_back(head_of(any_key(choices)));
  return heads;
}

Bytes any_statement(Choices& choices) {
  if (choices.below(4) == 0) {
    Bytes other_kind{choices.u8()};
    const Bytes rest = choices.bytes(choices.below(90));
    other_kind.insert(other_kind.end(), rest.begin(), rest.end());
    return other_kind;
  }
  const PublicKey key = any_key(choices);
  const PublicKey by = any_key(choices);
  const std::uint64_t made_ms = choices.u8();
  switch (choices.below(4)) {
    case 0: return encode_statement(DeviceRemoval{key, by, made_ms, any_cuts(choices), any_heads(choices)});
    case 1: return encode_statement(CutRaise{key, by, made_ms, any_cuts(choices)});
    default:
      return encode_statement(
          DeviceAdd{key, by, made_ms, to_valid_utf8(to_text(choices.bytes(choices.below(4)))) + "x", {}});
  }
}

packet::Fetch any_fetch(Choices& choices) {
  packet::Fetch fetch;
  for (std::size_t left = choices.below(3); left > 0; --left) {
    const auto after = static_cast<std::uint32_t>(choices.below(small));
    const std::uint32_t until = choices.flag() ? open_end : after + static_cast<std::uint32_t>(choices.below(small));
    fetch.ranges.push_back({any_log(choices), after, until});
  }
  return fetch;
}

packet::Holdings any_holdings(Choices& choices) {
  packet::Holdings holdings;
  for (std::size_t left = choices.below(3); left > 0; --left) {
    const Dot from = any_dot(choices);
    holdings.ranges.push_back(
        {from.log(), from.number(), from.number() + static_cast<std::uint32_t>(choices.below(small))});
  }
  return holdings;
}

packet::Roster any_roster(Choices& choices) {
  packet::Roster roster;
  for (std::size_t left = choices.below(4); left > 0; --left) roster.statements.push_back(any_statement(choices));
  return roster;
}

/// Its first piece; what fits one packet is whole.
packet::Bundle any_bundle(Choices& choices) {
  if (choices.below(4) == 0) return {packet::Bundle::Class::live, choices.flag(), choices.flag(), {choices.u8()}};
  std::vector<Event> events;
  for (std::size_t left = choices.below(small) + 1; left > 0; --left) events.push_back(any_event(choices));
  const auto cls = any_of(choices, packet::Bundle::Class::live, 2);
  return pack_bundle(events, cls).front();
}

packet::Presence any_presence(Choices& choices) {
  packet::Presence presence;
  for (const PublicKey& key : some_keys(choices)) presence.entries.push_back({key, choices.flag()});
  return presence;
}

packet::LogState any_log_state(Choices& choices) {
  packet::LogState state;
  state.end = any_dot(choices);
  state.chain.fill(choices.u8());
  state.event.fill(choices.u8());
  state.what = any_of(choices, packet::LogState::What::report, 4);
  return state;
}

Packet any_session_packet(Choices& choices) {
  switch (choices.below(10)) {
    case 0: return packet::Clock{choices.below(4) == 0 ? std::vector<Dot>() : some_dots(choices)};
    case 1: return any_fetch(choices);
    case 2: return any_holdings(choices);
    case 3: {
      const auto count = static_cast<std::uint8_t>(choices.below(small));
      return packet::Page{count, some_keys(choices)};
    }
    case 4: return packet::Committed{choices.below(small)};
    case 5: return any_roster(choices);
    case 6: return any_presence(choices);
    case 7: return any_log_state(choices);
    case 8: return packet::Texts{some_dots(choices)};
    default: return any_bundle(choices);
  }
}

packet::Message any_message_part(Choices& choices) {
  packet::Message part;
  part.dot = any_dot(choices);
  part.timestamp_ms = choices.u8();
  part.kind = any_kind(choices);
  part.parts = static_cast<std::uint8_t>(choices.below(3) + 1);
  part.part = static_cast<std::uint8_t>(choices.below(part.parts));
  part.bytes = choices.bytes(choices.below(small));
  part.bytes.push_back('x');
  return part;
}

Packet any_friend_packet(Choices& choices) {
  switch (choices.below(10)) {
    case 0: {
      packet::MyDevices list{some_keys(choices), choices.u8(), {}};
      list.removed = some_keys(choices);
      return list;
    }
    case 1: return packet::DeviceAddRequest{};
    case 2: return packet::LinkCommit{any_key(choices).bytes};
    case 3: return packet::LinkNonce{any_key(choices).bytes};
    case 4: return packet::LinkConfirm{};
    case 5: return packet::LinkCancel{};
    case 6: return any_message_part(choices);
    case 7: return packet::Received{any_dot(choices)};
    case 8: return packet::LinkProof{any_key(choices).bytes, {}};
    default: return packet::Hello{1, static_cast<std::uint8_t>(choices.below(3) + 1), choices.u8()};
  }
}

}  // namespace

Who any_who(Choices& choices) { return static_cast<Who>(choices.below(peers)); }

Who any_peer(Choices& choices) { return static_cast<Who>(choices.below(peers - 1) + 1); }

Body any_body(Choices& choices) {
  switch (choices.below(4)) {
    case 0: return any_contact_body(choices);
    case 1: return any_other_body(choices);
    default: return any_message_body(choices);
  }
}

Event any_event(Choices& choices) {
  Event event;
  event.dot = any_dot(choices);
  event.timestamp_ms = choices.flag() ? 1'700'000'000'000 + choices.u8() : choices.u8();
  if (choices.below(8) == 0) {
    event.type = choices.u8();
    event.body = any_text(choices);
  } else {
    const Body body = any_body(choices);
    event.type = static_cast<std::uint8_t>(type_of(body));
    event.body = encode_body(body);
  }
  return event;
}

Packet any_packet(Choices& choices) {
  switch (choices.below(4)) {
    case 0: return any_friend_packet(choices);
    case 1: return any_session_packet(choices);
    default: return packet::SendDot{any_event(choices)};
  }
}

}  // namespace toxtore::fuzz
