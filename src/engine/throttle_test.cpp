// The last value of each key, at most once an interval.
#include "engine/throttle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/test_keys.h"

namespace toxtore {
namespace {

using Values = std::vector<std::string>;

constexpr std::uint64_t interval_ms = 1'000;

const PublicKey anna = key_of(1);
const PublicKey bob = key_of(2);

Values let_out(Throttle<std::string>& throttle, std::uint64_t mono_ms) {
  Values values;
  throttle.let_out({0, mono_ms}, [&](const PublicKey&, const std::string& value) {
    values.push_back(value);
    return value != "no use";
  });
  return values;
}

TEST(Throttle, LetsTheFirstOutAtOnceAndThenTheLastOfAnInterval) {
  Throttle<std::string> throttle(interval_ms);
  EXPECT_EQ(throttle.deadline_ms(), std::nullopt);
  throttle.put(anna, "one");
  EXPECT_EQ(let_out(throttle, 10), Values{"one"});
  EXPECT_EQ(throttle.deadline_ms(), std::nullopt) << "nothing waits";
  throttle.put(anna, "two");
  throttle.put(anna, "three");
  EXPECT_EQ(throttle.deadline_ms(), 10 + interval_ms);
  EXPECT_TRUE(let_out(throttle, 9 + interval_ms).empty());
  EXPECT_EQ(let_out(throttle, 10 + interval_ms), Values{"three"});
  EXPECT_TRUE(let_out(throttle, 100'000).empty()) << "once";
}

TEST(Throttle, EachKeyHasAnIntervalOfItsOwn) {
  Throttle<std::string> throttle(interval_ms);
  throttle.put(anna, "a");
  let_out(throttle, 10);
  throttle.put(bob, "b");
  EXPECT_EQ(let_out(throttle, 500), Values{"b"});
  throttle.put(bob, "b2");
  throttle.put(anna, "a2");
  EXPECT_EQ(throttle.deadline_ms(), 10 + interval_ms) << "the earlier one";
  EXPECT_EQ(let_out(throttle, 10 + interval_ms), Values{"a2"});
}

TEST(Throttle, WhatIsOfNoUseIsDroppedAndBeginsNoInterval) {
  Throttle<std::string> throttle(interval_ms);
  throttle.put(anna, "no use");
  EXPECT_EQ(let_out(throttle, 10), Values{"no use"});
  EXPECT_TRUE(let_out(throttle, 11).empty());
  throttle.put(anna, "news");
  EXPECT_EQ(let_out(throttle, 11), Values{"news"});
}

TEST(Throttle, KeepsWhatAKeySaidUntilTheKeyIsReady) {
  bool ready = false;
  Throttle<std::string> throttle(interval_ms, [&](const PublicKey& of) { return of == bob || ready; });
  throttle.put(anna, "early");
  EXPECT_TRUE(let_out(throttle, 10).empty());
  EXPECT_EQ(throttle.deadline_ms(), std::nullopt) << "no deadline would be its";
  ready = true;
  EXPECT_TRUE(throttle.deadline_ms().has_value());
  EXPECT_EQ(let_out(throttle, 20), Values{"early"});
}

TEST(Throttle, ForgetsAKeyWithItsInterval) {
  Throttle<std::string> throttle(interval_ms);
  throttle.put(anna, "one");
  let_out(throttle, 10);
  throttle.put(anna, "two");
  throttle.forget(anna);
  EXPECT_TRUE(let_out(throttle, 100'000).empty());
  throttle.put(anna, "three");
  EXPECT_EQ(let_out(throttle, 11), Values{"three"}) << "as if it had never spoken";
}

}  // namespace
}  // namespace toxtore
