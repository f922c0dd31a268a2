#include "engine/recorder.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "engine/core.h"
#include "view/rules.h"
#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

std::vector<ReadEvent> read_about(const Store& store, const Subject& subject) {
  std::vector<ReadEvent> events;
  for (const Event& event : store.about(subject)) events.push_back(read_event(event));
  return events;
}

// The events that name a dot. One that went by that dot itself, before it got another name, is filed under it too.
std::vector<ReadEvent> read_references(const Store& store, const Dot& dot) {
  auto events = read_about(store, Subject::dot(dot));
  std::erase_if(events, [&](const ReadEvent& event) { return event.origin == dot; });
  return events;
}

void derive_message_row(Store& store, const Dot& id) {
  const auto events = message_events(store, id);
  if (!events) return;
  const auto conversation = conversation_of(events->message);
  if (!conversation) return;
  const std::uint32_t read_to = store.read_mark(*conversation, id.log());
  if (const auto row = derive_message(events->message, events->references, read_to, events->ambiguous)) store.put(*row);
}

// The greatest number counts, in whatever order the marks come. It is kept, so that no message has to look at all
// marks of its conversation.
void raise_read_mark(Store& store, ReadMark mark) {
  if (planted(PlantedBug::reads_by_position)) mark.number = store.holdings().top(mark.log);
  const std::uint32_t before = store.read_mark(mark.conversation, mark.log);
  if (mark.number <= before) return;
  store.put(mark);
  for (const MessageRow& row : store.unread(mark.conversation)) {
    if (row.id.log() == mark.log && row.id.number() <= mark.number) derive_message_row(store, row.id);
  }
}

// What the events about a key add up to, as far as it is or wants to be a friend.
struct FriendEvents {
  std::vector<AddWithReferences> adds;
  std::vector<ReadEvent> others;
};

FriendEvents friend_events(const Store& store, const PublicKey& key) {
  FriendEvents events;
  for (ReadEvent& event : read_about(store, Subject::key(key))) {
    if (std::holds_alternative<FriendAdd>(event.body)) {
      auto references = read_references(store, event.dot);
      events.adds.push_back({std::move(event), std::move(references)});
    } else {
      events.others.push_back(std::move(event));
    }
  }
  return events;
}

void derive_friend_row(Store& store, const PublicKey& key) {
  const FriendEvents events = friend_events(store, key);
  store.put(derive_friend(key, events.adds, events.others));
}

void derive_request_rows(Store& store, const PublicKey& key) {
  const FriendEvents events = friend_events(store, key);
  const bool is_friend = derive_friend(key, events.adds, events.others).present();
  for (const ReadEvent& request : events.others) {
    if (!std::holds_alternative<FriendRequestReceived>(request.body)) continue;
    const auto references = read_references(store, request.dot);
    if (const auto row = derive_request(request, references, events.adds, is_friend)) store.put(*row);
  }
}

// The body of an event of that type, if it is held.
template <class T>
std::optional<T> held(const Store& store, const Dot& dot) {
  const auto event = store.event(dot);
  if (!event) return std::nullopt;
  const ReadEvent read = read_event(*event);
  const T* body = std::get_if<T>(&read.body);
  return body == nullptr ? std::nullopt : std::optional(*body);
}

bool was_erased(const Store& store, const Dot& dot) {
  const auto references = read_references(store, dot);
  return std::any_of(references.begin(), references.end(),
                     [](const ReadEvent& event) { return std::holds_alternative<ContentErased>(event.body); });
}

std::string lost_text_name(const Dot& dot) {
  return std::string(remembered_name::lost_text) + to_hex(Writer().dot(dot).take());
}

bool was_erased(const Store& store, const ReadEvent& read) {
  return was_erased(store, read.dot) || (read.origin && was_erased(store, *read.origin));
}

void note_lost_text(Store& store, const ReadEvent& read) {
  if (read.erased && !was_erased(store, read)) {
    store.remember(lost_text_name(read.dot), Writer().dot(read.dot).take());
  }
}

void erase_event(Store& store, const Dot& dot) {
  const auto event = store.event(dot);
  if (!event) return;
  if (const std::string name = lost_text_name(dot); store.remembered(name)) store.forget(name);
  if (const auto erased = erased_form(*event)) store.rewrite(*erased);
}

// Of two that share a dot both texts go: better one too many.
void erase_content(Store& store, const Dot& dot) {
  erase_event(store, dot);
  for (const ReadEvent& event : read_about(store, Subject::dot(dot))) {
    if (event.origin == dot) erase_event(store, event.dot);
  }
}

// An event whose text was erased before it came is stored without it.
Event form_to_store(const Store& store, const Event& event, const ReadEvent& read) {
  if (!conversation_of(read) || !was_erased(store, read)) return event;
  return erased_form(event).value_or(event);
}

// What names a dot may be about an event that has another name since.
void derive_with_branches(Store& store, const Dot& id) {
  derive_message_row(store, id);
  for (const ReadEvent& event : read_about(store, Subject::dot(id))) {
    if (event.origin == id) derive_message_row(store, event.dot);
  }
}

