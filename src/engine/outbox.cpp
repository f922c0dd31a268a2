#include "engine/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "base/pieces.h"
#include "base/planted.h"
#include "engine/recorder.h"
#include "wire/body.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

// Of two devices that both want to hand over a message, the one with the lower hash goes on: no order of keys would be
// fair to the device that always comes last.
Hash precedence(const Dot& message, const PublicKey& device) {
  const Bytes dot = Writer().dot(message).take();
  return hash_of({dot, device.bytes});
}

}  // namespace

void Outbox::read_rows() {
  rows_.clear();
  way_.clear();
  for (const auto& [peer_key, peer] : core_.peers) {
    const Contact* contact = core_.contacts().of(peer_key);
    if (contact == nullptr || !contact->present || contact->blocked || way_.contains(peer_key)) continue;
    for (const PublicKey& key : contact->keys) way_.emplace(key, *way_to(*contact));
    auto rows = rows_to_deliver(*contact);
    rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  }
  std::set<Dot> waiting;
  for (const MessageRow& row : rows_) waiting.insert(row.id);
  std::erase_if(first_seen_ms_, [&](const auto& entry) { return !waiting.contains(entry.first); });
  std::erase_if(foreign_seen_ms_, [&](const auto& entry) { return !waiting.contains(entry.first.first); });
}

std::vector<MessageRow> Outbox::rows_to_deliver(const Contact& contact) const {
  auto rows = core_.store.undelivered_to(Conversation(contact.keys));
  if (contact.devices_withheld) {
    std::erase_if(rows, [&](const MessageRow& row) { return row.id.device != core_.self; });
  }
  return rows;
}

std::optional<PublicKey> Outbox::way_to(const Contact& contact) const {
  std::optional<PublicKey> best;
  std::optional<OrderKey> last_heard;
  for (const PublicKey& key : contact.keys) {
    if (core_.connected(key) == nullptr) continue;
    const auto last = core_.store.last_received(key);
    if (best && (!last || (last_heard && last->order() < *last_heard))) continue;
    best = key;
    last_heard = last ? std::optional(last->order()) : std::nullopt;
  }
  return best;
}

std::vector<OpenSending> Outbox::open_sendings_of(const Dot& message) const {
  const auto events = message_events(core_.store, message);
  return events ? open_sendings(events->message, events->references) : std::vector<OpenSending>{};
}

Result<void> Outbox::close_old_sendings(Instant now) {
  std::vector<Dot> open;
  for (const MessageRow& row : core_.store.undelivered()) {
    if (row.delivery != Delivery::sending) continue;
    const auto sendings = open_sendings_of(row.id);
    if (std::any_of(sendings.begin(), sendings.end(), [&](const auto& s) { return s.device == core_.self; })) {
      open.push_back(row.id);
    }
  }
  end(core_.self, open, SendingOutcome::unsure, now);
  return core_.fault() ? Result<void>(fail(*core_.fault())) : Result<void>();
}

std::optional<PublicKey> Outbox::way_at_once(const PublicKey& to) const {
  const Contact* contact = core_.contacts().of(to);
  const auto way = contact == nullptr ? std::nullopt : way_to(*contact);
  if (!way || not_before_ms_.contains(*way)) return std::nullopt;
  const auto rows = rows_to_deliver(*contact);
  const bool nothing_waits = std::all_of(rows.begin(), rows.end(), [&](const MessageRow& row) {
    const auto own = own_.find(row.id);
    return own != own_.end() && own->second.stage != Stage::logged;
  });
  return nothing_waits ? way : std::nullopt;
}

void Outbox::send_at_once(const MessageRow& row, Instant now) {
  hand_over(row, own_[row.id] = Sending{row.conversation, row.id, now.mono_ms, Stage::logged});
}

void Outbox::hand_over(const MessageRow& row, Sending& sending) {
  sending.stage = Stage::handing;
  core_.outputs.emplace_back(output::HandOver{sending.to, row.id, row.kind, row.text});
}

void Outbox::on_handed_over(const input::HandedOver& answer, Instant now) {
  const auto own = own_.find(answer.message);
  if (own == own_.end()) return;  // the friend went away meanwhile, and it counts as unsure
  if (answer.receipt_id) {
    own->second.stage = Stage::handed;
    receipts_due_[answer.to][*answer.receipt_id] = answer.message;
    return;
  }
  not_before_ms_[answer.to] = now.mono_ms + refused_wait_ms;
  end(core_.self, {answer.message}, SendingOutcome::took_nothing, now);
}

void Outbox::on_receipt(const input::Receipt& receipt, Instant now) {
  auto& due = receipts_due_[receipt.from];
  const auto found = due.find(receipt.receipt_id);
  if (found == due.end()) return;
  const Dot message = found->second;
  due.erase(found);
  own_.erase(message);
  // A failure is kept by the core as its fault.
  (void)core_.log({DoneSend{message}}, now);
}

void Outbox::on_disconnected(const PublicKey& key, Instant now) {
  receipts_due_.erase(key);
  not_before_ms_.erase(key);
  std::vector<Dot> nothing;
  std::vector<Dot> unsure;
  for (const auto& [message, sending] : own_) {
    if (sending.to == key) (sending.stage == Stage::logged ? nothing : unsure).push_back(message);
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
    for (const Dot& message : messages) own_.erase(message);
  }
  (void)core_.log(bodies, now);
}

