// The message rows in the database, and how far each log is read in each conversation. The contract is store.h's.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "store/sql_database.h"
#include "store/sql_search.h"
#include "store/store.h"

namespace toxtore {

class SqlMessages {
 public:
  /// Both must outlive this. `search` is kept in step with the texts.
  SqlMessages(SqlDatabase& database, SqlSearch& search) : database_(database), search_(search) {}

  void put(const MessageRow& row);
  void put(const ReadMark& mark);
  std::optional<MessageRow> message(const Dot& id);
  std::vector<MessageRow> history(const HistoryQuery& query);
  std::vector<MessageRow> search(const SearchQuery& query);
  std::vector<MessageRow> copies(const Hash& identity);
  std::uint32_t read_mark(const PublicKey& conversation, const LogId& log);
  std::vector<MessageRow> unread(const Conversation& conversation);
  std::size_t unread_count(const Conversation& conversation);
  std::vector<MessageRow> undelivered();
  std::vector<MessageRow> undelivered_to(const Conversation& conversation);
  std::size_t undelivered_count();
  std::optional<MessageRow> last_received(const Conversation& conversation);
  void each_row(const std::function<void(const ViewRow&)>& look);

 private:
  void insert(const MessageRow& row);
  void update(std::uint64_t message, const MessageRow& row, bool same_text);
  std::vector<MessageRow> page(const HistoryQuery& query);
  template <class Query, class Ask>
  std::vector<MessageRow> shown_once(Query query, const Conversation& conversation, Ask ask);

  SqlDatabase& database_;
  SqlSearch& search_;
};

}  // namespace toxtore
