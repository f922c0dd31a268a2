#include "cli/change_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace toxtore {
namespace {

using nlohmann::json;

const std::string anna(64, 'A');

json event(const std::string& dot, json change) {
  return {{"jsonrpc", "2.0"},
          {"method", "event"},
          {"params", {{"cursor", 7}, {"event", dot}, {"change", std::move(change)}}}};
}

json notice(const std::string& what, const std::string& text) {
  return {{"jsonrpc", "2.0"}, {"method", "notice"}, {"params", {{"what", what}, {"key", anna}, {"text", text}}}};
}

json message(const std::string& state) {
  return {{"message",
           {{"id", "AB:1"},
            {"conversation", anna},
            {"friend", "Anna"},
            {"outgoing", true},
            {"kind", "normal"},
            {"text", "Hello\nyou"},
            {"time", 1'714'585'320'000U},
            {"read", true},
            {"state", state}}}};
}

class Changes : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ChangeText changes_{Style{}};
};

TEST_F(Changes, ANewMessageAndWhatBecomesOfIt) {
  EXPECT_EQ(changes_.add(event("AB:1", message("queued"))),
            "Wed 2024-05-01\n  17:42  me to Anna: Hello\n                     you  (queued)\n");
  EXPECT_EQ(changes_.add(event("CD:9", message("delivered"))),
            "         now delivered: me to Anna, 17:42: Hello␊you\n");
}

TEST_F(Changes, FriendsAndDevices) {
  EXPECT_EQ(changes_.add(event("AB:2", {{"friend", {{"key", anna}, {"name", "Anna"}, {"known_by", {anna}}}}})),
            "  -- Anna is a friend, known by 1 of your devices\n");
  EXPECT_EQ(changes_.add(event("AB:3", {{"friend", {{"key", anna}, {"name", "Anna"}, {"known_by", json::array()}}}})),
            "  -- Anna is not a friend any more\n");
  EXPECT_EQ(changes_.add(event("AB:4", {{"device", {{"key", anna}, {"name", "server"}, {"always_on", true}}}})),
            "  -- your device server is always on\n");
  EXPECT_EQ(changes_.add(event("AB:5", json::object())), "");
}

TEST_F(Changes, WhoWasRemovedAndByWhom) {
  json removed = notice("device_removed", "phone");
  removed["params"]["removed_by"] = {{"key", std::string(64, 'B')}, {"name", "laptop"}};
  removed["params"]["time"] = 1'714'585'320'000U;
  EXPECT_EQ(changes_.add(removed),
            "  -- phone is none of your devices any more: removed by laptop, 2024-05-01 17:42\n");
  removed["params"]["removed_by"]["key"] = anna;
  EXPECT_EQ(changes_.add(removed), "  -- phone is none of your devices any more: it left, 2024-05-01 17:42\n");
}

TEST_F(Changes, RequestsReadingAndTheProfile) {
  EXPECT_EQ(changes_.add(event("AB:2", {{"request", {{"key", anna}, {"message", "Hi\nyou"}, {"open", true}}}})),
            "  -- AAAAAAAA asks to be your friend: Hi␊you\n  --   toxtore friend accept AAAAAAAA\n");
  EXPECT_EQ(changes_.add(event("AB:3", {{"request", {{"key", anna}, {"message", "Hi"}, {"open", false}}}})),
            "  -- the friend request of AAAAAAAA is answered\n");
  EXPECT_EQ(changes_.add(event("AB:4", {{"conversation", {{"key", anna}, {"friend", "Anna"}, {"unread", 0}}}})),
            "  -- what Anna wrote is read\n");
  EXPECT_EQ(changes_.add(event("AB:4", {{"conversation", {{"key", anna}, {"friend", "Anna"}, {"unread", 2}}}})),
            "  -- what Anna wrote is read, but for 2\n");
  EXPECT_EQ(changes_.add(event("AB:5", {{"profile", {{"name", "Me"}, {"status_message", nullptr}}}})),
            "  -- your name is Me\n");
}

TEST_F(Changes, NoticesNameWhoIsKnown) {
  EXPECT_EQ(changes_.add(notice("peer_connection", "none")), "  -- AAAAAAAA is not connected\n");
  changes_.learn({{"key", anna}, {"name", "An\x1bna"}});
  EXPECT_EQ(changes_.add(notice("peer_connection", "udp")), "  -- An␛na is connected over UDP\n");
  EXPECT_EQ(changes_.add(notice("link_code", "493027")), "  -- the code for An␛na is 493 027\n");
  EXPECT_EQ(changes_.add(notice("link_ended", "no\x1b")), "  -- linking with An␛na ended: no␛\n");
  EXPECT_EQ(changes_.add(notice("message", "Hi")), "  -- notification: An␛na\n");
  EXPECT_EQ(changes_.add(notice("notification_cleared", "")), "  -- notification taken back: An␛na\n");
  EXPECT_EQ(changes_.add(notice("friend_request", "Hi")), "") << "the event said it";
  EXPECT_EQ(changes_.add(notice("device_linked", "server")), "  -- server is now one of your devices\n");
  EXPECT_NE(changes_.add(notice("link_request", "")).find("device requests"), std::string::npos);
  EXPECT_EQ(changes_.add(notice("of a later version", "x")), "");
}

TEST_F(Changes, WhoIsOnlineAndWhere) {
  changes_.learn({{"key", anna}, {"name", "Anna"}});
  json seen = notice("friend_presence", "online");
  EXPECT_EQ(changes_.add(seen), "  -- Anna is online\n");
  seen["params"]["seen_by"] = {{{"key", anna}, {"name", "ser\x1bver"}}};
  EXPECT_EQ(changes_.add(seen), "  -- Anna is online at ser␛ver\n");
  EXPECT_EQ(changes_.add(notice("friend_presence", "offline")), "  -- Anna is offline\n");
}

TEST_F(Changes, ANotificationOfAnotherFormDoesNoHarm) {
  for (const json& strange : {json(), json(5), json{{"method", "event"}}, json{{"method", "event"}, {"params", 7}}})
    EXPECT_EQ(changes_.add(strange), "");
}

}  // namespace
}  // namespace toxtore
