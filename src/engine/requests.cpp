#include "engine/requests.h"

#include <algorithm>
#include <utility>

#include "wire/body.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

// What this device remembers of an answer that it gave for others.
struct Answer {
  Dot add;
  std::set<PublicKey> asked;
};

Bytes bytes_of(const Answer& answer) {
  Writer writer;
  writer.dot(answer.add);
  for (const PublicKey& device : answer.asked) writer.key(device);
  return writer.take();
}

Answer answer_from(ByteView bytes) {
  Reader reader(bytes);
  Answer answer{reader.dot(), {}};
  while (reader.left() > 0 && !reader.failed()) answer.asked.insert(reader.key());
  return answer;
}

}  // namespace

std::set<PublicKey> Requests::open_here() const {
  std::set<PublicKey> keys;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (row.id.device == core_.self) keys.insert(row.from);
  }
  return keys;
}

bool Requests::is_friend_without_us(const PublicKey& key) const {
  const auto row = core_.store.friend_row(key);
  return row && row->present() && !row->is_known_by(core_.self);
}

bool Requests::asked_here_and_was_not_added(const PublicKey& key) const {
  // No add at all is less than any.
  return core_.last_own(key, EventType::friend_add) < core_.last_own(key, EventType::friend_request_received);
}

void Requests::begin() {
  waiting_ = open_here();
  for (const FriendRow& row : core_.store.friend_rows()) {
    if (is_friend_without_us(row.key) && asked_here_and_was_not_added(row.key)) waiting_.insert(row.key);
  }
}

bool Requests::on_request(const input::FriendRequest& request, Instant now) {
  if (open_here().contains(request.key)) return true;
  if (core_.store.open_request_count() >= friend_requests_max) return false;
  waiting_.insert(request.key);
  // A failure is kept by the core as its fault.
  (void)core_.log({FriendRequestReceived{request.key, request.message}}, now);
  return true;
}

Result<void> Requests::accept(const PublicKey& key, Instant now) {
  std::set<PublicKey> asked;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (row.from == key) asked.insert(row.id.device);
  }
  if (asked.empty()) return fail(ErrorKind::not_found, "no friend request of this key waits for an answer");
  const auto logged = core_.log(contacts_.adds_of_all(key), now, [&](const std::vector<Event>& adds) {
    if (asked.contains(core_.self)) return;
    const Answer answer{adds.front().dot, asked};  // the first is the add of this key
    core_.store.remember(remembered_name::of(remembered_name::answered, key), bytes_of(answer));
  });
  return logged ? Result<void>{} : fail(logged.error());
}

Result<void> Requests::decline(const PublicKey& key, Instant now) {
  std::vector<Body> declines;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (row.from == key) declines.emplace_back(FriendRequestDeclined{row.id});
  }
  if (declines.empty()) return fail(ErrorKind::not_found, "no friend request of this key waits for an answer");
  const auto logged = core_.log(declines, now);
  return logged ? Result<void>{} : fail(logged.error());
}

void Requests::settle(Instant now) {
  act_on_answers(now);
  take_back_adds(now);
}

// One that was asked has added the friend, or he is removed: then ours has done what it was for. The add of a device
// that only answered too is not enough, for that one is about to take it back.
void Requests::take_back_adds(Instant now) {
  for (const auto& [name, value] : core_.store.remembered_under(remembered_name::answered)) {
    const auto key = remembered_name::key_of(remembered_name::answered, name);
    const auto row = key ? core_.store.friend_row(*key) : std::nullopt;
    const auto forget = [&core = core_, &entry = name] { core.store.forget(entry); };
    const Answer answer = answer_from(value);
    if (!row || !row->present()) {
      (void)core_.change(forget);
    } else if (std::any_of(row->known_by.begin(), row->known_by.end(),
                           [&](const PublicKey& device) { return answer.asked.contains(device); })) {
      (void)core_.log({FriendRemove{answer.add}}, now, [&](const auto&) { forget(); });
    }
  }
}

void Requests::on_request_of_friend(const PublicKey& key) {
  if (!core_.answered_for_another(key)) return;
  const std::string name = remembered_name::of(remembered_name::answered, key);
  if (core_.change([&] { core_.store.forget(name); })) core_.view_changed = true;
}

void Requests::act_on_answers(Instant now) {
  const std::set<PublicKey> open = open_here();
  for (const PublicKey& key : std::exchange(waiting_, open)) {
    if (open.contains(key) || core_.is_or_was_own(key)) continue;
    if (core_.contacts().friend_of(key) == nullptr) {
      core_.outputs.emplace_back(output::RemovePeer{key});  // so that it can ask again
    } else if (is_friend_without_us(key)) {
      (void)core_.log({FriendAdd{key}}, now);
    }
  }
}

std::vector<FriendRequestInfo> Requests::list() const {
  std::vector<FriendRequestInfo> requests;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (core_.is_or_was_own(row.from)) continue;  // it became one in another way
    const auto listed = std::ranges::find(requests, row.from, &FriendRequestInfo::key);
    if (listed == requests.end()) {
      requests.push_back({row.from, row.message, row.shown_ms});
    } else if (listed->message.empty()) {
      listed->message = row.message;  // the first was logged by a device that could not hear the words (strangers.h)
    }
  }
  return requests;
}

}  // namespace toxtore
