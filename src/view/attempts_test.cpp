// Attempts to deliver a message, and whether the friend may have it twice.
#include "view/attempts.h"

#include <gtest/gtest.h>

namespace toxtore {
namespace {

using State = Attempt::State;

PublicKey key_of(std::uint8_t n) {
  PublicKey key;
  key.bytes[0] = n;
  return key;
}

const PublicKey laptop = key_of(1);
const PublicKey server = key_of(2);
const PublicKey bob = key_of(9);
const PublicKey bobs_phone = key_of(10);
const Dot message_dot{laptop, 1};

ReadEvent event(const PublicKey& device, std::uint64_t at, Body body) {
  return {{device, at}, at, std::nullopt, std::move(body)};
}
ReadEvent message(bool own_sending = false, bool as_packet = false) {
  return event(laptop, 1, TrySend{bob, MessageKind::normal, to_bytes("hi"), own_sending, {}, as_packet});
}
ReadEvent sending(const PublicKey& device, std::uint64_t at, const PublicKey& to = bob, bool as_packet = false) {
  return event(device, at, Sending{to, {message_dot}, as_packet});
}
ReadEvent nothing(const PublicKey& device, std::uint64_t at) {
  return event(device, at, SendingEnded{device, SendingOutcome::took_nothing, {message_dot}});
}
ReadEvent unsure(const PublicKey& device, std::uint64_t at, const PublicKey& by) {
  return event(by, at, SendingEnded{device, SendingOutcome::unsure, {message_dot}});
}
ReadEvent done(const PublicKey& device, std::uint64_t at) { return event(device, at, DoneSend{message_dot}); }

std::vector<State> states(const std::vector<Attempt>& all) {
  std::vector<State> states;
  for (const Attempt& each : all) states.push_back(each.state);
  return states;
}

TEST(Attempts, BeginWithASendingOrWithTheMessageItself) {
  EXPECT_TRUE(attempts(message(), {}).empty());
  const auto all = attempts(message(true), {sending(server, 20, bobs_phone)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].device, laptop);
  EXPECT_EQ(all[0].to, bob);
  EXPECT_EQ(all[1].to, bobs_phone);
  EXPECT_EQ(open_attempts(all).size(), 2U);
}

TEST(Attempts, EndByTheirOwnDeviceOrByAnotherForIt) {
  EXPECT_EQ(states(attempts(message(), {sending(server, 20), nothing(server, 30)})), std::vector{State::took_nothing});
  EXPECT_EQ(states(attempts(message(), {sending(server, 20), unsure(server, 30, laptop)})), std::vector{State::unsure});
  EXPECT_EQ(states(attempts(message(), {sending(server, 20), nothing(server, 30), unsure(server, 40, laptop)})),
            std::vector{State::took_nothing})
      << "who says so first is believed";
  EXPECT_EQ(states(attempts(message(), {nothing(server, 10), sending(server, 20)})), std::vector{State::open});
  EXPECT_EQ(states(attempts(message(), {sending(server, 20), nothing(laptop, 30)})), std::vector{State::open});
}

TEST(Attempts, DoneBeatsUnsure) {
  const auto all = attempts(message(), {sending(server, 20, bobs_phone), unsure(server, 30, laptop), done(server, 40)});
  EXPECT_EQ(states(all), std::vector{State::done});
  ASSERT_NE(first_done(all), nullptr);
  EXPECT_EQ(first_done(all)->done_ms, 40U);
  EXPECT_EQ(first_done(all)->to, bobs_phone);
  EXPECT_EQ(last_unsure(all), nullptr);
}

TEST(Attempts, ALaterOneOfTheDeviceEndsOneThatNobodyEnded) {
  EXPECT_EQ(states(attempts(message(), {sending(server, 20), sending(server, 30)})),
            (std::vector{State::unsure, State::open}));
}

TEST(Attempts, ADoneWithoutABeginningCounts) {
  const auto all = attempts(message(), {done(server, 20)});
  EXPECT_EQ(states(all), std::vector{State::done});
  EXPECT_EQ(all[0].to, bob);
}

TEST(Doubling, NeedsTwoAttemptsThatMayHaveArrived) {
  const auto doubled = [](const std::vector<ReadEvent>& references) {
    return may_be_doubled(attempts(message(), references));
  };
  EXPECT_FALSE(doubled({sending(server, 20), done(server, 30)}));
  EXPECT_FALSE(doubled({sending(server, 20), sending(laptop, 21), nothing(laptop, 25), done(server, 30)}));
  EXPECT_TRUE(doubled({sending(server, 20), unsure(server, 30, server), sending(server, 40), done(server, 50)}));
  EXPECT_TRUE(doubled({sending(server, 20), sending(laptop, 21), done(server, 30), done(laptop, 31)})) << "cut off";
  EXPECT_TRUE(doubled({sending(server, 20), sending(laptop, 21), done(server, 30)})) << "nobody knows of the laptop's";
}

TEST(Doubling, OfPacketsTheFriendShowsOneOnly) {
  const auto doubled = [](const std::vector<ReadEvent>& references) {
    return may_be_doubled(attempts(message(), references));
  };
  EXPECT_FALSE(doubled(
      {sending(server, 20, bob, true), unsure(server, 30, server), sending(laptop, 40, bob, true), done(laptop, 50)}));
  EXPECT_TRUE(doubled(
      {sending(server, 20, bob, false), unsure(server, 30, server), sending(laptop, 40, bob, true), done(laptop, 50)}))
      << "he came with a stock client first";
}

}  // namespace
}  // namespace toxtore
