#include "daemon/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "daemon/running_daemon.h"
#include "store/profile_store.h"
#include "tox/tox_node.h"

namespace toxtore {
namespace {

namespace fs = std::filesystem;

Bytes savedata_of_someone() {
  ToxOptions options;
  options.udp = false;
  options.local_discovery = false;
  return (*ToxNode::create(options))->savedata();
}

class ProfileTest : public testing::Test {
 protected:
  ProfileTest() { options.data_folder = folder / "data"; }
  Result<Profile> open() { return Profile::open(options, random); }
  [[nodiscard]] fs::path place() const { return options.data_folder / "default"; }

  TestFolder folder;
  SystemRandom random;
  Options options;
};

TEST_F(ProfileTest, IsMadeOnceAndThenTheSame) {
  Bytes savedata;
  {
    const auto made = open();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->made_now);
    EXPECT_FALSE(made->import_pending);
    savedata.assign(made->savedata.view().begin(), made->savedata.view().end());
  }
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE(opened->made_now);
  EXPECT_TRUE(std::ranges::equal(opened->savedata.view(), savedata));
}

TEST_F(ProfileTest, IsLockedWhileOpen) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().message;
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::locked);
}

TEST_F(ProfileTest, InterruptedBeforeItHadAToxIdItGoesOnFromThere) {
  fs::create_directories(options.data_folder);
  const auto place_folder = ProfileFolder::open(place());
  ASSERT_TRUE(place_folder) << place_folder.error().message;
  ASSERT_TRUE(open_profile(*place_folder, std::nullopt, random));
  const Bytes old = savedata_of_someone();
  options.import_file = folder.file("me.tox", to_text(old));
  {
    const auto begun = open();
    ASSERT_TRUE(begun) << begun.error().message;
    EXPECT_TRUE(std::ranges::equal(begun->savedata.view(), old));
    EXPECT_TRUE(begun->import_pending);
    EXPECT_TRUE(begun->made_now);
  }
  EXPECT_EQ(open().error().kind, ErrorKind::already_exists);
  options.import_file.reset();
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(std::ranges::equal(opened->savedata.view(), old));
  EXPECT_TRUE(opened->import_pending) << "until the engine has taken the friends over";
}

TEST_F(ProfileTest, AnImportThatFailsLeavesNothing) {
  options.import_file = folder.file("letter", "dear aunt");
  EXPECT_EQ(open().error().kind, ErrorKind::foreign_file);
  options.import_file.reset();
  const auto made = open();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->made_now);
}

TEST_F(ProfileTest, HalfAProfileIsNeverMadeUpFor) {
  ASSERT_TRUE(open());
  for (const char* half : {"key", "toxtore.db"}) {
    fs::rename(place() / half, place() / "aside");
    const auto opened = open();
    ASSERT_FALSE(opened) << half;
    EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
    EXPECT_FALSE(fs::exists(place() / half));
    fs::rename(place() / "aside", place() / half);
  }
  EXPECT_TRUE(open());
}

TEST_F(ProfileTest, OneThatWasTakenBackCanBeMadeAgain) {
  {
    auto made = open();
    ASSERT_TRUE(made) << made.error().message;
    Profile::discard(options, std::move(*made));
  }
  const auto again = open();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->made_now);
}

TEST_F(ProfileTest, IsErasedWithAllThatIsItsOwn) {
  options.state_file = folder.file("state", "words");
  auto made = open();
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(made->may_be_erased()) << made->may_be_erased().error().message;
  const auto erased = Profile::erase(options, std::move(*made));
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_FALSE(fs::exists(place()));
  EXPECT_FALSE(fs::exists(options.state_file));
  EXPECT_TRUE(fs::exists(options.data_folder)) << "other profiles may be there";
  EXPECT_TRUE(open()) << "and a new one may be made";
}

// They hold keys and history too.
TEST_F(ProfileTest, WhatRestoredBackupsPushedAsideIsErasedToo) {
  auto made = open();
  ASSERT_TRUE(made) << made.error().message;
  const fs::path older = place().string() + ".before-restore-1700000000";
  const fs::path theirs = place().string() + ".before-restore-by-hand";
  for (const fs::path& each : {older, theirs}) {
    fs::create_directory(each);
    std::ofstream(each / "key") << "secret";
  }
  std::ofstream(older / "letter") << "dear aunt";
  EXPECT_EQ(made->may_be_erased().error().kind, ErrorKind::denied) << "nothing else goes with it";
  fs::remove(older / "letter");
  {
    const auto in_use = ProfileFolder::open(older)->lock();
    EXPECT_EQ(made->may_be_erased().error().kind, ErrorKind::busy);
  }
  ASSERT_TRUE(made->may_be_erased()) << made->may_be_erased().error().message;
  ASSERT_TRUE(Profile::erase(options, std::move(*made)));
  EXPECT_FALSE(fs::exists(place()) || fs::exists(older));
  EXPECT_TRUE(fs::exists(theirs)) << "no restore made this one";
}

TEST_F(ProfileTest, IsNotErasedTogetherWithAnythingElse) {
  const auto made = open();
  ASSERT_TRUE(made) << made.error().message;
  for (const char* theirs : {"letter", "key.bak", ".hidden"}) {
    std::ofstream(place() / theirs) << "dear aunt";
    const auto checked = made->may_be_erased();
    ASSERT_FALSE(checked) << theirs;
    EXPECT_EQ(checked.error().kind, ErrorKind::denied);
    EXPECT_NE(checked.error().message.find(theirs), std::string::npos) << checked.error().message;
    fs::remove(place() / theirs);
  }
  EXPECT_TRUE(made->may_be_erased());
  fs::create_directory(place() / "photos");
  EXPECT_FALSE(made->may_be_erased());
}

TEST_F(ProfileTest, IsNotErasedThroughALink) {
  ASSERT_TRUE(open());
  fs::rename(place(), folder / "elsewhere");
  fs::create_directory_symlink(folder / "elsewhere", place());
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().message;
  const auto checked = opened->may_be_erased();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("is a link"), std::string::npos) << checked.error().message;
}

TEST_F(ProfileTest, APassphraseFromAFile) {
  options.passphrase.file = folder.file("secret", "one\r\ntwo\n");
  {
    const auto made = open();
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->encrypted);
  }
  options.passphrase.file = folder.file("same", "one");
  EXPECT_TRUE(open()) << "the first line, without its end";
  options.passphrase.file = folder.file("other", "two");
  EXPECT_EQ(open().error().kind, ErrorKind::wrong_passphrase);
  options.passphrase.file = folder.file("empty", "\n");
  EXPECT_EQ(open().error().kind, ErrorKind::invalid_argument);
  options.passphrase.file = folder.file("long", std::string(passphrase_size_max + 1, 'x'));
  EXPECT_EQ(open().error().kind, ErrorKind::too_long);
  options.passphrase.file = folder / "missing";
  EXPECT_EQ(open().error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace toxtore
