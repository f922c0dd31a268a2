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

}  // namespace
}  // namespace toxtore
