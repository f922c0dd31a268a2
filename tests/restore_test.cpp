// Promises P1, P3, P4 and P8 on whole programs over real toxcore: the server's data folder is copied, used on, and set
// back to the copy. Nothing is lost or doubled, and no number is used twice.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/world.h"

namespace toxtore {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class Restore : public WorldTest {
 protected:
  static fs::path copy() { return server().data_folder().string() + ".copy"; }

  static void back_up_the_server() {
    const auto connections_before = bert().connections_to(server().key());
    server().stop();
    fs::remove_all(copy());
    fs::copy(server().data_folder(), copy(), fs::copy_options::recursive);
    server().start();
    server().wait_connected(laptop().key());
    server().wait_connected(bert_key());
    bert().wait_reconnected(server().key(), connections_before);  // each sees the other in its own time
  }

  static void set_the_server_back() {
    server().stop();
    fs::remove_all(server().data_folder());
    fs::rename(copy(), server().data_folder());
    server().start();
  }

  static std::map<std::string, int> texts_on(Device& device) {
    std::map<std::string, int> texts;
    for (const json& row : device.history(bert_key())) ++texts[row.at("text")];
    return texts;
  }

  static std::uint64_t seq_of(const json& row) {
    const std::string id = row.at("id");
    return std::stoull(id.substr(id.find(':') + 1));
  }
};

TEST_F(Restore, what_the_server_did_since_the_copy_comes_back_from_the_laptop) {
  back_up_the_server();
  const std::vector<std::string> written{"Written since the copy", "and one more"};
  for (const std::string& text : written) server().send(bert_key(), text);
  bert().send(server().key(), "Received since the copy");
  laptop().wait_for_message(bert_key(), "Received since the copy");
  for (const std::string& text : written) {
    laptop().wait_for_message(bert_key(), text, [](const json& row) { return row.at("state") == "delivered"; });
  }
  const std::uint64_t last = seq_of(server().message(bert_key(), "and one more"));

  set_the_server_back();
  server().wait_for("the server to have caught up", "status.get", json::object(), [](const json& status) {
    return status.at("doubt").is_null() && status.at("events_missing") == 0;
  });
  server().wait_for_message(bert_key(), "Received since the copy");
  server().send(bert_key(), "Written after it");
  laptop().wait_for_message(bert_key(), "Written after it",
                            [](const json& row) { return row.at("state") == "delivered"; });
  wait_for_equal_histories(laptop(), server(), bert_key());
  for (const auto& [text, count] : texts_on(laptop())) EXPECT_EQ(count, 1) << text;
  EXPECT_GT(seq_of(server().message(bert_key(), "Written after it")), last);
  EXPECT_GT(seq_of(server().message(bert_key(), "Written after it")) >> 32, 0U) << "another incarnation";

  const auto at_bert = bert().messages_from(server().key());
  for (const std::string& text : written) EXPECT_EQ(std::ranges::count(at_bert, text), 1) << text;
  EXPECT_EQ(std::ranges::count(at_bert, "Written after it"), 1);
}

TEST_F(Restore, without_the_laptop_it_says_what_to_do_and_goes_on_when_told_to) {
  back_up_the_server();
  laptop().stop();
  server().send(bert_key(), "Only the server knew of this");
  server().wait_for_message(bert_key(), "Only the server knew of this",
                            [](const json& row) { return row.at("state") == "delivered"; });
  set_the_server_back();
  const json status = server().rpc("status.get");
  ASSERT_TRUE(status.at("doubt").is_object()) << status.dump();
  EXPECT_EQ(status.at("doubt").at("why"), "set_back");
  server().rpc("device.trust_database");
  EXPECT_TRUE(server().rpc("status.get").at("doubt").is_null());
  server().wait_connected(bert_key());
  server().send(bert_key(), "And on it goes");
  server().wait_for_message(bert_key(), "And on it goes",
                            [](const json& row) { return row.at("state") == "delivered"; });
  laptop().start();
  laptop().wait_for_message(bert_key(), "And on it goes");
  wait_for_equal_histories(laptop(), server(), bert_key());
}

}  // namespace
}  // namespace toxtore
