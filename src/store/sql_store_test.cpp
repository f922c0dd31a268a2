// What only the store on disk can get wrong: files that are not ours, damage, a full disk, a folder that cannot be
// written, and what can be read in the files without the key.
#include "store/sql_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "store/disk_reserve.h"
#include "store/mount_test_tools.h"
#include "store/sql_database.h"
#include "store/sql_schema.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

class SqlStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<SqlStore>> open(const DatabaseKey& key = sample_database_key()) {
    return SqlStore::open(file_, key);
  }
  std::unique_ptr<SqlStore> opened() {
    Result<std::unique_ptr<SqlStore>> store = open();
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  /// Opening is refused, says which file or folder, and every file is as before.
  void expect_refused(ErrorKind kind, const DatabaseKey& key = sample_database_key()) {
    const auto before = contents(folder_.path());
    const Result<std::unique_ptr<SqlStore>> store = open(key);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, kind) << store.error().message;
    EXPECT_EQ(contents(folder_.path()), before);
  }
  void change(const char* sql) {
    const Result<std::unique_ptr<SqlDatabase>> database = SqlDatabase::open(file_, sample_database_key());
    ASSERT_TRUE(database);
    (*database)->execute(sql);
    ASSERT_EQ((*database)->fault(), std::nullopt);
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "toxtore.db";
};

TEST_F(SqlStoreTest, KeepsEverythingBetweenOpenings) {
  fill(*opened(), 5);
  const auto store = opened();
  EXPECT_EQ(store->last_arrival(), 5u);
  EXPECT_EQ(store->search({.words = "message", .conversation = {}, .before = {}}).size(), 5u);
}

TEST_F(SqlStoreTest, RefusesAnotherKey) {
  fill(*opened(), 1);
  expect_refused(ErrorKind::foreign_file, sample_database_key(2));
}

TEST_F(SqlStoreTest, RefusesAPlainDatabase) {
  // In WAL mode and not closed, as after a crash: opening it would move its changes from one file to the other.
  const TemporaryFolder elsewhere;
  const std::filesystem::path theirs = elsewhere.path() / "theirs.db";
  sqlite3* plain = nullptr;
  ASSERT_EQ(sqlite3_open(theirs.c_str(), &plain), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(plain, "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x);", nullptr, nullptr, nullptr),
            SQLITE_OK);
  std::filesystem::copy(theirs, file_);
  std::filesystem::copy(theirs.string() + "-wal", file_.string() + "-wal");
  sqlite3_close(plain);
  expect_refused(ErrorKind::foreign_file);
}

TEST_F(SqlStoreTest, RefusesGarbage) {
  for (const std::size_t size : {1u, 100u, 4096u, 5000u, 40960u}) {
    write_file(file_, std::string(size, 'g'));
    expect_refused(ErrorKind::foreign_file);
  }
}

TEST_F(SqlStoreTest, RefusesADatabaseOfAnotherProgram) {
  fill(*opened(), 1);
  change("PRAGMA application_id = 12345;");
  expect_refused(ErrorKind::foreign_file);
}

TEST_F(SqlStoreTest, RefusesANewerLayout) {
  fill(*opened(), 1);
  change("PRAGMA user_version = 1000;");
  expect_refused(ErrorKind::newer_schema);
}

TEST_F(SqlStoreTest, AFileThatCannotBeMadeIsAnError) {
  file_ = "/proc/no-folder/toxtore.db";
  EXPECT_FALSE(open());
  file_ = folder_.path() / "absent" / "toxtore.db";
  EXPECT_FALSE(open());
}

TEST_F(SqlStoreTest, DamageIsAFaultThatStays) {
  fill(*opened(), 200);
  std::string bytes = read_file(file_);
  // The last quarter: without the pages of the schema, which were made first, nothing opens.
  for (std::size_t at = bytes.size() * 3 / 4 / 4096 * 4096; at < bytes.size(); at += 4096)
    bytes[at + 100] = static_cast<char>(bytes[at + 100] ^ 1);
  write_file(file_, bytes);
  const auto store = opened();
  EXPECT_TRUE(store->history({.conversation = sample_key(9), .before = {}, .limit = 1000}).size() < 200);
  ASSERT_TRUE(store->fault());
  EXPECT_EQ(store->fault()->kind, ErrorKind::corrupt) << store->fault()->message;
  EXPECT_EQ(store->last_arrival(), 0u) << "after a fault nothing is read";
  bool worked = false;
  const Result<void> refused = store->transact([&]() -> Result<void> {
    worked = true;
    return {};
  });
  EXPECT_FALSE(refused);
  EXPECT_FALSE(worked);
}

