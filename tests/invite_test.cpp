// Linking by invitation on whole programs over real toxcore: devices that do not know each other, a device that is
// refused and then let in, and a third one that is linked with all.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "harness/world.h"
#include "wire/invitation.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// Laptop and server are linked; Bert, a stock friend, knows the server.
class InviteTest : public WorldTest {
 protected:
  void SetUp() override {
    WorldTest::SetUp();
    phone_ = std::make_unique<Device>(
        folder(), bootstrap(), DeviceOptions{.device_name = next_name(), .tox_name = "Anna", .always_on = false});
  }
  void TearDown() override {
    phone_->stop();
    WorldTest::TearDown();
  }

  Device& phone() { return *phone_; }

  static json invite(Device& device, bool confirmed) { return device.rpc("device.invite", {{"confirmed", confirmed}}); }
  static json proofs_refused(Device& device) { return device.rpc("status.get").at("proofs_refused"); }
  /// The code of the one linking that is under way.
  static std::string code(Device& device) {
    const json answer = device.wait_for("a code", "device.requests", json::object(), [](const json& links) {
      return links.at("requests").size() == 1 && links.at("requests")[0].at("code").is_string();
    });
    return answer.at("requests")[0].at("code");
  }
  static void wait_for_devices(Device& device, std::size_t count) {
    device.wait_for("its devices", "device.list", json::object(),
                    [=](const json& answer) { return answer.at("devices").size() == count; });
  }
  /// The words of the notice that a device is linked, from a subscription made before.
  static json notice_of_link(RpcClient& client) {
    for (;;) {
      const auto line = client.next_notification(connection_patience);
      if (!line) throw TestFailure("no notice of the link: " + line.error().message);
      if (line->at("params").value("what", "") == "device_linked") return line->at("params");
    }
  }

 private:
  static std::string next_name() {
    static int count = 0;
    return "phone" + std::to_string(++count);
  }
  std::unique_ptr<Device> phone_;
};

TEST_F(InviteTest, a_new_device_is_linked_with_all_after_one_look_at_two_codes) {
  bert().send(server().key(), "Before the phone");
  laptop().wait_for_message(bert_key(), "Before the phone");
  const std::size_t before = laptop().rpc("device.list").at("devices").size();
  RpcClient at_server = server().connect();
  ASSERT_TRUE(at_server.call("events.subscribe"));

  const std::string uri = invite(laptop(), false).at("uri");
  const json link = phone().rpc("device.join", {{"uri", uri}});
  EXPECT_EQ(link.at("key"), laptop().key());
  const std::string shown = code(phone());
  EXPECT_EQ(code(laptop()), shown);
  EXPECT_EQ(phone().rpc("device.list").at("devices").size(), 1U) << "nobody has said yes";
  laptop().rpc("device.accept", {{"device", phone().key()}, {"code", shown}});

  for (Device* device : {&laptop(), &server(), &phone()}) wait_for_devices(*device, before + 1);
  const json notice = notice_of_link(at_server);
  EXPECT_EQ(notice.at("key"), phone().key());
  EXPECT_EQ(notice.at("text"), phone().rpc("status.get").at("device_name"));
  EXPECT_EQ(notice.at("linked_by").at("key"), laptop().key());
  phone().wait_connected(server().key());
  wait_for_equal_histories(phone(), server(), bert_key());
  EXPECT_TRUE(phone().friend_row(laptop().key()).is_null()) << "own devices are no friends";
  EXPECT_EQ(laptop().rpc("friend.requests").at("requests"), json::array());
}

// toxcore drops every request of a key that it has seen: who was refused must be able to come again.
TEST_F(InviteTest, who_was_refused_gets_in_with_the_next_invitation) {
  const json before = proofs_refused(server());
  const std::string used = invite(server(), true).at("uri");
  Invitation wrong = read_invitation_uri(used).value();
  wrong.secret.bytes[0] ^= 1;
  phone().rpc("device.join", {{"uri", invitation_uri(wrong)}});
  server().wait_for("the refusal", "status.get", json::object(), [&](const json& status) {
    return status.at("proofs_refused").at("wrong") == before.at("wrong").get<int>() + 1;
  });
  EXPECT_EQ(server().rpc("friend.requests").at("requests"), json::array()) << "no human asked";

  phone().rpc("device.join", {{"uri", used}});
  phone().wait_connected(server().key());
  wait_until("the phone to be linked", [&] { return phone().rpc("device.list").at("devices").size() > 1; });

  Device thief(folder(), bootstrap(), {.device_name = "thief", .tox_name = "Mallory", .always_on = false});
  thief.rpc("device.join", {{"uri", used}});
  server().wait_for("the refusal", "status.get", json::object(), [&](const json& status) {
    return status.at("proofs_refused").at("used") == before.at("used").get<int>() + 1;
  });
  EXPECT_EQ(thief.rpc("device.list").at("devices").size(), 1U);
  thief.stop();
}

TEST_F(InviteTest, an_invitation_ends_with_the_daemon_and_another_one_works) {
  const std::string lost = invite(laptop(), true).at("uri");
  laptop().restart();
  EXPECT_EQ(laptop().rpc("device.invitations").at("invitations"), json::array());
  phone().rpc("device.join", {{"uri", lost}});
  laptop().wait_for("the refusal", "status.get", json::object(),
                    [](const json& status) { return status.at("proofs_refused").at("wrong") == 1; });
  phone().restart();
  EXPECT_EQ(phone().rpc("device.requests").at("requests"), json::array());
  phone().rpc("device.join", {{"uri", invite(laptop(), true).at("uri")}});
  wait_until("the phone to be linked", [&] { return phone().rpc("device.list").at("devices").size() > 1; });
}

}  // namespace
}  // namespace toxtore
