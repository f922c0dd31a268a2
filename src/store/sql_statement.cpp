#include "store/sql_statement.h"

#include <sqlite3.h>

#include <cassert>

namespace toxtore {

SqlStatement::~SqlStatement() { sqlite3_finalize(statement_); }

int SqlStatement::prepare(sqlite3* database, std::string_view sql) {
  assert(statement_ == nullptr);
  return sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
}

void SqlStatement::bind(int parameter, std::int64_t value) { sqlite3_bind_int64(statement_, parameter, value); }

void SqlStatement::bind(int parameter, ByteView value) {
  if (value.empty()) {
    sqlite3_bind_zeroblob(statement_, parameter, 0);  // a null pointer would be bound as NULL
  } else {
    sqlite3_bind_blob64(statement_, parameter, value.data(), value.size(), SQLITE_TRANSIENT);
  }
}

void SqlStatement::bind_null(int parameter) { sqlite3_bind_null(statement_, parameter); }

int SqlStatement::step() { return sqlite3_step(statement_); }

void SqlStatement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool SqlStatement::busy() const { return sqlite3_stmt_busy(statement_) != 0; }

bool SqlStatement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t SqlStatement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

ByteView SqlStatement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace toxtore