TEST_F(SqlStoreTest, NoTextStandsInTheFiles) {
  const auto store = opened();
  const std::string secret = "PLAINTEXT-MARKER";
  const Result<void> done = store->transact([&]() -> Result<void> {
    store->append(sample_event({.device = sample_key(1), .seq = 1}, 1, secret), {Subject::token(as_bytes(secret))});
    store->put(sample_message({.device = sample_key(1), .seq = 1}, secret));
    store->remember(secret, as_bytes(secret));
    return {};
  });
  ASSERT_TRUE(done);
  ASSERT_EQ(store->search({.words = secret, .conversation = {}, .before = {}}).size(), 1u);
  EXPECT_GT(std::filesystem::file_size(file_.string() + "-wal"), 4096u);
  for (const auto& [name, content] : contents(folder_.path())) {
    EXPECT_EQ(content.find("PLAINTEXT"), std::string::npos) << name;
    EXPECT_EQ(content.find("plaintext"), std::string::npos) << name;
    EXPECT_EQ(content.find("CREATE TABLE"), std::string::npos) << name;
  }
}

// Whoever adds a question: an index must answer it, for a history has a million rows.
// Those that are asked all the time. `undelivered`, asked once at the start, may sort.
TEST_F(SqlStoreTest, QuestionsUseAnIndex) {
  (void)opened();
  const auto database = std::move(*SqlDatabase::open(file_, sample_database_key()));
  for (const char* sql :
       {"EXPLAIN QUERY PLAN SELECT text FROM messages WHERE conversation = ?1 AND (timestamp_ms, dot) < (?2, ?3) "
        "ORDER BY timestamp_ms DESC, dot DESC LIMIT ?4",
        "EXPLAIN QUERY PLAN SELECT text FROM messages WHERE conversation = ?1 AND outgoing = 0 AND read = 0 ORDER BY "
        "timestamp_ms, dot",
        "EXPLAIN QUERY PLAN SELECT text FROM messages WHERE conversation = ?1 AND outgoing = 1 AND delivery < 4 ORDER "
        "BY timestamp_ms, dot",
        "EXPLAIN QUERY PLAN SELECT number FROM read_marks WHERE conversation = ?1 AND device = ?2 AND incarnation = ?3",
        "EXPLAIN QUERY PLAN SELECT message FROM requests WHERE open = 1 ORDER BY timestamp_ms, dot",
        "EXPLAIN QUERY PLAN SELECT count(*) FROM requests WHERE open = 1",
        "EXPLAIN QUERY PLAN SELECT text FROM messages WHERE conversation = ?1 AND outgoing = 0 ORDER BY timestamp_ms "
        "DESC, dot DESC LIMIT 1",
        "EXPLAIN QUERY PLAN SELECT body FROM subjects JOIN events ON events.arrival = subjects.arrival JOIN logs ON "
        "logs.id = log WHERE subject = ?1 ORDER BY subjects.arrival",
        "EXPLAIN QUERY PLAN SELECT body FROM events JOIN logs ON logs.id = log WHERE arrival > ?1 ORDER BY arrival "
        "LIMIT ?2"}) {
    SqlQuery plan = database->query(sql);
    while (plan.row()) {
      const std::string step = to_text(plan.blob(3));
      EXPECT_EQ(step.find("TEMP B-TREE"), std::string::npos) << sql << ": " << step;
      const bool scan = step.starts_with("SCAN");
      EXPECT_TRUE(!scan || step.find("USING") != std::string::npos) << sql << ": " << step;
    }
    EXPECT_EQ(database->fault(), std::nullopt);
  }
}

TEST_F(SqlStoreTest, WhatIsTakenOutIsOverwritten) {
  (void)opened();
  const auto database = std::move(*SqlDatabase::open(file_, sample_database_key()));
  EXPECT_EQ(database->integer("PRAGMA secure_delete;"), 1);
}

/// No file of this process can grow beyond `bytes`, until this goes: a full disk without rights or mounts.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    (void)std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

/// Appends event `number` of sample_key(1) with a body of so many bytes.
Result<void> append_bytes(Store& store, std::uint32_t number, std::size_t bytes, int* runs = nullptr) {
  return store.transact([&]() -> Result<void> {
    if (runs != nullptr) ++*runs;
    store.append(sample_event({.device = sample_key(1), .seq = number}, number, std::string(bytes, 'x')), {});
    return {};
  });
}

// A small transaction fails in the commit, one that does not fit the cache (2 MB) in the middle of the work.
TEST_F(SqlStoreTest, ADiskThatStaysFullChangesNothing) {
  for (const std::size_t bytes : {std::size_t{200'000}, std::size_t{6'000'000}}) {
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    auto store = opened();
    fill(*store, 1);
    int runs = 0;
    {
      const FileSizeLimit limit(std::filesystem::file_size(file_.string() + "-wal") + 50'000);
      const Result<void> refused = append_bytes(*store, 2, bytes, &runs);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().kind, ErrorKind::disk_full) << refused.error().message;
      EXPECT_NE(refused.error().message.find(folder_.path().string()), std::string::npos);
    }
    EXPECT_EQ(runs, 2) << "once more after the reserve was freed";
    EXPECT_TRUE(store->reserve_used());
    ASSERT_TRUE(store->fault());
    EXPECT_EQ(store->fault()->kind, ErrorKind::disk_full);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "reserve"));
    store.reset();
    store = opened();
    EXPECT_EQ(store->last_arrival(), 1u);
    EXPECT_EQ(std::filesystem::file_size(folder_.path() / "reserve"), disk_reserve_bytes) << "made again";
    EXPECT_FALSE(store->reserve_used());
    EXPECT_TRUE(append_bytes(*store, 2, bytes));
  }
}

