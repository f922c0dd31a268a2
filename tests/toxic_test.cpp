// toxic, a real stock client, as the friend of a user with two devices: it adds one of them by its Tox ID, and its
// screen shows one ordinary friend and every message once, whichever device it was written on. Promise P11.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/bootstrap.h"
#include "harness/device.h"
#include "harness/temp_folder.h"
#include "harness/toxic.h"

namespace toxtore {
namespace {

using nlohmann::json;

bool is_delivered(const json& row) { return row.at("state") == "delivered"; }

void expect_friends(Toxic& toxic, Device& server, const std::string& tom) {
  server.wait_connected(tom);
  toxic.terminal().wait_for_text("has come online");
  toxic.show_contacts();
  toxic.terminal().wait_for_text("o Anna");
  EXPECT_EQ(toxic.contacts(), std::vector<std::string>{"o Anna"});
}

void expect_every_message_once(Toxic& toxic, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    EXPECT_NO_THROW(toxic.terminal().wait_for_text(line));
    EXPECT_EQ(toxic.terminal().count_on_screen(line), 1U) << line;
  }
}

TEST(Toxic, it_sees_one_ordinary_friend_and_every_message_once) {
  if (!Toxic::installed()) GTEST_SKIP() << "toxic or tmux is not installed: apt-get install toxic tmux";
  const TempFolder folder;
  const Bootstrap bootstrap(folder);
  Device laptop(folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false});
  Device server(folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true});
  Toxic toxic(folder, bootstrap, "Tom");
  link(laptop, server);

  const std::string greeting = "Hello, it is Tom";
  toxic.add(server.tox_id(), greeting);
  const json request = server.wait_for_request();
  // toxic 0.11.1 sends only the beginning of the words, 0.11.3 all of them with the quotes of its command line.
  std::string words = request.at("message");
  std::erase(words, '"');
  EXPECT_TRUE(!words.empty() && greeting.starts_with(words)) << request.dump();
  const std::string tom = request.at("key");
  server.accept_friend(tom);
  expect_friends(toxic, server, tom);
  toxic.open_chat();

  toxic.say("Grüße from Tom");
  EXPECT_EQ(server.wait_for_message(tom, "Grüße from Tom").at("friend"), "Tom");
  laptop.wait_for_message(tom, "Grüße from Tom");
  server.send(tom, "This is the server");
  server.wait_for_message(tom, "This is the server", is_delivered);
  laptop.send(tom, "This is the laptop ✓");
  laptop.wait_for_message(tom, "This is the laptop ✓", is_delivered);
  toxic.say("Good to hear from you");
  laptop.wait_for_message(tom, "Good to hear from you");

  EXPECT_EQ(laptop.message(tom, "This is the laptop ✓").at("device"), server.key());
  EXPECT_EQ(wait_for_equal_histories(laptop, server, tom).size(), 4U);
  expect_every_message_once(toxic, {"Tom: Grüße from Tom", "Anna: This is the server", "Anna: This is the laptop ✓",
                                    "Tom: Good to hear from you"});
  EXPECT_EQ(toxic.windows(), (std::vector<std::string>{"[Home]", "[Contacts]", "[Anna]"}));
  laptop.stop();
  server.stop();
}

/// In all its windows together.
std::size_t copies(Toxic& toxic, const std::string& line) {
  std::size_t count = 0;
  for (std::size_t i = toxic.windows().size(); i > 0; --i) {
    count += toxic.terminal().count_on_screen(line);
    toxic.next_window();
  }
  return count;
}

/// The client's key.
std::string befriend(Toxic& toxic, Device& device) {
  toxic.add(device.tox_id(), "Hello");
  std::string key = device.wait_for_request().at("key");
  device.accept_friend(key);
  device.wait_connected(key);
  return key;
}

// Promise P4: any device delivers, on behalf of the one that wrote, and one only.
TEST(Toxic, what_was_written_on_a_device_that_is_off_arrives_once) {
  if (!Toxic::installed()) GTEST_SKIP() << "toxic or tmux is not installed: apt-get install toxic tmux";
  const TempFolder folder;
  const Bootstrap bootstrap(folder);
  Device laptop(folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false});
  Device server(folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true});
  Device desk(folder, bootstrap, {.device_name = "desk", .tox_name = "Anna", .always_on = false});
  Toxic toxic(folder, bootstrap, "Tom");
  link(laptop, server);
  link(desk, server);
  const std::string tom = befriend(toxic, server);
  toxic.add(desk.tox_id(), "Hello");
  desk.wait_connected(tom);
  toxic.stop();
  for (Device* device : {&server, &desk}) device->wait_connected(tom, false);

  const std::string text = "Written while both of us were away";
  laptop.send(tom, text);
  for (Device* device : {&server, &desk}) device->wait_for_message(tom, text);
  laptop.stop();
  toxic.start();
  for (Device* device : {&server, &desk}) device->wait_for_message(tom, text, is_delivered);
  wait_until("the message on toxic's screen", [&] { return copies(toxic, text) > 0; });

  laptop.start();
  const json row = laptop.wait_for_message(tom, text, is_delivered);
  EXPECT_TRUE(row.at("device") == server.key() || row.at("device") == desk.key()) << row.dump();
  // Whatever another device sent of it would have come before this.
  server.send(tom, "After that");
  server.wait_for_message(tom, "After that", is_delivered);
  EXPECT_EQ(copies(toxic, text), 1U);
  for (Device* device : {&laptop, &server, &desk}) device->stop();
}

}  // namespace
}  // namespace toxtore
