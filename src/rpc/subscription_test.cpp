#include "rpc/subscription.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/recorder.h"
#include "rpc/json.h"
#include "rpc/test_profile.h"
#include "view/rules.h"
#include "wire/body.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::vector<json> read_all(Subscription& subscription, const Engine& engine) {
  std::vector<json> lines;
  while (true) {
    const auto batch = subscription.next_batch(engine);
    if (batch.empty()) return lines;
    for (const std::string& line : batch) lines.push_back(json::parse(line)["params"]);
  }
}

std::vector<json> replay(const TestProfile& profile, Arrival since) {
  Subscription subscription(since);
  return read_all(subscription, *profile.engine);
}

TEST(Subscription, EachEventInOrderWithWhatItBelongsTo) {
  TestProfile profile;
  const Arrival before = profile.store->last_arrival();
  profile.add_friend(1, "anna");
  profile.receive(1, "hello");
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["change"]["request"]["message"], "hello");
  EXPECT_EQ(lines[0]["change"]["request"]["open"], false) << "as it is now, not as it was then";
  EXPECT_EQ(lines[1]["change"]["friend"]["name"], "anna");
  EXPECT_EQ(lines[2]["change"]["friend"]["key"], test_key(1).hex());
  EXPECT_EQ(lines[3]["change"]["message"]["text"], "hello");
  EXPECT_EQ(lines[3]["cursor"], profile.store->last_arrival());
}

TEST(Subscription, ARequestIsShownUntilItIsAnswered) {
  TestProfile profile;
  const Arrival before = profile.store->last_arrival();
  profile.give(input::FriendRequest{test_key(5), to_bytes("it is me")});
  EXPECT_EQ(replay(profile, before).at(0)["change"]["request"]["open"], true);
  profile.result("friend.decline", {{"friend", test_key(5).hex()}});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1]["change"]["request"]["key"], test_key(5).hex());
  EXPECT_EQ(lines[1]["change"]["request"]["open"], false);
}

TEST(Subscription, TheProfileIsShownWhenItChanges) {
  TestProfile profile;
  const Arrival before = profile.store->last_arrival();
  profile.result("profile.set", {{"name", "Me"}});
  EXPECT_EQ(replay(profile, before).at(0)["change"],
            (json{{"profile", {{"name", "Me"}, {"status_message", nullptr}}}}));
}

TEST(Subscription, TheUnreadMessagesOfAConversationAreThoseOfAllItsKeys) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.add_friend(2, "anna (phone)");
  profile.result("friend.merge", {{"friend", "anna"}, {"other", "anna (phone)"}});
  profile.receive(2, "two");
  profile.result("message.read", {{"friend", "anna"}});
  profile.receive(1, "one");
  const Arrival all = 0;
  for (const json& line : replay(profile, all)) {
    if (!line["change"].contains("conversation")) continue;
    EXPECT_EQ(line["change"]["conversation"]["key"], test_key(1).hex());
    EXPECT_EQ(line["change"]["conversation"]["unread"], 1);
  }
}

TEST(Subscription, AConversationThatIsReadIsOneLine) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.receive(1, "hello");
  profile.receive(1, "you");
  const Arrival before = profile.store->last_arrival();
  profile.result("message.read", {{"friend", "anna"}});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["change"]["conversation"], (json{{"key", test_key(1).hex()}, {"friend", "anna"}, {"unread", 0}}));
}

TEST(Subscription, AReadMarkShowsTheMessage) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.receive(1, "hello");
  const Arrival before = profile.store->last_arrival();
  const Dot id = profile.store->last_received(test_key(1))->id;
  profile.result("message.read", {{"id", dot_text(id)}});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["change"]["message"]["read"], true);
}

TEST(Subscription, ARemovedFriendIsShownWithoutAnyWhoKnowsHim) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const Arrival before = profile.store->last_arrival();
  profile.result("friend.remove", {{"friend", "anna"}});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["change"]["friend"]["key"], test_key(1).hex());
  EXPECT_TRUE(lines[0]["change"]["friend"]["known_by"].empty());
}

/// Appends an event that the engine would not log now.
void append(TestProfile& profile, const Body& body) {
  const LogId log{test_key(0xBB), 0};
  const std::uint32_t number = profile.store->clock().prefix(log) + 1;
  const Event event{Dot::of(log, number), 1, static_cast<std::uint8_t>(type_of(body)), encode_body(body)};
  const auto appended = profile.store->transact([&]() -> Result<void> {
    record(*profile.store, event);
    return {};
  });
  ASSERT_TRUE(appended);
}

