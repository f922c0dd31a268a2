#include "sim/later_version.h"

#include "wire/body.h"
#include "wire/writer.h"

namespace toxtore::sim {
namespace {

constexpr std::uint8_t unknown_type = 250;
constexpr std::uint8_t unknown_packet = 200;
constexpr std::uint8_t unknown_tag = 201;

Bytes some_bytes(Dice& dice, std::size_t size_max) {
  Bytes bytes(static_cast<std::size_t>(dice.below(size_max + 1)));
  dice.fill(bytes);
  return bytes;
}

void put_unknown_extension(Bytes& bytes, Dice& dice) {
  const Bytes content = some_bytes(dice, 20);
  const Bytes extension =
      Writer().u8(unknown_tag).u16(static_cast<std::uint16_t>(content.size())).bytes(content).take();
  bytes.insert(bytes.end(), extension.begin(), extension.end());
}

}  // namespace

Event event_of_a_later_version(const Dot& dot, std::uint64_t timestamp_ms, Dice& dice) {
  Event event{dot, timestamp_ms, unknown_type, some_bytes(dice, 2'000)};
  switch (dice.below(4)) {
    case 0: break;
    case 1:  // cut off
      event.type = static_cast<std::uint8_t>(EventType::received_message);
      event.body.resize(std::min<std::size_t>(event.body.size(), 30));
      break;
    case 2: event.timestamp_ms = timestamp_ms_end + dice.below(1'000); break;
    default: {
      PublicKey nobody;
      dice.fill(nobody.bytes);
      event.type = static_cast<std::uint8_t>(EventType::contact_setting);
      event.body = encode_body(ContactSetting{nobody, ContactSetting::What::name, to_bytes("from the future")});
      put_unknown_extension(event.body, dice);
      break;
    }
  }
  return event;
}

Bytes as_a_later_version_says(const Packet& packet, Dice& dice) {
  if (const auto* hello = std::get_if<packet::Hello>(&packet)) {
    packet::Hello more = *hello;
    more.version_max = static_cast<std::uint8_t>(protocol_version + 1);
    const auto more_bits = static_cast<std::uint32_t>(dice.next());
    more.capabilities |= more_bits & ~(capability::ranges | capability::befriended | capability::messages |
                                       capability::presence | capability::log_states);  // it means ours as we do
    return encode_packet(more);
  }
  if (const auto* sent = std::get_if<packet::SendDot>(&packet)) {
    return encode_packet(packet::SendDot{with_hint(sent->event)});
  }
  Bytes bytes = encode_packet(packet);
  const bool room = bytes.size() + 23 <= packet_size_max;
  if (room && std::holds_alternative<packet::MyDevices>(packet)) put_unknown_extension(bytes, dice);
  return bytes;
}

Bytes packet_of_a_later_version(Dice& dice) {
  return Writer().u8(packet_id).u8(unknown_packet).bytes(some_bytes(dice, 200)).take();
}

}  // namespace toxtore::sim
