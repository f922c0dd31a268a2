// Backups, the swap of two profiles, and other keys and passphrases: what is there afterwards, and that nothing is lost
// or left lying when something goes wrong.
#include "store/backup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "store/mount_test_tools.h"
#include "store/profile_key.h"
#include "store/profile_store.h"
#include "store/profile_swap.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

constexpr PassphraseCost cheap{.passes = 1, .memory_bytes = 8192};

class Backup : public testing::Test {
 protected:
  Backup() : folder_(*ProfileFolder::open(temporary_.path() / "default")) {}

  Result<std::unique_ptr<SqlStore>> open(const ProfileFolder& folder, const GivenPassphrase& passphrase) {
    return open_profile(folder, passphrase, random_, cheap);
  }
  std::unique_ptr<SqlStore> make(const GivenPassphrase& passphrase, std::uint32_t events = 3) {
    auto store = std::move(*open(folder_, passphrase));
    fill(*store, events);
    return store;
  }
  Result<void> write(const SqlStore& store, const std::filesystem::path& file, Overwrite overwrite = Overwrite::never) {
    return write_backup(folder_.database(), store.key(), as_bytes(read_file(folder_.key())), file, overwrite);
  }
  ProfileFolder other() { return *ProfileFolder::open(temporary_.path() / "other"); }
  std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  TemporaryFolder temporary_;
  ProfileFolder folder_;
  CountingRandom random_;
  std::filesystem::path file_ = temporary_.path() / "backup";
};

TEST_F(Backup, IsTheStateOfOneMomentAndOpensWithItsPassphrase) {
  const auto store = make("geheim");
  const auto before = store->rows_hash();
  ASSERT_TRUE(write(*store, file_));
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  ASSERT_TRUE(store->transact([&]() -> Result<void> {
    store->put(sample_message({sample_key(1), 4}, "later", 4));
    return {};
  }));
  const ProfileFolder restored = other();
  const auto unpacked = unpack_backup(file_, restored);
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(open(restored, "wrong").error().kind, ErrorKind::wrong_passphrase);
  const auto copy = open(restored, "geheim");
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ((*copy)->last_arrival(), 3u);
  EXPECT_EQ((*copy)->rows_hash(), before);
  EXPECT_EQ((*copy)->search({.words = "message", .conversation = {}, .before = {}}).size(), 3u);
  EXPECT_TRUE((*copy)->integrity_problems().empty());
}

TEST_F(Backup, TakesTheWriteAheadLogWithItAndLeavesTheWriterAlone) {
  const auto store = make(std::nullopt);
  ASSERT_TRUE(store->transact([&]() -> Result<void> {
    store->remember("a", as_bytes("uncommitted"));
    return write(*store, file_);  // another connection, while this one is in the middle of a transaction
  }));
  EXPECT_EQ(store->remembered("a"), to_bytes("uncommitted"));
  ASSERT_TRUE(unpack_backup(file_, other()));
  const auto copy = open(other(), std::nullopt);
  ASSERT_TRUE(copy);
  EXPECT_EQ((*copy)->last_arrival(), 3u);
  EXPECT_EQ((*copy)->remembered("a"), std::nullopt);
}

TEST_F(Backup, DoesNotWriteOverAFileUnlessTold) {
  const auto store = make("geheim");
  write_file(file_, "mine");
  EXPECT_EQ(write(*store, file_).error().kind, ErrorKind::already_exists);
  EXPECT_EQ(read_file(file_), "mine");
  ASSERT_TRUE(write(*store, file_, Overwrite::allowed));
  EXPECT_TRUE(unpack_backup(file_, other()));
  EXPECT_EQ(names_in(temporary_.path()), (std::vector<std::string>{"backup", "default", "other"}));
  EXPECT_FALSE(write(*store, temporary_.path() / "none" / "backup"));
}

