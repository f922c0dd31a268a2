// What stands in the state file, and when a start is a start in doubt.
#include "engine/witness.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/doubt.h"
#include "model/test_keys.h"

namespace toxtore {
namespace {

const LastWords words{{1, 2, 3}, {4, 5, 6}, {key_of(7), 8}};

TEST(LastWords, AreReadAsTheyWereWritten) {
  const Bytes bytes = encode_last_words(words);
  EXPECT_EQ(bytes.size(), last_words_size);
  EXPECT_EQ(decode_last_words(bytes), words);
}

RC_GTEST_PROP(LastWords, AreNotReadOnceAnythingIsAltered, ()) {
  Bytes bytes = encode_last_words(words);
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
  RC_ASSERT(!decode_last_words(bytes));
}

TEST(LastWords, AreNotReadFromAnotherFile) {
  EXPECT_FALSE(decode_last_words({}));
  EXPECT_FALSE(decode_last_words(Bytes(last_words_size)));
  Bytes longer = encode_last_words(words);
  longer.push_back(0);
  EXPECT_FALSE(decode_last_words(longer));
}

class Start : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<DoubtReason> doubted(const std::optional<LastWords>& said) const {
    return reason_to_doubt(said, here, witnessed, open, held);
  }

  LastWords here = words;
  bool witnessed = true;
  std::optional<LogId> open = LogId{key_of(7), 0};
  Holdings held = Holdings([] {
    VectorClock clock;
    clock.raise({key_of(7), 0}, 8);
    return clock;
  }());
};

TEST_F(Start, GoesOnIfTheLastEventIsHeld) {
  EXPECT_EQ(doubted(words), std::nullopt);
  LastWords behind = words;
  behind.last.seq = 3;
  EXPECT_EQ(doubted(behind), std::nullopt) << "a power cut takes the file's last words, not the database's";
  behind.last.seq = 0;
  EXPECT_EQ(doubted(behind), std::nullopt) << "nothing was logged";
}

TEST_F(Start, IsInDoubtIfSomethingWasLoggedSince) {
  LastWords ahead = words;
  ahead.last.seq = 9;
  EXPECT_EQ(doubted(ahead), DoubtReason::set_back);
  ahead.last = Dot::of({key_of(7), 5}, 1);
  EXPECT_EQ(doubted(ahead), DoubtReason::set_back) << "in a log that this database does not know";
  witnessed = false;
  EXPECT_EQ(doubted(ahead), DoubtReason::set_back) << "a copy from before there was a state file";
  open.reset();
  EXPECT_EQ(doubted(ahead), std::nullopt) << "nothing is gone on with";
}

TEST_F(Start, IsInDoubtWithAnotherDatabaseOrMachine) {
  LastWords other = words;
  other.database[0] ^= 1;
  EXPECT_EQ(doubted(other), DoubtReason::other_database);
  other = words;
  other.machine[0] ^= 1;
  EXPECT_EQ(doubted(other), DoubtReason::other_machine);
}

TEST_F(Start, IsInDoubtIfTheFileIsGoneAndOnlyThen) {
  EXPECT_EQ(doubted(std::nullopt), DoubtReason::no_words);
  LastWords of_another_device = words;
  of_another_device.last.device = key_of(9);
  EXPECT_EQ(doubted(of_another_device), DoubtReason::no_words);
  witnessed = false;  // a first start, or the first one that looks for the file
  EXPECT_EQ(doubted(std::nullopt), std::nullopt);
  EXPECT_EQ(doubted(of_another_device), std::nullopt);
  EXPECT_EQ(doubted(words), std::nullopt) << "it was written, and the process ended before the database knew";
}

}  // namespace
}  // namespace toxtore
