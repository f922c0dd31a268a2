#include "engine/conversation.h"

#include <algorithm>
#include <map>

#include "wire/body.h"

namespace toxtore {
namespace {

// Cuts a list of dots into pieces of at most `size_max`, each the content of one event.
template <class Make>
std::vector<Body> in_pieces(const std::vector<Dot>& dots, std::size_t size_max, Make make) {
  std::vector<Body> bodies;
  for (std::size_t i = 0; i < dots.size(); i += size_max) {
    const auto begin = dots.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = std::min(size_max, dots.size() - i);
    bodies.emplace_back(make(std::vector<Dot>(begin, begin + static_cast<std::ptrdiff_t>(count))));
  }
  return bodies;
}

}  // namespace

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
  auto bodies = in_pieces(prefixes, read_prefixes_max,
                          [&](std::vector<Dot> piece) { return ReadUpTo{conversation, std::move(piece)}; });
  bodies.insert(bodies.end(), single.begin(), single.end());
  return bodies;
}

std::vector<Body> withdrawals(const Store& store, const Conversation& to, const std::optional<PublicKey>& author) {
  std::vector<Body> bodies;
  for (const MessageRow& row : store.undelivered_to(to)) {
    if (!author || row.id.device == *author) bodies.emplace_back(MessageWithdrawn{row.id});
  }
  return bodies;
}

std::vector<Body> erasures(const std::vector<Dot>& messages) {
  return in_pieces(messages, sending_messages_max,
                   [](std::vector<Dot> piece) { return ContentErased{std::move(piece)}; });
}

}  // namespace toxtore
