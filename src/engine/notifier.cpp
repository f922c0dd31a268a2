#include "engine/notifier.h"

#include <algorithm>
#include <utility>

#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

bool can_make_read(EventType type) {
  return type == EventType::mark_message_read || type == EventType::read_up_to || type == EventType::content_erased;
}

}  // namespace

void Notifier::step() {
  const std::vector<Fresh> all = std::exchange(core_.fresh, {});
  for (const Fresh& fresh : all) look_at(fresh);
  if (!held_back_.empty()) release_held_back();
  if (std::any_of(all.begin(), all.end(), [](const Fresh& fresh) { return can_make_read(fresh.type); })) {
    take_back_read();
  }
}

void Notifier::look_at(const Fresh& fresh) {
  if (core_.reported.covers(fresh.dot)) return;
  switch (fresh.type) {
    case EventType::received_message:
    case EventType::offer_received:
      if (fresh.hint) {
        held_back_.push_back(fresh);
      } else {
        notify(fresh.dot);
      }
      break;
    case EventType::friend_request_received: notify_request(fresh.dot); break;
    default: break;
  }
}

bool Notifier::is_told_of(const PublicKey& key) const {
  const Contact* contact = core_.contacts().friend_of(key);
  return contact != nullptr && !contact->muted && !contact->blocked;
}

void Notifier::notify(const Dot& message) {
  const auto row = core_.shown(message);
  const auto event = core_.store.event(message);
  if (!row || !event || row->read || !is_told_of(row->conversation)) return;
  if (was_told_of(*event) || was_told_of_copy(*row)) return;
  core_.outputs.emplace_back(
      output::Notice{output::Notice::What::message, row->conversation, to_text(row->text), message});
  if (notified_.size() == notified_max) notified_.pop_front();
  notified_.push_back({message, event_hash(*event)});
}

bool Notifier::was_told_of(const Event& event) const {
  const Hash hash = event_hash(event);
  const auto origin = origin_of(event);
  const auto before = origin ? core_.store.event(*origin) : std::nullopt;
  return (before && event_hash(*before) == hash) || std::ranges::count(notified_, hash, &Notified::event) > 0;
}

bool Notifier::was_told_of_copy(const MessageRow& row) const {
  if (!row.identity) return false;
  return std::ranges::any_of(core_.store.copies(*row.identity), [&](const MessageRow& copy) {
    const auto shown = core_.shown(copy.id);
    return shown && shown->id == row.id && std::ranges::count(notified_, copy.id, &Notified::message) > 0;
  });
}

void Notifier::notify_request(const Dot& request) {
  const auto open = core_.store.open_requests();
  const auto row = std::find_if(open.begin(), open.end(), [&](const RequestRow& each) { return each.id == request; });
  if (row != open.end()) core_.notice(output::Notice::What::friend_request, row->from, to_text(row->message));
}

void Notifier::release_held_back() {
  for (const Fresh& fresh : std::exchange(held_back_, {})) {
    if (core_.caught_up_with(fresh.from)) {
      notify(fresh.dot);
    } else {
      held_back_.push_back(fresh);
    }
  }
}

void Notifier::take_back_read() {
  std::erase_if(notified_, [this](const Notified& told) {
    const auto row = core_.shown(told.message);
    if (!row || !row->read) return false;
    core_.outputs.emplace_back(
        output::Notice{output::Notice::What::notification_cleared, row->conversation, {}, told.message});
    return true;
  });
}

}  // namespace toxtore
