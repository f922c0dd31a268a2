#include "store/sql_store.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <fstream>
#include <string_view>
#include <system_error>

#include "store/disk_reserve.h"
#include "store/sql_database.h"
#include "store/sql_log.h"
#include "store/sql_memory.h"
#include "store/sql_messages.h"
#include "store/sql_rows.h"
#include "store/sql_schema.h"
#include "store/sql_search.h"

namespace toxtore {
namespace {

using Work = std::function<Result<void>()>;

class OpenSqlStore final : public SqlStore {
 public:
  OpenSqlStore(std::unique_ptr<SqlDatabase> database, DiskReserve reserve, DatabaseKey key)
      : database_(std::move(database)),
        reserve_(std::move(reserve)),
        key_(std::move(key)),
        log_(*database_),
        search_(*database_),
        messages_(*database_, search_),
        rows_(*database_),
        memory_(*database_) {
    rows_hash_ = committed_rows_hash_ = rows_.hash();
    scrub_due_ = database_->integer("SELECT count(*) FROM unscrubbed;") > 0;
  }

  Result<void> transact(const Work& work) override;
  [[nodiscard]] std::optional<Error> fault() const override { return database_->fault(); }
  [[nodiscard]] bool reserve_used() const override { return reserve_used_; }
  [[nodiscard]] DatabaseKey key() const override { return key_.copy(); }
  [[nodiscard]] bool scrub_due() const override { return scrub_due_; }
  Result<void> scrub() override;
  std::vector<std::string> integrity_problems() override;
  void read_at_once(const std::function<void()>& work) override;

  void append(const Event& event, const std::vector<Subject>& subjects) override {
    assert(in_transaction_);
    log_.append(event, subjects);
  }
  void clear_view() override {
    assert(in_transaction_);
    database_->execute(clear_view_statements);
    rows_hash_ = {};
  }
  void index(const Dot& dot, const std::vector<Subject>& subjects) override {
    assert(in_transaction_);
    log_.index(dot, subjects);
  }
  void cut(const LogId& log, std::uint32_t from) override {
    assert(in_transaction_);
    log_.cut(log, from);
  }
  void put_aside(const LogId& log, std::uint32_t from) override {
    assert(in_transaction_);
    log_.put_aside(log, from);
  }
  Holdings aside() const override { return log_.aside(); }
  std::vector<Event> aside_range(const LogId& log, std::uint32_t until, std::size_t limit) const override {
    return log_.aside_range(log, until, limit);
  }
  void forget_aside(const LogId& log, std::uint32_t until) override {
    assert(in_transaction_);
    log_.forget_aside(log, until);
  }
  void rewrite(const Event& event) override {
    assert(in_transaction_);
    log_.rewrite(event);
    note_erased();
  }
  std::optional<Event> event(const Dot& dot) const override { return log_.event(dot); }
  std::vector<Event> log_range(const LogId& log, std::uint32_t after, std::uint32_t until, std::size_t events_max,
                               std::size_t bytes_max) const override {
    return log_.range(log, after, until, events_max, bytes_max);
  }
  VectorClock clock() const override { return log_.clock(); }
  Holdings holdings() const override { return log_.holdings(); }
  std::uint64_t latest_timestamp_ms() const override { return log_.latest_timestamp_ms(); }
  std::vector<Event> about(const Subject& subject) const override { return log_.about(subject); }
  std::vector<std::pair<Arrival, Event>> arrived(Arrival since, std::size_t limit) const override {
    return log_.arrived(since, limit);
  }
  Arrival last_arrival() const override { return log_.last_arrival(); }

  void put(const MessageRow& row) override {
    const auto before = messages_.message(row.id);
    if (before && !before->text.empty() && before->text != row.text) note_erased();
    replace(messages_, before, row);
  }
  void put(const FriendRow& row) override { replace(rows_, rows_.friend_row(row.key), row); }
  void put(const DeviceRow& row) override { replace(rows_, rows_.device_row(row.key), row); }
  void put(const RequestRow& row) override { replace(rows_, rows_.request(row.id), row); }
  void put(const ReadMark& mark) override {
    const ReadMark before{mark.conversation, mark.log, messages_.read_mark(mark.conversation, mark.log)};
    replace(messages_, std::optional(before), mark);
  }
  void put(const ProfileRow& row) override { replace(rows_, std::optional(rows_.profile()), row); }
  std::optional<MessageRow> message(const Dot& id) const override { return messages_.message(id); }
  std::optional<FriendRow> friend_row(const PublicKey& key) const override { return rows_.friend_row(key); }
  std::optional<DeviceRow> device_row(const PublicKey& key) const override { return rows_.device_row(key); }
  std::vector<FriendRow> friend_rows() const override { return rows_.friend_rows(); }
  std::vector<RequestRow> open_requests() const override { return rows_.open_requests(); }
  std::size_t open_request_count() const override { return rows_.open_request_count(); }
  std::uint32_t read_mark(const PublicKey& conversation, const LogId& log) const override {
    return messages_.read_mark(conversation, log);
  }
  ProfileRow profile() const override { return rows_.profile(); }
  std::vector<MessageRow> history(const HistoryQuery& query) const override { return messages_.history(query); }
  std::vector<MessageRow> search(const SearchQuery& query) const override { return messages_.search(query); }
  std::vector<MessageRow> unread(const Conversation& conversation) const override {
    return messages_.unread(conversation);
  }
  std::vector<MessageRow> copies(const Hash& identity) const override { return messages_.copies(identity); }
  std::size_t unread_count(const Conversation& conversation) const override {
    return messages_.unread_count(conversation);
  }
  std::vector<MessageRow> undelivered() const override { return messages_.undelivered(); }
  std::vector<MessageRow> undelivered_to(const Conversation& conversation) const override {
    return messages_.undelivered_to(conversation);
  }
  std::size_t undelivered_count() const override { return messages_.undelivered_count(); }
  std::optional<MessageRow> last_received(const Conversation& conversation) const override {
    return messages_.last_received(conversation);
  }

