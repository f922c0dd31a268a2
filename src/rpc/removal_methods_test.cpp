// device.removal, remove, take_in, leave and stay, and what lists and the status show of devices that are no more.
#include <gtest/gtest.h>

#include "rpc/test_profile.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::string kind_of(const json& error) { return error.at("data").at("kind"); }

json device(TestProfile& profile, std::uint8_t byte) {
  const json devices = profile.result("device.list")["devices"];
  for (const json& each : devices) {
    if (each["key"] == test_key(byte).hex()) return each;
  }
  return nullptr;
}

TEST(RemovalMethods, WhatARemovalComesTo) {
  TestProfile profile;
  profile.add_device(1, "phone");
  profile.add_friend(2, "Bob");
  const json other = profile.result("device.removal", {{"device", "Phone"}});
  EXPECT_EQ(other["device"]["key"], test_key(1).hex());
  EXPECT_EQ(other["device"]["known"], false);
  EXPECT_EQ(other["device"]["removed"], nullptr);
  EXPECT_EQ(other["only_there"], 0);
  EXPECT_EQ(other["added"], json::array());
  EXPECT_EQ(other["stock_friends"], json::array()) << "Bob knows this device";
  const json own = profile.result("device.removal", {{"device", "laptop"}});
  EXPECT_EQ(own["stock_friends"], (json{{{"key", test_key(2).hex()}, {"name", "Bob"}}}));
  EXPECT_GT(own["only_there"], 0);
  ASSERT_EQ(own["added"].size(), 1U);
  EXPECT_EQ(own["added"][0]["name"], "phone");
  EXPECT_EQ(kind_of(profile.error("device.removal", {{"device", "tablet"}})), "not_found");
}

TEST(RemovalMethods, SeveralAreRemovedTogetherOrNone) {
  TestProfile profile;
  profile.add_device(1, "phone");
  profile.add_device(2, "tablet");
  EXPECT_EQ(kind_of(profile.error("device.remove", {{"devices", {"phone", "nothing"}}})), "not_found");
  EXPECT_EQ(kind_of(profile.error("device.remove", {{"devices", {"phone", "laptop"}}})), "invalid_argument");
  EXPECT_EQ(device(profile, 1)["removed"], nullptr);
  const json removed =
      profile.result("device.remove", {{"devices", {"phone", "tablet", test_key(1).hex()}}})["removed"];
  ASSERT_EQ(removed.size(), 2U) << "one that is named twice is one";
  for (const std::uint8_t byte : {1, 2}) {
    const json shown = device(profile, byte);
    EXPECT_EQ(shown["removed"]["by"], (json{{"key", test_key(0xAA).hex()}, {"name", "laptop"}}));
    EXPECT_EQ(shown["removed"]["time"], profile.now.wall_ms);
    EXPECT_EQ(shown["put_aside"], 0);
  }
  EXPECT_EQ(profile.result("status.get")["devices"], 1);
  EXPECT_EQ(profile.result("status.get")["removed"], nullptr) << "that is for this device";
  EXPECT_EQ(kind_of(profile.error("device.remove", {{"devices", {"phone"}}})), "already_exists");
  EXPECT_EQ(kind_of(profile.error("device.rename", {{"device", "phone"}, {"name", "x"}})), "not_found");
}

TEST(RemovalMethods, TheDevicesAreAListOfStrings) {
  TestProfile profile;
  for (const json& wrong : {json("phone"), json::array(), json{1}, json{"phone", nullptr}, json::object()}) {
    const json error = profile.error("device.remove", {{"devices", wrong}});
    EXPECT_EQ(kind_of(error), "invalid_argument") << wrong;
    EXPECT_NE(error["message"].get<std::string>().find("a list of one or more strings"), std::string::npos);
  }
}

TEST(RemovalMethods, ARemovedDeviceIsNotHandedOut) {
  TestProfile profile;
  profile.add_device(1, "server");
  EXPECT_EQ(profile.result("id.get")["ids"].size(), 2U);
  profile.result("device.remove", {{"devices", {"server"}}});
  EXPECT_EQ(profile.result("id.get")["ids"].size(), 1U);
  EXPECT_EQ(profile.result("id.get")["why"], "it is the only device");
}

TEST(RemovalMethods, WhatWasPutAsideIsTakenInByTheNameThatTheDeviceHad) {
  TestProfile profile;
  profile.add_device(1, "phone");
  profile.put_aside(1, 3);
  profile.add_device(2, "phone");  // the next one
  EXPECT_EQ(profile.result("status.get")["put_aside"], 3);
  EXPECT_EQ(device(profile, 1)["put_aside"], 3);
  EXPECT_EQ(profile.result("device.removal", {{"device", "phone"}})["device"]["key"], test_key(2).hex());
  const json taken = profile.result("device.take_in", {{"device", "phone"}});
  EXPECT_EQ(taken["taken_in"], 3);
  EXPECT_EQ(taken["device"]["key"], test_key(1).hex());
  EXPECT_EQ(device(profile, 1)["put_aside"], 0);
  EXPECT_NE(device(profile, 1)["removed"], nullptr) << "it stays removed";
  EXPECT_EQ(profile.result("status.get")["put_aside"], 0);
  EXPECT_EQ(kind_of(profile.error("device.take_in", {{"device", test_key(1).hex()}})), "not_found");
  EXPECT_EQ(kind_of(profile.error("device.take_in", {{"device", "nothing"}})), "not_found");
}

TEST(RemovalMethods, LeavingWaitsAndIsTakenBack) {
  TestProfile profile;
  EXPECT_EQ(kind_of(profile.error("device.leave")), "denied") << "there are no others";
  profile.add_device(1, "phone");
  EXPECT_EQ(profile.result("status.get")["leaving"], nullptr);
  EXPECT_EQ(kind_of(profile.error("device.stay")), "denied");
  const json leaving = profile.result("device.leave");
  EXPECT_EQ(leaving["left"], false);
  EXPECT_GT(leaving["only_here"], 0);
  EXPECT_EQ(leaving["devices_told"], 0);
  EXPECT_EQ(profile.result("status.get")["leaving"], leaving);
  EXPECT_EQ(profile.result("device.stay"), json::object());
  EXPECT_EQ(profile.result("status.get")["leaving"], nullptr);
  EXPECT_EQ(device(profile, 0xAA)["removed"], nullptr);
}

TEST(RemovalMethods, OnlyADeviceThatHasLeftErasesItsData) {
  TestProfile profile;
  profile.add_device(1, "phone");
  EXPECT_EQ(kind_of(profile.error("profile.erase")), "denied");
  profile.result("device.leave");
  EXPECT_EQ(kind_of(profile.error("profile.erase")), "denied") << "it has not left";
  EXPECT_FALSE(profile.erased);
  EXPECT_EQ(profile.result("device.leave", {{"at_once", true}})["left"], true);
  const json status = profile.result("status.get");
  EXPECT_EQ(status["leaving"]["left"], true);
  EXPECT_EQ(status["removed"]["by"]["key"], status["key"]);
  EXPECT_EQ(device(profile, 0xAA)["removed"], status["removed"]);
  EXPECT_EQ(kind_of(profile.error("device.stay")), "denied");
  EXPECT_EQ(kind_of(profile.error("device.remove", {{"devices", {test_key(1).hex()}}})), "not_found");
  EXPECT_EQ(profile.result("profile.erase"),
            (json{{"folder", "/data/test"}, {"older", json::array()}, {"state_file", "/state/test.last"}}));
  EXPECT_TRUE(profile.erased);
}

}  // namespace
}  // namespace toxtore
