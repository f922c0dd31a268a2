// One prepared SQL statement.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace toxtore {

/// A prepared statement; finalised when it goes, which must be before its database does. Numbers of columns count
/// from 0, of parameters from 1, as in SQLite. Every result code is SQLite's own.
class SqlStatement {
 public:
  SqlStatement() = default;
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;
  ~SqlStatement();

  int prepare(sqlite3* database, std::string_view sql);

  /// Values are copied. An unsigned number takes the 64 bits of a signed one: it comes back as it was, but in ORDER
  /// BY and comparisons those from 2^63 on are below 0.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::uint64_t value) { bind(parameter, static_cast<std::int64_t>(value)); }
  void bind(int parameter, std::uint32_t value) { bind(parameter, static_cast<std::int64_t>(value)); }
  void bind(int parameter, bool value) { bind(parameter, static_cast<std::int64_t>(value)); }
  void bind(int parameter, ByteView value);
  void bind_null(int parameter);
  template <class T>
  void bind(int parameter, const std::optional<T>& value) {
    value ? bind(parameter, *value) : bind_null(parameter);
  }

  int step();
  /// Ready for the next step from the start, and what was bound is let go.
  void reset();
  [[nodiscard]] bool busy() const;

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Borrowed until the next step or reset.
  [[nodiscard]] ByteView blob(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace toxtore
