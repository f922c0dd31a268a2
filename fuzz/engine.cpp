// A device through a sequence of inputs, commands, time and restarts, read from the bytes.
//
// What it does not check: that what is promised between honest devices comes true; the tests on virtual time and the
// simulator do. Here the others are hostile, and the device must stand, say nothing to whom it should not, keep within
// bounds, and have a view that is what its events add up to.
#include "any_packet.h"
#include "choices.h"
#include "device.h"
#include "targets.h"

namespace toxtore::fuzz {
namespace {

/// Longer sequences find nothing that several short ones do not, and are slow.
constexpr int steps_max = 300;
constexpr std::int64_t hour_ms = 3'600'000;

void change_connection(Device& device, Choices& choices) {
  const Who who = any_peer(choices);
  device.connect(who, static_cast<Connection>(choices.below(3)));
}

void let_time_pass(Device& device, Choices& choices) {
  const std::uint64_t ms = std::uint64_t{1} << choices.below(20);  // up to nine minutes
  device.pass(ms, (static_cast<std::int64_t>(choices.below(3)) - 1) * hour_ms);
}

void hear_from_toxcore(Device& device, Choices& choices) {
  const PublicKey key = key_of(any_peer(choices));
  switch (choices.below(7)) {
    case 0:
    case 1: return device.give(input::Message{key, MessageKind::normal, choices.bytes(choices.below(20))});
    case 2: return device.give(input::FriendRequest{key, choices.bytes(choices.below(20))});
    case 3: return device.give(input::PeerName{key, choices.bytes(choices.below(20))});
    case 4: return device.give(input::SelfConnection{static_cast<Connection>(choices.below(3))});
    case 5: return device.give(input::Offer{key, OfferReceived::What::file, choices.u8(), choices.bytes(3)});
    default: return device.give(input::Receipt{key, static_cast<std::uint32_t>(choices.below(20))});
  }
}

/// Mostly of those that `link_device` befriends.
PublicKey any_correspondent(Choices& choices) {
  switch (choices.below(4)) {
    case 0: return key_of(any_who(choices));
    case 1: return key_of(Who::stock_friend);
    default: return key_of(Who::toxtore_friend);
  }
}

void command_about_messages(Device& device, Choices& choices) {
  const PublicKey key = any_correspondent(choices);
  const LogId log{key_of(any_who(choices)), choices.one_of(incarnations)};
  const Dot message = Dot::of(log, static_cast<std::uint32_t>(choices.below(20) + 1));
  Engine& engine = device.engine();
  switch (choices.below(8)) {
    case 0: engine.mark_conversation_read(key, device.now()); return;
    case 1: engine.mark_message_read(message, device.now()); return;
    case 2: engine.withdraw_message(message, device.now()); return;
    case 3: engine.erase_message(message, device.now()); return;
    case 4: engine.erase_conversation(key, device.now()); return;
    case 5: {
      const auto waiting = engine.outbox(device.now());
      if (!waiting.empty()) device.send_anyway(choices.one_of(waiting).message.id);
      return;
    }
    default:
      engine.send_message({key, MessageKind::normal, to_text(choices.bytes(choices.below(20))),
                           to_text(choices.bytes(choices.below(3)))},
                          device.now());
  }
}

void command_about_people(Device& device, Choices& choices) {
  const Who who = any_who(choices);
  const PublicKey key = key_of(who);
  Engine& engine = device.engine();
  switch (choices.below(9)) {
    case 0: engine.add_friend(address_of(who), "it is me", device.now()); return;
    case 1: engine.accept_friend(key, device.now()); return;
    case 2: engine.decline_friend(key, device.now()); return;
    case 3: engine.remove_friend(key, device.now()); return;
    case 4: engine.request_device(key, device.now()); return;
    case 5: engine.cancel_device(key, device.now()); return;
    case 6: engine.rename_device(key, to_text(choices.bytes(choices.below(4))), device.now()); return;
    case 7: engine.set_profile({{ProfileValue::What::name, choices.bytes(choices.below(4))}}, device.now()); return;
    default: {
      const auto links = engine.link_requests();
      engine.accept_device(key, links.empty() ? "123456" : links.front().code.value_or("1"), device.now());
    }
  }
}

void command_about_contacts(Device& device, Choices& choices) {
  const PublicKey key = key_of(any_who(choices));
  const PublicKey other = key_of(any_who(choices));
  Engine& engine = device.engine();
  switch (choices.below(5)) {
    case 0: engine.introduce_to_friend(key, "it is me", device.now()); return;
    case 1: engine.merge_contacts(key, other, device.now()); return;
    case 2: engine.split_contact(key, device.now()); return;
    case 3: engine.answer_claim(key, other, choices.flag(), device.now()); return;
    default: {
      ContactChange change;
      if (choices.flag()) change.alias = to_text(choices.bytes(choices.below(4)));
      if (choices.flag()) change.blocked = choices.flag();
      if (choices.flag()) change.devices_withheld = choices.flag();
      if (choices.flag()) change.claims = static_cast<ClaimPolicy>(choices.below(3));
      engine.change_contact(key, change, device.now());
    }
  }
}

/// Of anybody: right, of another, with a letter changed, or no invitation at all.
std::string any_invitation(Choices& choices) {
  InvitationSecret secret;
  secret.bytes.fill(choices.u8());
  std::string uri = invitation_uri({address_of(any_who(choices)), secret});
  switch (choices.below(4)) {
    case 0: uri[choices.below(uri.size())] = static_cast<char>(choices.u8()); return uri;
    case 1: return to_text(choices.bytes(choices.below(20)));
    default: return uri;
  }
}

void command_about_invitations(Device& device, Choices& choices) {
  Engine& engine = device.engine();
  switch (choices.below(4)) {
    case 0: engine.withdraw_invitations(); return;
    case 1: {
      const std::string uri = any_invitation(choices);
      engine.join_device(uri, choices.flag(), device.now());
      return;
    }
    default: device.invite(choices.flag());
  }
}

void command_about_removals(Device& device, Choices& choices) {
  Engine& engine = device.engine();
  const PublicKey key = key_of(any_who(choices));
  switch (choices.below(8)) {
    case 0: (void)engine.look_at_removal(key); return;
    case 1: engine.remove_devices({key}, device.now()); return;
    case 2: engine.remove_devices({key, key_of(any_who(choices))}, device.now()); return;
    case 3: engine.take_in(key, device.now()); return;
    case 4: engine.leave_devices(choices.flag(), device.now()); return;
    case 5: engine.stay(); return;
    case 6: engine.trust_database(); return;
    default: engine.remove_devices({key_of(Who::relayed)}, device.now());
  }
}

void command(Device& device, Choices& choices) {
  switch (choices.below(6)) {
    case 0: return command_about_people(device, choices);
    case 1: return command_about_contacts(device, choices);
    case 2: return command_about_invitations(device, choices);
    case 3: return command_about_removals(device, choices);
    default: return command_about_messages(device, choices);
  }
}

void use_invitation(Device& device, Choices& choices) {
  const Who who = any_peer(choices);
  switch (choices.below(3)) {
    case 0: return device.receive(who, packet::LinkProof{device.proof_for(who), choices.bytes(choices.below(4))});
    case 1: return device.give(input::FriendRequest{key_of(who), to_bytes(joining_words(device.proof_for(who)))});
    default: return device.let_in(who, any_capabilities(choices));
  }
}

/// Of a log that the device holds, as far as one step can go: a question, a report, or the end of another life.
void tell_log_state(Device& device, Choices& choices) {
  std::optional<Hash> other_event;
  if (choices.flag()) other_event.emplace().fill(choices.u8());
  const std::size_t log = choices.u8();
  auto state = device.log_state(log, choices.u8(), other_event);
  if (!state) return;
  state->what = static_cast<packet::LogState::What>(choices.below(4));
  device.receive(choices.flag() ? Who::device : Who::relayed, *state);
}

/// That which the device lacks first of its log.
Event next_event(Device& device, Choices& choices) {
  Event event = any_event(choices, device.met());
  const LogId log = event.dot.log();
  if (!origin_of(event)) event.dot = Dot::of(log, device.engine().store().clock().prefix(log) + 1);
  return event;
}

void hear_from_peer(Device& device, Choices& choices) {
  switch (choices.below(12)) {
    case 0: {
      const Who from = any_peer(choices);
      return device.receive(from, packet::Hello{protocol_version, protocol_version, any_capabilities(choices)});
    }
    case 1: {
      const Who from = any_peer(choices);
      return device.receive(from, choices.bytes(choices.below(100)));
    }
    case 2: return device.receive(Who::device, any_packet(choices, device.met()));
    case 3: return device.receive(Who::device, packet::SendDot{any_event(choices, device.met())});
    case 4: return device.receive(Who::device, packet::SendDot{next_event(device, choices)});
    case 5: return tell_log_state(device, choices);
    case 6: return use_invitation(device, choices);
    case 7: return device.receive(Who::device, any_roster(choices, device.met()));
    case 8: return device.receive(Who::device, any_removal(choices, device.met()));
    default: {
      const Who from = any_peer(choices);
      return device.receive(from, any_packet(choices, device.met()));
    }
  }
}

/// Half of the times it is only stopped and started, or copied while it runs.
void touch_machine(Device& device, Choices& choices) {
  switch (choices.below(10)) {
    case 0: return device.restart(While::state_file_lost);
    case 1: return device.restart(While::moved);
    case 2: return device.restart(While::set_back);
    case 3: return device.restart(While::whole_machine_set_back);
    case 4:
    case 5: return device.back_up();
    default: return device.restart();
  }
}

void step(Device& device, Choices& choices) {
  switch (choices.below(16)) {
    case 0: return change_connection(device, choices);
    case 1: {
      const Who who = choices.flag() ? Who::device : Who::relayed;
      return device.begin_session(who, any_capabilities(choices));
    }
    case 2: return let_time_pass(device, choices);
    case 3: return device.answer_hand_over(choices.flag());
    case 4: return touch_machine(device, choices);
    case 5: return hear_from_toxcore(device, choices);
    case 6:
    case 7:
    case 8:
    case 9: return command(device, choices);
    case 10:
    case 11: return device.finish_turn();
    default: return hear_from_peer(device, choices);
  }
}

void check_lists(const Engine& engine, Instant now) {
  const Status status = engine.status();
  std::size_t in = 0;
  for (const DeviceInfo& device : engine.devices()) {
    if (!device.removed || device.self) ++in;
    require(!device.removed || device.self || !engine.look_at_removal(device.key), "who is out is not removed again");
  }
  require(status.devices == in, "the status counts the devices that are listed");
  require(status.friends == engine.friends().size(), "the status counts the friends that are listed");
  require(engine.friend_requests().size() <= peers && engine.link_requests().size() <= peers,
          "nobody asks who does not exist");
  require(status.invitations == engine.invitations(now).size() && status.invitations <= open_invitations_max,
          "few invitations are open");
  for (const Waiting& waiting : engine.outbox(now)) {
    require(engine.store().message(waiting.message.id).has_value(), "what waits is a message");
  }
}

}  // namespace

void engine(ByteView input) {
  Choices choices(input);
  Device device;
  if (choices.flag()) device.link_device(any_capabilities(choices));
  for (int steps = 0; steps < steps_max && choices.more(); ++steps) step(device, choices);
  device.check_rest();
  device.check_view();
  check_lists(device.engine(), device.now());
  device.restart();
  device.check_view();
}

}  // namespace toxtore::fuzz
