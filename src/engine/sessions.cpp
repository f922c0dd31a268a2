#include "engine/sessions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "wire/body.h"
#include "wire/event_frame.h"

namespace toxtore {
namespace {

// So many events, with so many bytes of bodies, always fit one bundle: 512 × 53 + 32 KiB < 64 KiB.
constexpr std::size_t piece_events_max = 512;
constexpr std::size_t piece_bytes_max = std::size_t{32} * 1024;

// Content of a roster packet: 2 leading bytes and n u8 before the statements, length u16 before each.
constexpr std::size_t roster_room = packet_size_max - 3;
constexpr std::size_t roster_count_max = 255;

bool fits_packet(const Event& event) { return 2 + event_header_size + event.body.size() <= packet_size_max; }

}  // namespace

Peer* Sessions::session_with(const PublicKey& key) {
  Peer* peer = core_.connected(key);
  if (peer != nullptr && peer->session) return peer;
  ++core_.counters.packets_refused;
  return nullptr;
}

void Sessions::on_connection(const PublicKey& key, Connection connection, Instant now) {
  Peer* peer = core_.connected(key);
  if (connection == Connection::none) {
    core_.peers.erase(key);
    core_.replicator.disconnect(key);
  } else if (peer != nullptr) {
    peer->connection = connection;  // only the way changed
  } else {
    Peer& fresh = core_.peers[key];
    fresh.connection = connection;
    fresh.since_ms = now.mono_ms;
    core_.send(key, packet::Hello{});
  }
}

bool Sessions::on_hello(const PublicKey& from, const packet::Hello& hello) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr || peer->toxtore) return false;
  if (hello.version_min > protocol_version || hello.version_max < protocol_version) return false;
  peer->toxtore = true;
  send_my_devices(from);
  begin(from);
  return true;
}

void Sessions::send_my_devices(const PublicKey& to) {
  packet::MyDevices list{{}, core_.roster.version(), {}};
  for (const auto& [key, member] : core_.roster.members()) list.keys.push_back(key);
  if (list.keys.size() > own_devices_max) list.keys.resize(own_devices_max);
  core_.send(to, list);
}

void Sessions::begin(const PublicKey& key) {
  Peer* peer = core_.connected(key);
  if (peer == nullptr || !peer->toxtore || peer->session || peer->broken || !core_.is_own(key)) return;
  peer->session = true;
  core_.replicator.connect(key);
  std::vector<Bytes> all;
  for (const auto& [hash, statement] : core_.roster.statements()) all.push_back(statement);
  send_statements(key, all);
  if (peer->began) send_report(key, *peer);
}

void Sessions::send_statements(const PublicKey& to, const std::vector<Bytes>& statements) {
  packet::Roster packet;
  std::size_t room = roster_room;
  for (const Bytes& statement : statements) {
    if (room < statement.size() + 2 || packet.statements.size() == roster_count_max) {
      core_.send(to, std::exchange(packet, {}));
      room = roster_room;
    }
    packet.statements.push_back(statement);
    room -= statement.size() + 2;
  }
  core_.send(to, packet);
}

void Sessions::send_lacking_statements(const PublicKey& to, Peer& peer) {
  std::vector<Bytes> lacking;
  for (const auto& [hash, statement] : core_.roster.statements()) {
    if (peer.statements.insert(hash).second) lacking.push_back(statement);
  }
  if (!lacking.empty()) send_statements(to, lacking);
}

void Sessions::send_report(const PublicKey& to, Peer& peer) {
  peer.reported = true;
  for (const auto& packet : core_.replicator.report(to)) core_.send(to, packet);
}

// A roster of someone who is not our device is only a sign that he takes us for his.
bool Sessions::on_roster(const PublicKey& from, const packet::Roster& roster) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr) return false;
  peer->began = true;
  if (!peer->session) return false;
  bool news = false;
  for (const Bytes& statement : roster.statements) {
    news = core_.stated(statement) || news;
    if (core_.roster.statements().contains(statement_hash(statement))) {
      peer->statements.insert(statement_hash(statement));
    }
  }
  if (!peer->reported) send_report(from, *peer);
  send_lacking_statements(from, *peer);
  return news;
}

