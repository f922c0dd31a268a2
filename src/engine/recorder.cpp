#include "engine/recorder.h"

#include <utility>

#include "view/rules.h"
#include "wire/body.h"

namespace toxtore {
namespace {

std::vector<ReadEvent> read_about(const Store& store, const Subject& subject) {
  std::vector<ReadEvent> events;
  for (const Event& event : store.about(subject)) events.push_back(read_event(event));
  return events;
}

void derive_message_row(Store& store, const Dot& id) {
  const auto events = message_events(store, id);
  if (!events) return;
  if (const auto row = derive_message(events->message, events->references)) store.put(*row);
}

void derive_friend_row(Store& store, const PublicKey& key) {
  std::vector<AddWithReferences> adds;
  std::vector<ReadEvent> settings;
  for (ReadEvent& event : read_about(store, Subject::key(key))) {
    if (std::holds_alternative<FriendAdd>(event.body)) {
      auto references = read_about(store, Subject::dot(event.dot));
      adds.push_back({std::move(event), std::move(references)});
    } else if (std::holds_alternative<ContactSetting>(event.body)) {
      settings.push_back(std::move(event));
    }
  }
  store.put(derive_friend(key, adds, settings));
}

// The key that a friend add is about, if that is held.
std::optional<PublicKey> key_of_add(const Store& store, const Dot& add) {
  const auto event = store.event(add);
  if (!event) return std::nullopt;
  const ReadEvent read = read_event(*event);
  const auto* body = std::get_if<FriendAdd>(&read.body);
  return body == nullptr ? std::nullopt : std::optional(body->key);
}

void derive_touched_rows(Store& store, const ReadEvent& read) {
  const TouchedRows touched = touched_by(read);
  for (const Dot& id : touched.messages) derive_message_row(store, id);
  for (const PublicKey& key : touched.friends) derive_friend_row(store, key);
  for (const PublicKey& key : touched.devices) {
    store.put(derive_device(key, read_about(store, Subject::key(key))));
  }
  for (const Dot& add : touched.removed_adds) {
    if (const auto key = key_of_add(store, add)) derive_friend_row(store, *key);
  }
}

}  // namespace

std::optional<MessageEvents> message_events(const Store& store, const Dot& message) {
  const auto event = store.event(message);
  if (!event) return std::nullopt;
  return MessageEvents{read_event(*event), read_about(store, Subject::dot(message))};
}

void record(Store& store, const Event& event) {
  const ReadEvent read = read_event(event);
  store.append(event, subjects_of(read));
  derive_touched_rows(store, read);
}

void rebuild_view(Store& store) {
  constexpr std::size_t page = 512;
  store.clear_view();
  Arrival done = 0;
  for (auto events = store.arrived(done, page); !events.empty(); events = store.arrived(done, page)) {
    for (const auto& [arrival, event] : events) {
      const ReadEvent read = read_event(event);
      store.index(event.dot, subjects_of(read));
      derive_touched_rows(store, read);
      done = arrival;
    }
  }
}

}  // namespace toxtore
