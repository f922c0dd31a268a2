// Full-text search over the messages: the FTS4 table `words`, which has the words of messages.text but no text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql_database.h"
#include "store/store.h"

namespace toxtore {

class SqlSearch {
 public:
  /// The database must outlive this. Makes a temporary table; a failure is the database's fault.
  explicit SqlSearch(SqlDatabase& database);

  /// `message` is messages.id, and the text the one that stands there.
  void add(std::uint64_t message, ByteView text);
  /// Takes out the words of the text that stands in `messages` now: before it is changed, or the index is wrong.
  void remove(std::uint64_t message);

  std::vector<MessageRow> find(const SearchQuery& query);

 private:
  std::vector<std::string> words_of(std::string_view text);
  std::string expression_of(std::string_view words);
  std::vector<MessageRow> find(const SearchQuery& query, const std::string& expression,
                               const std::optional<PublicKey>& key);

  SqlDatabase& database_;
};

}  // namespace toxtore
