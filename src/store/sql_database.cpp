#define SQLITE_HAS_CODEC 1  // declares sqlite3_key

#include "store/sql_database.h"

#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>

#include "store/file_io.h"

namespace toxtore {
namespace {

/// Nobody else has business with the file; a tool that looks into it is soon done.
constexpr int busy_timeout_ms = 5000;

/// The same file format with SQLCipher 3.4 and 4.6, whose defaults refuse each other's files. 3.4 does not know
/// cipher_compatibility and passes over it.
constexpr const char* one_format = "PRAGMA cipher_compatibility = 3; PRAGMA cipher_page_size = 4096;";
/// SQLCipher 4.6 would write to stderr what comes back as an error anyway. For the whole process; 3.4 passes over it.
constexpr const char* silent = "PRAGMA cipher_log_level = NONE;";
/// SQLCipher 4.6 would write temporary tables and sorts to the disk as plain text.
constexpr const char* temporary_in_memory = "PRAGMA temp_store = 2;";

/// What is deleted or replaced is overwritten with zeros: a text that the user erased must not stay in a free page.
constexpr const char* overwrite_deleted = "PRAGMA secure_delete = ON;";

/// A raw key, in SQLCipher's form x'…' that takes no time to derive.
class RawKey {
 public:
  explicit RawKey(const DatabaseKey& key) {
    text_[0] = 'x';
    text_[1] = '\'';
    sodium_bin2hex(text_.data() + 2, 2 * DatabaseKey::size + 1, key.bytes().data(), DatabaseKey::size);
    text_.back() = '\'';
  }
  RawKey(const RawKey&) = delete;
  RawKey& operator=(const RawKey&) = delete;
  ~RawKey() { sodium_memzero(text_.data(), text_.size()); }

  [[nodiscard]] const void* data() const { return text_.data(); }
  [[nodiscard]] int size() const { return static_cast<int>(text_.size()); }

 private:
  std::array<char, 3 + 2 * DatabaseKey::size> text_{};
};

/// With rights of our own, for SQLite would go by the umask; its -wal and -shm take over the file's.
Result<void> make_file(const std::filesystem::path& file) {
  const FileDescriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!made.is_open()) return fail(write_error("open", file, errno));
  return {};
}

Result<void> prepare_file(const std::filesystem::path& file) {
  // Not one that is there: this process may have another connection to it, whose locks a close would drop.
  if (::access(file.c_str(), F_OK) != 0) {
    if (const Result<void> made = make_file(file); !made) return made;
  }
  if (::access(file.parent_path().c_str(), W_OK) != 0) return fail(write_error("write to", file, errno));
  return {};
}

Error not_opened_by_key(const std::filesystem::path& file) {
  return {ErrorKind::foreign_file,
          file.string() +
              " is not a database that this profile's key file opens: it is another "
              "program's, belongs to another key file, or is damaged. Nothing was changed; put the "
              "database and the key file that belong together there."};
}

}  // namespace

SqlQuery::~SqlQuery() {
  if (statement_ != nullptr) statement_->reset();
}

bool SqlQuery::row() {
  if (statement_ == nullptr || database_.fault()) return false;
  const int code = statement_->step();
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_.report(code);
  return code == SQLITE_ROW;
}

Bytes SqlQuery::bytes(int column) const {
  const ByteView value = blob(column);
  return {value.begin(), value.end()};
}

Result<std::unique_ptr<SqlDatabase>> SqlDatabase::open(const std::filesystem::path& file, const DatabaseKey& key) {
  const Result<void> prepared = prepare_file(file);
  if (!prepared) return fail(prepared.error());
  std::unique_ptr<SqlDatabase> database(new SqlDatabase(file));
  const int code = database->connect(key);
  if (code != SQLITE_OK) database->report(code);
  database->execute("SELECT count(*) FROM sqlite_master;");
  if (database->fault()) return fail(*database->fault());
  return database;
}

Result<std::unique_ptr<SqlDatabase>> SqlDatabase::open_in_memory() {
  std::unique_ptr<SqlDatabase> database(new SqlDatabase(":memory:"));
  if (const int code = database->open_connection(); code != SQLITE_OK) database->report(code);
  database->execute(temporary_in_memory);
  if (database->fault()) return fail(*database->fault());
  return database;
}

int SqlDatabase::open_connection() {
  const int code = sqlite3_open_v2(file_.c_str(), &connection_, SQLITE_OPEN_READWRITE, nullptr);
  if (code != SQLITE_OK) return code;
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, busy_timeout_ms);
  execute(silent);
  return SQLITE_OK;
}