bool Outbox::caught_up_on(const MessageRow& row) const {
  return planted(PlantedBug::ignores_what_it_lacks) || (caught_up_from_ && *caught_up_from_ <= row.order());
}

void Outbox::step(Instant now) {
  deadline_ms_.reset();
  caught_up_from_ = core_.caught_up_from();
  std::erase_if(not_before_ms_, [&](const auto& entry) { return !is_later(entry.second, now); });
  if (std::exchange(core_.view_changed, false)) read_rows();
  end_overtaken(now);
  end_dead(now);
  if (std::exchange(core_.view_changed, false)) read_rows();
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
    if (sending.stage == Stage::logged && !waiting.contains(message)) nothing.push_back(message);
  }
  end(core_.self, nothing, SendingOutcome::took_nothing, now);
}

void Outbox::end_dead(Instant now) {
  std::map<PublicKey, std::vector<Dot>> dead;
  for (const MessageRow& row : rows_) {
    if (row.delivery != Delivery::sending || own_.contains(row.id)) continue;
    for (const OpenSending& open : open_sendings_of(row.id)) {
      const auto seen = foreign_seen_ms_.try_emplace({row.id, open.device}, now.mono_ms).first;
      if (!way_.contains(row.conversation) || !caught_up_on(row)) continue;
      if (is_later(seen->second + foreign_sending_ms, now) || core_.connected(open.device) != nullptr) continue;
      dead[open.device].push_back(row.id);
    }
  }
  for (const auto& [device, messages] : dead) end(device, messages, SendingOutcome::unsure, now);
}

std::map<PublicKey, std::vector<Dot>> Outbox::waiting_by_friend() const {
  std::map<PublicKey, std::vector<Dot>> waiting;
  for (const MessageRow& row : rows_) {
    if (row.delivery != Delivery::queued && row.delivery != Delivery::unsure) continue;
    const auto way = way_.find(row.conversation);
    if (way == way_.end() || !caught_up_on(row)) continue;
    auto& messages = waiting[way->second];
    if (!own_.contains(row.id) && messages.size() < sending_messages_max) messages.push_back(row.id);
  }
  std::erase_if(waiting, [](const auto& entry) { return entry.second.empty(); });
  return waiting;
}

bool Outbox::has_logged_sending(const PublicKey& to) const {
  return std::any_of(own_.begin(), own_.end(),
                     [&](const auto& entry) { return entry.second.to == to && entry.second.stage == Stage::logged; });
}

std::uint64_t Outbox::wait_ms(const PublicKey& to) const {
  const FriendRow* row = core_.contacts().row(to);
  const bool stock = row != nullptr && !row->devices;
  const bool known_here_only = stock && row->known_by == std::vector<PublicKey>{core_.self};
  const auto last = core_.store.last_received(Conversation(core_.contacts().of(to)->keys));
  return known_here_only || (last && last->id.device == core_.self) ? 0 : other_device_wait_ms;
}

std::uint64_t Outbox::ready_ms(const PublicKey& to, const Dot& first, Instant now) {
  const std::uint64_t seen_ms = first_seen_ms_.try_emplace(first, now.mono_ms).first->second;
  return std::max(seen_ms, core_.connected(to)->since_ms) + wait_ms(to);
}

void Outbox::begin_waiting(Instant now) {
  for (const auto& [to, messages] : waiting_by_friend()) {
    if (has_logged_sending(to) || not_before_ms_.contains(to)) continue;
    if (!is_later(ready_ms(to, messages.front(), now), now)) begin(to, messages, now);
  }
}

void Outbox::begin(const PublicKey& to, const std::vector<Dot>& messages, Instant now) {
  const auto logged = core_.log({toxtore::Sending{to, messages}}, now);
  if (!logged) return;
  for (const Dot& message : messages) own_[message] = Sending{to, logged->front().dot, now.mono_ms, Stage::logged};
}

bool Outbox::acknowledged_by_all(const Dot& event) {
  bool all = true;
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (core_.replicator.has_acknowledged(peer, event)) continue;
    if (!core_.replicator.is_behind(peer)) {
      all = false;
    } else if (const auto prefix = core_.replicator.own_prefix_for(peer)) {
      core_.send(peer, *prefix);
    }
  }
  return all;
}

bool Outbox::yields_to_other(const Dot& message) const {
  if (planted(PlantedBug::never_yields)) return false;
  const auto open = open_sendings_of(message);
  return std::any_of(open.begin(), open.end(), [&](const OpenSending& other) {
    return other.device != core_.self && precedence(message, other.device) < precedence(message, core_.self);
  });
}

// Rule 3. Caught up once more: an acknowledgement may have brought the news of an event that is still on its way.
void Outbox::hand_over_acknowledged(Instant now) {
  std::vector<Dot> nothing;
  for (const MessageRow& row : rows_) {
    const auto own = own_.find(row.id);
    if (own == own_.end() || own->second.stage != Stage::logged) continue;
    if (now.mono_ms >= own->second.logged_ms + hand_over_ms_max) {
      nothing.push_back(row.id);
    } else if (acknowledged_by_all(own->second.logged) && caught_up_on(row)) {
      if (yields_to_other(row.id)) {
        nothing.push_back(row.id);
      } else {
        hand_over(row, own->second);
      }
    } else {
      is_later(own->second.logged_ms + hand_over_ms_max, now);
    }
  }
  end(core_.self, nothing, SendingOutcome::took_nothing, now);
}

}  // namespace toxtore
