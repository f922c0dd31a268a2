#include "engine/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "base/pieces.h"
#include "base/planted.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

std::string wish_name(const Dot& message) {
  return std::string(remembered_name::anyway) + to_hex(Writer().dot(message).take());
}

constexpr std::size_t many = std::size_t{1} << 30;  // for a planted bug

bool waits(const MessageRow& row) {
  return row.delivery == Delivery::queued || row.delivery == Delivery::sending || row.delivery == Delivery::unsure;
}

// Of two devices that both want to hand over a message, the one whose `sending` has the lower hash goes on: with all
// that it names, or their messages would arrive mixed; and no order of keys would be fair to the device that always
// comes last.
Hash precedence(const Dot& sending) { return hash_of({Writer().dot(sending).take()}); }

}  // namespace

void Outbox::read_rows(Instant now) {
  rows_.clear();
  attempts_.clear();
  way_.clear();
  hello_due_ms_.reset();
  std::set<PublicKey> looked_at;
  for (const auto& [peer_key, peer] : core_.peers) {
    const Contact* contact = core_.contacts().of(peer_key);
    if (contact == nullptr || !contact->present || contact->blocked) continue;
    if (!looked_at.insert(contact->id).second) continue;
    if (const auto way = way_to(*contact, now)) {
      for (const PublicKey& key : contact->keys) way_.emplace(key, *way);
    }
    auto rows = rows_to_deliver(*contact);
    rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  if (planted(PlantedBug::keeps_authors_order)) {
    std::ranges::sort(rows_, {}, [](const MessageRow& row) { return std::pair(row.id.device, row.order()); });
  }
  forget_settled();
  drop_settled_wishes();
}

// What is kept of an attempt outlives the friend's connections, or short ones would begin each wait anew. It is looked
// through only once there may be twice as much of it as is needed.
void Outbox::forget_settled() {
  constexpr std::size_t few = 64;
  if (foreign_since_ms_.size() + again_ms_.size() <= 2 * kept_attempts_ + few) return;
  const auto settled = [&](const auto& entry) {
    const auto row = core_.store.message(entry.first.first);
    return !row || !waits(*row);
  };
  std::erase_if(foreign_since_ms_, settled);
  std::erase_if(again_ms_, settled);
  kept_attempts_ = foreign_since_ms_.size() + again_ms_.size();
}

std::vector<MessageRow> Outbox::rows_to_deliver(const Contact& contact) const {
  auto rows = core_.store.undelivered_to(Conversation(contact.keys));
  if (contact.devices_withheld) {
    std::erase_if(rows, [&](const MessageRow& row) { return row.id.device != core_.self; });
  }
  return rows;
}

std::optional<Outbox::Way> Outbox::way_to(const Contact& contact, Instant now) {
  std::optional<Way> best;
  std::optional<OrderKey> last_heard;
  for (const PublicKey& key : contact.keys) {
    if (core_.connected(key) == nullptr) continue;
    const auto speaks = hello_wait_.speaks(key, now);
    if (speaks == HelloWait::Speaks::unknown) {
      hello_due_ms_ = std::min(hello_due_ms_.value_or(hello_wait_.due_ms(key)), hello_wait_.due_ms(key));
      continue;
    }
    hello_wait_.remember(key, now);
    const auto last = core_.store.last_received(key);
    if (best && (!last || (last_heard && last->order() < *last_heard))) continue;
    best = Way{key, speaks == HelloWait::Speaks::toxtore};
    last_heard = last ? std::optional(last->order()) : std::nullopt;
  }
  return best;
}

const std::vector<Attempt>& Outbox::attempts_of(const Dot& message) const {
  const auto [found, is_new] = attempts_.try_emplace(message);
  if (!is_new) return found->second;
  if (const auto events = message_events(core_.store, message)) {
    found->second = attempts(events->message, events->references, events->ambiguous);
  }
  return found->second;
}

Result<void> Outbox::start(Instant now) {
  for (const auto& [name, bytes] : core_.store.remembered_under(remembered_name::anyway)) {
    Reader reader(bytes);
    anyway_.insert(reader.dot());
  }
  close_old_sendings(now);
  return core_.fault() ? Result<void>(fail(*core_.fault())) : Result<void>();
}

Result<void> Outbox::send_anyway(const Dot& message) {
  auto done = core_.change([&] { core_.store.remember(wish_name(message), Writer().dot(message).take()); });
  if (!done) return done;
  anyway_.insert(message);
  core_.view_changed = true;
  return {};
}

void Outbox::forget_wish(const Dot& message) {
  // A failure is kept by the core as its fault.
  if (anyway_.erase(message) > 0) (void)core_.change([&] { core_.store.forget(wish_name(message)); });
}

void Outbox::drop_settled_wishes() {
  for (const Dot& message : std::set(anyway_)) {
    const auto row = core_.store.message(message);
    if (!row || !waits(*row)) forget_wish(message);
  }
}

void Outbox::close_old_sendings(Instant now) {
  std::vector<Dot> open;
  for (const MessageRow& row : core_.store.undelivered()) {
    if (row.delivery != Delivery::sending) continue;
    const auto sendings = open_attempts(attempts_of(row.id));
    if (std::ranges::any_of(sendings, [&](const Attempt& each) { return each.device == core_.self; })) {
      open.push_back(row.id);
    }
  }
  end(core_.self, open, SendingOutcome::unsure, now);
}

std::optional<Outbox::Way> Outbox::way_at_once(const PublicKey& to, Instant now) {
  const Contact* contact = core_.contacts().of(to);
  const auto way = contact == nullptr ? std::nullopt : way_to(*contact, now);
  if (!way || refused(way->to, now)) return std::nullopt;
  const Amount room = room_for(way->to);
  if (room.messages == 0 || room.bytes < long_message_size_max) return std::nullopt;
  caught_up_from_ = core_.caught_up_from();
  const auto rows = rows_to_deliver(*contact);
  const bool waits = std::ranges::any_of(rows, [&](const MessageRow& row) { return holds_up(row, *way, now); });
  return waits ? std::nullopt : way;
}

/// Whether what is written now must not overtake that message.
bool Outbox::holds_up(const MessageRow& row, const Way& way, Instant now) {
  if (const auto own = own_.find(row.id); own != own_.end()) return !own->second.handed;
  if (row.delivery == Delivery::sending) return true;
  if (!anyway_.contains(row.id) && !caught_up_on(row)) return false;
  return row.delivery == Delivery::queued || way.as_packet || again_ms(row.id, now) <= now.mono_ms;
}

bool Outbox::refused(const PublicKey& to, Instant now) const {
  const auto refusal = refusals_.find(to);
  return refusal != refusals_.end() && refusal->second.until_ms > now.mono_ms;
}

void Outbox::send_at_once(const MessageRow& row, const Way& way, Instant now) {
  hand_over(row, own_[row.id] = Sending{way, row.id, now.mono_ms, row.text.size(), false});
}

void Outbox::hand_over(const MessageRow& row, Sending& sending) {
  sending.handed = true;
  forget_wish(row.id);
  handovers_.hand_over(row, sending.way.to, sending.way.as_packet);
}

void Outbox::on_handed_over(const input::HandedOver& answer, Instant now) {
  const auto taken = handovers_.on_answer(answer);
  if (!taken) return;
  if (*taken == Handovers::Taken::more) {
    if (!refused(answer.to, now)) refusals_.erase(answer.to);
    return;
  }
  if (!refused(answer.to, now)) {
    Refusal& refusal = refusals_[answer.to];
    refusal.wait_ms = refusal.wait_ms == 0 ? refused_wait_ms : std::min(2 * refusal.wait_ms, refused_wait_ms_max);
    refusal.until_ms = now.mono_ms + refusal.wait_ms;
  }
  const bool some = *taken == Handovers::Taken::some;
  refused_[some ? SendingOutcome::unsure : SendingOutcome::took_nothing].push_back(answer.message);
}

/// All that toxcore refused in a turn is said in one event.
void Outbox::end_refused(Instant now) {
  for (const auto& [outcome, messages] : std::exchange(refused_, {})) end(core_.self, messages, outcome, now);
}

void Outbox::on_receipt(const input::Receipt& receipt, Instant now) {
  if (const auto message = handovers_.on_receipt(receipt)) done(*message, now);
}

void Outbox::on_received(const PublicKey& from, const Dot& message, Instant now) {
  if (const auto delivered = handovers_.on_received(from, message)) done(*delivered, now);
}

void Outbox::done(const Dot& message, Instant now) {
  own_.erase(message);
  DoneSend delivered{message};
  const auto events = message_events(core_.store, message);
  if (events && events->shares_dot) delivered.hash = events->hash;
  // A failure is kept by the core as its fault.
  (void)core_.log({delivered}, now);
}

void Outbox::on_disconnected(const PublicKey& key, Instant now) {
  end_refused(now);
  refusals_.erase(key);
  ready_since_ms_.erase(key);
  std::vector<Dot> nothing;
  std::vector<Dot> unsure;
  for (const auto& [message, sending] : own_) {
    if (sending.way.to == key) (sending.handed ? unsure : nothing).push_back(message);
  }
  end(core_.self, nothing, SendingOutcome::took_nothing, now);
  end(core_.self, unsure, planted(PlantedBug::hides_doubt) ? SendingOutcome::took_nothing : SendingOutcome::unsure,
      now);
  core_.view_changed = true;  // another key of the contact may take what waits
}

void Outbox::end(const PublicKey& device, const std::vector<Dot>& messages, SendingOutcome outcome, Instant now) {
  if (messages.empty()) return;
  std::vector<Body> bodies;
  for (auto& piece : in_pieces(messages, sending_messages_max)) {
    bodies.emplace_back(SendingEnded{device, outcome, std::move(piece)});
  }
  if (device == core_.self) {
    for (const Dot& message : messages) own_.erase(message), handovers_.forget(message);
  }
  (void)core_.log(bodies, now);
}

bool Outbox::caught_up_on(const MessageRow& row) const {
  if (core_.doubt && !planted(PlantedBug::sends_in_doubt)) return false;
  if (planted(PlantedBug::ignores_what_it_lacks)) return true;
  return (caught_up_from_ && *caught_up_from_ <= row.order()) || is_only_here(row);
}

/// Whether this device wrote it, and what lacks here does not come, of devices that are not known to hold it. Own
/// events that lack are of a life that was set back: it may have sent anything.
bool Outbox::is_only_here(const MessageRow& row) const {
  if (row.id.device != core_.self) return false;
  return std::ranges::none_of(core_.logs_lacking_since(row.order()), [&](const LogId& log) {
    const Holdings* theirs = core_.replicator.known_of(log.device);
    if (log.device == core_.self || core_.replicator.may_come(log)) return true;
    return theirs != nullptr && theirs->contains(row.id);
  });
}

// History is as old as it is; an attempt that comes with it counts from when it is looked at first.
void Outbox::note_news(Instant now) {
  for (const Fresh& fresh : core_.fresh) {
    const bool may_begin = fresh.type == EventType::sending || fresh.type == EventType::try_send_message;
    if (!may_begin || fresh.from == core_.self || core_.reported.covers(fresh.dot)) continue;
    const auto event = core_.store.event(fresh.dot);
    if (!event) continue;
    const ReadEvent read = read_event(*event);
    const auto* sending = std::get_if<toxtore::Sending>(&read.body);
    for (const Dot& message : sending == nullptr ? std::vector{fresh.dot} : sending->messages) {
      foreign_since_ms_.try_emplace({message, read.order()}, now.mono_ms);
    }
  }
}

// What is under way may go by another name. It is unsure, as after a restart. And the user's word was about what had
// the name then.
void Outbox::forget_names(Instant now) {
  for (const auto& [message, sending] : std::exchange(own_, {})) handovers_.forget(message);
  for (const Dot& message : std::set(anyway_)) forget_wish(message);
  refused_.clear();
  attempts_.clear();
  close_old_sendings(now);
}

void Outbox::step(Instant now) {
  if (core_.is_removed()) {  // removals.h, rule 3
    deadline_ms_.reset();
    core_.view_changed = false;
    return;
  }
  const bool due = deadline_ms_ && *deadline_ms_ <= now.mono_ms;
  if (!core_.heard && !core_.view_changed && !due) return;
  deadline_ms_.reset();
  if (std::exchange(core_.names_changed, false)) forget_names(now);
  caught_up_from_ = core_.caught_up_from();
  end_refused(now);
  for (const auto& [to, refusal] : refusals_) is_later(refusal.until_ms, now);
  if (hello_due_ms_ && *hello_due_ms_ <= now.mono_ms) core_.view_changed = true;
  if (std::exchange(core_.view_changed, false)) read_rows(now);
  end_overtaken(now);
  end_dead(now);
  if (std::exchange(core_.view_changed, false)) read_rows(now);
  if (hello_due_ms_) is_later(*hello_due_ms_, now);
  begin_waiting(now);
  hand_over_acknowledged(now);
  if (core_.view_changed) deadline_ms_ = now.mono_ms;
}

// Whether it is too early; if so, the engine is to wake up then.
bool Outbox::is_later(std::uint64_t due_ms, Instant now) {
  if (due_ms <= now.mono_ms) return false;
  if (!deadline_ms_ || due_ms < *deadline_ms_) deadline_ms_ = due_ms;
  return true;
}

// Withdrawn, delivered by another, or its key is the contact's no more, before ours was handed over. It is said, or the
// others would wait for it.
void Outbox::end_overtaken(Instant now) {
  std::set<Dot> waiting;
  for (const MessageRow& row : rows_) waiting.insert(row.id);
  std::vector<Dot> nothing;
  for (const auto& [message, sending] : own_) {
    if (!sending.handed && !waiting.contains(message)) nothing.push_back(message);
  }
  end(core_.self, nothing, SendingOutcome::took_nothing, now);
}

void Outbox::end_dead(Instant now) {
  std::map<PublicKey, std::vector<Dot>> dead;
  for (const MessageRow& row : rows_) {
    if (row.delivery != Delivery::sending || own_.contains(row.id)) continue;
    for (const Attempt& open : open_attempts(attempts_of(row.id))) {
      const auto since = foreign_since_ms_.try_emplace({row.id, open.begun}, now.mono_ms).first;
      const bool anyway = anyway_.contains(row.id);
      if (!way_.contains(row.conversation) || (!anyway && !caught_up_on(row))) continue;
      const bool is_volatile = planted(PlantedBug::volatile_claim);
      if (!anyway && is_later(since->second + (is_volatile ? 2'000 : foreign_sending_ms), now)) continue;
      if (!is_volatile && core_.connected(open.device) != nullptr) continue;
      dead[open.device].push_back(row.id);
    }
  }
  for (const auto& [device, messages] : dead) end(device, messages, SendingOutcome::unsure, now);
}

// When an unsure message may go to a stock friend again, monotonic. Its last attempt began by a clock on some wall: one
// that was set does not make the wait longer than it is, and what it was at first is kept.
std::uint64_t Outbox::pause_over_ms(const Dot& message, Instant now) const {
  const Attempt* unsure = last_unsure(attempts_of(message));
  if (unsure == nullptr) return now.mono_ms;
  if (const auto known = again_ms_.find({message, unsure->begun}); known != again_ms_.end()) return known->second;
  const std::uint64_t age_ms = now.wall_ms < unsure->begun_ms ? 0 : now.wall_ms - unsure->begun_ms;
  return now.mono_ms + unsure_wait_ms - std::min(age_ms, unsure_wait_ms);
}

std::uint64_t Outbox::again_ms(const Dot& message, Instant now) {
  const Attempt* unsure = last_unsure(attempts_of(message));
  if (unsure == nullptr) return now.mono_ms;
  return again_ms_.try_emplace({message, unsure->begun}, pause_over_ms(message, now)).first->second;
}

bool Outbox::may_go(const MessageRow& row, const Way& way, Instant now) {
  if (row.delivery != Delivery::queued && row.delivery != Delivery::unsure) return false;
  if (own_.contains(row.id)) return false;
  if (anyway_.contains(row.id)) return true;
  if (!caught_up_on(row)) return false;
  return row.delivery == Delivery::queued || way.as_packet || !is_later(again_ms(row.id, now), now);
}

bool Outbox::has_logged_sending(const PublicKey& to) const {
  return std::any_of(own_.begin(), own_.end(),
                     [&](const auto& entry) { return entry.second.way.to == to && !entry.second.handed; });
}

bool Outbox::is_serving(const PublicKey& to) const {
  return std::ranges::any_of(own_, [&](const auto& entry) { return entry.second.way.to == to; });
}

Outbox::Amount Outbox::room_for(const PublicKey& to) const {
  Amount room{in_hand_messages_max, in_hand_bytes_max};
  if (planted(PlantedBug::fills_queues)) return {many, many};
  for (const auto& [message, sending] : own_) {
    if (sending.way.to != to) continue;
    room.messages -= std::min<std::size_t>(room.messages, 1);
    room.bytes -= std::min(room.bytes, sending.bytes);
  }
  return room;
}

std::uint64_t Outbox::wait_ms(const PublicKey& to) const {
  const FriendRow* row = core_.contacts().row(to);
  const bool stock = row != nullptr && !row->devices;
  const bool known_here_only = stock && row->known_by == std::vector<PublicKey>{core_.self};
  if (known_here_only || is_serving(to) || core_.roster.members().size() <= 1) return 0;
  const auto last = core_.store.last_received(Conversation(core_.contacts().of(to)->keys));
  return last && last->id.device == core_.self ? 0 : other_device_wait_ms;
}

std::map<PublicKey, Outbox::Queue> Outbox::queues(Instant now) {
  std::map<PublicKey, Queue> all;
  for (const MessageRow& row : rows_) {
    const auto way = way_.find(row.conversation);
    if (way == way_.end()) continue;
    const auto [found, is_new] = all.try_emplace(way->second.to);
    Queue& queue = found->second;
    if (is_new) queue.way = way->second, queue.room = room_for(queue.way.to);
    const bool in_hand = row.delivery == Delivery::sending && !own_.contains(row.id);
    queue.behind_other = queue.behind_other || in_hand;
    if (queue.behind_other && !anyway_.contains(row.id)) continue;
    add(queue, row, now);
  }
  return all;
}

void Outbox::add(Queue& queue, const MessageRow& row, Instant now) {
  const bool anyway = anyway_.contains(row.id);
  if (queue.messages.size() >= sending_messages_max || (queue.full && !anyway)) return;
  if (!may_go(row, queue.way, now)) return;
  queue.full = queue.room.messages == 0 || queue.room.bytes < row.text.size();
  if (queue.full && !anyway) return;
  queue.room.messages -= std::min<std::size_t>(queue.room.messages, 1);
  queue.room.bytes -= std::min(queue.room.bytes, row.text.size());
  queue.messages.push_back(row);
}

void Outbox::begin_waiting(Instant now) {
  for (const auto& [to, queue] : queues(now)) {
    if (queue.messages.empty() && !queue.full) ready_since_ms_.erase(to);
    if (queue.messages.empty()) continue;
    const std::uint64_t since_ms = ready_since_ms_.try_emplace(to, now.mono_ms).first->second;
    if (has_logged_sending(to) || refused(to, now) || is_later(since_ms + wait_ms(to), now)) continue;
    begin(queue, now);
  }
}

void Outbox::begin(const Queue& queue, Instant now) {
  std::vector<Dot> messages;
  for (const MessageRow& row : queue.messages) messages.push_back(row.id);
  const auto logged = core_.log({toxtore::Sending{queue.way.to, messages, queue.way.as_packet}}, now);
  if (!logged) return;
  for (const MessageRow& row : queue.messages) {
    own_[row.id] = Sending{queue.way, logged->front().dot, now.mono_ms, row.text.size(), false};
  }
}

bool Outbox::acknowledged_by_all(const Dot& event) {
  bool all = true;
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (core_.replicator.has_acknowledged(peer, event)) continue;
    if (!core_.replicator.is_behind(peer)) {
      all = false;
    } else if (const auto prefixes = core_.replicator.own_prefixes_for(peer)) {
      core_.send(peer, *prefixes);
    }
  }
  return all;
}

bool Outbox::yields_to_other(const Dot& message, const Sending& sending) const {
  if (planted(PlantedBug::never_yields)) return false;
  return std::ranges::any_of(open_attempts(attempts_of(message)), [&](const Attempt& other) {
    return other.device != core_.self && precedence(other.begun.dot) < precedence(sending.logged);
  });
}

/// Whether another device has an open sending of it too. That one is to yield, but may have handed over before it heard
/// of ours, if the two are not connected: what became of it is to be known first.
bool Outbox::other_is_to_yield(const Dot& message) const {
  if (planted(PlantedBug::never_yields)) return false;
  return std::ranges::any_of(open_attempts(attempts_of(message)),
                             [&](const Attempt& other) { return other.device != core_.self; });
}

// Rule 3. Caught up once more: an acknowledgement may have brought the news of an event that is still on its way.
bool Outbox::can_hand_over(const MessageRow& row, const Sending& sending, Instant now) {
  if (!anyway_.contains(row.id)) {
    if (!planted(PlantedBug::hands_over_early) && !acknowledged_by_all(sending.logged)) return false;
    if (!caught_up_on(row) || other_is_to_yield(row.id)) return false;
  }
  return hello_wait_.speaks(sending.way.to, now) != HelloWait::Speaks::unknown;
}

/// Whether nothing is to come of it any more, or it is left to another device. A hello that came meanwhile changes how
/// it goes, and what the others think of it.
bool Outbox::is_given_up(const MessageRow& row, const Sending& sending, Instant now) const {
  const bool speaks_toxtore = hello_wait_.speaks(sending.way.to, now) == HelloWait::Speaks::toxtore;
  if (now.mono_ms >= sending.logged_ms + hand_over_ms_max || speaks_toxtore != sending.way.as_packet) return true;
  return yields_to_other(row.id, sending);
}

void Outbox::hand_over_acknowledged(Instant now) {
  std::vector<std::pair<const MessageRow*, Sending*>> open;
  std::set<Dot> given_up;  // by what was logged, as is `held`
  for (const MessageRow& row : rows_) {
    const auto own = own_.find(row.id);
    if (own == own_.end() || own->second.handed) continue;
    open.emplace_back(&row, &own->second);
    if (is_given_up(row, own->second, now)) given_up.insert(own->second.logged);
  }
  std::vector<Dot> nothing;
  std::set<Dot> held;
  for (const auto& [row, sending] : open) {
    if (given_up.contains(sending->logged)) {
      nothing.push_back(row->id);
    } else if (!held.contains(sending->logged) && can_hand_over(*row, *sending, now)) {
      hand_over(*row, *sending);
    } else {
      held.insert(sending->logged);
      is_later(sending->logged_ms + hand_over_ms_max, now);
    }
  }
  end(core_.self, nothing, SendingOutcome::took_nothing, now);
}

}  // namespace toxtore
