// P2 where it is made: any order of the same events gives the same log and the same rows, and the rows of messages are
// what the rules make of all events at once.
#include "engine/recorder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "model/test_keys.h"
#include "store/memory_store.h"
#include "view/rules.h"
#include "wire/body.h"

namespace toxtore {
namespace {

// Small domains, so that events meet: three devices, two friends.
constexpr std::uint8_t devices = 3;
constexpr std::uint8_t first_friend = 10;
constexpr std::uint8_t friends = 2;
constexpr std::uint64_t events_each_max = 12;

PublicKey any_device() { return key_of(*rc::gen::inRange<std::uint8_t>(1, devices + 1)); }
PublicKey any_friend() { return key_of(*rc::gen::inRange<std::uint8_t>(first_friend, first_friend + friends)); }
Dot any_dot() { return {any_device(), *rc::gen::inRange<std::uint64_t>(1, events_each_max + 1)}; }
std::vector<Dot> any_dots() {
  std::vector<Dot> dots(*rc::gen::inRange<std::size_t>(1, 4));
  std::ranges::generate(dots, any_dot);
  return dots;
}
Bytes any_text() { return to_bytes("text " + std::to_string(*rc::gen::inRange(0, 100))); }

Body any_message_body() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return TrySend{any_friend(), MessageKind::normal, any_text(), *rc::gen::arbitrary<bool>(), {}};
    case 1: return OfferReceived{any_friend(), OfferReceived::What::file, 7, any_text()};
    default: return Received{any_friend(), MessageKind::normal, any_text()};
  }
}

Body any_mark() {
  switch (*rc::gen::inRange(0, 7)) {
    case 0: return MarkRead{any_dot()};
    case 1: return ReadUpTo{any_friend(), any_dots()};
    case 2: return DoneSend{any_dot()};
    case 3: return MessageWithdrawn{any_dot()};
    case 4: return Sending{any_friend(), any_dots()};
    case 5: return SendingEnded{any_device(), SendingOutcome::unsure, any_dots()};
    default: return ContentErased{any_dots()};
  }
}

Body any_other_body() {
  using Profile = ProfileValue::What;
  switch (*rc::gen::inRange(0, 7)) {
    case 0: return FriendAdd{any_friend()};
    case 1: return FriendRemove{any_dot()};
    case 2: return FriendRequestReceived{any_friend(), any_text()};
    case 3: return FriendRequestDeclined{any_dot()};
    case 4: return ProfileValue{*rc::gen::element(Profile::name, Profile::status_message), any_text()};
    case 5: return DeviceSetting{any_device(), DeviceSetting::What::name, any_text()};
    default: return ContactSetting{any_friend(), ContactSetting::What::name, any_text()};
  }
}

Body any_body() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return any_message_body();
    case 1: return any_mark();
    default: return any_other_body();
  }
}

std::vector<Event> any_logs() {
  std::vector<Event> events;
  for (std::uint8_t device = 1; device <= devices; ++device) {
    const auto count = *rc::gen::inRange<std::uint64_t>(0, events_each_max + 1);
    std::uint64_t timestamp_ms = 1;
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      timestamp_ms += *rc::gen::inRange<std::uint64_t>(0, 3);
      const Body body = any_body();
      events.push_back(
          {{key_of(device), seq}, timestamp_ms, static_cast<std::uint8_t>(type_of(body)), encode_body(body)});
    }
  }
  return events;
}

std::vector<Event> shuffled(std::vector<Event> events) {
  std::vector<Event> mixed;
  while (!events.empty()) {
    const auto i = *rc::gen::inRange<std::size_t>(0, events.size());
    mixed.push_back(events[i]);
    events.erase(events.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return mixed;
}

std::unique_ptr<Store> recorded(const std::vector<Event>& events) {
  auto store = make_memory_store();
  const auto done = store->transact([&]() -> Result<void> {
    for (const Event& event : events) record(*store, event);
    return {};
  });
  RC_ASSERT(done.has_value());
  return store;
}

/// What the rules make of the whole set, without store and index.
std::optional<MessageRow> naive_row(const std::vector<Event>& events, const Event& message) {
  const ReadEvent read = read_event(message);
  std::vector<ReadEvent> references;
  std::uint32_t read_to = 0;
  for (const Event& event : events) {
    const ReadEvent other = read_event(event);
    const auto subjects = subjects_of(other);
    if (std::ranges::find(subjects, Subject::dot(message.dot)) != subjects.end()) references.push_back(other);
    const auto* up_to = std::get_if<ReadUpTo>(&other.body);
    if (up_to == nullptr || up_to->conversation != conversation_of(read)) continue;
    for (const Dot& prefix : up_to->prefixes) {
      if (prefix.log() == message.dot.log()) read_to = std::max(read_to, prefix.number());
    }
  }
  return derive_message(read, references, read_to);
}

RC_GTEST_PROP(Recorder, AnyOrderOfTheSameEventsGivesTheSameLogAndView, ()) {
  const auto events = any_logs();
  const auto one = recorded(shuffled(events));
  const auto other = recorded(shuffled(events));
  for (const Event& event : events) {
    RC_ASSERT(one->event(event.dot) == other->event(event.dot));
    RC_ASSERT(event_hash(*one->event(event.dot)) == event_hash(event));
    RC_ASSERT(one->message(event.dot) == naive_row(events, event));
    RC_ASSERT(other->message(event.dot) == naive_row(events, event));
  }
  RC_ASSERT(one->rows_hash() == other->rows_hash());
  RC_ASSERT(one->friend_rows() == other->friend_rows());
  RC_ASSERT(one->open_requests() == other->open_requests());
  RC_ASSERT(one->profile() == other->profile());
  for (std::uint8_t device = 1; device <= devices; ++device) {
    RC_ASSERT(one->device_row(key_of(device)) == other->device_row(key_of(device)));
  }
}

// A view that is made anew is the one that grew.
RC_GTEST_PROP(Recorder, AViewMadeAnewIsTheSame, ()) {
  const auto events = any_logs();
  const auto grown = recorded(shuffled(events));
  const auto anew = recorded(shuffled(events));
  RC_ASSERT(anew->transact([&]() -> Result<void> {
    rebuild_view(*anew);
    return {};
  }));
  for (const Event& event : events) RC_ASSERT(anew->message(event.dot) == grown->message(event.dot));
  RC_ASSERT(anew->rows_hash() == grown->rows_hash());
  RC_ASSERT(anew->friend_rows() == grown->friend_rows());
  RC_ASSERT(anew->open_requests() == grown->open_requests());
  RC_ASSERT(anew->profile() == grown->profile());
}

}  // namespace
}  // namespace toxtore