TEST_F(SqlStoreTest, ReserveHasBlocksOfItsOwn) {
  (void)opened();
  std::filesystem::resize_file(folder_.path() / "reserve", 0);
  std::filesystem::resize_file(folder_.path() / "reserve", disk_reserve_bytes);  // a hole of that length
  (void)opened();
  struct stat status{};
  ASSERT_EQ(::stat((folder_.path() / "reserve").c_str(), &status), 0);
  EXPECT_GE(static_cast<std::uint64_t>(status.st_blocks) * 512, disk_reserve_bytes);
}

// --- In a mount of their own.

constexpr std::uint64_t mib = std::uint64_t{1024} * 1024;

/// Takes all that is left on the disk of the folder.
void fill_disk(const std::filesystem::path& folder) {
  std::FILE* ballast = std::fopen((folder / "ballast").c_str(), "wb");
  std::setvbuf(ballast, nullptr, _IONBF, 0);
  const std::string block(4096, 'b');
  while (std::fwrite(block.data(), 1, block.size(), ballast) == block.size()) continue;
  (void)std::fclose(ballast);
}

TEST_F(SqlStoreTest, TheReserveSavesTheCommitThatFindsTheDiskFull) {
  const InMount outcome = in_small_disk(folder_.path(), 10 * mib, [&](Checks& check) {
    auto store = opened();
    check(store != nullptr, "opens");
    fill(*store, 1);
    fill_disk(folder_.path());
    int runs = 0;
    check(append_bytes(*store, 2, 1 * mib, &runs).has_value(), "the commit is saved");
    check(runs == 2, "the work ran twice");
    check(store->reserve_used() && !store->fault(), "and the owner is told");
    Result<void> last;
    std::uint32_t number = 3;
    for (; last && number < 100; ++number) last = append_bytes(*store, number, 1 * mib);
    check(!last && last.error().kind == ErrorKind::disk_full, "then the disk is full for good");
    store.reset();
    const auto before = contents(folder_.path());
    const auto refused = open();
    check(!refused && refused.error().kind == ErrorKind::disk_full, "full: does not open");
    check(contents(folder_.path()) == before, "full: nothing changed");
    std::filesystem::remove(folder_.path() / "ballast");
    store = opened();
    check(store && store->clock().prefix({.device = sample_key(1), .incarnation = 0}) == number - 2,
          "all that was committed is there");
    check(std::filesystem::exists(folder_.path() / "reserve"), "the reserve is made again");
  });
  if (!outcome.possible) GTEST_SKIP() << "no mount is permitted here";
  EXPECT_EQ(outcome.failures, "");
}

TEST_F(SqlStoreTest, NoRoomForANewDatabaseLeavesNothing) {
  const InMount outcome = in_small_disk(folder_.path(), disk_reserve_bytes + disk_spare_bytes / 2, [&](Checks& check) {
    const auto refused = open();
    check(!refused && refused.error().kind == ErrorKind::disk_full, "disk_full");
    check(std::filesystem::is_empty(folder_.path()), "nothing left behind");
  });
  if (!outcome.possible) GTEST_SKIP() << "no mount is permitted here";
  EXPECT_EQ(outcome.failures, "");
}

TEST_F(SqlStoreTest, AReadOnlyFolderIsItsOwnError) {
  fill(*opened(), 1);
  const auto refused_as_read_only = [&](Checks& check) {
    const auto before = contents(folder_.path());
    const auto present = open();
    check(!present && present.error().kind == ErrorKind::read_only, "a database that is there");
    check(present.error().message.find(folder_.path().string()) != std::string::npos, "the folder is named");
    file_ = folder_.path() / "new.db";
    const auto absent = open();
    check(!absent && absent.error().kind == ErrorKind::read_only, "a new database");
    check(contents(folder_.path()) == before, "nothing changed");
  };
  const InMount outcome = in_read_only(folder_.path(), refused_as_read_only);
  if (outcome.possible) {
    EXPECT_EQ(outcome.failures, "");
  } else if (::geteuid() != 0) {
    std::filesystem::permissions(folder_.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    Checks check;
    refused_as_read_only(check);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
    EXPECT_EQ(check.failures(), "");
  } else {
    GTEST_SKIP() << "no mount is permitted here, and root may write everywhere";
  }
}

}  // namespace
}  // namespace toxtore