void derive_touched(Store& store, const TouchedRows& touched) {
  for (const Dot& id : touched.messages) derive_with_branches(store, id);
  for (const ReadMark& mark : touched.read) raise_read_mark(store, mark);
  for (const PublicKey& key : touched.friends) derive_friend_row(store, key);
  for (const PublicKey& key : touched.requests) derive_request_rows(store, key);
  for (const Dot& request : touched.declined_requests) {
    if (const auto body = held<FriendRequestReceived>(store, request)) derive_request_rows(store, body->from);
  }
  for (const Dot& add : touched.removed_adds) {
    const auto body = held<FriendAdd>(store, add);
    if (!body) continue;
    derive_friend_row(store, body->key);
    derive_request_rows(store, body->key);
  }
  for (const PublicKey& key : touched.devices) store.put(derive_device(key, read_about(store, Subject::key(key))));
  if (touched.profile) store.put(derive_profile(read_about(store, Subject::profile())));
}

// What an event does to those that it names and to the view, once it is stored.
void apply(Store& store, const ReadEvent& read) {
  if (const auto* erased = std::get_if<ContentErased>(&read.body)) {
    for (const Dot& dot : erased->messages) erase_content(store, dot);
  }
  derive_touched(store, touched_by(read));
}

}  // namespace

StateCheck state_check(const Store& store) {
  const RowsHash rows = store.rows_hash();
  Writer version;
  version.u32(view_version);
  const Hash hash = hash_of({as_bytes("toxtore state check"), version.take(), rows.bytes()});
  StateCheck check{};
  std::copy_n(hash.begin(), check.size(), check.begin());
  return check;
}

namespace {

/// Puts what names a dot that two messages share where it belongs.
void sort_out(ReadEvent event, const Dot& shared, MessageEvents& events) {
  const auto* done = std::get_if<DoneSend>(&event.body);
  const bool of_branch = events.message.origin.has_value();
  if (event.origin == shared) return;  // the other message
  if (done != nullptr && done->hash) {
    if (*done->hash == events.hash) events.references.push_back(std::move(event));
  } else if (done != nullptr || (of_branch && std::holds_alternative<Sending>(event.body))) {
    events.ambiguous.push_back(std::move(event));
  } else if (!of_branch || std::holds_alternative<ContentErased>(event.body)) {
    events.references.push_back(std::move(event));
  }
}

}  // namespace

std::optional<MessageEvents> message_events(const Store& store, const Dot& message) {
  const auto event = store.event(message);
  if (!event) return std::nullopt;
  MessageEvents events{read_event(*event), read_about(store, Subject::dot(message)), {}, false, event_hash(*event)};
  const auto has_branch = [&](const ReadEvent& each) { return each.origin == message; };
  if (std::ranges::any_of(events.references, has_branch)) {
    events.shares_dot = true;
    for (ReadEvent& each : std::exchange(events.references, {})) sort_out(std::move(each), message, events);
  }
  if (const auto origin = events.message.origin) {
    for (ReadEvent& each : read_about(store, Subject::dot(*origin))) sort_out(std::move(each), *origin, events);
  }
  return events;
}

void record(Store& store, const Event& event) {
  const ReadEvent read = read_event(event);
  store.append(form_to_store(store, event, read), subjects_of(read));
  apply(store, read);
  note_lost_text(store, read);
}

std::vector<Dot> lost_texts(const Store& store) {
  std::vector<Dot> dots;
  for (const auto& [name, bytes] : store.remembered_under(remembered_name::lost_text)) {
    dots.push_back(Reader(bytes).dot());
  }
  return dots;
}

bool is_text_lost(const Store& store, const Dot& dot) { return store.remembered(lost_text_name(dot)).has_value(); }

bool restore_text(Store& store, const Event& event) {
  const std::string name = lost_text_name(event.dot);
  const auto held = store.event(event.dot);
  if (!held || !store.remembered(name)) return false;
  const ReadEvent read = read_event(event);
  if (read.erased || event_hash(event) != event_hash(*held) || event.timestamp_ms != held->timestamp_ms) return false;
  store.forget(name);
  store.rewrite(event);
  apply(store, read);
  return true;
}

void rebuild_view(Store& store) {
  constexpr std::size_t page = 512;
  store.clear_view();
  for (const Dot& dot : lost_texts(store)) store.forget(lost_text_name(dot));
  std::vector<ReadEvent> without_text;
  Arrival done = 0;
  for (auto events = store.arrived(done, page); !events.empty(); events = store.arrived(done, page)) {
    for (const auto& [arrival, event] : events) {
      const ReadEvent read = read_event(event);
      store.index(event.dot, subjects_of(read));
      apply(store, read);
      if (read.erased) without_text.push_back(read);
      done = arrival;
    }
  }
  for (const ReadEvent& read : without_text) note_lost_text(store, read);
}

}  // namespace toxtore
