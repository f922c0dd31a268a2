#include "engine/pages.h"

#include <algorithm>
#include <utility>

namespace toxtore {

void Pages::ask(const PublicKey& peer, const packet::Page& page) {
  std::deque<PublicKey> conversations(page.conversations.begin(), page.conversations.end());
  if (conversations.empty()) conversations = all_conversations();
  wanted_[peer] = {page.count, std::move(conversations), {}, {}};
}

std::deque<PublicKey> Pages::all_conversations() const {
  std::vector<std::pair<OrderKey, PublicKey>> newest;
  for (const FriendRow& row : core_.store.friend_rows()) {
    const auto last = core_.store.history({row.key, std::nullopt, 1});
    newest.emplace_back(last.empty() ? OrderKey{} : last.back().order(), row.key);
  }
  std::sort(newest.rbegin(), newest.rend());
  std::deque<PublicKey> conversations;
  for (const auto& [order, key] : newest) conversations.push_back(key);
  return conversations;
}

void Pages::add(const PublicKey& peer, Wanted& wanted, const Event& event) const {
  if (core_.replicator.is_needless_in_page(peer, event.dot) || !wanted.sent.insert(event.dot).second) return;
  wanted.events.push_back(event);
}

void Pages::add_with_references(const PublicKey& peer, Wanted& wanted, const Event& event) const {
  add(peer, wanted, event);
  for (const Event& reference : core_.store.about(Subject::dot(event.dot))) add(peer, wanted, reference);
}

// Every add, for a friend stays one until each is removed; of the rest the newest.
void Pages::add_about_contact(const PublicKey& peer, Wanted& wanted, const PublicKey& contact) const {
  std::vector<Event> rest = core_.store.about(Subject::conversation(contact));
  for (Event& event : core_.store.about(Subject::key(contact))) {
    if (event.type == static_cast<std::uint8_t>(EventType::friend_add)) {
      add_with_references(peer, wanted, event);
    } else {
      rest.push_back(std::move(event));
    }
  }
  std::sort(rest.begin(), rest.end(), [](const Event& a, const Event& b) { return order_of(b) < order_of(a); });
  if (rest.size() > page_marks_max) rest.resize(page_marks_max);
  for (const Event& event : rest) add(peer, wanted, event);
}

// Newest first: if the peer has room for a part only, that is the one to have.
void Pages::gather(const PublicKey& peer, Wanted& wanted, const PublicKey& conversation) const {
  add_about_contact(peer, wanted, conversation);
  auto rows = core_.store.history({conversation, std::nullopt, wanted.count});
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (const auto event = core_.store.event(row->id)) add_with_references(peer, wanted, *event);
  }
}

std::vector<Event> Pages::next(const PublicKey& peer, std::size_t events_max, std::size_t bytes_max) {
  const auto found = wanted_.find(peer);
  if (found == wanted_.end()) return {};
  Wanted& wanted = found->second;
  while (wanted.events.empty() && !wanted.conversations.empty()) {
    gather(peer, wanted, wanted.conversations.front());
    wanted.conversations.pop_front();
  }
  std::vector<Event> events;
  std::size_t bytes = 0;
  while (!wanted.events.empty() && events.size() < events_max) {
    bytes += bundled_size(wanted.events.front());
    if (!events.empty() && bytes > bytes_max) break;
    events.push_back(std::move(wanted.events.front()));
    wanted.events.pop_front();
  }
  if (events.empty()) wanted_.erase(found);
  return events;
}

}  // namespace toxtore