int SqlDatabase::connect(const DatabaseKey& key) {
  if (const int code = open_connection(); code != SQLITE_OK) return code;
  const RawKey raw(key);
  const int keyed = sqlite3_key(connection_, raw.data(), raw.size());
  if (keyed != SQLITE_OK) return keyed;
  execute(one_format);
  execute(temporary_in_memory);
  execute(overwrite_deleted);
  return SQLITE_OK;
}

SqlDatabase::~SqlDatabase() {
  statements_.clear();
  [[maybe_unused]] const int code = sqlite3_close(connection_);
  assert(code == SQLITE_OK);
}

SqlStatement* SqlDatabase::prepared(std::string_view sql) {
  if (fault_) return nullptr;
  const auto [found, is_new] = statements_.try_emplace(sql);
  if (is_new) {
    auto statement = std::make_unique<SqlStatement>();
    const int code = statement->prepare(connection_, sql);
    if (code != SQLITE_OK) {
      statements_.erase(found);
      report(code);
      return nullptr;
    }
    found->second = std::move(statement);
  }
  assert(!found->second->busy());
  return found->second.get();
}

void SqlDatabase::execute(const char* sql) {
  if (fault_) return;
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) report(code);
}

std::int64_t SqlDatabase::integer(const char* sql) {
  if (fault_) return 0;
  SqlStatement statement;
  const int code = statement.prepare(connection_, sql);
  if (code != SQLITE_OK) report(code);
  SqlQuery query(*this, &statement);
  return query.row() ? query.integer(0) : 0;
}

std::vector<std::string> SqlDatabase::texts(const char* sql) {
  std::vector<std::string> rows;
  if (fault_) return rows;
  SqlStatement statement;
  if (const int code = statement.prepare(connection_, sql); code != SQLITE_OK) report(code);
  SqlQuery query(*this, &statement);
  while (query.row()) rows.push_back(to_text(query.blob(0)));
  return rows;
}

Result<void> SqlDatabase::copy_to(SqlDatabase& target) {
  // The target is nobody's before it is whole, so it needs no journal, and is made durable once at the end.
  target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  if (target.fault()) return fail(*target.fault());
  sqlite3_backup* backup = sqlite3_backup_init(target.connection_, "main", connection_, "main");
  if (backup == nullptr) return fail(target.error_of(sqlite3_errcode(target.connection_)));
  const int code = sqlite3_backup_step(backup, -1);
  // What went wrong is told by whichever side it went wrong on.
  std::optional<Error> failed;
  if (code != SQLITE_DONE) failed = sqlite3_errcode(connection_) == code ? error_of(code) : target.error_of(code);
  const int finished = sqlite3_backup_finish(backup);
  if (!failed && finished != SQLITE_OK) failed = target.error_of(finished);
  if (failed) return fail(*failed);
  return sync_file(target.file_);
}

// IMMEDIATE: it fails here and not in the middle if another program is writing.
void SqlDatabase::begin() { execute("BEGIN IMMEDIATE;"); }
void SqlDatabase::commit() { execute("COMMIT;"); }

void SqlDatabase::rollback() {
  if (sqlite3_get_autocommit(connection_) != 0) return;
  const int code = sqlite3_exec(connection_, "ROLLBACK;", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) report(code);
}

std::uint64_t SqlDatabase::last_row() const {
  return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(connection_));
}

std::size_t SqlDatabase::changes() const { return static_cast<std::size_t>(sqlite3_changes(connection_)); }

void SqlDatabase::report(int code) {
  if (!fault_) fault_ = error_of(code);
}

Error SqlDatabase::error_of(int code) const {
  const int error_number = sqlite3_system_errno(connection_);
  const int primary = code & 0xFF;
  const bool of_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  if (primary == SQLITE_FULL || (of_system && means_full(error_number))) return disk_full_error(file_.parent_path());
  if (of_system && (error_number == EROFS || error_number == EACCES))
    return write_error("write to", file_, error_number);
  if (primary == SQLITE_READONLY) return write_error("write to", file_, EROFS);
  const std::string detail = std::string(sqlite3_errmsg(connection_)) + ", code " + std::to_string(code);
  switch (primary) {
    case SQLITE_NOTADB: return not_opened_by_key(file_);
    case SQLITE_CORRUPT:
      return {ErrorKind::corrupt, file_.string() + " is damaged (" + detail +
                                      "): put it back from a backup, or link this "
                                      "device anew; the other devices have the history."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::locked, file_.string() + " is in use by another program: close that one, then try again."};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      return {ErrorKind::io, "The database " + file_.string() + " cannot be read or written (" + detail +
                                 "): check the disk, then start again."};
    default: return {ErrorKind::internal, "The database " + file_.string() + " refused a statement (" + detail + ")."};
  }
}

}  // namespace toxtore
