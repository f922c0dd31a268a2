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

/// Half of them are of other own devices, whose events alone are asked for.
LogId any_log(Choices& choices) {
  static constexpr Who authors[] = {Who::self,    Who::device,         Who::relayed,      Who::device,
                                    Who::relayed, Who::toxtore_friend, Who::stock_friend, Who::stranger};
  const PublicKey author = key_of(choices.one_of(authors));
  return {author, choices.one_of(incarnations)};
}

Dot any_dot(Choices& choices) {
  const LogId log = any_log(choices);
  return Dot::of(log, static_cast<std::uint32_t>(choices.below(claimed_events) + 1));
}

/// Mostly of what came up before.
Hash any_hash(Choices& choices, const std::deque<Hash>& met) {
  const std::size_t choice = choices.below(met_max);
  return choice < met.size() ? met[choice] : any_key(choices).bytes;
}

std::optional<std::uint64_t> maybe_ms(Choices& choices) {
  return choices.below(4) == 0 ? std::optional<std::uint64_t>(choices.u8()) : std::nullopt;
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

Body any_received(Choices& choices) {
  const PublicKey from = any_key(choices);
  const MessageKind kind = any_kind(choices);
  Received received{from, kind, any_text(choices)};
  if (choices.flag()) {
    received.friend_dot = any_dot(choices);
    received.written_ms = maybe_ms(choices);
  }
  return received;
}

Body any_done(Choices& choices, const Met& met) {
  DoneSend done{any_dot(choices)};
  if (choices.flag()) done.hash = any_hash(choices, met.events);
  return done;
}

Body any_message_body(Choices& choices, const Met& met) {
  switch (choices.below(8)) {
    case 0: {
      const PublicKey to = any_key(choices);
      const MessageKind kind = any_kind(choices);
      Bytes text = any_text(choices);
      const bool own_sending = choices.flag();
      Bytes token = choices.bytes(choices.below(3));
      return TrySend{to, kind, std::move(text), own_sending, std::move(token), own_sending && choices.flag()};
    }
    case 1: return any_done(choices, met);
    case 2: return any_received(choices);
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
    case 6: {
      const Dot message = any_dot(choices);
      return MessageWithdrawn{message, any_of(choices, MessageWithdrawn::Reason::user, 2)};
    }
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

std::vector<Head> any_heads(Choices& choices, const Met& met) {
  std::vector<Head> heads;
  for (std::size_t left = choices.below(4); left > 0; --left) heads.push_back(head_of(any_key(choices)));
  for (std::size_t left = choices.below(3); left > 0; --left) {
    heads.push_back(head_of(any_hash(choices, met.statements)));
  }
  return heads;
}

DeviceAdd any_add(Choices& choices, const PublicKey& key, const PublicKey& by, const Met& met) {
  DeviceAdd add{key, by, choices.u8(), to_valid_utf8(to_text(choices.bytes(choices.below(4)))) + "x", {}};
  for (std::size_t left = choices.below(3); left > 0; --left)
    add.overrules.push_back(any_hash(choices, met.statements));
  return add;
}

Bytes removal_of(const PublicKey& key, const PublicKey& by, Choices& choices, const Met& met) {
  DeviceRemoval removal{key, by, choices.u8(), any_cuts(choices), {}};
  removal.keep = any_heads(choices, met);
  return encode_statement(removal);
}

Bytes any_statement(Choices& choices, const Met& met) {
  if (choices.below(4) == 0) {
    Bytes other_kind{choices.u8()};
    const Bytes rest = choices.bytes(choices.below(90));
    other_kind.insert(other_kind.end(), rest.begin(), rest.end());
    return other_kind;
  }
  const PublicKey key = any_key(choices);
  const PublicKey by = choices.flag() ? key_of(Who::device) : any_key(choices);
  switch (choices.below(5)) {
    case 0:
    case 1: return removal_of(key, by, choices, met);
    case 2: {
      const std::uint64_t made_ms = choices.u8();
      return encode_statement(CutRaise{key, by, made_ms, any_cuts(choices)});
    }
    default: return encode_statement(any_add(choices, key, by, met));
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

/// Its first piece; what fits one packet is whole.
packet::Bundle any_bundle(Choices& choices, const Met& met) {
  if (choices.below(4) == 0) return {packet::Bundle::Class::live, choices.flag(), choices.flag(), {choices.u8()}};
  std::vector<Event> events;
  for (std::size_t left = choices.below(small) + 1; left > 0; --left) events.push_back(any_event(choices, met));
  const auto cls = any_of(choices, packet::Bundle::Class::live, 2);
  return pack_bundle(events, cls).front();
}

packet::Presence any_presence(Choices& choices) {
  packet::Presence presence;
  for (const PublicKey& key : some_keys(choices)) presence.entries.push_back({key, choices.flag()});
  return presence;
}

/// Of a log that is not held so far; what is said of one that is held, engine.cpp says with the right chain.
packet::LogState any_log_state(Choices& choices, const Met& met) {
  packet::LogState state;
  state.end = any_dot(choices);
  state.chain.fill(choices.u8());
  state.event = any_hash(choices, met.events);
  state.what = any_of(choices, packet::LogState::What::report, 4);
  return state;
}

Packet any_session_packet(Choices& choices, const Met& met) {
  switch (choices.below(10)) {
    case 0: return packet::Clock{choices.below(4) == 0 ? std::vector<Dot>() : some_dots(choices)};
    case 1: return any_fetch(choices);
    case 2: return any_holdings(choices);
    case 3: {
      const auto count = static_cast<std::uint8_t>(choices.below(small));
      return packet::Page{count, some_keys(choices)};
    }
    case 4: return packet::Committed{choices.below(small)};
    case 5: return any_roster(choices, met);
    case 6: return any_presence(choices);
    case 7: return any_log_state(choices, met);
    case 8: return packet::Texts{some_dots(choices)};
    default: return any_bundle(choices, met);
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
    case 8: {
      const Hash proof = any_key(choices).bytes;
      return packet::LinkProof{proof, choices.bytes(choices.below(4))};
    }
    default: {
      const auto version_max = static_cast<std::uint8_t>(choices.below(3) + 1);
      return packet::Hello{1, version_max, any_capabilities(choices)};
    }
  }
}

Body any_body(Choices& choices, const Met& met) {
  switch (choices.below(4)) {
    case 0: return any_contact_body(choices);
    case 1: return any_other_body(choices);
    default: return any_message_body(choices, met);
  }
}

/// As it was logged in another log of its author, under a name of that one's branch.
Event in_branch(Choices& choices, Event event) {
  const Dot name = event.dot;
  event.dot = Dot::of({name.device, incarnations[choices.below(2)]}, name.number());
  return branched(event, name);
}

}  // namespace

void remember(std::deque<Hash>& met, const Hash& hash) {
  if (std::ranges::find(met, hash) != met.end()) return;
  met.push_front(hash);
  if (met.size() > met_max) met.pop_back();
}

Who any_who(Choices& choices) { return static_cast<Who>(choices.below(peers)); }

Who any_peer(Choices& choices) { return static_cast<Who>(choices.below(peers - 1) + 1); }

std::uint32_t any_capabilities(Choices& choices) {
  return choices.u8() & (capability::ranges | capability::befriended | capability::messages | capability::presence |
                         capability::log_states | 32U);
}

Event any_event(Choices& choices, const Met& met) {
  Event event;
  event.dot = any_dot(choices);
  event.timestamp_ms = choices.flag() ? 1'700'000'000'000 + choices.u8() : choices.u8();
  if (choices.below(8) == 0) {
    event.type = choices.u8();
    event.body = any_text(choices);
  } else {
    const Body body = any_body(choices, met);
    event.type = static_cast<std::uint8_t>(type_of(body));
    event.body = encode_body(body, maybe_ms(choices));
  }
  const bool of_branch = event.dot.log().incarnation >= branch_incarnation_min;
  if (of_branch && choices.below(4) > 0) event = in_branch(choices, std::move(event));
  return choices.below(8) == 0 ? erased_form(event).value_or(event) : event;
}

packet::Roster any_removal(Choices& choices, const Met& met) {
  static constexpr Who removed[] = {Who::relayed, Who::device, Who::self};
  const PublicKey key = key_of(choices.one_of(removed));
  return {{removal_of(key, key_of(Who::device), choices, met)}};
}

packet::Roster any_roster(Choices& choices, const Met& met) {
  packet::Roster roster;
  for (std::size_t left = choices.below(4); left > 0; --left) roster.statements.push_back(any_statement(choices, met));
  return roster;
}

Packet any_packet(Choices& choices, const Met& met) {
  switch (choices.below(4)) {
    case 0: return any_friend_packet(choices);
    case 1: return any_session_packet(choices, met);
    default: return packet::SendDot{any_event(choices, met)};
  }
}

}  // namespace toxtore::fuzz
