#include "engine/sessions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/planted.h"
#include "engine/hints.h"
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

Replicator::Sent sent_of(const std::vector<Event>& events) {
  Replicator::Sent sent;
  for (const Event& event : events) sent.emplace_back(event.dot, bundled_size(event));
  return sent;
}

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
    log_states_.on_disconnected(key);
    pages_.forget(key);
  } else if (peer != nullptr) {
    peer->connection = connection;  // only the way changed
  } else {
    Peer& fresh = core_.peers[key];
    fresh.connection = connection;
    fresh.since_ms = now.mono_ms;
    const bool befriended = core_.contacts().friend_of(key) != nullptr;
    core_.send(key, packet::Hello{protocol_version, protocol_version,
                                  capability::ranges | capability::messages | capability::presence |
                                      capability::log_states | (befriended ? capability::befriended : 0)});
  }
}

bool Sessions::on_hello(const PublicKey& from, const packet::Hello& hello) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr || peer->toxtore) return false;
  peer->befriended_us = (hello.capabilities & capability::befriended) != 0;
  if (hello.version_min > protocol_version || hello.version_max < protocol_version) return false;
  peer->toxtore = true;
  peer->takes_ranges = (hello.capabilities & capability::ranges) != 0;
  peer->takes_messages = (hello.capabilities & capability::messages) != 0;
  peer->takes_states = (hello.capabilities & capability::log_states) != 0;
  peer->takes_presence = (hello.capabilities & capability::presence) != 0;
  send_my_devices(from);
  if (core_.roster.was_own(from)) tell_removed(from);
  begin(from);
  return true;
}

void Sessions::send_my_devices(const PublicKey& to) {
  const bool alone = are_devices_withheld(to);
  packet::MyDevices list{{}, core_.roster.version() + withholdings_of(to), {}};
  if (alone) list.keys.push_back(core_.self);
  for (const auto& [key, member] : core_.roster.members()) {
    if (!alone) list.keys.push_back(key);
  }
  if (list.keys.size() > own_devices_max) list.keys.resize(own_devices_max);
  if (!alone) list.removed = removed_to_tell(list.keys.size());
  core_.connected(to)->told_alone = alone;
  core_.send(to, list);
}

// The last ones, if there are too many for a packet.
std::vector<PublicKey> Sessions::removed_to_tell(std::size_t keys_told) const {
  std::vector<std::pair<std::uint64_t, PublicKey>> removed;
  for (const auto& [key, was] : core_.roster.removed()) {
    if (key != core_.self) removed.emplace_back(was.made_ms, key);
  }
  std::ranges::sort(removed, std::greater{});
  removed.resize(std::min(removed.size(), packet::listed_devices_max - keys_told));
  std::vector<PublicKey> keys;
  for (const auto& [made_ms, key] : removed) keys.push_back(key);
  std::ranges::sort(keys);
  return keys;
}

// A key that is not his yet, and was tried because a friend claims it, is told what that friend is. One that nobody
// claims any more is told nothing of other devices.
bool Sessions::are_devices_withheld(const PublicKey& from) const {
  if (const Contact* his = core_.contacts().friend_of(from)) return his->devices_withheld;
  const auto claiming = core_.contacts().claimed_by(from);
  return claiming.empty() || std::ranges::any_of(claiming, &Contact::devices_withheld);
}

// Each time that the user says whether his devices are withheld, the list is a later one, though the roster is the
// same.
std::uint64_t Sessions::withholdings_of(const PublicKey& key) const {
  std::uint64_t count = 0;
  for (const Event& event : core_.store.about(Subject::key(key))) {
    const ReadEvent read = read_event(event);
    const auto* setting = std::get_if<ContactSetting>(&read.body);
    if (setting != nullptr && setting->what == ContactSetting::What::devices_withheld) ++count;
  }
  return count;
}

void Sessions::tell_changed_devices() {
  for (auto& [key, peer] : core_.peers) {
    if (!peer.told_alone || core_.is_own(key)) continue;
    if (*peer.told_alone != are_devices_withheld(key)) send_my_devices(key);
  }
}

void Sessions::begin(const PublicKey& key) {
  Peer* peer = core_.connected(key);
  if (peer == nullptr || !peer->toxtore || peer->session || peer->broken || !core_.is_linked(key)) return;
  peer->session = true;
  core_.replicator.connect(key, peer->takes_ranges, peer->takes_states);
  std::vector<Bytes> all;
  for (auto& [hash, statement] : core_.roster.in_order()) all.push_back(std::move(statement));
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
  for (auto& [hash, statement] : core_.roster.in_order()) {
    if (peer.statements.insert(hash).second) lacking.push_back(std::move(statement));
  }
  if (!lacking.empty()) send_statements(to, lacking);
}

