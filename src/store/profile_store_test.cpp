// The profile folder, its lock, and the pair of key file and database.
#include "store/profile_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sql_database.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

constexpr PassphraseCost cheap{.passes = 1, .memory_bytes = 8192};
const std::optional<std::string> no_passphrase;
const std::optional<std::string> passphrase = "correct horse";

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

class Profile : public testing::Test {
 protected:
  Profile() : folder_(*ProfileFolder::open(temporary_.path() / "data" / "default")) {}

  Result<std::unique_ptr<SqlStore>> open(const std::optional<std::string>& with) {
    return open_profile(folder_, with, random_, cheap);
  }
  void make(const std::optional<std::string>& with) {
    const Result<std::unique_ptr<SqlStore>> store = open(with);
    ASSERT_TRUE(store) << store.error().message;
    fill(**store, 1);
  }
  void expect_refused(ErrorKind kind, const std::optional<std::string>& with) {
    const auto before = contents(folder_.path());
    const Result<std::unique_ptr<SqlStore>> store = open(with);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, kind) << store.error().message;
    EXPECT_EQ(contents(folder_.path()), before);
  }

  TemporaryFolder temporary_;
  ProfileFolder folder_;
  CountingRandom random_;
};

TEST_F(Profile, FolderIsForItsOwnerOnly) {
  EXPECT_EQ(mode_of(folder_.path()), 0700u);
  EXPECT_EQ(mode_of(folder_.path().parent_path()), 0700u);
  ::chmod(folder_.path().c_str(), 0755);
  ASSERT_TRUE(ProfileFolder::open(folder_.path()));
  EXPECT_EQ(mode_of(folder_.path()), 0700u);
}

TEST_F(Profile, FilesAreForTheirOwnerOnly) {
  const mode_t old_mask = ::umask(0);
  const std::unique_ptr<FolderLock> lock = std::move(*folder_.lock());
  const Result<std::unique_ptr<SqlStore>> store = open(passphrase);
  ::umask(old_mask);
  ASSERT_TRUE(store);
  fill(**store, 1);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 6u) << "toxtore.db, -wal, -shm, key, lock, reserve";
}

TEST_F(Profile, FolderThatCannotBeIsAnError) {
  write_file(temporary_.path() / "file", "");
  EXPECT_FALSE(ProfileFolder::open(temporary_.path() / "file"));
  EXPECT_FALSE(ProfileFolder::open(temporary_.path() / "file" / "below"));
  EXPECT_FALSE(ProfileFolder::open("/proc/no-folder"));
  if (::geteuid() != 0) {
    EXPECT_EQ(ProfileFolder::open("/").error().kind, ErrorKind::denied);
  }
}

TEST_F(Profile, LockKeepsASecondCopyOut) {
  std::unique_ptr<FolderLock> lock = std::move(*folder_.lock());
  const Result<std::unique_ptr<FolderLock>> second = folder_.lock();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().message;
  lock.reset();
  EXPECT_TRUE(folder_.lock());
}

TEST_F(Profile, LockGoesWithItsProcess) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<std::unique_ptr<FolderLock>> held = folder_.lock();
    const char answer = held ? 'y' : 'n';
    if (::write(ends[1], &answer, 1) == 1) ::pause();
    ::_exit(1);
  }
  char answer = 'n';
  EXPECT_EQ(::read(ends[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  const Result<std::unique_ptr<FolderLock>> refused = folder_.lock();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(std::to_string(child)), std::string::npos) << refused.error().message;
  EXPECT_TRUE(folder_.lock());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Profile, IsMadeAndOpenedAgain) {
  for (const auto& with : {no_passphrase, passphrase}) {
    EXPECT_EQ(inspect_profile(folder_), ProfileState::absent);
    make(with);
    EXPECT_EQ(inspect_profile(folder_), with ? ProfileState::wrapped : ProfileState::plain);
    const Result<std::unique_ptr<SqlStore>> store = open(with);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->last_arrival(), 1u);
    EXPECT_FALSE(std::filesystem::exists(folder_.new_key()));
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
  }
}

TEST_F(Profile, RefusesAWrongPassphrase) {
  make(passphrase);
  expect_refused(ErrorKind::wrong_passphrase, "wrong");
  expect_refused(ErrorKind::wrong_passphrase, no_passphrase);
}

TEST_F(Profile, NeverMakesAKeyForADatabaseThatIsThere) {
  make(passphrase);
  std::filesystem::remove(folder_.key());
  EXPECT_EQ(inspect_profile(folder_).error().kind, ErrorKind::corrupt);
  expect_refused(ErrorKind::corrupt, passphrase);
}

TEST_F(Profile, NeverBeginsAnewWhereAKeyIs) {
  make(passphrase);
  std::filesystem::remove(folder_.database());
  EXPECT_EQ(inspect_profile(folder_).error().kind, ErrorKind::corrupt);
  expect_refused(ErrorKind::corrupt, passphrase);
  write_file(folder_.database(), "");  // cut off is as good as gone
  expect_refused(ErrorKind::corrupt, passphrase);
}

TEST_F(Profile, RefusesTheDatabaseOfAnotherKey) {
  make(no_passphrase);
  ASSERT_TRUE(write_key_file(folder_.key(), sample_database_key(99), no_passphrase, random_));
  expect_refused(ErrorKind::foreign_file, no_passphrase);
}

// Each moment of making a profile: a start after a crash there finds nothing, or a pair that opens.
TEST_F(Profile, CrashWhileItIsMadeIsNoHarm) {
  ASSERT_TRUE(write_key_file(folder_.new_key(), sample_database_key(), passphrase, random_, cheap));
  EXPECT_EQ(inspect_profile(folder_), ProfileState::absent);
  write_file(folder_.database(), "");
  EXPECT_EQ(inspect_profile(folder_), ProfileState::absent);
  std::filesystem::remove(folder_.database());
  ASSERT_TRUE(SqlDatabase::open(folder_.database(), sample_database_key()).value()->fault() == std::nullopt);
  EXPECT_EQ(inspect_profile(folder_), ProfileState::absent) << "opened, nothing written";
  ASSERT_TRUE(SqlStore::open(folder_.database(), sample_database_key()));
  EXPECT_EQ(inspect_profile(folder_), ProfileState::wrapped);
  expect_refused(ErrorKind::wrong_passphrase, "wrong");
  ASSERT_TRUE(open(passphrase));
  EXPECT_TRUE(std::filesystem::exists(folder_.key()));
  EXPECT_FALSE(std::filesystem::exists(folder_.new_key()));
}

TEST_F(Profile, ANewOneThatCannotBeLeavesNothing) {
  std::filesystem::create_directory(folder_.path() / "reserve");  // in the way
  expect_refused(ErrorKind::io, passphrase);
  EXPECT_EQ(inspect_profile(folder_), ProfileState::absent);
}

}  // namespace
}  // namespace toxtore
