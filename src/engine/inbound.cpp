#include "engine/inbound.h"

#include <algorithm>

#include "base/planted.h"

namespace toxtore {
namespace {

std::string_view name_of(Connection connection) {
  switch (connection) {
    case Connection::none: return "none";
    case Connection::tcp: return "tcp";
    case Connection::udp: return "udp";
  }
  return "none";
}

}  // namespace

void Inbound::handle(const Input& input, Instant now) {
  std::visit([&](const auto& what) { on(what, now); }, input);
}

void Inbound::on(const input::SelfConnection& input, Instant) { parts_.core.own_connection = input.connection; }

void Inbound::on(const input::PeerConnection& input, Instant now) {
  const bool was_connected = parts_.core.connected(input.key) != nullptr;
  parts_.sessions.on_connection(input.key, input.connection, now);
  const bool is_connected = input.connection != Connection::none;
  if (is_connected && !was_connected) {
    parts_.contacts.on_connected(input.key);
    parts_.strangers.on_connected(input.key, now);
    parts_.core.view_changed = true;  // messages may be waiting for it
  }
  if (!is_connected && was_connected) {
    if (parts_.core.roster.was_own(input.key)) parts_.core.view_changed = true;  // toxcore's list
    parts_.devices.on_disconnected(input.key);
    parts_.friend_messages.on_disconnected(input.key);
    parts_.outbox.on_disconnected(input.key, now);
    parts_.strangers.on_disconnected(input.key, now);
  }
  parts_.core.notice(output::Notice::What::peer_connection, input.key, std::string(name_of(input.connection)));
}

// What a device says that was removed is heard only where it may be linked anew; one that is turned away is to hear
// why, and no more.
bool Inbound::refuse_outsider(const PublicKey& from) {
  Core& core = parts_.core;
  if (planted(PlantedBug::hears_removed)) return false;
  const bool is_out = core.roster.was_own(from) && !core.is_linked(from) && !core.is_being_linked(from);
  if (!is_out && !core.is_turned_away(from)) return false;
  ++core.counters.packets_refused;
  return true;
}

void Inbound::on(const input::FriendRequest& input, Instant now) {
  if (parts_.guests.on_request(input, now)) return;
  if (refuse_outsider(input.key)) return parts_.contacts.forget_request(input.key);
  parts_.requests.on_request_of_friend(input.key);
  input::FriendRequest request = input;
  request.message.resize(std::min(request.message.size(), request_message_max));
  if (!parts_.contacts.admit(request, now)) parts_.requests.on_request(request, now);
}

void Inbound::on(const input::Message& input, Instant now) {
  if (!refuse_outsider(input.from)) parts_.messages.on_message(input, now);
}

void Inbound::on(const input::Offer& input, Instant now) {
  if (!refuse_outsider(input.from)) parts_.messages.on_offer(input, now);
}

void Inbound::on(const input::PeerName& input, Instant now) {
  if (!refuse_outsider(input.key)) parts_.contacts.on_name(input, now);
}

void Inbound::on(const input::HandedOver& input, Instant now) { parts_.outbox.on_handed_over(input, now); }

void Inbound::on(const input::Receipt& input, Instant now) { parts_.outbox.on_receipt(input, now); }

void Inbound::on(const input::PacketArrived& input, Instant now) {
  Core& core = parts_.core;
  const Peer* peer = core.connected(input.from);
  if (peer == nullptr) return;
  const auto packet = decode_packet(input.bytes);
  if (!packet) {
    if (packet.error() == PacketFault::malformed) ++core.counters.packets_malformed;
    if (packet.error() == PacketFault::unknown) ++core.counters.packets_unknown;
    return;
  }
  if (const auto* hello = std::get_if<packet::Hello>(&*packet)) {
    if (parts_.sessions.on_hello(input.from, *hello)) parts_.devices.on_toxtore_peer(input.from, now);
    core.view_changed = true;  // messages may have waited for it
    return parts_.strangers.on_hello(input.from);
  }
  if (!peer->toxtore) {
    ++core.counters.packets_refused;
    return;
  }
  dispatch(input.from, *packet, now);
}

void Inbound::dispatch(const PublicKey& from, const Packet& packet, Instant now) {
  if (const auto* list = std::get_if<packet::MyDevices>(&packet); list != nullptr && parts_.core.roster.was_own(from)) {
    return parts_.removals.on_devices(from, *list);
  }
  const bool heard =
      std::holds_alternative<packet::LinkProof>(packet) || std::holds_alternative<packet::Roster>(packet);
  if (!heard && refuse_outsider(from)) return;
  Sessions& sessions = parts_.sessions;
  if (const auto* event = std::get_if<packet::SendDot>(&packet)) return sessions.on_event(from, event->event);
  if (const auto* bundle = std::get_if<packet::Bundle>(&packet)) return sessions.on_bundle(from, *bundle);
  if (const auto* clock = std::get_if<packet::Clock>(&packet)) return sessions.on_clock(from, *clock);
  if (const auto* holdings = std::get_if<packet::Holdings>(&packet)) return sessions.on_holdings(from, *holdings);
  if (const auto* page = std::get_if<packet::Page>(&packet)) return sessions.on_page(from, *page);
  if (const auto* texts = std::get_if<packet::Texts>(&packet)) return sessions.on_texts(from, *texts);
  if (const auto* fetch = std::get_if<packet::Fetch>(&packet)) return sessions.on_fetch(from, *fetch);
  if (const auto* committed = std::get_if<packet::Committed>(&packet)) return sessions.on_committed(from, *committed);
  if (const auto* state = std::get_if<packet::LogState>(&packet)) return parts_.log_states.on_state(from, *state);
  if (const auto* roster = std::get_if<packet::Roster>(&packet)) return parts_.devices.on_roster(from, *roster, now);
  if (const auto* presence = std::get_if<packet::Presence>(&packet)) {
    return parts_.presence.on_presence(from, *presence);
  }
  if (const auto* list = std::get_if<packet::MyDevices>(&packet)) {
    parts_.claims.on_devices(from, *list, now);
    return parts_.strangers.on_devices(from, *list, now);
  }
  if (const auto* part = std::get_if<packet::Message>(&packet)) {
    return parts_.friend_messages.on_part(from, *part, now);
  }
  if (const auto* received = std::get_if<packet::Received>(&packet)) {
    return parts_.outbox.on_received(from, received->dot, now);
  }
  if (const auto* proof = std::get_if<packet::LinkProof>(&packet)) return parts_.guests.on_proof(from, *proof, now);
  parts_.devices.on_packet(from, packet, now);
}

}  // namespace toxtore
