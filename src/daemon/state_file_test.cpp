#include "daemon/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"

namespace toxtore {
namespace {

TEST(StateFile, KeepsWhatWasWrittenLastForTheNextProcess) {
  const TestFolder folder;
  const auto path = folder.path() / "state" / "toxtore" / "default.last";
  {
    auto file = StateFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE((*file)->read().empty());
    ASSERT_TRUE((*file)->write(Bytes(last_words_size, 1)));
    ASSERT_TRUE((*file)->write(Bytes(last_words_size, 2)));
  }
  auto file = StateFile::open(path);
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->read(), Bytes(last_words_size, 2));
}

TEST(StateFile, IsForItsOwnerOnly) {
  const TestFolder folder;
  const auto path = folder.path() / "default.last";
  std::ofstream(path) << "readable by all";
  ASSERT_TRUE(StateFile::open(path));
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(StateFile, SaysWhatIsWrongAndWhatToDo) {
  const TestFolder folder;
  std::ofstream(folder.path() / "file") << "no folder";
  const auto file = StateFile::open(folder.path() / "file" / "default.last");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("--state-file"), std::string::npos) << file.error().message;
}

TEST(MachineId, IsAlikeOnOneMachineAndIsNotHandedOut) {
  const TestFolder folder;
  std::ofstream(folder.path() / "one") << "8f7d\n";
  std::ofstream(folder.path() / "other") << "0a1b\n";
  EXPECT_EQ(machine_id(folder.path() / "one"), machine_id(folder.path() / "one"));
  EXPECT_NE(machine_id(folder.path() / "one"), machine_id(folder.path() / "other"));
  EXPECT_EQ(machine_id(folder.path() / "none"), DatabaseId{}) << "not every system has one";
}

}  // namespace
}  // namespace toxtore