TEST(Subscription, SeveralMessagesOfAnEventAreLinesOfTheirOwn) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  std::vector<Dot> ids;
  for (const char* text : {"one", "two", "three"}) {
    SendMessage command;
    command.to = test_key(1);
    command.text = text;
    ids.push_back(profile.engine->send_message(command, profile.now)->id);
  }
  const Arrival before = profile.store->last_arrival();
  append(profile, Sending{test_key(1), ids});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["change"]["message"]["text"], "one");
  EXPECT_EQ(lines[2]["change"]["message"]["text"], "three");
  // Whoever goes on from the cursor of a line that is not the event's last is given the whole event again.
  EXPECT_EQ(lines[0]["cursor"], before);
  EXPECT_EQ(lines[1]["cursor"], before);
  EXPECT_EQ(lines[2]["cursor"], before + 1);
}

TEST(Subscription, WhatShowsNowhereHasAnEmptyChange) {
  TestProfile profile;
  const Arrival before = profile.store->last_arrival();
  append(profile, DoneSend{{test_key(9), 4}});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["change"], json::object());
}

// What two own devices received of one message of a friend with Toxtore.
TEST(Subscription, CopiesOfOneMessageAreOneRow) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const Arrival before = profile.store->last_arrival();
  const Dot dot{test_key(1), 4};
  append(profile, Received{test_key(1), MessageKind::normal, to_bytes("hi"), dot, std::nullopt});
  append(profile, Received{test_key(1), MessageKind::normal, to_bytes("hi"), dot, std::nullopt});
  const auto lines = replay(profile, before);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["change"], lines[1]["change"]);
  const json history = profile.result("message.history", {{"friend", "anna"}})["messages"];
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(lines[0]["change"]["message"], history[0]);
  ASSERT_EQ(lines[0]["change"]["copies"].size(), 1U);
  EXPECT_EQ(profile.result("message.search", {{"words", "hi"}})["messages"], history);
  const json copy = lines[0]["change"]["copies"][0];
  EXPECT_NE(copy, history[0]["id"]);
  EXPECT_EQ(profile.result("message.erase", {{"id", copy}}), (json{{"erased", 1}}));
  const auto erased = replay(profile, lines[1]["cursor"].get<Arrival>());
  ASSERT_EQ(erased.size(), 1U) << "both copies, one row";
  EXPECT_EQ(erased[0]["change"]["message"]["erased"], true);
}

TEST(Subscription, SubscribeStartsAtTheEndUnlessACursorIsGiven) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const Arrival last = profile.store->last_arrival();
  EXPECT_EQ(profile.result("events.subscribe"), (json{{"cursor", last}}));
  ASSERT_TRUE(profile.session.subscription);
  EXPECT_FALSE(profile.session.subscription->behind(*profile.store));
  EXPECT_EQ(profile.result("events.subscribe", {{"since", 0}}), (json{{"cursor", 0}}));
  EXPECT_TRUE(profile.session.subscription->behind(*profile.store));
  EXPECT_EQ(profile.error("events.subscribe", {{"since", last + 1}})["data"]["kind"], "invalid_argument");
  EXPECT_EQ(profile.session.subscription->cursor(), 0U) << "a refused one changes nothing";
  profile.result("events.unsubscribe");
  EXPECT_FALSE(profile.session.subscription);
}

// The change of an event is as it is when it is read, so only what stays is compared here: the events and cursors.
std::vector<std::pair<json, json>> places(const std::vector<json>& lines) {
  std::vector<std::pair<json, json>> all;
  for (const json& line : lines) all.emplace_back(line["cursor"], line["event"]);
  return all;
}

RC_GTEST_PROP(Subscription, AReplayFromAnyCursorIsWhatALiveReaderGot, ()) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  Subscription live(0);
  std::vector<json> seen;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::inRange(0, 3)) {
      case 0: profile.receive(1, std::to_string(i)); break;
      case 1: profile.result("message.send", {{"friend", "anna"}, {"text", std::to_string(i)}}); break;
      default: profile.result("message.read", {{"friend", "anna"}}); break;
    }
    if (*rc::gen::inRange(0, 3) != 0) continue;  // the live reader reads now and then
    for (json& line : read_all(live, *profile.engine)) seen.push_back(std::move(line));
  }
  for (json& line : read_all(live, *profile.engine)) seen.push_back(std::move(line));
  RC_ASSERT(places(seen) == places(replay(profile, 0)));

  const auto cut = *rc::gen::inRange<std::size_t>(0, seen.size());
  const auto rest = replay(profile, seen[cut]["cursor"].get<Arrival>());
  RC_ASSERT(places(rest) == places({seen.begin() + static_cast<std::ptrdiff_t>(cut) + 1, seen.end()}));
}

}  // namespace
}  // namespace toxtore
