#include "engine/core.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "engine/cuts.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

VectorClock stored_told(const Store& store) {
  VectorClock told;
  const auto bytes = store.remembered(remembered_name::told);
  if (!bytes) return told;
  Reader reader(*bytes);
  while (reader.left() > 0 && !reader.failed()) {
    const Dot dot = reader.dot();
    if (!reader.failed()) told.raise(dot.log(), dot.number());
  }
  return told;
}

Bytes bytes_of(const VectorClock& clock) {
  Writer writer;
  for (const auto& [log, number] : clock.logs()) writer.dot(Dot::of(log, number));
  return writer.take();
}

Roster stored_roster(const PublicKey& self, const Store& store) {
  Roster roster(self);
  for (const auto& [name, statement] : store.remembered_under(remembered_name::roster)) roster.add(statement);
  return roster;
}

// Whether friend rows may be other ones after it.
bool changes_contacts(const Event& event) {
  switch (static_cast<EventType>(event.type)) {
    case EventType::friend_add:
    case EventType::friend_remove:
    case EventType::friend_nospam:
    case EventType::friend_devices:
    case EventType::friend_request_received:
    case EventType::contact_setting:
    case EventType::contacts_merged: return true;
    default: return false;
  }
}

}  // namespace

Core::Core(EngineConfig engine_config, Store& the_store, Random& the_random)
    : config(std::move(engine_config)),
      self(config.address.key()),
      store(the_store),
      random(the_random),
      replicator(self, the_store.holdings(), stored_told(the_store)),
      roster(stored_roster(self, the_store)),
      own_log_(self, the_store) {
  replicator.set_open_log(own_log_.open());
  heed_roster();
  aside = store.aside();
  clock_.saw(store.latest_timestamp_ms());
}

Result<void> Core::bring_view_up_to_date() {
  const Bytes version = Writer().u32(view_version).take();
  if (store.remembered(remembered_name::view) == version) return {};
  return change([&] {
    rebuild_view(store);
    store.remember(remembered_name::view, version);
  });
}

bool Core::failed(const Result<void>& result) {
  if (!result && !fault_) fault_ = result.error();
  return !result;
}

Event Core::draft(const Body& body, const Dot& dot, Instant now) {
  const Timestamp stamp = clock_.next(now.wall_ms);
  return {dot, stamp.order_ms, static_cast<std::uint8_t>(type_of(body)), encode_body(body, stamp.wall_clock_ms)};
}

Result<std::vector<Event>> Core::log(const std::vector<Body>& bodies, Instant now, const Also& also) {
  std::vector<Event> events;
  const bool opens = !own_log_.open();
  const LogId log = opens ? own_log_.draw(replicator.told(), random) : *own_log_.open();
  std::uint32_t number = replicator.held().prefix(log);
  for (const Body& body : bodies) events.push_back(draft(body, Dot::of(log, ++number), now));
  auto done = change([&] {
    if (opens) OwnLog::remember_open(store, log);
    for (const Event& event : events) record(store, event);
    if (also) also(events);
  });
  if (done && !events.empty() && !planted(PlantedBug::keeps_no_witness)) done = testify(events.back().dot);
  if (!done) return fail(done.error());
  own_log_.opened(log);
  replicator.set_open_log(log);
  for (const Event& event : events) {
    replicator.logged(event.dot);
    fresh.push_back({self, event.dot, static_cast<EventType>(event.type), false});
  }
  forget_contacts(events);
  view_changed = true;
  return events;
}

Result<void> Core::close_log(const std::function<void()>& also) {
  auto done = change([&] {
    if (own_log_.open() && !planted(PlantedBug::reopens_log)) OwnLog::remember_closed(store);
    also();
  });
  if (!done) return done;
  if (planted(PlantedBug::reopens_log)) return done;
  own_log_.closed();
  replicator.set_open_log(std::nullopt);
  return done;
}

Result<void> Core::testify(const Dot& last) {
  if (config.witness == nullptr) return {};
  auto told = config.witness->write(encode_last_words({database, config.witness->machine(), last}));
  failed(told);
  return told;
}

Result<void> Core::change(const std::function<void()>& work) {
  if (fault_) return fail(*fault_);
  auto done = store.transact([&]() -> Result<void> {
    work();
    return {};
  });
  failed(done);
  return done;
}

void Core::arrived(const PublicKey& from, const Event& event) {
  arrived_.push_back(planted(PlantedBug::keeps_hints) ? event : without_hints(event));
  arriving_.push_back({from, event.dot, static_cast<EventType>(event.type), hint_of(event)});
}

bool Core::caught_up_with(const PublicKey& peer) const {
  const Holdings* theirs = replicator.known_of(peer);
  return !replicator.connected(peer) || theirs == nullptr || replicator.held().count_lacking(*theirs) == 0;
}

bool Core::answered_for_another(const PublicKey& key) const {
  return store.remembered(remembered_name::of(remembered_name::answered, key)).has_value();
}

std::optional<OrderKey> Core::last_own(const PublicKey& key, EventType type) const {
  std::optional<OrderKey> last;
  for (const Event& event : store.about(Subject::key(key))) {
    const bool counts = event.dot.device == self && event.type == static_cast<std::uint8_t>(type);
    if (counts) last = std::max(last, std::optional(order_of(event)));
  }
  return last;
}

bool Core::stated(ByteView statement) {
  if (!roster.add(statement)) return false;
  stated_.emplace_back(statement.begin(), statement.end());
  contacts_.reset();
  view_changed = true;
  return true;
}

