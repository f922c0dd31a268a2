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

Bytes bytes_of(const DoubtInfo& doubt) {
  return Writer().u8(static_cast<std::uint8_t>(doubt.why)).u64(doubt.since_ms).take();
}

std::optional<DoubtInfo> stored_doubt(const Store& store) {
  const auto bytes = store.remembered(remembered_name::doubt);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  const auto why = static_cast<DoubtReason>(reader.u8());
  return DoubtInfo{why, reader.u64()};
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

Result<void> Doubt::begin(Instant now) {
  now_ = now;
  core_.doubt = stored_doubt(core_.store);
  Witness* witness = core_.config.witness;
  if (witness == nullptr) return {};
  const auto known = core_.store.remembered(remembered_name::database);
  LastWords here{drawn_id(core_.random), witness->machine(), {core_.self, 0}};
  if (known) std::copy_n(known->begin(), std::min(known->size(), here.database.size()), here.database.begin());
  core_.database = here.database;
  const auto words = decode_last_words(witness->read());
  const auto open = core_.open_log();
  const Holdings& held = core_.replicator.held();
  if (open) here.last = Dot::of(*open, held.prefix(*open));
  const auto why = reason_to_doubt(words, here, known.has_value(), open, held);
  if (why && !planted(PlantedBug::trusts_old_database)) {
    if (auto entered = enter(*why, now); !entered) return entered;
  }
  // What is not held stays said: another old copy may be brought back, and it would not know of it either.
  if (words && words->last.device == core_.self && !held.contains(words->last)) here.last = words->last;
  if (auto told = core_.testify(here.last); !told) return told;
  if (known) return {};
  return core_.change([&] { core_.store.remember(remembered_name::database, here.database); });
}

Result<void> Doubt::enter(DoubtReason why, Instant now) {
  if (entered_) return core_.close_log();
  entered_ = true;
  const DoubtInfo doubt{why, now.wall_ms};
  auto done = core_.close_log([&] { core_.store.remember(remembered_name::doubt, bytes_of(doubt)); });
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
std::vector<Body> Doubt::perhaps_delivered() const {
  std::map<std::pair<PublicKey, bool>, std::vector<Dot>> waiting;
  for (const MessageRow& row : core_.store.undelivered()) {
    if (row.delivery != Delivery::queued || row.id.log() == core_.open_log()) continue;
    const FriendRow* friend_row = core_.contacts().row(row.conversation);
    const bool speaks_toxtore = friend_row != nullptr && friend_row->devices.has_value();
    waiting[{row.conversation, speaks_toxtore}].push_back(row.id);
  }
  std::vector<Body> bodies;
  for (const auto& [to, messages] : waiting) {
    for (const auto& piece : in_pieces(messages, sending_messages_max)) {
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
