// Promises P3, P4 and P5 on whole programs over real toxcore: two users with two devices each write to each other while
// their devices are switched off and on at random. In the end every message is exactly once in all four histories, and
// both devices of a user show them in one order.
//
//   TOXTORE_SWITCH_MESSAGES=N   messages each way (25), one in 1.2 s; 100 take two minutes
//   TOXTORE_SWITCH_SEED=N       chooses who writes and who is switched off; it is printed, though timing decides too
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/bootstrap.h"
#include "harness/device.h"
#include "harness/temp_folder.h"

namespace toxtore {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds between_messages{1200};

std::uint32_t number_from_environment(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(value));
}

/// Two devices of one user, of which at least one is on at any time.
struct User {
  Device& one;
  Device& other;
  Device* off = nullptr;

  void switch_at_random(std::mt19937& random) {
    if (std::uniform_int_distribution(0, 7)(random) != 0) return;
    if (off != nullptr) return std::exchange(off, nullptr)->start();
    off = random() % 2 == 0 ? &one : &other;
    off->stop();
  }
  Device& writer(std::mt19937& random) const {
    Device& drawn = random() % 2 == 0 ? one : other;
    return &drawn != off ? drawn : &drawn == &one ? other : one;
  }
  void switch_on() {
    if (off != nullptr) std::exchange(off, nullptr)->start();
  }
};

class TwoUsers : public testing::Test {
 protected:
  void SetUp() override {
    link(laptop, server);
    link(phone, tablet);
    laptop.rpc("friend.add", {{"tox_id", phone.tox_id()}, {"message", "it is Anna"}});
    phone.accept_friend(laptop.key());
    // Their devices' lists are told, and all four meet.
    for (Device* mine : {&laptop, &server}) {
      for (const Device* his : {&phone, &tablet}) wait_met(*mine, *his);
    }
    for (Device* his : {&phone, &tablet}) {
      for (const Device* mine : {&laptop, &server}) wait_met(*his, *mine);
    }
  }

  static void wait_met(Device& device, const Device& friends) {
    device.wait_for("all keys of the friend to be one contact and connected", "friend.list", json::object(),
                    [&](const json& found) {
                      for (const json& contact : found.at("friends")) {
                        if (contact.at("keys").size() < 2) continue;
                        for (const json& key : contact.at("keys")) {
                          if (key.at("key") == friends.key() && key.at("connection") != "none") return true;
                        }
                      }
                      return false;
                    });
  }

  static void wait_for_all(Device& device, const std::string& friend_key, std::size_t messages) {
    device.wait_for("every message, delivered", "message.history", {{"friend", friend_key}, {"limit", 1000}},
                    [&](const json& found) {
                      std::size_t settled = 0;
                      for (const json& row : found.at("messages")) {
                        if (!row.at("outgoing") || row.at("state") == "delivered") ++settled;
                      }
                      return settled >= messages && found.at("messages").size() >= messages;
                    });
  }

  static std::map<std::string, std::size_t> counted(const json& history) {
    std::map<std::string, std::size_t> texts;
    for (const json& row : history) ++texts[row.at("text")];
    return texts;
  }

  TempFolder folder;
  Bootstrap bootstrap{folder};
  Device laptop{folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false}};
  Device server{folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true}};
  Device phone{folder, bootstrap, {.device_name = "phone", .tox_name = "Cara", .always_on = false}};
  Device tablet{folder, bootstrap, {.device_name = "tablet", .tox_name = "Cara", .always_on = false}};
};

TEST_F(TwoUsers, every_message_is_once_in_all_four_histories_whoever_is_switched_off_meanwhile) {
  const std::uint32_t count = number_from_environment("TOXTORE_SWITCH_MESSAGES", 25);
  const std::uint32_t seed = number_from_environment("TOXTORE_SWITCH_SEED", std::random_device{}());
  std::cout << "TOXTORE_SWITCH_SEED=" << seed << std::endl;
  std::mt19937 random(seed);
  User anna{laptop, server};
  User cara{phone, tablet};
  std::map<std::string, std::size_t> expected;
  auto next = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < count; ++i) {
    for (User* user : {&anna, &cara}) user->switch_at_random(random);
    for (const auto& [user, name, to] : {std::tuple{&anna, "Anna", &phone}, std::tuple{&cara, "Cara", &laptop}}) {
      const std::string text = std::string(name) + " writes " + std::to_string(i);
      user->writer(random).send(to->key(), text);
      ++expected[text];
    }
    std::this_thread::sleep_until(next += between_messages);
  }
  anna.switch_on();
  cara.switch_on();
  for (Device* mine : {&laptop, &server}) wait_for_all(*mine, phone.key(), std::size_t{2} * count);
  for (Device* his : {&phone, &tablet}) wait_for_all(*his, laptop.key(), std::size_t{2} * count);
  EXPECT_EQ(counted(wait_for_equal_histories(laptop, server, phone.key())), expected);
  EXPECT_EQ(counted(wait_for_equal_histories(phone, tablet, laptop.key())), expected);
}

}  // namespace
}  // namespace toxtore
