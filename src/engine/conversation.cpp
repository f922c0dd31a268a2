#include "engine/conversation.h"

#include <set>
#include <utility>

#include "base/pieces.h"
#include "wire/body.h"

namespace toxtore {

std::vector<Body> marks_for_all(const Core& core, const PublicKey& conversation) {
  std::set<LogId> logs;
  std::vector<Body> single;
  for (const MessageRow& row : core.store.unread(conversation)) {
    if (row.id.number() <= core.replicator.held().prefix(row.id.log())) {
      logs.insert(row.id.log());
    } else {
      single.emplace_back(MarkRead{row.id});
    }
  }
  std::vector<Dot> prefixes;
  for (const LogId& log : logs) prefixes.push_back(Dot::of(log, core.replicator.held().prefix(log)));
  std::vector<Body> bodies;
  for (auto& piece : in_pieces(prefixes, read_prefixes_max)) {
    bodies.emplace_back(ReadUpTo{conversation, std::move(piece)});
  }
  bodies.insert(bodies.end(), single.begin(), single.end());
  return bodies;
}

std::vector<Body> withdrawals(const Store& store, const Conversation& to, const std::optional<PublicKey>& author) {
  std::vector<Body> bodies;
  for (const MessageRow& row : store.undelivered_to(to)) {
    if (!author || row.id.device == *author)
      bodies.emplace_back(MessageWithdrawn{row.id, MessageWithdrawn::Reason::no_friend});
  }
  return bodies;
}

std::vector<Body> erasures(const std::vector<Dot>& messages) {
  std::vector<Body> bodies;
  for (auto& piece : in_pieces(messages, sending_messages_max)) bodies.emplace_back(ContentErased{std::move(piece)});
  return bodies;
}

}  // namespace toxtore