void Sessions::send_report(const PublicKey& to, Peer& peer) {
  peer.reported = true;
  for (const auto& packet : core_.replicator.report(to)) {
    // Before the end of the report: what the peer then asks for rests on them.
    const auto* clock = std::get_if<packet::Clock>(&packet);
    if (clock != nullptr) log_states_.send_reports(to, clock->prefixes);
    core_.send(to, packet);
  }
}

bool Sessions::adds_us(const PublicKey& by, ByteView statement) const {
  const auto read = decode_statement(statement);
  const auto* add = read ? std::get_if<DeviceAdd>(&*read) : nullptr;
  return add != nullptr && add->by == by && add->key == core_.self;
}

// A roster of someone who is not our device is only a sign that he takes us for his.
bool Sessions::on_roster(const PublicKey& from, const packet::Roster& roster) {
  Peer* peer = core_.connected(from);
  if (peer == nullptr) return false;
  peer->began = true;
  if (!peer->session) return false;
  bool news = false;
  for (const Bytes& statement : roster.statements) {
    if (core_.stated(statement)) {
      news = true;
      // It takes us in only now: what we reported before, it did not hear.
      if (adds_us(from, statement)) peer->reported = false;
    }
    if (core_.roster.statements().contains(statement_hash(statement))) {
      peer->statements.insert(statement_hash(statement));
    }
  }
  if (!peer->reported) send_report(from, *peer);
  send_lacking_statements(from, *peer);
  return news;
}

void Sessions::on_clock(const PublicKey& from, const packet::Clock& clock) {
  if (session_with(from) == nullptr) return;
  if (core_.replicator.on_clock(from, clock)) core_.told();
  if (clock.prefixes.empty()) core_.reported.merge(core_.replicator.told());
}

void Sessions::on_holdings(const PublicKey& from, const packet::Holdings& holdings) {
  if (session_with(from) != nullptr && core_.replicator.on_holdings(from, holdings)) core_.told();
}

void Sessions::on_page(const PublicKey& from, const packet::Page& page) {
  if (session_with(from) == nullptr) return;
  if (page.count == 0) {
    core_.replicator.on_page_ended(from);
  } else {
    pages_.ask(from, page);
  }
}

void Sessions::on_fetch(const PublicKey& from, const packet::Fetch& fetch) {
  if (session_with(from) != nullptr) core_.replicator.on_fetch(from, fetch);
}

void Sessions::on_committed(const PublicKey& from, const packet::Committed& committed) {
  if (session_with(from) != nullptr) core_.replicator.on_committed(from, committed.count);
}

void Sessions::on_event(const PublicKey& from, const Event& event) {
  if (session_with(from) == nullptr) return;
  log_states_.on_event(from, event);
  switch (core_.replicator.judge(from, event.dot)) {
    case Replicator::Verdict::take: core_.arrived(from, event); break;
    case Replicator::Verdict::held: texts_.on_held(event); break;
    case Replicator::Verdict::unasked: ++core_.counters.events_unasked; break;
  }
}

void Sessions::on_bundle(const PublicKey& from, const packet::Bundle& bundle) {
  Peer* peer = session_with(from);
  if (peer == nullptr) return;
  BundleReader& reader = bundle.cls == packet::Bundle::Class::live ? peer->live : peer->backfill;
  switch (reader.add(bundle)) {
    case BundleReader::Step::more: break;
    case BundleReader::Step::broken: on_broken(from, *peer, bundle); break;
    case BundleReader::Step::complete:
      for (const Event& event : reader.take_events()) on_event(from, event);
      break;
  }
}

// What was in it counts as refused, and is asked for again. A frame that is broken before its end, or does not say how
// many events it holds, makes every later count of this connection wrong: another source takes over, and the next
// connection begins anew.
void Sessions::on_broken(const PublicKey& from, Peer& peer, const packet::Bundle& last) {
  if (!last.last || last.events == 0 || last.events > bundle_size_max) return give_up(from, peer);
  ++core_.counters.packets_malformed;
  core_.replicator.lost(from, last.events);
}

void Sessions::give_up(const PublicKey& key, Peer& peer) {
  ++core_.counters.packets_malformed;
  peer.broken = true;
  end(key, peer);
}

void Sessions::end(const PublicKey& key, Peer& peer) {
  peer.session = false;
  peer.began = false;
  peer.reported = false;
  peer.statements.clear();
  peer.texts_asked.clear();
  peer.texts_wanted.clear();
  core_.replicator.disconnect(key);
  log_states_.on_disconnected(key);
  pages_.forget(key);
}

