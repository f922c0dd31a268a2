// Each thing that the examination is to find, put there on purpose; and that it finds nothing in what is right.
#include "engine/examination.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/chains.h"
#include "engine/recorder.h"
#include "model/test_keys.h"
#include "store/memory_store.h"
#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000;
const PublicKey laptop = key_of(1);
const PublicKey anna = key_of(9);

Event event_of(std::uint32_t number, std::uint64_t timestamp_ms, const Body& body) {
  return {{laptop, number}, timestamp_ms, static_cast<std::uint8_t>(type_of(body)), encode_body(body)};
}

class Examination : public testing::Test {
 protected:
  Examination() {
    add(event_of(1, now_ms + 1, FriendAdd{anna}));
    add(event_of(2, now_ms + 2, Received{anna, MessageKind::normal, to_bytes("hello")}));
    add(event_of(3, now_ms + 3, TrySend{anna, MessageKind::normal, to_bytes("hi"), false, {}}));
  }
  void add(const Event& event) {
    change([&] { record(*store_, event); });
  }
  template <class Work>
  void change(Work work) {
    ASSERT_TRUE(store_->transact([&]() -> Result<void> {
      work();
      return {};
    }));
  }
  /// The texts of what was found, one after the other.
  std::string found() {
    const auto anew = make_memory_store();
    const auto findings = examine(*store_, *anew, now_ms);
    EXPECT_TRUE(findings);
    std::string text;
    for (const Finding& finding : *findings) text += finding.what;
    return text;
  }

  std::unique_ptr<Store> store_ = make_memory_store();
};

TEST_F(Examination, FindsNothingInWhatIsRight) { EXPECT_EQ(found(), ""); }

TEST_F(Examination, FindsAWrongRowOfEachKind) {
  change([&] {
    MessageRow message = *store_->message({laptop, 2});
    message.text = to_bytes("hullo");
    store_->put(message);
  });
  EXPECT_EQ(found(), "1 messages are not shown as the log has them.");
  FriendRow stranger;
  stranger.key = key_of(7);
  stranger.known_by = {laptop};
  change([&] { store_->put(stranger); });
  change([&] { store_->put(ReadMark{anna, {laptop, 0}, 1}); });
  const std::string three = found();
  EXPECT_NE(three.find("1 friends are not"), std::string::npos) << three;
  EXPECT_NE(three.find("1 reading marks are not"), std::string::npos) << three;
}

TEST_F(Examination, FindsARowThatLacks) {
  change([&] { store_->clear_view(); });
  const std::string text = found();
  EXPECT_NE(text.find("2 messages are not"), std::string::npos) << text;
  EXPECT_NE(text.find("1 friends are not"), std::string::npos) << text;
}

TEST_F(Examination, FindsTimesThatGoBackOrAreFarAhead) {
  add(event_of(4, now_ms + 3, FriendAdd{key_of(8)}));
  EXPECT_NE(found().find("the time goes back 1 times"), std::string::npos) << found();
  add(event_of(5, now_ms + 2 * future_ms_max, FriendAdd{key_of(8)}));
  EXPECT_NE(found().find("1 events of " + laptop.hex().substr(0, 8) + " are dated more than a day"), std::string::npos);
}

TEST_F(Examination, FindsALogThatIsNotWhatItWas) {
  change([&] {
    for (std::uint32_t number = 4; number <= checkpoint_numbers + 1; ++number) {
      store_->append(event_of(number, now_ms + number, FriendAdd{anna}), {});
    }
  });
  change([&] { rebuild_view(*store_); });
  Chains chains(*store_);
  chains.extend({laptop, 0}, checkpoint_numbers + 1);
  change([&] {
    for (const auto& [name, value] : chains.take_unsaved()) store_->remember(name, value);
  });
  EXPECT_EQ(found(), "");
  change([&] { store_->rewrite(*erased_form(*store_->event({laptop, 2}))); });
  change([&] { rebuild_view(*store_); });
  EXPECT_EQ(found(), "") << "an event keeps its hash when its text is erased";
  change([&] { store_->rewrite(event_of(7, now_ms + 7, FriendAdd{key_of(5)})); });
  change([&] { rebuild_view(*store_); });
  EXPECT_EQ(found(),
            "Up to number 1024, the log of " + laptop.hex().substr(0, 8) + " is not what it was when it came.");
}

TEST_F(Examination, FindsABranchUnderAnotherName) {
  const Event event = event_of(4, now_ms + 4, FriendAdd{anna});
  const std::uint32_t right = branch_incarnation(event_hash(event));
  add(branched(event, Dot::of({laptop, right}, 1)));
  EXPECT_EQ(found(), "");
  add(branched(event, Dot::of({laptop, right - 1}, 1)));
  EXPECT_NE(found().find("is not the branch that its name stands for"), std::string::npos) << found();
}

TEST_F(Examination, GapsOfALogThatIsStillComingAreNoFault) {
  add(event_of(9, now_ms + 9, FriendAdd{key_of(8)}));
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace toxtore
