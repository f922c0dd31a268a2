// What is due for a message that was handed over: all receipts, of the key that it went to.
#include "engine/handovers.h"

#include <gtest/gtest.h>

#include "base/test_random.h"
#include "store/memory_store.h"

namespace toxtore {
namespace {

using Taken = Handovers::Taken;

PublicKey key_of(std::uint8_t byte) {
  PublicKey key;
  key.bytes.fill(byte);
  return key;
}

class HandoversTest : public ::testing::Test {
 protected:
  /// Hands over a text of so many bytes; gives what went to toxcore.
  std::vector<output::HandOver> hand_over(std::size_t size) {
    MessageRow row;
    row.id = message;
    row.text = Bytes(size, 'x');
    handovers.hand_over(row, bob, false);
    std::vector<output::HandOver> parts;
    for (const Output& output : core.outputs) parts.push_back(std::get<output::HandOver>(output));
    core.outputs.clear();
    return parts;
  }
  std::optional<Taken> answer(std::optional<std::uint32_t> receipt_id) {
    return handovers.on_answer({bob, message, receipt_id});
  }

  const PublicKey bob = key_of(7);
  const Dot message{key_of(1), 5};
  std::unique_ptr<Store> store = make_memory_store();
  CountingRandom random;
  Core core{EngineConfig{}, *store, random};
  Handovers handovers{core};
};

TEST_F(HandoversTest, AreDoneWithTheLastReceipt) {
  ASSERT_EQ(hand_over(3 * message_size_max).size(), 3U);
  for (const std::uint32_t id : {4U, 5U, 6U}) EXPECT_EQ(answer(id), Taken::more);
  EXPECT_FALSE(handovers.on_receipt({bob, 6}));
  EXPECT_FALSE(handovers.on_receipt({bob, 4}));
  EXPECT_FALSE(handovers.on_receipt({bob, 4})) << "the same once more";
  EXPECT_FALSE(handovers.on_receipt({key_of(8), 5})) << "another friend's";
  EXPECT_EQ(handovers.on_receipt({bob, 5}), message);
  EXPECT_FALSE(handovers.on_receipt({bob, 5}));
}

TEST_F(HandoversTest, AReceiptBeforeTheOtherPartsAreTakenIsNotTheLast) {
  hand_over(2 * message_size_max);
  EXPECT_EQ(answer(4), Taken::more);
  EXPECT_FALSE(handovers.on_receipt({bob, 4}));
  EXPECT_EQ(answer(5), Taken::more);
  EXPECT_EQ(handovers.on_receipt({bob, 5}), message);
}

TEST_F(HandoversTest, OfWhichToxcoreTakesAPartOnlySomeIsOnItsWay) {
  hand_over(2 * message_size_max);
  EXPECT_EQ(answer(4), Taken::more);
  EXPECT_EQ(answer(std::nullopt), Taken::some);
  EXPECT_FALSE(handovers.on_receipt({bob, 4})) << "and it is forgotten";
  hand_over(2 * message_size_max);
  EXPECT_EQ(answer(std::nullopt), Taken::nothing);
  EXPECT_EQ(answer(std::nullopt), std::nullopt);
}

TEST_F(HandoversTest, AsPacketsAreDoneByTheFriendsWordOnly) {
  MessageRow row;
  row.id = message;
  row.text = Bytes(10, 'x');
  handovers.hand_over(row, bob, true);
  EXPECT_FALSE(handovers.on_received(key_of(8), message)) << "it did not go to that one";
  EXPECT_FALSE(handovers.on_receipt({bob, 1}));
  EXPECT_TRUE(handovers.on_received(bob, message));
  EXPECT_FALSE(handovers.on_received(bob, message));
  core.outputs.clear();
  hand_over(10);
  EXPECT_FALSE(handovers.on_received(bob, message)) << "it went as a Tox message";
}

}  // namespace
}  // namespace toxtore
