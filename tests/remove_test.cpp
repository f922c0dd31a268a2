// Removing and leaving on whole programs over real toxcore: a device that is switched off is removed, finds itself out,
// is linked again, and at last leaves and erases its data.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "harness/device.h"
#include "harness/stock_friend.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// Laptop, server and phone of Anna, linked by invitations of the laptop; Bert, a stock friend, knows the phone.
class RemoveTest : public testing::Test {
 protected:
  void SetUp() override {
    join(server_);
    join(phone_);
    for (Device* device : all()) wait_for_devices(*device, 3);
    befriend(bert_, phone_);
    for (Device* device : all()) {
      wait_until("Bert to be known by name", [&] {
        const json row = device->friend_row(bert_.key());
        return !row.is_null() && row.at("name") == "Bert";
      });
    }
  }
  void TearDown() override {
    if (HasFailure()) std::cout << folder_.ends_of_logs() << std::flush;
  }

  std::vector<Device*> all() { return {&laptop_, &server_, &phone_}; }
  std::vector<Device*> others() { return {&laptop_, &server_}; }

  void join(Device& device) {
    const std::string uri = laptop_.rpc("device.invite", {{"confirmed", true}}).at("uri");
    device.rpc("device.join", {{"uri", uri}, {"agreed", true}});
  }

  /// `toxtore` for a device, to its end.
  struct Run {
    int exit_code = -1;
    std::string output;
    [[nodiscard]] bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
  };
  Run toxtore(const Device& device, std::vector<std::string> words) {
    words.insert(words.begin(), {"--socket", device.socket()});
    Process process({.program = built_program("toxtore"),
                     .arguments = words,
                     .log_folder = folder_.path(),
                     .log_name = "toxtore",
                     .environment = {}});
    wait_until("toxtore to end", [&] { return !process.running(); });
    Run run{process.terminate(), ""};
    for (const std::string& line : process.lines()) run.output += line + "\n";
    return run;
  }

  static bool is_in(const json& device) { return device.at("self").get<bool>() || device.at("removed").is_null(); }
  static void wait_for_devices(Device& device, int count) {
    device.wait_for("its devices", "device.list", json::object(),
                    [=](const json& answer) { return std::ranges::count_if(answer.at("devices"), is_in) == count; });
  }
  /// Waits until this device shows the phone as removed by that key.
  void wait_until_phone_is_out(Device& device, const std::string& by) {
    device.wait_for("the phone to be out", "device.list", json::object(), [&](const json& answer) {
      return std::ranges::any_of(answer.at("devices"), [&](const json& each) {
        return each.at("key") == phone_.key() && !is_in(each) && each.at("removed").at("by").at("key") == by;
      });
    });
  }
  [[nodiscard]] std::filesystem::path state_file() const { return folder_.path() / "phone.last"; }

  void remove_the_phone();
  void start_the_removed_phone();
  void link_the_phone_again();
  void leave_and_erase();

  TempFolder folder_;
  Bootstrap bootstrap_{folder_};
  Device laptop_{folder_, bootstrap_, {.device_name = "laptop", .tox_name = "Anna", .always_on = false}};
  Device server_{folder_, bootstrap_, {.device_name = "server", .tox_name = "Anna", .always_on = true}};
  Device phone_{folder_, bootstrap_, {.device_name = "phone", .tox_name = "Anna", .always_on = false}};
  StockFriend bert_{folder_, bootstrap_, "Bert"};
};

void RemoveTest::remove_the_phone() {
  phone_.stop();
  bert_.wait_connected(phone_.key(), false);
  EXPECT_EQ(toxtore(laptop_, {"device", "remove", "phone"}).exit_code, 2) << "nobody can be asked";
  const Run removed = toxtore(laptop_, {"device", "remove", "phone", "--yes"});
  EXPECT_EQ(removed.exit_code, 0) << removed.output;
  EXPECT_TRUE(removed.says("toxtore friend introduce Bert")) << removed.output;
  EXPECT_TRUE(removed.says("phone is none of your devices any more")) << removed.output;
  for (Device* device : others()) wait_until_phone_is_out(*device, laptop_.key());
  EXPECT_TRUE(toxtore(server_, {"device", "list"}).says("removed by laptop, "));
}

void RemoveTest::start_the_removed_phone() {
  phone_.start();
  phone_.wait_for("finding itself removed", "status.get", json::object(), [&](const json& status) {
    return !status.at("removed").is_null() && status.at("removed").at("by").at("key") == laptop_.key();
  });
  EXPECT_TRUE(toxtore(phone_, {"status"}).says("removed by laptop, "));
  phone_.wait_connected(bert_.key());
  bert_.wait_connected(phone_.key());  // each sees the other in its own time
  bert_.send(phone_.key(), "To the one that is out");
  phone_.wait_for_message(bert_.key(), "To the one that is out");
  // What goes between the two others afterwards does not bring it along.
  laptop_.rpc("device.rename", {{"device", "server"}, {"name", "box in the attic"}});
  server_.wait_for("its new name", "status.get", json::object(),
                   [](const json& status) { return status.at("device_name") == "box in the attic"; });
  for (Device* device : others()) {
    EXPECT_TRUE(device->message(bert_.key(), "To the one that is out").is_null());
    EXPECT_EQ(device->rpc("status.get").at("put_aside"), 0) << "nothing behind the cut is fetched";
    EXPECT_EQ(device->rpc("status.get").at("events_missing"), 0);
  }
}

void RemoveTest::link_the_phone_again() {
  join(phone_);
  for (Device* device : all()) wait_for_devices(*device, 3);
  EXPECT_TRUE(phone_.rpc("status.get").at("removed").is_null());
  bert_.send(phone_.key(), "To the one that is back");
  for (Device* device : all()) {
    device->wait_for_message(bert_.key(), "To the one that is back");
    device->wait_for_message(bert_.key(), "To the one that is out");
  }
  wait_for_equal_histories(phone_, laptop_, bert_.key());
}

void RemoveTest::leave_and_erase() {
  const Run left = toxtore(phone_, {"device", "leave", "--erase", "--yes"});
  EXPECT_EQ(left.exit_code, 0) << left.output;
  EXPECT_TRUE(left.says("phone has left your devices")) << left.output;
  EXPECT_FALSE(std::filesystem::exists(phone_.data_folder() / "default"));
  EXPECT_FALSE(std::filesystem::exists(state_file()));
  for (Device* device : others()) wait_until_phone_is_out(*device, phone_.key());
  EXPECT_TRUE(toxtore(laptop_, {"device", "list"}).says("left, "));
  phone_.stop();  // it has ended by itself, with the exit code 0
}

TEST_F(RemoveTest, a_device_is_removed_linked_again_and_leaves) {
  remove_the_phone();
  start_the_removed_phone();
  link_the_phone_again();
  EXPECT_TRUE(std::filesystem::exists(phone_.data_folder() / "default" / "toxtore.db"));
  EXPECT_TRUE(std::filesystem::exists(state_file()));
  leave_and_erase();
  laptop_.stop();
  server_.stop();
}

}  // namespace
}  // namespace toxtore
