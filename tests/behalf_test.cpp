// Promise P4 on whole programs over real toxcore: any device delivers, on behalf of the one that wrote. Three own
// devices, laptop, server and desk; the friend with a stock client knows the server and the desk, not the laptop.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "harness/world.h"

namespace toxtore {
namespace {

using nlohmann::json;

class OnBehalf : public WorldTest {
 protected:
  static void SetUpTestSuite() {
    WorldTest::SetUpTestSuite();
    desk_ = std::make_unique<Device>(folder(), bootstrap(),
                                     DeviceOptions{.device_name = "desk", .tox_name = "Anna", .always_on = false});
    link(*desk_, server());
    wait_until("the laptop to know the desk", [] { return laptop().rpc("device.list").at("devices").size() == 3; });
    bert().add(desk_->tox_id(), "It is me again");
    bert().wait_connected(desk_->key());
  }
  static void TearDownTestSuite() {
    desk_->stop();
    desk_.reset();
    WorldTest::TearDownTestSuite();
  }

  static Device& desk() { return *desk_; }
  static bool is_delivered(const json& row) { return row.at("state") == "delivered"; }
  static std::size_t copies(const std::string& text) {
    std::size_t count = 0;
    for (const Device* device : {&laptop(), &server(), &desk()}) {
      const auto texts = bert().messages_from(device->key());
      count += static_cast<std::size_t>(std::count(texts.begin(), texts.end(), text));
    }
    return count;
  }

 private:
  static std::unique_ptr<Device> desk_;
};

std::unique_ptr<Device> OnBehalf::desk_;

TEST_F(OnBehalf, what_was_written_on_a_device_that_is_off_leaves_once_from_another) {
  const std::string text = "Written on the laptop while you were away";
  bert().stop();
  server().wait_connected(bert_key(), false);
  desk().wait_connected(bert_key(), false);
  laptop().send(bert_key(), text);
  for (Device* device : {&server(), &desk()}) {
    EXPECT_EQ(device->wait_for_message(bert_key(), text).at("state"), "queued");
  }
  laptop().stop();
  bert().start();
  const json there = server().wait_for_message(bert_key(), text, is_delivered);
  desk().wait_for_message(bert_key(), text, is_delivered);

  laptop().start();
  const json row = laptop().wait_for_message(bert_key(), text, is_delivered);
  EXPECT_TRUE(row.at("device") == server().key() || row.at("device") == desk().key()) << row.dump();
  EXPECT_EQ(row, there) << "all devices tell the same, who delivered it among that";

  // Whatever went to Bert before this one would have come before it.
  server().send(bert_key(), "After that");
  server().wait_for_message(bert_key(), "After that", is_delivered);
  EXPECT_EQ(copies(text), 1U);
  EXPECT_TRUE(bert().messages_from(laptop().key()).empty());
}

}  // namespace
}  // namespace toxtore
