// The examination of a whole profile, each kind of harm done to it on purpose: flipped bytes in every page, a row
// written by hand, rights, files that lack or are left over.
#include "daemon/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/test_folder.h"
#include "base/test_random.h"
#include "daemon/profile.h"
#include "engine/recorder.h"
#include "store/profile_store.h"
#include "store/sql_database.h"
#include "wire/body.h"

namespace toxtore {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t now_ms = 1'700'000'000'000;
constexpr std::size_t page_size = 4096;

class Doctor : public testing::Test {
 protected:
  void SetUp() override {
    options_.data_folder = folder_ / "data";
    SystemRandom random;
    auto profile = Profile::open(options_, random);
    ASSERT_TRUE(profile) << profile.error().message;
    files_ = profile->files;
    key_ = profile->store->key();
    for (std::uint32_t number = 1; number <= 300; ++number) {
      const Body body = Received{PublicKey{}, MessageKind::normal, to_bytes("message " + std::to_string(number))};
      const Event event{
          {PublicKey{}, number}, now_ms + number, static_cast<std::uint8_t>(type_of(body)), encode_body(body)};
      ASSERT_TRUE(profile->store->transact([&]() -> Result<void> {
        record(*profile->store, event);
        return {};
      }));
    }
  }

  std::vector<Finding> findings() {
    const auto store = SqlStore::open_beside(files_->database(), key_);
    if (!store) return {{Finding::Severity::damage, store.error().message, ""}};
    return examine_profile(*files_, **store, now_ms).value();
  }
  /// Without that the profile has no passphrase.
  std::string found() {
    std::string text;
    for (const Finding& finding : findings()) {
      EXPECT_FALSE(finding.what.empty());
      if (finding.what != "The profile has no passphrase.") text += finding.what + "\n";
    }
    return text;
  }
  bool damaged() {
    const auto all = findings();
    return std::ranges::any_of(all, [](const auto& it) { return it.severity == Finding::Severity::damage; });
  }
  void write_by_hand(const char* sql) {
    const auto database = SqlDatabase::open(files_->database(), key_);
    ASSERT_TRUE(database);
    (*database)->execute(sql);
    ASSERT_FALSE((*database)->fault());
  }
  void repair() {
    SystemRandom random;
    const auto store = open_profile(*files_, std::nullopt, random);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(repair_profile(*files_, **store));
  }

  TestFolder folder_;
  Options options_;
  std::optional<ProfileFolder> files_;
  DatabaseKey key_;
};

TEST_F(Doctor, FindsNothingInAProfileThatIsAllRight) {
  EXPECT_EQ(found(), "");
  EXPECT_FALSE(damaged());
}

TEST_F(Doctor, FindsRowsWrittenByHandAndMakesThemRight) {
  write_by_hand("UPDATE messages SET text = x'41', read = 1 WHERE id % 100 = 0; DELETE FROM messages WHERE id = 7;");
  EXPECT_EQ(found(), "4 messages are not shown as the log has them.\n");
  repair();
  EXPECT_EQ(found(), "");
}

TEST_F(Doctor, FindsAnEventThatIsGone) {
  write_by_hand("PRAGMA foreign_keys = OFF; DELETE FROM events WHERE number = 7;");
  EXPECT_NE(found().find("The events that are there are not those"), std::string::npos) << found();
  EXPECT_TRUE(damaged());
}

TEST_F(Doctor, FindsAStateCheckThatIsNotThatOfTheRows) {
  write_by_hand("UPDATE rows_hash SET hash = zeroblob(32);");
  EXPECT_EQ(found(), "The state check is not that of the rows.\n");
  repair();
  EXPECT_EQ(found(), "");
}

TEST_F(Doctor, FindsRightsOfOthersAndWhatACrashLeft) {
  fs::permissions(files_->key(), fs::perms(0644));
  std::ofstream(files_->path() / "key.tmp") << "half";
  fs::permissions(files_->path() / "key.tmp", fs::perms(0600));
  fs::create_directory(files_->path().parent_path() / ".default.new");
  const std::string text = found();
  EXPECT_NE(text.find("key can be reached by other users."), std::string::npos) << text;
  EXPECT_NE(text.find("key.tmp was left behind by a crash."), std::string::npos) << text;
  EXPECT_NE(text.find(".default.new was left behind by a crash."), std::string::npos) << text;
  EXPECT_FALSE(damaged());
  repair();
  EXPECT_EQ(found(), "");
}

TEST_F(Doctor, FindsAKeyFileThatIsGoneOrBroken) {
  std::ofstream(files_->key()) << "toxtorek";
  EXPECT_TRUE(damaged());
  fs::remove(files_->key());
  EXPECT_NE(found().find("key is not there"), std::string::npos);
}

TEST_F(Doctor, FindsAToxIdThatIsBroken) {
  write_by_hand("UPDATE remembered SET value = x'00' WHERE name = CAST('profile' AS BLOB);");
  EXPECT_NE(found().find("The Tox ID in the database is damaged"), std::string::npos) << found();
}

// Every page there is, of every kind: schema, tables, indexes, the search index, overflow, free ones.
TEST_F(Doctor, FindsAFlippedByteInAnyPage) {
  write_by_hand("PRAGMA wal_checkpoint(TRUNCATE);");
  std::ifstream in(files_->database(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  ASSERT_GT(whole.size(), 40 * page_size);
  std::size_t missed = 0;
  for (std::size_t at = 0; at < whole.size(); at += page_size) {
    std::string flipped = whole;
    flipped[at + 1234] = static_cast<char>(flipped[at + 1234] ^ 1);
    std::ofstream(files_->database(), std::ios::binary) << flipped;
    if (!damaged()) ++missed;
  }
  EXPECT_EQ(missed, 0U) << "of " << whole.size() / page_size;
}

}  // namespace
}  // namespace toxtore