// What one that is removed must know to find that out goes before everything else.
void Sessions::on_roster_changed() {
  core_.heed_roster();
  for (auto& [key, peer] : core_.peers) {
    if (!peer.toxtore) continue;
    if (peer.session && peer.began) send_lacking_statements(key, peer);
    if (peer.session && !core_.is_linked(key) && !planted(PlantedBug::hears_removed)) {
      tell_removed(key);
      end(key, peer);
    }
    send_my_devices(key);
    begin(key);
  }
}

void Sessions::tell_removed(const PublicKey& key) {
  auto news = core_.roster.news_for_removed(key);
  if (core_.is_removed()) std::ranges::move(core_.roster.news_for_removed(core_.self), std::back_inserter(news));
  if (!news.empty()) send_statements(key, news);
}

void Sessions::pump(Instant now) {
  log_states_.step(now);
  const std::uint64_t missing = core_.replicator.missing_count();
  core_.backlog = missing == 0 ? 0 : std::max(core_.backlog, missing);
  for (const auto& [to, packet] : core_.replicator.requests(now.mono_ms)) core_.send(to, packet);
  texts_.ask();
  serve();
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    const auto acknowledgement = core_.replicator.acknowledge(peer);
    if (!acknowledgement) continue;
    if (acknowledgement->own_prefixes) core_.send(peer, *acknowledgement->own_prefixes);
    core_.send(peer, acknowledgement->committed);
  }
  for (const auto& [to, packet] : core_.replicator.changed_holdings(now.mono_ms)) {
    core_.send(to, packet);
    if (const auto* clock = std::get_if<packet::Clock>(&packet)) log_states_.send_reports(to, clock->prefixes);
  }
}

std::optional<std::uint64_t> Sessions::deadline_ms() const {
  const auto asks = core_.replicator.deadline_ms();
  const auto compares = log_states_.deadline_ms();
  if (!asks || !compares) return asks ? asks : compares;
  return std::min(*asks, *compares);
}

// A piece for each peer in turn, so that no one waits behind another's long absence.
void Sessions::serve() {
  for (bool served = true; served;) {
    served = false;
    for (const PublicKey& peer : core_.replicator.connected_peers()) served = serve_next(peer) || served;
  }
}

// What is new before what is old; a page before what it makes bearable to wait for.
bool Sessions::serve_next(const PublicKey& to) {
  using Class = packet::Bundle::Class;
  return serve_piece(to, Class::live) || serve_page(to) || serve_texts(to) || serve_piece(to, Class::backfill);
}

void Sessions::send_events(const PublicKey& to, const std::vector<Event>& events, packet::Bundle::Class cls) {
  if (events.size() == 1 && fits_packet(events.front())) {
    core_.send(to, packet::SendDot{with_hints(core_.store, events.front())});
  } else {
    for (const auto& bundle : pack_bundle(events, cls)) core_.send(to, bundle);
  }
}

bool Sessions::serve_piece(const PublicKey& to, packet::Bundle::Class cls) {
  const auto piece = core_.replicator.next_to_serve(to, cls);
  if (!piece) return false;
  const auto events = core_.store.log_range(piece->log, piece->after, piece->until, piece_events_max,
                                            std::min(piece->bytes, piece_bytes_max));
  if (events.empty()) return false;  // the store failed; nothing comes out any more
  send_events(to, events, cls);
  core_.replicator.served(to, cls, *piece, sent_of(events));
  return true;
}

// They are accounted for as a page is: the peer may have got them elsewhere.
bool Sessions::serve_texts(const PublicKey& to) {
  const std::size_t room = core_.replicator.room(to, packet::Bundle::Class::backfill);
  if (room == 0) return false;
  const auto events = texts_.next_for(to, piece_events_max, std::min(room, piece_bytes_max));
  if (events.empty()) return false;
  send_events(to, events, packet::Bundle::Class::backfill);
  core_.replicator.served_page(to, sent_of(events));
  return true;
}

bool Sessions::serve_page(const PublicKey& to) {
  if (!pages_.wanted(to)) return false;
  const std::size_t room = core_.replicator.room(to, packet::Bundle::Class::backfill);
  if (room == 0) return false;
  const auto events = pages_.next(to, piece_events_max, std::min(room, piece_bytes_max));
  if (events.empty()) {
    core_.send(to, packet::Page{});
    return false;
  }
  send_events(to, events, packet::Bundle::Class::backfill);
  core_.replicator.served_page(to, sent_of(events));
  return true;
}

}  // namespace toxtore