TEST_F(Backup, AnyDamageIsFoundBeforeAnythingIsPutInPlace) {
  ASSERT_TRUE(write(*make("geheim"), file_));
  const std::string whole = read_file(file_);
  const auto refused = [&](const std::string& content) {
    write_file(file_, content);
    std::filesystem::remove_all(other().path());
    const auto unpacked = unpack_backup(file_, other());
    return unpacked ? std::string("taken") : std::string(kind_name(unpacked.error().kind));
  };
  EXPECT_EQ(refused(whole), "taken");
  for (std::size_t at = 0; at < whole.size(); at += 997) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    EXPECT_NE(refused(flipped), "taken") << at;
  }
  for (std::size_t from_end = 1; from_end <= 200; ++from_end) {  // the whole end, byte by byte
    std::string flipped = whole;
    flipped[whole.size() - from_end] = static_cast<char>(flipped[whole.size() - from_end] ^ 1);
    EXPECT_NE(refused(flipped), "taken") << from_end << " from the end";
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{50}, whole.size() / 2, whole.size() - 1})
    EXPECT_NE(refused(whole.substr(0, size)), "taken") << size;
  EXPECT_NE(refused(whole + "x"), "taken");
  EXPECT_EQ(refused("a text of somebody, longer than the end of a backup is, to be sure of that"), "foreign_file");
  std::string newer = whole;
  newer[whole.size() - 43] = 2;
  EXPECT_EQ(refused(newer), "newer_schema");
}

TEST_F(Backup, AFullDiskIsAnErrorAndLeavesNothing) {
  const std::filesystem::path small = temporary_.path() / "small";
  std::filesystem::create_directory(small);
  const auto store = make("geheim", 300);
  const InMount outcome = in_small_disk(small, 64 * 1024, [&](Checks& holds) {
    const auto written = write(*store, small / "backup");
    holds(!written && written.error().kind == ErrorKind::disk_full, written ? "written" : written.error().message);
    holds(names_in(small).empty(), "something is left of the backup");
    holds(write(*store, file_).has_value(), "not written elsewhere");
    auto swap = ProfileSwap::begin(small / "profile");
    holds(swap.has_value(), "no folder");
    const auto unpacked = unpack_backup(file_, swap->folder());
    holds(!unpacked && unpacked.error().kind == ErrorKind::disk_full, unpacked ? "unpacked" : unpacked.error().message);
    swap = fail(ErrorKind::io, "given up");
    holds(names_in(small).empty(), "something is left of the profile");
  });
  if (!outcome.possible) GTEST_SKIP() << "no mount is permitted here";
  EXPECT_EQ(outcome.failures, "");
}

// --- Other passphrases and keys

TEST_F(Backup, APassphraseIsChangedGivenAndTakenAway) {
  make("first").reset();
  ASSERT_TRUE(change_passphrase(folder_, "first", "second", random_, cheap));
  EXPECT_EQ(open(folder_, "first").error().kind, ErrorKind::wrong_passphrase);
  EXPECT_TRUE(open(folder_, "second"));
  EXPECT_EQ(change_passphrase(folder_, "first", "third", random_, cheap).error().kind, ErrorKind::wrong_passphrase);
  EXPECT_EQ(change_passphrase(folder_, std::nullopt, "third", random_, cheap).error().kind,
            ErrorKind::wrong_passphrase);
  ASSERT_TRUE(change_passphrase(folder_, "second", std::nullopt, random_, cheap));
  EXPECT_EQ(inspect_profile(folder_), ProfileState::plain);
  ASSERT_TRUE(change_passphrase(folder_, std::nullopt, "fourth", random_, cheap));
  EXPECT_TRUE(open(folder_, "fourth"));
  EXPECT_EQ(change_passphrase(other(), std::nullopt, "x", random_, cheap).error().kind, ErrorKind::not_found);
}

TEST_F(Backup, ThePlainKeyIsOverwrittenWhereItLay) {
  make(std::nullopt).reset();
  const std::string key = read_file(folder_.key()).substr(10, 32);
  const FileDescriptor old(::open(folder_.key().c_str(), O_RDONLY));  // the file as it was, whatever its name
  ASSERT_TRUE(change_passphrase(folder_, std::nullopt, "geheim", random_, cheap));
  std::string left(4096, '?');
  left.resize(static_cast<std::size_t>(::pread(old.get(), left.data(), left.size(), 0)));
  EXPECT_EQ(left, std::string(58, '\0'));
  for (const auto& [name, content] : contents(folder_.path())) EXPECT_EQ(content.find(key), std::string::npos) << name;
}

