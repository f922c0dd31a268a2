// One connection to an SQLCipher database: opening with a key, queries, transactions, and the first failure.
//
// Failures are kept here and not returned by each query: after one, no query does anything or has a row, until
// `clear_fault`. So the classes above ask their questions in plain lines and the store looks once (store.h, Failure).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/key_file.h"
#include "store/sql_statement.h"

namespace toxtore {

class SqlDatabase;

/// One execution of a statement, from its first step to its end. Only one at a time of the same statement.
///
///   SqlQuery query = database.query("SELECT value FROM remembered WHERE name = ?1", name);
///   while (query.row()) use(query.blob(0));
class SqlQuery {
 public:
  /// `statement` may be null: a query without rows.
  SqlQuery(SqlDatabase& database, SqlStatement* statement) : database_(database), statement_(statement) {}
  SqlQuery(const SqlQuery&) = delete;
  SqlQuery& operator=(const SqlQuery&) = delete;
  ~SqlQuery();

  /// Goes to the next row; false at the end and on a failure, which the database then has.
  bool row();
  /// For statements without rows.
  void run() { row(); }

  [[nodiscard]] bool is_null(int column) const { return statement_->is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return statement_->integer(column); }
  [[nodiscard]] std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  /// Borrowed until the next `row`.
  [[nodiscard]] ByteView blob(int column) const { return statement_->blob(column); }
  [[nodiscard]] Bytes bytes(int column) const;

 private:
  SqlDatabase& database_;
  SqlStatement* statement_;
};

class SqlDatabase {
 public:
  /// Opens the file, or makes it (mode 0600) if it is not there, and reads from it once. Errors, with the file as it
  /// was: foreign_file (it does not open with this key), corrupt, read_only, disk_full, locked, io.
  static Result<std::unique_ptr<SqlDatabase>> open(const std::filesystem::path& file, const DatabaseKey& key);
  /// A database that is nowhere on disk and goes with this.
  static Result<std::unique_ptr<SqlDatabase>> open_in_memory();
  SqlDatabase(const SqlDatabase&) = delete;
  SqlDatabase& operator=(const SqlDatabase&) = delete;
  ~SqlDatabase();

  /// Prepares the statement once for good, so `sql` must be text that lives as long as the program.
  template <class... Values>
  SqlQuery query(std::string_view sql, const Values&... values) {
    SqlStatement* statement = prepared(sql);
    if (statement != nullptr) {
      [[maybe_unused]] int parameter = 0;
      (statement->bind(++parameter, values), ...);
    }
    return {*this, statement};
  }
  /// Runs one or more statements without parameters, whatever their rows.
  void execute(const char* sql);
  /// The first column of the first row, 0 if there is none.
  std::int64_t integer(const char* sql);

  /// The first column of each row, as text; for PRAGMAs that report.
  std::vector<std::string> texts(const char* sql);

  /// Copies all of it, as it is at this moment, into an empty one; each is encrypted under its own key. Durable on
  /// success. Other connections may go on writing meanwhile. Errors: this one's fault or the other's.
  Result<void> copy_to(SqlDatabase& target);

  void begin();
  void commit();
  /// Also after a failure, and when SQLite has rolled back already.
  void rollback();

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }
  void clear_fault() { fault_.reset(); }
  /// Keeps the failure of this SQLite result code, unless there is one already.
  void report(int code);
  [[nodiscard]] std::uint64_t last_row() const;
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::size_t changes() const;

 private:
  explicit SqlDatabase(std::filesystem::path file) : file_(std::move(file)) {}
  int connect(const DatabaseKey& key);
  int open_connection();
  SqlStatement* prepared(std::string_view sql);
  [[nodiscard]] Error error_of(int code) const;

  std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string_view, std::unique_ptr<SqlStatement>> statements_;
  std::optional<Error> fault_;
};

}  // namespace toxtore