void Core::heed_roster() {
  std::set<PublicKey> members;
  std::set<PublicKey> removed;
  for (const auto& [key, member] : roster.members()) members.insert(key);
  for (const auto& [key, was] : roster.removed()) removed.insert(key);
  auto changed = replicator.set_devices(std::move(members), std::move(removed), roster.limits());
  told_changed_ = told_changed_ || !changed.empty();
  recounted.merge(changed);
}

bool Core::is_linked(const PublicKey& key) const {
  return is_own(key) || (is_removed() && store.remembered(remembered_name::of(remembered_name::rejoined, key)));
}

bool Core::commit_turn() {
  if (fault_) return false;
  if (!has_uncommitted()) return true;
  bool moved = false;
  bool put_back = false;
  const auto done = change([&] {
    for (const Event& event : arrived_) record(store, event);
    for (const Bytes& statement : stated_) {
      store.remember(std::string(remembered_name::roster) + to_hex(statement_hash(statement)), statement);
    }
    for (const Event& event : found_texts_) put_back = restore_text(store, event) || put_back;
    moved = !stated_.empty() && apply_cuts(store, roster.limits());
    if (told_changed_) store.remember(remembered_name::told, bytes_of(replicator.told()));
  });
  if (!done) return false;
  for (const Event& event : arrived_) {
    clock_.saw(event.timestamp_ms);
    if (std::holds_alternative<Opaque>(read_event(event).body)) ++counters.events_opaque;
  }
  forget_contacts(arrived_);
  view_changed = view_changed || !arrived_.empty() || put_back;
  for (auto& [key, peer] : peers) peer.texts_to_look = peer.texts_to_look || put_back;
  found_texts_.clear();
  if (moved) recount();
  fresh.insert(fresh.end(), arriving_.begin(), arriving_.end());
  arriving_.clear();
  arrived_.clear();
  stated_.clear();
  told_changed_ = false;
  return true;
}

void Core::recount() {
  replicator.set_held(store.holdings());
  aside = store.aside();
  std::erase_if(arriving_, [&](const Fresh& each) { return aside.contains(each.dot); });
  renamed();
}

void Core::renamed() {
  contacts_.reset();
  view_changed = true;
  names_changed = true;
}

// Within a log timestamps rise, so all that lacks before a held event is older than it.
std::optional<OrderKey> Core::caught_up_from() const {
  const auto firsts = replicator.complete_from();
  if (!firsts) return std::nullopt;
  OrderKey from;
  for (const Dot& dot : *firsts) {
    const auto event = store.event(dot);
    if (!event) return std::nullopt;
    from = std::max(from, order_of(*event));
  }
  return from;
}

std::vector<LogId> Core::logs_lacking_since(const OrderKey& place) const {
  std::vector<LogId> lacking;
  for (const auto& [log, top] : replicator.told().logs()) {
    const auto newest = replicator.held().numbers(log).last();
    if (newest && newest->until >= top) {
      if (newest->from == 1) continue;
      const auto first = store.event(Dot::of(log, newest->from));
      if (first && order_of(*first) <= place) continue;
    }
    lacking.push_back(log);
  }
  return lacking;
}

void Core::forget_contacts(const std::vector<Event>& events) {
  if (std::any_of(events.begin(), events.end(), changes_contacts)) contacts_.reset();
}

bool Core::is_guest(const PublicKey& key) const { return guests.contains(key) && contacts().friend_of(key) == nullptr; }

bool Core::is_being_linked(const PublicKey& key) const {
  const auto guest = guests.find(key);
  return guest != guests.end() && !guest->second.is_turned_away();
}

bool Core::is_joining(const PublicKey& key) const {
  const auto guest = guests.find(key);
  return guest != guests.end() && guest->second.address;
}

const ContactGraph& Core::contacts() const {
  if (!contacts_) {
    std::set<PublicKey> own{self};
    for (const auto& [key, member] : roster.once_in()) own.insert(key);
    contacts_ = ContactGraph(store.friend_rows(), own);
  }
  return *contacts_;
}

Conversation Core::conversation_with(const PublicKey& key) const { return Conversation(contacts().keys_with(key)); }

bool Core::is_blocked(const PublicKey& key) const {
  const Contact* contact = contacts().of(key);
  return contact != nullptr && contact->blocked;
}

std::optional<MessageRow> Core::shown(const Dot& message) const {
  auto row = store.message(message);
  if (!row || !row->identity) return row;
  std::vector<MessageRow> copies;
  for (const Dot& dot : copies_of(*row)) copies.push_back(*store.message(dot));
  return merged(copies);
}

std::vector<Dot> Core::copies_of(const MessageRow& row) const {
  if (!row.identity) return {row.id};
  const Conversation contact = conversation_with(row.conversation);
  std::vector<Dot> dots;
  for (const MessageRow& copy : store.copies(*row.identity)) {
    if (contact.has(copy.conversation)) dots.push_back(copy.id);
  }
  return dots;
}

std::string Core::device_name(const PublicKey& key) const {
  const auto row = store.device_row(key);
  if (row && !row->name.empty()) return to_text(row->name);
  const auto member = roster.once_in().find(key);
  return member == roster.once_in().end() ? std::string() : member->second.name;
}

void Core::send(const PublicKey& to, const Packet& packet) {
  outputs.emplace_back(output::SendPacket{to, encode_packet(packet)});
}

void Core::notice(output::Notice::What what, const PublicKey& key, std::string text) {
  outputs.emplace_back(output::Notice{what, key, std::move(text)});
}

Peer* Core::connected(const PublicKey& key) {
  const auto found = peers.find(key);
  return found == peers.end() ? nullptr : &found->second;
}

const Peer* Core::connected(const PublicKey& key) const {
  const auto found = peers.find(key);
  return found == peers.end() ? nullptr : &found->second;
}

}  // namespace toxtore
