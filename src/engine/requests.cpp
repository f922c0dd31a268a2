#include "engine/requests.h"

#include <algorithm>
#include <utility>

#include "wire/body.h"

namespace toxtore {

std::set<PublicKey> Requests::open_here() const {
  std::set<PublicKey> keys;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (row.id.device == core_.self) keys.insert(row.from);
  }
  return keys;
}

bool Requests::is_friend_without_us(const PublicKey& key) const {
  const auto row = core_.store.friend_row(key);
  return row && row->present() &&
         std::find(row->known_by.begin(), row->known_by.end(), core_.self) == row->known_by.end();
}

bool Requests::asked_here_and_was_not_added(const PublicKey& key) const {
  std::optional<OrderKey> asked;
  std::optional<OrderKey> added;
  for (const Event& event : core_.store.about(Subject::key(key))) {
    if (event.dot.device != core_.self) continue;
    const ReadEvent read = read_event(event);
    if (std::holds_alternative<FriendRequestReceived>(read.body)) asked = std::max(asked, std::optional(read.order()));
    if (std::holds_alternative<FriendAdd>(read.body)) added = std::max(added, std::optional(read.order()));
  }
  return asked && (!added || *added < *asked);
}

void Requests::begin() {
  waiting_ = open_here();
  for (const FriendRow& row : core_.store.friend_rows()) {
    if (is_friend_without_us(row.key) && asked_here_and_was_not_added(row.key)) waiting_.insert(row.key);
  }
}

void Requests::on_request(const input::FriendRequest& request, Instant now) {
  if (core_.store.open_request_count() >= friend_requests_max || open_here().contains(request.key)) return;
  const std::size_t length = std::min(request.message.size(), request_message_max);
  const ByteView message = ByteView(request.message).first(length);
  waiting_.insert(request.key);
  // A failure is kept by the core as its fault.
  (void)core_.log({FriendRequestReceived{request.key, Bytes(message.begin(), message.end())}}, now);
}

Result<void> Requests::accept(const PublicKey& key, Instant now) {
  const auto open = list();
  if (std::none_of(open.begin(), open.end(), [&](const auto& info) { return info.key == key; })) {
    return fail(ErrorKind::not_found, "no friend request of this key waits for an answer");
  }
  const auto logged = core_.log({FriendAdd{key}}, now);
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
  if (waiting_.empty()) return;
  const std::set<PublicKey> open = open_here();
  for (const PublicKey& key : std::exchange(waiting_, open)) {
    if (open.contains(key)) continue;
    const auto row = core_.store.friend_row(key);
    if (!row || !row->present()) {
      core_.outputs.emplace_back(output::RemovePeer{key});  // so that it can ask again
    } else if (is_friend_without_us(key)) {
      (void)core_.log({FriendAdd{key}}, now);
    }
  }
}

std::vector<FriendRequestInfo> Requests::list() const {
  std::vector<FriendRequestInfo> requests;
  std::set<PublicKey> listed;
  for (const RequestRow& row : core_.store.open_requests()) {
    if (listed.insert(row.from).second) requests.push_back({row.from, row.message, row.shown_ms});
  }
  return requests;
}

}  // namespace toxtore
