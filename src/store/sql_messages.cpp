#include "store/sql_messages.h"

#include <algorithm>
#include <iterator>

#include "store/sql_message_row.h"
#include "store/sql_values.h"

namespace toxtore {
namespace {

std::optional<MessageRow> first_of(SqlQuery& query) {
  if (!query.row()) return std::nullopt;
  return read_message(query);
}

/// What `ask` finds for each key, in one order. `ask` gives its rows in order.
template <class Ask>
std::vector<MessageRow> rows_of(const Conversation& conversation, Ask ask) {
  std::vector<MessageRow> rows;
  for (const PublicKey& key : conversation.keys()) {
    std::vector<MessageRow> found = ask(key);
    rows.insert(rows.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  if (conversation.keys().size() > 1) std::ranges::sort(rows, {}, &MessageRow::order);
  return rows;
}

}  // namespace

/// What `ask` gives, each message once. Asks again where copies leave room on the page.
template <class Query, class Ask>
std::vector<MessageRow> SqlMessages::shown_once(Query query, const Conversation& conversation, Ask ask) {
  std::vector<MessageRow> shown;
  while (true) {
    const std::vector<MessageRow> part = ask(query);
    const auto once = each_message_once(part, conversation, [this](const Hash& identity) { return copies(identity); });
    shown.insert(shown.begin(), once.begin(), once.end());
    if (part.size() < query.limit || part.empty() || shown.size() >= query.limit) break;
    query.before = part.front().order();
  }
  return newest(std::move(shown), query.limit);
}

void SqlMessages::put(const MessageRow& row) {
  std::optional<std::uint64_t> message;
  bool same_text = false;
  {
    SqlQuery old = database_.query("SELECT id, text FROM messages WHERE dot = ?1", to_blob(row.id));
    if (old.row()) {
      message = old.number(0);
      same_text = std::ranges::equal(old.blob(1), row.text);
    }
  }
  if (message) {
    update(*message, row, same_text);
  } else {
    insert(row);
  }
}

void SqlMessages::insert(const MessageRow& row) {
  database_
      .query(
          "INSERT INTO messages (dot, conversation, timestamp_ms, outgoing, kind, text, shown_ms, read, delivery, "
          "device, delivered_ms, content, size, erased, delivered_to, identity, failure) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
          to_blob(row.id), row.conversation.bytes, row.timestamp_ms, row.outgoing, static_cast<std::uint32_t>(row.kind),
          row.text, row.shown_ms, row.read, static_cast<std::uint32_t>(row.delivery), to_blob(row.device),
          row.delivered_ms, static_cast<std::uint32_t>(row.content), row.size_bytes, row.erased,
          to_blob(row.delivered_to), to_blob(row.identity), static_cast<std::uint32_t>(row.failure))
      .run();
  search_.add(database_.last_row(), row.text);
}

// Most rows are put again with another state and the same text, which costs the index of words nothing.
void SqlMessages::update(std::uint64_t message, const MessageRow& row, bool same_text) {
  if (!same_text) search_.remove(message);
  database_
      .query(
          "UPDATE messages SET conversation = ?2, timestamp_ms = ?3, outgoing = ?4, kind = ?5, text = ?6, "
          "shown_ms = ?7, read = ?8, delivery = ?9, device = ?10, delivered_ms = ?11, content = ?12, size = ?13, "
          "erased = ?14, delivered_to = ?15, identity = ?16, failure = ?17 WHERE id = ?1",
          message, row.conversation.bytes, row.timestamp_ms, row.outgoing, static_cast<std::uint32_t>(row.kind),
          row.text, row.shown_ms, row.read, static_cast<std::uint32_t>(row.delivery), to_blob(row.device),
          row.delivered_ms, static_cast<std::uint32_t>(row.content), row.size_bytes, row.erased,
          to_blob(row.delivered_to), to_blob(row.identity), static_cast<std::uint32_t>(row.failure))
      .run();
  if (!same_text) search_.add(message, row.text);
}

void SqlMessages::put(const ReadMark& mark) {
  database_
      .query("INSERT OR REPLACE INTO read_marks (conversation, device, incarnation, number) VALUES (?1, ?2, ?3, ?4)",
             mark.conversation.bytes, mark.log.device.bytes, mark.log.incarnation, mark.number)
      .run();
}

std::uint32_t SqlMessages::read_mark(const PublicKey& conversation, const LogId& log) {
  SqlQuery found =
      database_.query("SELECT number FROM read_marks WHERE conversation = ?1 AND device = ?2 AND incarnation = ?3",
                      conversation.bytes, log.device.bytes, log.incarnation);
  return found.row() ? static_cast<std::uint32_t>(found.integer(0)) : 0;
}

void SqlMessages::each_row(const std::function<void(const ViewRow&)>& look) {
  SqlQuery messages = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS " FROM messages");
  while (messages.row()) look(read_message(messages));
  SqlQuery marks = database_.query("SELECT conversation, device, incarnation, number FROM read_marks");
  while (marks.row()) {
    const LogId log{.device = key_from(marks.blob(1)), .incarnation = static_cast<std::uint32_t>(marks.integer(2))};
    look(ReadMark{key_from(marks.blob(0)), log, static_cast<std::uint32_t>(marks.integer(3))});
  }
}

std::optional<MessageRow> SqlMessages::message(const Dot& id) {
  SqlQuery found = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS " FROM messages WHERE dot = ?1", to_blob(id));
  return first_of(found);
}

std::vector<MessageRow> SqlMessages::copies(const Hash& identity) {
  SqlQuery found = database_.query(
      "SELECT " TOXTORE_MESSAGE_COLUMNS " FROM messages WHERE identity = ?1 ORDER BY timestamp_ms, dot", identity);
  return read_messages(found);
}

// Each key is asked for by itself, through its index, and what comes is put in order: a contact has few keys.
std::vector<MessageRow> SqlMessages::page(const HistoryQuery& query) {
  const OrderBound before(query.before);
  return newest(rows_of(query.conversation,
                        [&](const PublicKey& key) {
                          SqlQuery found = database_.query(
                              "SELECT " TOXTORE_MESSAGE_COLUMNS
                              " FROM messages WHERE conversation = ?1 AND (timestamp_ms, dot) < (?2, ?3) "
                              "ORDER BY timestamp_ms DESC, dot DESC LIMIT ?4",
                              key.bytes, before.timestamp_ms, before.dot, query.limit);
                          return read_messages_reversed(found);
                        }),
                query.limit);
}

std::vector<MessageRow> SqlMessages::history(const HistoryQuery& query) {
  return shown_once(query, query.conversation, [this](const HistoryQuery& part) { return page(part); });
}

std::vector<MessageRow> SqlMessages::search(const SearchQuery& query) {
  if (!query.conversation) return search_.find(query);
  return shown_once(query, *query.conversation, [this](const SearchQuery& part) { return search_.find(part); });
}

std::vector<MessageRow> SqlMessages::unread(const Conversation& conversation) {
  return rows_of(conversation, [this](const PublicKey& key) {
    SqlQuery found = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS
                                     " FROM messages WHERE conversation = ?1 AND outgoing = 0 AND read = 0 "
                                     "ORDER BY timestamp_ms, dot",
                                     key.bytes);
    return read_messages(found);
  });
}

