// Pages: the newest events of each conversation, for an own device that lacks much (DESIGN 6, packet 23).
//
// Private to src/engine. A page of a conversation is its newest messages, what marks them (read, delivered, erased …),
// and what the contact is known by: its adds with their removals and its settings. Conversations go out one after
// another, the one with the newest message first, so a newcomer can show something at once; events that the peer is
// known to hold are left out. Only one conversation is in memory at a time for each peer.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "engine/core.h"

namespace toxtore {

/// Settings and marks of a conversation that go with its page, besides those of single messages: the newest.
inline constexpr std::size_t page_marks_max = 64;

class Pages {
 public:
  explicit Pages(Core& core) : core_(core) {}

  /// A later question takes the place of an earlier one.
  void ask(const PublicKey& peer, const packet::Page& page);
  void forget(const PublicKey& peer) { wanted_.erase(peer); }

  [[nodiscard]] bool wanted(const PublicKey& peer) const { return wanted_.contains(peer); }
  /// The next events for a peer that asked: at most `events_max`, and of those after the first no more than `bytes_max`
  /// in a bundle. Empty when the page is over; then it is no longer wanted.
  std::vector<Event> next(const PublicKey& peer, std::size_t events_max, std::size_t bytes_max);

 private:
  struct Wanted {
    std::size_t count = 0;
    std::deque<PublicKey> conversations;
    std::deque<Event> events;  // of the conversation that is being sent
    std::set<Dot> sent;
  };
  [[nodiscard]] std::deque<PublicKey> all_conversations() const;
  void gather(const PublicKey& peer, Wanted& wanted, const PublicKey& conversation) const;
  void add(const PublicKey& peer, Wanted& wanted, const Event& event) const;
  void add_with_references(const PublicKey& peer, Wanted& wanted, const Event& event) const;
  void add_about_contact(const PublicKey& peer, Wanted& wanted, const PublicKey& contact) const;

  Core& core_;
  std::map<PublicKey, Wanted> wanted_;
};

}  // namespace toxtore
