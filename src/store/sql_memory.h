// What this device alone remembers, in the database. The contract is store.h's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sql_database.h"

namespace toxtore {

class SqlMemory {
 public:
  /// The database must outlive this.
  explicit SqlMemory(SqlDatabase& database) : database_(database) {}

  void remember(std::string_view name, ByteView value);
  void forget(std::string_view name);
  std::optional<Bytes> remembered(std::string_view name);
  std::vector<std::pair<std::string, Bytes>> remembered_under(std::string_view prefix);

 private:
  SqlDatabase& database_;
};

}  // namespace toxtore