// Few messages have copies; those that have are looked at one by one.
std::size_t SqlMessages::unread_count(const Conversation& conversation) {
  std::size_t count = 0;
  std::vector<MessageRow> copied;
  for (const PublicKey& key : conversation.keys()) {
    SqlQuery alone = database_.query(
        "SELECT count(*) FROM messages WHERE conversation = ?1 AND outgoing = 0 AND read = 0 AND NOT EXISTS (SELECT 1 "
        "FROM messages AS other WHERE other.identity = messages.identity AND other.id <> messages.id)",
        key.bytes);
    if (alone.row()) count += alone.number(0);
    SqlQuery found = database_.query(
        "SELECT " TOXTORE_MESSAGE_COLUMNS
        " FROM messages WHERE conversation = ?1 AND outgoing = 0 AND read = 0 AND EXISTS (SELECT 1 FROM messages AS "
        "other WHERE other.identity = messages.identity AND other.id <> messages.id)",
        key.bytes);
    std::ranges::move(read_messages(found), std::back_inserter(copied));
  }
  const auto shown = each_message_once(copied, conversation, [this](const Hash& identity) { return copies(identity); });
  return count + static_cast<std::size_t>(std::ranges::count(shown, false, &MessageRow::read));
}

std::vector<MessageRow> SqlMessages::undelivered() {
  static_assert(static_cast<int>(Delivery::delivered) == 4 && Delivery::withdrawn > Delivery::delivered);
  SqlQuery found = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS
                                   " FROM messages WHERE outgoing = 1 AND delivery < 4 ORDER BY timestamp_ms, dot");
  return read_messages(found);
}

std::vector<MessageRow> SqlMessages::undelivered_to(const Conversation& conversation) {
  return rows_of(conversation, [this](const PublicKey& key) {
    SqlQuery found = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS
                                     " FROM messages WHERE conversation = ?1 AND outgoing = 1 AND delivery < 4 "
                                     "ORDER BY timestamp_ms, dot",
                                     key.bytes);
    return read_messages(found);
  });
}

std::size_t SqlMessages::undelivered_count() {
  return static_cast<std::size_t>(
      database_.integer("SELECT count(*) FROM messages WHERE outgoing = 1 AND delivery < 4"));
}

std::optional<MessageRow> SqlMessages::last_received(const Conversation& conversation) {
  const auto rows = rows_of(conversation, [this](const PublicKey& key) {
    SqlQuery found = database_.query("SELECT " TOXTORE_MESSAGE_COLUMNS
                                     " FROM messages WHERE conversation = ?1 AND outgoing = 0 "
                                     "ORDER BY timestamp_ms DESC, dot DESC LIMIT 1",
                                     key.bytes);
    return read_messages(found);
  });
  return rows.empty() ? std::nullopt : std::optional(rows.back());
}

}  // namespace toxtore
