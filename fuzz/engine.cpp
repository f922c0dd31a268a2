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

void command_about_messages(Device& device, Choices& choices) {
  const PublicKey key = key_of(any_who(choices));
  const Dot message{key, choices.below(20) + 1};
  Engine& engine = device.engine();
  switch (choices.below(7)) {
    case 0: engine.mark_conversation_read(key, device.now()); return;
    case 1: engine.mark_message_read(message, device.now()); return;
    case 2: engine.withdraw_message(message, device.now()); return;
    case 3: engine.erase_message(message, device.now()); return;
    case 4: engine.erase_conversation(key, device.now()); return;
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

void step(Device& device, Choices& choices) {
  switch (choices.below(16)) {
    case 0: return change_connection(device, choices);
    case 1: {
      const Who from = any_peer(choices);
      const auto capabilities = static_cast<std::uint32_t>(choices.below(4));
      return device.receive(from, packet::Hello{protocol_version, protocol_version, capabilities});
    }
    case 2: {
      const Who from = any_peer(choices);
      return device.receive(from, choices.bytes(choices.below(100)));
    }
    case 3: return let_time_pass(device, choices);
    case 4: return device.answer_hand_over(choices.flag());
    case 5: return device.restart();
    case 6: return hear_from_toxcore(device, choices);
    case 7: return command_about_messages(device, choices);
    case 8: return command_about_people(device, choices);
    case 9: return device.receive(Who::device, any_packet(choices));
    case 10: return device.receive(Who::device, packet::SendDot{any_event(choices)});
    case 11: return device.finish_turn();
    case 13: return command_about_contacts(device, choices);
    case 12: {
      const Who who = choices.flag() ? Who::device : Who::relayed;
      return device.begin_session(who, static_cast<std::uint32_t>(choices.below(4)));
    }
    default: {
      const Who from = any_peer(choices);
      return device.receive(from, any_packet(choices));
    }
  }
}

void check_lists(const Engine& engine) {
  const Status status = engine.status();
  require(status.devices == engine.devices().size(), "the status counts the devices that are listed");
  require(status.friends == engine.friends().size(), "the status counts the friends that are listed");
  require(engine.friend_requests().size() <= peers && engine.link_requests().size() <= peers,
          "nobody asks who does not exist");
}

}  // namespace

void engine(ByteView input) {
  Choices choices(input);
  Device device;
  if (choices.flag()) device.link_device(choices.below(4));
  for (int steps = 0; steps < steps_max && choices.more(); ++steps) step(device, choices);
  device.check_rest();
  device.check_view();
  check_lists(device.engine());
  device.restart();
  device.check_view();
}

}  // namespace toxtore::fuzz
