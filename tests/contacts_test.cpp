// Contacts on whole programs over real toxcore (DESIGN 7): a friend with a stock client gets to know another device by
// `introduce` only, what the user says of a friend holds on all devices, and a friend with Toxtore from whom the
// devices are withheld sees one device only.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/world.h"

namespace toxtore {
namespace {

using nlohmann::json;

class ContactsTest : public WorldTest {
 protected:
  static bool is_delivered(const json& row) { return row.at("state") == "delivered"; }

  /// Waits until that friend is as he should be there, and gives him; null: he is none.
  static json wait_for_friend(Device& device, const std::string& key, const std::string& what,
                              const std::function<bool(const json&)>& fits) {
    json row;
    wait_until(what, [&] { return !(row = device.friend_row(key)).is_null() && fits(row); });
    return row;
  }
  static std::set<std::string> keys_of(const json& row) {
    std::set<std::string> keys;
    for (const json& key : row.at("keys")) keys.insert(key.at("key"));
    return keys;
  }
  static std::vector<std::string> texts_on(Device& device, const std::string& key) {
    std::vector<std::string> texts;
    for (const json& row : device.history(key)) texts.push_back(row.at("text"));
    return texts;
  }
};

TEST_F(ContactsTest, a_stock_friend_hears_of_another_device_only_when_it_is_introduced) {
  StockFriend dora(folder(), bootstrap(), "Dora");
  server().rpc("friend.add", {{"tox_id", dora.tox_id()}, {"message", "It is Anna"}});
  dora.wait_for_events("request " + server().key() + " It is Anna", 1);
  dora.accept(server().key());
  server().wait_connected(dora.key());
  wait_for_friend(laptop(), dora.key(), "the laptop to know Dora", [](const json& row) { return row.at("online"); });
  laptop().send(dora.key(), "By the server");
  laptop().wait_for_message(dora.key(), "By the server", is_delivered);
  for (const std::string& line : dora.events_all()) {
    EXPECT_EQ(line.find(laptop().key()), std::string::npos) << "she heard of the laptop: " << line;
  }

  laptop().rpc("friend.introduce", {{"friend", dora.key()}, {"message", "My laptop"}});
  dora.wait_for_events("request " + laptop().key() + " My laptop", 1);
  dora.accept(laptop().key());
  laptop().wait_connected(dora.key());
  dora.wait_connected(laptop().key());
  const json both = json::array({std::min(laptop().key(), server().key()), std::max(laptop().key(), server().key())});
  for (Device* device : {&laptop(), &server()}) {
    wait_for_friend(*device, dora.key(), "both to be known",
                    [&](const json& row) { return row.at("known_by") == both; });
  }
  dora.send(laptop().key(), "To the laptop");
  laptop().wait_for_message(dora.key(), "To the laptop");
  laptop().send(dora.key(), "By either");
  laptop().wait_for_message(dora.key(), "By either", is_delivered);
  auto texts = dora.messages_from(server().key());
  const auto by_the_laptop = dora.messages_from(laptop().key());
  texts.insert(texts.end(), by_the_laptop.begin(), by_the_laptop.end());
  EXPECT_EQ(texts, (std::vector<std::string>{"By the server", "By either"}));
  wait_for_equal_histories(laptop(), server(), dora.key());

  // Who never gave his Tox ID cannot be asked.
  EXPECT_EQ(laptop().refused("friend.introduce", {{"friend", bert_key()}}).kind, ErrorKind::not_found);
}

TEST_F(ContactsTest, what_the_user_says_of_a_friend_holds_on_all_devices) {
  StockFriend phone(folder(), bootstrap(), "Phone");
  befriend(phone, server());
  laptop().rpc("friend.set", {{"friend", bert_key()}, {"alias", "Bertie"}, {"muted", true}});
  wait_for_friend(server(), bert_key(), "the alias", [](const json& row) {
    return row.at("name") == "Bertie" && row.at("own_name") == "Bert" && row.at("muted") == true;
  });

  bert().send(server().key(), "From one of his clients");
  phone.send(server().key(), "From the other");
  laptop().wait_for_message(bert_key(), "From one of his clients");
  laptop().wait_for_message(phone.key(), "From the other");
  laptop().rpc("friend.merge", {{"friend", bert_key()}, {"other", phone.key()}});
  for (Device* device : {&laptop(), &server()}) {
    const json row = wait_for_friend(*device, bert_key(), "one contact", [&](const json& one) {
      return keys_of(one) == std::set{bert_key(), phone.key()};
    });
    EXPECT_EQ(row.at("unread"), 2);
    EXPECT_EQ(texts_on(*device, phone.key()), texts_on(*device, bert_key())) << "one conversation by either key";
  }
  server().rpc("message.read", {{"friend", "Bertie"}});
  wait_for_friend(laptop(), bert_key(), "both to be read", [](const json& row) { return row.at("unread") == 0; });
  laptop().rpc("friend.split", {{"friend", phone.key()}});
  wait_for_friend(server(), phone.key(), "two contacts",
                  [&](const json& row) { return keys_of(row) == std::set{phone.key()}; });

  laptop().rpc("friend.set", {{"friend", phone.key()}, {"blocked", true}});
  wait_for_friend(server(), phone.key(), "the block", [](const json& row) { return row.at("blocked").get<bool>(); });
  server().wait_connected(phone.key(), false);
  laptop().rpc("friend.set", {{"friend", bert_key()}, {"alias", ""}, {"muted", false}});
  wait_for_friend(server(), bert_key(), "his own name", [](const json& row) { return row.at("name") == "Bert"; });
}

TEST_F(ContactsTest, a_friend_from_whom_the_devices_are_withheld_sees_one_only) {
  Device cell(folder(), bootstrap(), {.device_name = "cell", .tox_name = "Cara", .always_on = false});
  cell.rpc("friend.add", {{"tox_id", server().tox_id()}, {"message", "it is Cara"}});
  server().accept_friend(cell.key());
  const std::set all{laptop().key(), server().key()};
  const auto sees = [&](const std::set<std::string>& keys) {
    return [keys](const json& row) { return keys_of(row) == keys; };
  };
  wait_for_friend(cell, server().key(), "both devices to be one contact", sees(all));
  laptop().wait_connected(cell.key());

  server().rpc("friend.set", {{"friend", cell.key()}, {"devices_withheld", true}});
  wait_for_friend(cell, server().key(), "the laptop to be nobody's", sees({server().key()}));
  wait_until("the laptop to hear of it",
             [&] { return laptop().friend_row(cell.key()).at("devices_withheld").get<bool>(); });
  const json params{{"friend", cell.key()}, {"text", "From whom?"}};
  EXPECT_EQ(laptop().refused("message.send", params).kind, ErrorKind::denied);
  server().send(cell.key(), "From the server");
  cell.wait_for_message(server().key(), "From the server");
  laptop().wait_for_message(cell.key(), "From the server", is_delivered);
  cell.send(server().key(), "Heard");
  laptop().wait_for_message(cell.key(), "Heard");

  laptop().rpc("friend.set", {{"friend", cell.key()}, {"devices_withheld", false}});
  wait_for_friend(cell, server().key(), "both devices to be one contact again", sees(all));
  cell.stop();
}

}  // namespace
}  // namespace toxtore