void Sessions::on_clock(const PublicKey& from, const packet::Clock& clock) {
  if (session_with(from) != nullptr && core_.replicator.on_clock(from, clock)) core_.told();
}

void Sessions::on_fetch(const PublicKey& from, const packet::Fetch& fetch) {
  if (session_with(from) != nullptr) core_.replicator.on_fetch(from, fetch);
}

void Sessions::on_committed(const PublicKey& from, const packet::Committed& committed) {
  if (session_with(from) != nullptr) core_.replicator.on_committed(from, committed.count);
}

void Sessions::on_event(const PublicKey& from, const Event& event) {
  if (session_with(from) == nullptr) return;
  switch (core_.replicator.judge(from, event.dot)) {
    case Replicator::Verdict::take: core_.arrived(without_hints(event)); break;
    case Replicator::Verdict::held: break;
    case Replicator::Verdict::unasked: ++core_.counters.events_unasked; break;
  }
}

void Sessions::on_bundle(const PublicKey& from, const packet::Bundle& bundle) {
  Peer* peer = session_with(from);
  if (peer == nullptr) return;
  BundleReader& reader = bundle.cls == packet::Bundle::Class::live ? peer->live : peer->backfill;
  switch (reader.add(bundle)) {
    case BundleReader::Step::more: break;
    case BundleReader::Step::broken: give_up(from, *peer); break;
    case BundleReader::Step::complete:
      for (const Event& event : reader.take_events()) on_event(from, event);
      break;
  }
}

// How many events were in it cannot be known, so no later count of this connection would be right. Another source
// takes over, and the next connection begins anew.
void Sessions::give_up(const PublicKey& key, Peer& peer) {
  ++core_.counters.packets_malformed;
  peer.session = false;
  peer.broken = true;
  core_.replicator.disconnect(key);
}

void Sessions::on_roster_changed() {
  std::set<PublicKey> members;
  for (const auto& [key, member] : core_.roster.members()) members.insert(key);
  core_.replicator.set_members(std::move(members));
  for (auto& [key, peer] : core_.peers) {
    if (!peer.toxtore) continue;
    send_my_devices(key);
    if (peer.session && peer.began) send_lacking_statements(key, peer);
    begin(key);
  }
}

void Sessions::pump(Instant now) {
  for (const auto& [to, fetch] : core_.replicator.requests()) core_.send(to, fetch);
  serve();
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    const auto acknowledgement = core_.replicator.acknowledge(peer);
    if (!acknowledgement) continue;
    if (acknowledgement->own_prefix) core_.send(peer, *acknowledgement->own_prefix);
    core_.send(peer, acknowledgement->committed);
  }
  for (const auto& [to, clock] : core_.replicator.changed_clocks(now.mono_ms)) core_.send(to, clock);
}

// A piece for each peer in turn, so that no one waits behind another's long absence.
void Sessions::serve() {
  for (bool served = true; served;) {
    served = false;
    for (const PublicKey& peer : core_.replicator.connected_peers()) served = serve_piece(peer) || served;
  }
}

bool Sessions::serve_piece(const PublicKey& to) {
  const auto piece = core_.replicator.next_to_serve(to);
  if (!piece) return false;
  const auto events = core_.store.log_range(piece->log, piece->after, piece->until, piece_events_max,
                                            std::min(piece->bytes, piece_bytes_max));
  if (events.empty()) return false;  // the store failed; nothing comes out any more
  if (events.size() == 1 && fits_packet(events.front())) {
    core_.send(to, packet::SendDot{events.front()});
  } else {
    for (const auto& bundle : pack_bundle(events, packet::Bundle::Class::backfill)) core_.send(to, bundle);
  }
  std::vector<std::pair<Dot, std::size_t>> sent;
  for (const Event& event : events) sent.emplace_back(event.dot, bundled_size(event));
  core_.replicator.served(to, sent);
  return true;
}

}  // namespace toxtore
