#include "store/sql_search.h"

#include <algorithm>
#include <iterator>

#include "store/sql_message_row.h"
#include "store/sql_values.h"

namespace toxtore {

SqlSearch::SqlSearch(SqlDatabase& database) : database_(database) {
  // The index's own tokeniser as a table: what it makes of a user's words has nothing in it that FTS takes for syntax.
  database_.execute("CREATE VIRTUAL TABLE temp.tokens USING fts3tokenize(unicode61);");
}

void SqlSearch::add(std::uint64_t message, ByteView text) {
  database_.query("INSERT INTO words (docid, text) VALUES (?1, ?2)", message, text).run();
}

void SqlSearch::remove(std::uint64_t message) { database_.query("DELETE FROM words WHERE docid = ?1", message).run(); }

std::vector<std::string> SqlSearch::words_of(std::string_view text) {
  SqlQuery found = database_.query("SELECT token FROM temp.tokens WHERE input = ?1", as_bytes(text));
  std::vector<std::string> words;
  while (found.row()) words.push_back(to_text(found.blob(0)));
  return words;
}

/// Each word as a phrase whose last part may go on: gr-ün becomes "gr un*". Phrases side by side must all be there.
std::string SqlSearch::expression_of(std::string_view words) {
  constexpr std::string_view spaces = " \t\n\v\f\r";
  std::string expression;
  std::size_t left = search_words_max;
  words = words.substr(0, words.find('\0'));
  while (left > 0 && !words.empty()) {
    const std::string_view word = words.substr(0, words.find_first_of(spaces));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    std::string phrase;
    for (const std::string& part : words_of(word)) {
      if (left == 0) break;
      phrase += (phrase.empty() ? "" : " ") + part;
      --left;
    }
    if (!phrase.empty()) expression += '"' + phrase + "*\" ";
  }
  return expression;
}

std::vector<MessageRow> SqlSearch::find(const SearchQuery& query) {
  const std::string expression = expression_of(query.words);
  if (expression.empty()) return {};
  if (!query.conversation) return find(query, expression, std::nullopt);
  std::vector<MessageRow> rows;
  for (const PublicKey& key : query.conversation->keys()) {
    std::ranges::move(find(query, expression, key), std::back_inserter(rows));
  }
  std::ranges::sort(rows, {}, &MessageRow::order);
  return newest(std::move(rows), query.limit);
}

std::vector<MessageRow> SqlSearch::find(const SearchQuery& query, const std::string& expression,
                                        const std::optional<PublicKey>& key) {
  const OrderBound before(query.before);
  // CROSS JOIN: the words first, whatever the planner thinks.
  SqlQuery found = database_.query(
      "SELECT " TOXTORE_MESSAGE_COLUMNS
      " FROM words CROSS JOIN messages ON messages.id = words.docid "
      "WHERE words MATCH CAST(?1 AS TEXT) AND (?2 IS NULL OR conversation = ?2) AND (timestamp_ms, dot) < (?3, ?4) "
      "ORDER BY timestamp_ms DESC, dot DESC LIMIT ?5",
      as_bytes(expression), to_blob(key), before.timestamp_ms, before.dot, query.limit);
  return read_messages_reversed(found);
}

}  // namespace toxtore