TEST_F(Backup, AKeyFileThatHasAnotherNameIsLeftAsItIs) {
  make("first").reset();
  std::filesystem::create_hard_link(folder_.key(), temporary_.path() / "mine");
  const std::string before = read_file(folder_.key());
  ASSERT_TRUE(change_passphrase(folder_, "first", "second", random_, cheap));
  EXPECT_EQ(read_file(temporary_.path() / "mine"), before);
}

TEST_F(Backup, UnderANewKeyTheOldOneOpensNothing) {
  const DatabaseKey old_key = make(std::nullopt)->key();
  const auto lock = folder_.lock();
  ASSERT_TRUE(lock);
  const auto changed = change_key(folder_, std::nullopt, "geheim", random_, cheap);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_FALSE(SqlStore::open(folder_.database(), old_key));
  const auto store = open(folder_, "geheim");
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ((*store)->last_arrival(), 3u);
  EXPECT_EQ(names_in(temporary_.path()), std::vector<std::string>{"default"});
  EXPECT_EQ(change_key(folder_, "wrong", "x", random_, cheap).error().kind, ErrorKind::wrong_passphrase);
  EXPECT_EQ(names_in(temporary_.path()), std::vector<std::string>{"default"});
}

/// Changes the passphrase to and fro for ever, with the key or without.
[[noreturn]] void change_for_ever(const ProfileFolder& folder, decltype(change_key)* change) {
  SystemRandom random;
  const GivenPassphrase one = "one";
  const GivenPassphrase two = "two";
  while (change(folder, one, two, random, cheap) || change(folder, two, one, random, cheap)) {
  }
  ::_exit(1);
}

TEST_F(Backup, KilledAtAnyMomentTheOldOrTheNewPassphraseOpensIt) {
  constexpr int kills = 100;
  make("one").reset();
  std::mt19937 dice(7);
  for (int round = 0; round < kills; ++round) {
    const pid_t child = ::fork();
    if (child == 0) change_for_ever(folder_, round % 4 == 0 ? change_passphrase : change_key);
    ::usleep(std::uniform_int_distribution<unsigned>(100, 30'000)(dice));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "ended by itself";
    ASSERT_EQ(inspect_profile(folder_), ProfileState::wrapped) << round;
    auto store = open(folder_, "one");
    if (!store) store = open(folder_, "two");
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->last_arrival(), 3u);
    EXPECT_TRUE((*store)->integrity_problems().empty());
  }
}

// --- The swap

TEST_F(Backup, ASwapKeepsTheOldOneWhereItIsTold) {
  make("old").reset();
  auto swap = ProfileSwap::begin(folder_.path());
  ASSERT_TRUE(swap) << swap.error().message;
  ASSERT_TRUE(open(swap->folder(), "new"));
  EXPECT_EQ(ProfileSwap::begin(folder_.path()).error().kind, ErrorKind::locked) << "one at a time";
  ASSERT_TRUE(swap->finish(temporary_.path() / "kept"));
  EXPECT_EQ(folder_.lock().error().kind, ErrorKind::locked) << "until the swap is let go";
  EXPECT_TRUE(open(folder_, "new"));
  EXPECT_TRUE(open(*ProfileFolder::open(temporary_.path() / "kept"), "old"));
  EXPECT_EQ(names_in(temporary_.path()), (std::vector<std::string>{"default", "kept"}));
}

TEST_F(Backup, ASwapThatIsGivenUpChangesNothing) {
  make("old").reset();
  {
    auto swap = ProfileSwap::begin(folder_.path());
    ASSERT_TRUE(open(swap->folder(), "new"));
  }
  std::filesystem::create_directory(temporary_.path() / ".default.new");  // left by a crash
  write_file(temporary_.path() / ".default.new" / "key", "half");
  {
    ASSERT_TRUE(ProfileSwap::begin(folder_.path()));
  }
  EXPECT_TRUE(open(folder_, "old"));
  EXPECT_EQ(names_in(temporary_.path()), std::vector<std::string>{"default"});
}

}  // namespace
}  // namespace toxtore
