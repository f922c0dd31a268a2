#include "engine/doubt.h"

#include <algorithm>
#include <map>

#include "base/pieces.h"
#include "base/planted.h"
#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

// Events are gone through in pages of so many.
constexpr std::size_t events_at_once = 512;

Bytes bytes_of(const DoubtInfo& doubt, const Doubt::Forgotten& forgotten) {
  return Writer()
      .u8(static_cast<std::uint8_t>(doubt.why))
      .u64(doubt.since_ms)
      .u64(forgotten.arrival)
      .dot(forgotten.last.value_or(Dot{}))
      .take();
}

DatabaseId drawn_id(Random& random) {
  DatabaseId id;
  random.fill(id);
  return id;
}

std::string words_for(DoubtReason why) {
  switch (why) {
    case DoubtReason::set_back: return "its database is older than what it logged last";
    case DoubtReason::no_words: return "the state file that says what it logged last is gone";
    case DoubtReason::other_database: return "another copy of its database was in use";
    case DoubtReason::known_elsewhere: return "another of the devices knows more of what it logged than itself";
    case DoubtReason::forked: return "two copies of it were in use at once, or one was set back";
    case DoubtReason::other_machine: return "its database comes from another machine";
  }
  return "";
}

}  // namespace

std::optional<DoubtReason> reason_to_doubt(const std::optional<LastWords>& words, const LastWords& here, bool witnessed,
                                           const std::optional<LogId>& open, const Holdings& held) {
  if (!words || words->last.device != here.last.device) {
    return witnessed ? std::optional(DoubtReason::no_words) : std::nullopt;
  }
  const bool beyond = words->last.number() > 0 && !held.contains(words->last);
  if (open && beyond) return DoubtReason::set_back;  // a log that is closed is not gone on with anyway
  if (!witnessed) return std::nullopt;
  if (words->database != here.database) return DoubtReason::other_database;
  if (words->machine != here.machine) return DoubtReason::other_machine;
  return std::nullopt;
}

OrderKey Doubt::last_of_closed_logs() const {
  OrderKey last{0, {core_.self, 0}};
  for (const auto& [log, numbers] : core_.replicator.held().logs()) {
    if (log.device != core_.self || log == core_.open_log()) continue;
    if (const auto event = core_.store.event(Dot::of(log, numbers.top()))) last = std::max(last, order_of(*event));
  }
  return last;
}

Result<void> Doubt::begin(Instant now) {
  now_ = now;
  recall();
  Witness* witness = core_.config.witness;
  if (witness == nullptr) return {};
  const auto known = core_.store.remembered(remembered_name::database);
  LastWords here{drawn_id(core_.random), witness->machine(), {core_.self, 0}};
  if (known) std::copy_n(known->begin(), std::min(known->size(), here.database.size()), here.database.begin());
  core_.database = here.database;
  const auto words = decode_last_words(witness->read());
  const auto open = core_.open_log();
  const Holdings& held = core_.replicator.held();
  // By a closed log's end a copy is known that was made before, and in which that log is open.
  here.last = open ? Dot::of(*open, held.prefix(*open)) : last_of_closed_logs().dot;
  const auto why = reason_to_doubt(words, here, known.has_value(), open, held);
  if (why && !planted(PlantedBug::trusts_old_database)) {
    if (*why == DoubtReason::set_back && words->database == here.database) forgotten_.last = words->last;
    if (auto entered = enter(*why, now); !entered) return entered;
  }
  // What is not held stays said: another old copy may be brought back, and it would not know of it either.
  if (words && words->last.device == core_.self && !held.contains(words->last)) here.last = words->last;
  if (auto told = core_.testify(here.last); !told) return told;
  if (known) return {};
  return core_.change([&] { core_.store.remember(remembered_name::database, here.database); });
}

void Doubt::recall() {
  const auto bytes = core_.store.remembered(remembered_name::doubt);
  if (!bytes) return;
  Reader reader(*bytes);
  const auto why = static_cast<DoubtReason>(reader.u8());
  core_.doubt = DoubtInfo{why, reader.u64()};
  forgotten_.arrival = reader.u64();
  if (const Dot last = reader.dot(); !reader.failed() && last.number() > 0) forgotten_.last = last;
}

