// Messages of friends with Toxtore: `message` packets come in, `received` goes out (DESIGN 7, rule 5).
//
// Private to src/engine. A message counts as held only if an event says so that has the same dot, kind and text, and
// came from a key of the same contact, on whichever own device: so nobody can pre-empt another's message. Whatever is
// held is answered, and what is not is logged first: `received` means that it is durable here. Where two own devices
// log it at once, both copies are one row.
#pragma once

#include <map>

#include "engine/core.h"
#include "wire/message_parts.h"

namespace toxtore {

class FriendMessages {
 public:
  explicit FriendMessages(Core& core) : core_(core) {}

  void on_part(const PublicKey& from, const packet::Message& part, Instant now);
  void on_disconnected(const PublicKey& from) { parts_.erase(from); }
  /// Once a turn: of a message whose text was erased in one copy, the others are erased too.
  void erase_copies(Instant now);

 private:
  [[nodiscard]] std::vector<MessageRow> held(const PublicKey& from, const Hash& identity) const;

  Core& core_;
  std::map<PublicKey, PartReader> parts_;
};

}  // namespace toxtore
