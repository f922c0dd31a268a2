#include "cli/removal_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace toxtore {
namespace {

using nlohmann::json;

const std::string phone(64, 'A');
const std::string tablet(64, 'B');
const std::string laptop(64, 'C');
constexpr std::uint64_t may_ms = 1'714'585'320'000U;  // 2024-05-01 17:42

json removed_by(const std::string& key, const std::string& name) {
  return {{"by", {{"key", key}, {"name", name}}}, {"time", may_ms}};
}

json removal() {
  return {{"device", {{"key", phone}, {"name", "phone"}, {"linked_time", may_ms}, {"known", true}}},
          {"only_there", 0},
          {"added", json::array()},
          {"stock_friends", json::array()}};
}

class RemovalText : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(RemovalText, WhatIsHeldElsewhereAndWhatIsNot) {
  json found = removal();
  EXPECT_EQ(removal_text(found, {phone}, {}),
            "phone, one of your devices since 2024-05-01 17:42:\n"
            "  - All that it is known to hold is on your other devices too.\n");
  found["only_there"] = 12;
  EXPECT_NE(removal_text(found, {phone}, {}).find("  - 12 events are known to be on it and on none"),
            std::string::npos);
  found["device"]["known"] = false;
  EXPECT_NE(removal_text(found, {phone}, {}).find("is not known."), std::string::npos);
  EXPECT_EQ(removal_text(found, {phone}, {}).find("12 events"), std::string::npos) << "then the number says nothing";
}

TEST_F(RemovalText, WhatItLinkedIsToBeNamedToo) {
  json found = removal();
  found["added"] = {{{"key", tablet}, {"name", "my tablet"}, {"linked_time", may_ms}}};
  const std::string text = removal_text(found, {phone}, {});
  EXPECT_NE(text.find("It has linked: my tablet (2024-05-01 17:42)"), std::string::npos) << text;
  EXPECT_NE(text.find("toxtore device remove phone " + tablet + "\n"), std::string::npos)
      << "a name that a shell takes apart is none to type: " << text;
  EXPECT_EQ(removal_text(found, {phone, tablet}, {}).find("It has linked"), std::string::npos) << "it is named";
}

TEST_F(RemovalText, FriendsWhomOnlyItReachesAreToBeAsked) {
  json found = removal();
  found["stock_friends"] = {{{"key", tablet}, {"name", "Bob"}}, {{"key", laptop}, {"name", "$(reboot)\x1b"}}};
  const std::string text = removal_text(found, {phone}, {});
  EXPECT_NE(text.find("none of your devices reaches: Bob, $(reboot)␛"), std::string::npos) << text;
  EXPECT_NE(text.find("      toxtore friend introduce Bob\n      toxtore friend introduce " + laptop + "\n"),
            std::string::npos)
      << text;
}

TEST_F(RemovalText, AfterTheRemoval) {
  const json one = {{"removed", {{{"key", phone}, {"name", "phone"}}}}};
  EXPECT_TRUE(removed_text(one, {}).starts_with("phone is none of your devices any more.\nWhat it writes"));
  const json two = {{"removed", {{{"key", phone}, {"name", "phone"}}, {{"key", tablet}, {"name", "tablet"}}}}};
  EXPECT_TRUE(removed_text(two, {}).starts_with("phone, tablet are none of your devices any more.\nWhat they write"));
  EXPECT_TRUE(taken_in_text({{"taken_in", 1}, {"device", {{"key", phone}, {"name", "phone"}}}}, {})
                  .starts_with("Taken in: 1 event of phone."));
}

TEST_F(RemovalText, TheListOfThoseThatAreNoMore) {
  const json self = {{"key", laptop}, {"self", true}, {"removed", removed_by(laptop, "laptop")}};
  const json left = {{"key", phone}, {"name", "phone"}, {"put_aside", 0}, {"removed", removed_by(phone, "phone")}};
  const json lost = {{"key", tablet}, {"name", "tablet"}, {"put_aside", 3}, {"removed", removed_by(laptop, "laptop")}};
  EXPECT_TRUE(is_in(self)) << "this device stands in its own list";
  EXPECT_FALSE(is_in(left));
  EXPECT_TRUE(is_in({{"key", phone}, {"removed", nullptr}}));
  EXPECT_EQ(
      removed_devices_text({self, left, lost}, {}),
      "\nNo longer your devices:\n"
      "NAME    REMOVED                              PUT ASIDE\n"
      "phone   left, 2024-05-01 17:42                       -\n"
      "  " +
          phone +
          "\n"
          "tablet  removed by laptop, 2024-05-01 17:42          3\n"
          "  " +
          tablet +
          "\n"
          "\nPut aside is what one of them wrote and received after its removal; it is shown nowhere. To take it in:\n"
          "  toxtore device accept tablet\n");
  EXPECT_EQ(removed_devices_text({self}, {}), "");
  json puppet = {{"key", tablet}, {"name", "tablet"}, {"removed", removed_by(laptop, "laptop")}};
  puppet["removed"]["came_with"] = {{"key", phone}, {"name", "phone"}};
  EXPECT_NE(removed_devices_text(json::array({puppet}), {})
                .find("came with phone, which was removed by laptop, 2024-05-01 17:42"),
            std::string::npos)
      << "it never was one of his devices";
  puppet["removed"] = removed_by(phone, "phone");
  puppet["removed"]["by_removed_by"] = {{"key", laptop}, {"name", "laptop"}};
  EXPECT_NE(removed_devices_text(json::array({puppet}), {})
                .find("removed by phone, which was removed itself by laptop, 2024"),
            std::string::npos);
}

TEST_F(RemovalText, WhatLeavingComesTo) {
  json found = removal();
  LeavePlan plan{.name = "phone", .profile = "default", .others_connected = true};
  EXPECT_EQ(leave_text(found, plan, {}),
            "phone, the device that you are at, is to leave your devices:\n"
            "  - All that is here is known to be on another device too.\n");
  found["only_there"] = 2;
  EXPECT_NE(leave_text(found, plan, {}).find("2 events are not known to be on another device yet. It leaves once"),
            std::string::npos);
  plan.others_connected = false;
  EXPECT_NE(leave_text(found, plan, {}).find("It leaves when one has come and has all"), std::string::npos);
  plan.now = true;
  EXPECT_NE(leave_text(found, plan, {}).find("With --now your other devices will lack them"), std::string::npos);
  EXPECT_NE(leave_text(found, plan, {}).find("toxtored tells them when they are connected"), std::string::npos);
  EXPECT_EQ(leave_text(found, plan, {}).find("deleted"), std::string::npos);
  plan.erase = true;
  EXPECT_NE(leave_text(found, plan, {}).find("nothing can tell them"), std::string::npos);
  EXPECT_NE(leave_text(found, plan, {}).find("the profile “default” is deleted from this machine"), std::string::npos);
  plan.has_left = true;
  EXPECT_EQ(leave_text(found, plan, {}).find("2 events"), std::string::npos) << "that was said before";
}

TEST_F(RemovalText, HowFarLeavingIs) {
  EXPECT_EQ(leaving_words({{"left", false}, {"only_here", 5}}, 1), "5 events still to reach another device.");
  EXPECT_EQ(leaving_words({{"left", false}, {"only_here", 1}}, 0),
            "1 event still to reach another device, and none is connected.");
  EXPECT_NE(leaving_words({{"left", true}, {"only_here", 0}}, 0).find("has left"), std::string::npos);
  LeavePlan plan{.name = "phone", .profile = "default"};
  EXPECT_NE(left_text({{"left", true}, {"devices_told", 2}}, plan, {}).find("know it already: 2"), std::string::npos);
  EXPECT_NE(left_text({{"left", true}, {"devices_told", 0}}, plan, {}).find("as long as toxtored runs"),
            std::string::npos);
  plan.erase = true;
  EXPECT_NE(left_text({{"left", true}, {"devices_told", 0}}, plan, {}).find("toxtore device remove"),
            std::string::npos);
}

TEST_F(RemovalText, AnAnswerOfAnotherFormDoesNoHarm) {
  for (const json& answer : {json(), json(5), json{{"device", 5}, {"added", {1}}, {"removed", {nullptr}}}}) {
    EXPECT_FALSE(removal_text(answer, {}, {}).empty());
    EXPECT_FALSE(removed_text(answer, {}).empty());
    EXPECT_FALSE(taken_in_text(answer, {}).empty());
    EXPECT_EQ(removed_devices_text(answer, {}), "");
    EXPECT_FALSE(leave_text(answer, {}, {}).empty());
    EXPECT_FALSE(leaving_words(answer, 0).empty());
  }
}

}  // namespace
}  // namespace toxtore
