// message.*: writing, reading, finding; and what waits to be delivered.
#include <optional>

#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/method.h"
#include "rpc/names.h"
#include "wire/body.h"

namespace toxtore {

using nlohmann::json;

namespace {

constexpr std::uint64_t default_limit = 50;
constexpr std::uint64_t limit_max = 1000;
/// Texts of one answer, in bytes; each may be six times as long in JSON. Who wants more asks on.
constexpr std::size_t page_text_bytes_max = std::size_t{1} * 1024 * 1024;
constexpr Noun conversation_noun{"conversation", "friend.list"};

/// A friend, or one who was: the history of a removed friend stays.
tl::expected<PublicKey, RpcError> resolve_conversation(const Call& call) {
  auto present = resolve_friend(call.engine, call.text("friend"));
  if (present || present.error().kind != kind_name(ErrorKind::not_found)) return present;
  return resolve_name(call.text("friend"), named_contacts(call.engine, [](const Contact&) { return true; }),
                      conversation_noun);
}

Conversation conversation_with(const Call& call, const PublicKey& key) {
  return Conversation(call.engine.contacts().keys_with(key));
}

tl::expected<MessageRow, RpcError> message_named(const Call& call, std::string_view parameter) {
  const auto id = dot_from_text(call.text(parameter));
  if (!id)
    return refuse(ErrorKind::invalid_argument,
                  "“" + std::string(parameter) + "” must be the id of a message: a key, a colon and a number");
  auto row = call.engine.message(*id);
  if (!row) return refuse(ErrorKind::not_found, "there is no message " + dot_text(*id));
  return std::move(*row);
}

tl::expected<std::size_t, RpcError> limit_of(const Call& call) {
  const std::uint64_t limit = call.number_or("limit", default_limit);
  if (limit == 0 || limit > limit_max)
    return refuse(ErrorKind::invalid_argument, "“limit” is 1 to " + std::to_string(limit_max));
  return static_cast<std::size_t>(limit);
}

tl::expected<std::optional<OrderKey>, RpcError> before_of(const Call& call) {
  if (!call.has("before")) return std::optional<OrderKey>();
  const auto row = message_named(call, "before");
  if (!row) return refuse(row.error());
  return row->order();
}

/// How many of the newest rows one answer holds: at least one.
std::size_t rows_in_answer(const std::vector<MessageRow>& rows, std::size_t limit) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (auto row = rows.rbegin(); row != rows.rend() && count < limit; ++row, ++count) {
    bytes += row->text.size();
    if (count > 0 && bytes > page_text_bytes_max) break;
  }
  return count;
}

/// One more than asked for was looked up, to know whether there are more; it is the oldest, and is left out.
json page_json(const Call& call, const std::vector<MessageRow>& rows, std::size_t limit) {
  ShownNames names(call.engine);
  const std::size_t count = rows_in_answer(rows, limit);
  json messages = json::array();
  for (std::size_t i = rows.size() - count; i < rows.size(); ++i) {
    if (is_known(call.engine, rows[i].conversation)) messages.push_back(to_json(rows[i], names));
  }
  return {{"messages", std::move(messages)}, {"more", count < rows.size()}};
}

Answer send_message(const Call& call) {
  const auto to = resolve_friend(call.engine, call.text("friend"));
  if (!to) return refuse(to.error());
  SendMessage command;
  command.to = *to;
  command.text = call.text("text");
  command.token = call.text_or("token", "");
  if (call.has("token") && command.token.empty())
    return refuse(ErrorKind::invalid_argument, "“token” is left out, or says something");
  const std::string kind = call.text_or("kind", "normal");
  if (kind != "normal" && kind != "action")
    return refuse(ErrorKind::invalid_argument, "“kind” is \"normal\" or \"action\"");
  if (kind == "action") command.kind = MessageKind::action;
  if (command.token.size() > token_size_max)
    return refuse(ErrorKind::too_long, "“token” has at most " + std::to_string(token_size_max) + " bytes");
  const auto sent = call.engine.send_message(command, call.now);
  if (!sent) return refuse(sent.error());
  ShownNames names(call.engine);
  return to_json(*sent, names);
}

Answer mark_one_read(const Call& call) {
  const auto row = message_named(call, "id");
  if (!row) return refuse(row.error());
  if (const auto marked = call.engine.mark_message_read(row->id, call.now); !marked) return refuse(marked.error());
  return json{{"marked", row->read ? 0 : 1}};
}

Answer mark_read(const Call& call) {
  if (call.has("friend") == call.has("id"))
    return refuse(ErrorKind::invalid_argument,
                  "message.read needs either “friend”, for the whole conversation, or “id”, for one message");
  if (call.has("id")) return mark_one_read(call);
  const auto conversation = resolve_conversation(call);
  if (!conversation) return refuse(conversation.error());
  const auto marked = call.engine.mark_conversation_read(*conversation, call.now);
  if (!marked) return refuse(marked.error());
  return json{{"marked", *marked}};
}

Answer withdraw(const Call& call) {
  const auto row = message_named(call, "id");
  if (!row) return refuse(row.error());
  const auto withdrawn = call.engine.withdraw_message(row->id, call.now);
  if (!withdrawn) return refuse(withdrawn.error());
  ShownNames names(call.engine);
  return to_json(*withdrawn, names);
}

Answer send_anyway(const Call& call) {
  const auto row = message_named(call, "id");
  if (!row) return refuse(row.error());
  const auto noted = call.engine.send_anyway(row->id);
  if (!noted) return refuse(noted.error());
  ShownNames names(call.engine);
  return to_json(*noted, names);
}

/// The oldest first: they go first.
Answer outbox(const Call& call) {
  ShownNames names(call.engine);
  const auto all = call.engine.outbox(call.now);
  json shown = json::array();
  std::size_t bytes = 0;
  for (const Waiting& waiting : all) {
    bytes += waiting.message.text.size();
    if (shown.size() == limit_max || (!shown.empty() && bytes > page_text_bytes_max)) break;
    shown.push_back(to_json(waiting, names));
  }
  const std::size_t more = all.size() - shown.size();
  return json{{"waiting", std::move(shown)}, {"more", more}};
}

Answer erase_one(const Call& call) {
  const auto row = message_named(call, "id");
  if (!row) return refuse(row.error());
  if (const auto erased = call.engine.erase_message(row->id, call.now); !erased) return refuse(erased.error());
  return json{{"erased", row->erased ? 0 : 1}};
}

Answer erase(const Call& call) {
  if (call.has("friend") == call.has("id"))
    return refuse(ErrorKind::invalid_argument,
                  "message.erase needs either “friend”, for the whole conversation, or “id”, for one message");
  if (call.has("id")) return erase_one(call);
  const auto conversation = resolve_conversation(call);
  if (!conversation) return refuse(conversation.error());
  const auto erased = call.engine.erase_conversation(*conversation, call.now);
  if (!erased) return refuse(erased.error());
  return json{{"erased", *erased}};
}

Answer history(const Call& call) {
  const auto conversation = resolve_conversation(call);
  if (!conversation) return refuse(conversation.error());
  const auto limit = limit_of(call);
  if (!limit) return refuse(limit.error());
  const auto before = before_of(call);
  if (!before) return refuse(before.error());
  const HistoryQuery query{
      .conversation = conversation_with(call, *conversation), .before = *before, .limit = *limit + 1};
  return page_json(call, call.engine.store().history(query), *limit);
}

Answer search(const Call& call) {
  SearchQuery query;
  query.words = call.text("words");
  if (query.words.find_first_not_of(" \t\r\n") == std::string::npos)
    return refuse(ErrorKind::invalid_argument, "“words” is empty; give a word to look for");
  if (call.has("friend")) {
    const auto conversation = resolve_conversation(call);
    if (!conversation) return refuse(conversation.error());
    query.conversation = conversation_with(call, *conversation);
  }
  const auto limit = limit_of(call);
  if (!limit) return refuse(limit.error());
  const auto before = before_of(call);
  if (!before) return refuse(before.error());
  query.before = *before;
  query.limit = *limit + 1;
  return page_json(call, call.engine.search(query), *limit);
}

}  // namespace

std::vector<Method> message_methods() {
  using Type = Parameter::Type;
  return {
      {"message.send", {{"friend"}, {"text"}, {"kind", Type::text, false}, {"token", Type::text, false}}, send_message},
      {"message.read", {{"friend", Type::text, false}, {"id", Type::text, false}}, mark_read},
      {"message.outbox", {}, outbox},
      {"message.withdraw", {{"id"}}, withdraw},
      {"message.send_anyway", {{"id"}}, send_anyway},
      {"message.erase", {{"friend", Type::text, false}, {"id", Type::text, false}}, erase},
      {"message.history", {{"friend"}, {"limit", Type::number, false}, {"before", Type::text, false}}, history},
      {"message.search",
       {{"words"}, {"friend", Type::text, false}, {"limit", Type::number, false}, {"before", Type::text, false}},
       search}};
}

}  // namespace toxtore