Result<void> Doubt::enter(DoubtReason why, Instant now) {
  if (entered_) return core_.close_log();
  entered_ = true;
  const DoubtInfo doubt{why, now.wall_ms};
  forgotten_.arrival = core_.store.last_arrival();
  auto done = core_.close_log([&] { core_.store.remember(remembered_name::doubt, bytes_of(doubt, forgotten_)); });
  if (!done) return done;
  core_.doubt = doubt;
  core_.notice(output::Notice::What::doubt, core_.self, words_for(why));
  return {};
}

bool Doubt::caught_up_with_any() const {
  const Replicator& replicator = core_.replicator;
  return std::ranges::any_of(replicator.connected_peers(), [&](const PublicKey& peer) {
    return replicator.has_reported(peer) && replicator.is_undisputed(peer) &&
           replicator.held().count_lacking(*replicator.known_of(peer)) == 0;
  });
}

void Doubt::step(Instant now) {
  now_ = now;
  if (core_.doubt && caught_up_with_any()) end();
}

// What was written since the doubt began, no forgotten life can have delivered.
std::vector<Dot> Doubt::waiting() const {
  std::vector<Dot> messages;
  for (const MessageRow& row : core_.store.undelivered()) {
    if (row.delivery == Delivery::queued && row.id.log() != core_.open_log()) messages.push_back(row.id);
  }
  return messages;
}

// An attempt that was logged later than all that is known of this device's log, by a device that may not have known of
// the forgotten life's.
std::vector<Dot> Doubt::delivered_meanwhile() const {
  const std::uint64_t last_ms = last_of_closed_logs().timestamp_ms;
  std::vector<Dot> messages;
  Arrival since = forgotten_.arrival;
  for (auto events = core_.store.arrived(since, events_at_once); !events.empty();
       events = core_.store.arrived(since, events_at_once)) {
    for (const auto& [arrival, event] : events) {
      since = arrival;
      const ReadEvent read = read_event(event);
      const auto* done = std::get_if<DoneSend>(&read.body);
      if (done == nullptr || event.dot.device == core_.self || event.timestamp_ms <= last_ms) continue;
      const auto row = core_.store.message(done->message);
      if (row && row->delivery == Delivery::delivered && row->id.log() != core_.open_log()) messages.push_back(row->id);
    }
  }
  return messages;
}

// Nothing, if all that this device ever logged is here again.
std::vector<Body> Doubt::perhaps_delivered() const {
  if (forgotten_.last && core_.replicator.held().contains(*forgotten_.last)) return {};
  auto messages = waiting();
  std::ranges::move(delivered_meanwhile(), std::back_inserter(messages));
  std::map<std::pair<PublicKey, bool>, std::vector<Dot>> of_friends;
  for (const Dot& message : messages) {
    const auto row = core_.store.message(message);
    const FriendRow* friend_row = core_.contacts().row(row->conversation);
    const bool speaks_toxtore = friend_row != nullptr && friend_row->devices.has_value();
    of_friends[{row->conversation, speaks_toxtore}].push_back(message);
  }
  std::vector<Body> bodies;
  for (const auto& [to, dots] : of_friends) {
    for (const auto& piece : in_pieces(dots, sending_messages_max)) {
      bodies.emplace_back(Sending{to.first, piece, to.second});
      bodies.emplace_back(SendingEnded{core_.self, SendingOutcome::unsure, piece});
    }
  }
  return bodies;
}

void Doubt::end() {
  const auto forget = [&] { core_.store.forget(remembered_name::doubt); };
  const auto bodies = planted(PlantedBug::hides_lost_life) ? std::vector<Body>{} : perhaps_delivered();
  // A failure is kept by the core as its fault.
  const bool done = bodies.empty() ? core_.change(forget).has_value()
                                   : core_.log(bodies, now_, [&](const auto&) { forget(); }).has_value();
  if (!done) return;
  core_.doubt.reset();
  core_.view_changed = true;  // messages may have waited for it
  core_.notice(output::Notice::What::doubt_over, core_.self);
}

Result<void> Doubt::trust_database() {
  if (!core_.doubt) return fail(ErrorKind::not_found, "this device is not in doubt about its database");
  end();
  return core_.fault() ? Result<void>(fail(*core_.fault())) : Result<void>();
}

}  // namespace toxtore