  void each_row(const std::function<void(const ViewRow&)>& look) const override {
    messages_.each_row(look);
    rows_.each_row(look);
  }
  [[nodiscard]] RowsHash rows_hash() const override { return rows_hash_; }

  void remember(std::string_view name, ByteView value) override {
    assert(in_transaction_);
    memory_.remember(name, value);
  }
  void forget(std::string_view name) override {
    assert(in_transaction_);
    memory_.forget(name);
  }
  std::optional<Bytes> remembered(std::string_view name) const override { return memory_.remembered(name); }
  std::vector<std::pair<std::string, Bytes>> remembered_under(std::string_view prefix) const override {
    return memory_.remembered_under(prefix);
  }

 private:
  Result<void> attempt(const Work& work);
  void save_rows_hash();
  void note_erased();
  template <class Part, class Row>
  void replace(Part& part, const std::optional<Row>& before, const Row& row);

  std::unique_ptr<SqlDatabase> database_;
  DiskReserve reserve_;
  DatabaseKey key_;
  bool scrub_due_ = false;
  bool in_transaction_ = false;
  bool reserve_used_ = false;
  RowsHash rows_hash_;
  RowsHash committed_rows_hash_;
  // A read may note a fault and prepares statements, so the classes that ask have no const functions.
  mutable SqlLog log_;
  mutable SqlSearch search_;
  mutable SqlMessages messages_;
  mutable SqlRows rows_;
  mutable SqlMemory memory_;
};

Result<void> OpenSqlStore::transact(const Work& work) {
  assert(!in_transaction_);
  if (database_->fault()) return fail(*database_->fault());
  Result<void> done = attempt(work);
  const bool full = database_->fault() && database_->fault()->kind == ErrorKind::disk_full;
  if (!full || !reserve_.release()) return done;
  reserve_used_ = true;
  database_->clear_fault();
  return attempt(work);
}

/// All or nothing, once.
Result<void> OpenSqlStore::attempt(const Work& work) {
  // Whatever way this is left: the transaction is over, and rolled back unless the commit has ended it.
  struct End {
    OpenSqlStore& store;
    ~End() {
      store.in_transaction_ = false;
      store.database_->rollback();
      store.rows_hash_ = store.committed_rows_hash_;
    }
  } const end{*this};
  in_transaction_ = true;
  database_->begin();
  Result<void> done = database_->fault() ? Result<void>{} : work();
  if (done) save_rows_hash();
  if (done) database_->commit();
  if (database_->fault()) return fail(*database_->fault());
  if (done) committed_rows_hash_ = rows_hash_;
  return done;
}

void OpenSqlStore::save_rows_hash() {
  if (rows_hash_ != committed_rows_hash_) rows_.put(rows_hash_);
}

/// A row that is as it was costs no write.
template <class Part, class Row>
void OpenSqlStore::replace(Part& part, const std::optional<Row>& before, const Row& row) {
  assert(in_transaction_);
  if (before == row) return;
  if (before) rows_hash_.toggle(*before);
  rows_hash_.toggle(row);
  part.put(row);
}

/// In the transaction that erases, so that a crash before the scrub does not forget it.
void OpenSqlStore::note_erased() {
  if (!scrub_due_) database_->execute("INSERT OR REPLACE INTO unscrubbed (id) VALUES (1);");
  scrub_due_ = true;
}

Result<void> OpenSqlStore::scrub() {
  Result<void> merged = transact([this]() -> Result<void> {
    database_->execute("INSERT INTO words (words) VALUES ('optimize');");
    return {};
  });
  if (!merged) return merged;
  // Not waited for: whoever reads beside us is soon done, and then comes the next try.
  database_->execute("PRAGMA busy_timeout = 0;");
  const bool busy = database_->integer("PRAGMA wal_checkpoint(TRUNCATE);") != 0;
  database_->execute("PRAGMA busy_timeout = 5000;");
  if (busy || database_->fault()) return merged;
  const Result<void> noted = transact([this]() -> Result<void> {
    database_->execute("DELETE FROM unscrubbed;");
    return {};
  });
  if (noted) scrub_due_ = false;
  return noted;
}

std::vector<std::string> OpenSqlStore::integrity_problems() {
  std::vector<std::string> problems;
  // The second is SQLCipher's from 4.2 on, for pages that hold nothing; those before pass over it.
  for (const char* check : {"PRAGMA integrity_check;", "PRAGMA cipher_integrity_check;"}) {
    for (std::string& line : database_->texts(check)) {
      if (line != "ok") problems.push_back(std::move(line));
    }
    if (database_->fault()) problems.push_back(database_->fault()->message);
    database_->clear_fault();
  }
  return problems;
}

void OpenSqlStore::read_at_once(const std::function<void()>& work) {
  database_->execute("BEGIN;");
  work();
  database_->rollback();
}

std::filesystem::path reserve_of(const std::filesystem::path& file) { return file.parent_path() / "reserve"; }

/// What SQLite itself would take: an unencrypted database, and a file below the size of a page, over which it would
/// make a new one. An empty file is what a crash can leave of a database that was about to be made.
bool is_foreign(const std::filesystem::path& file) {
  constexpr std::string_view plain = "SQLite format 3";
  constexpr std::uintmax_t page_size = 4096;
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(file, absent);
  if (absent || size == 0) return false;
  if (size < page_size) return true;
  std::array<char, plain.size()> beginning{};
  std::ifstream in(file, std::ios::binary);
  return in.read(beginning.data(), beginning.size()) && std::ranges::equal(beginning, plain);
}

Result<std::unique_ptr<SqlDatabase>> open_database(const std::filesystem::path& file, const DatabaseKey& key,
                                                   const DiskReserve& reserve) {
  if (is_foreign(file)) {
    return fail(ErrorKind::foreign_file, file.string() +
                                             " is a file of another program, not a database of Toxtore. "
                                             "Nothing was changed; move it away, or choose another folder.");
  }
  const Result<void> room = reserve.check_room();
  if (!room) return fail(room.error());
  Result<std::unique_ptr<SqlDatabase>> database = SqlDatabase::open(file, key);
  if (!database) return database;
  const Result<void> checked = check_schema(**database, schema_steps());
  if (!checked) return fail(checked.error());
  const Result<void> reserved = reserve.make();
  if (!reserved) return fail(reserved.error());
  (*database)->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  const Result<void> migrated = migrate(**database, schema_steps());
  if (!migrated) return fail(migrated.error());
  return database;
}

/// After a failure: files that were not there before.
void remove_new(const std::filesystem::path& file) {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((file.string() + end).c_str());
}

}  // namespace

Result<std::unique_ptr<SqlStore>> SqlStore::open(const std::filesystem::path& file, const DatabaseKey& key) {
  const std::filesystem::path path = std::filesystem::absolute(file);
  const DiskReserve reserve(reserve_of(path));
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(path, ignored);
  const bool reserved_before = std::filesystem::exists(reserve_of(path), ignored);
  Result<std::unique_ptr<SqlDatabase>> database = open_database(path, key, reserve);
  if (database) {
    auto store = std::make_unique<OpenSqlStore>(std::move(*database), reserve, key.copy());
    if (!store->fault()) return store;
    database = fail(*store->fault());
  }
  if (is_new) remove_new(path);
  if (!reserved_before) [[maybe_unused]]
    const bool released = reserve.release();
  return fail(database.error());
}

Result<std::unique_ptr<SqlStore>> SqlStore::open_beside(const std::filesystem::path& file, const DatabaseKey& key) {
  const std::filesystem::path path = std::filesystem::absolute(file);
  Result<std::unique_ptr<SqlDatabase>> database = SqlDatabase::open(path, key);
  if (!database) return fail(database.error());
  auto store = std::make_unique<OpenSqlStore>(std::move(*database), DiskReserve(reserve_of(path)), key.copy());
  if (store->fault()) return fail(*store->fault());
  return store;
}

Result<std::unique_ptr<SqlStore>> SqlStore::open_in_memory() {
  Result<std::unique_ptr<SqlDatabase>> database = SqlDatabase::open_in_memory();
  if (!database) return fail(database.error());
  const Result<void> migrated = migrate(**database, schema_steps());
  if (!migrated) return fail(migrated.error());
  return std::make_unique<OpenSqlStore>(std::move(*database), DiskReserve({}), DatabaseKey());
}

}  // namespace toxtore
