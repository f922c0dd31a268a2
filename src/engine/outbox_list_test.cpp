// What the outbox says a message waits for, and what the user's "anyway" does (DESIGN 7).
#include <gtest/gtest.h>

#include "engine/outbox.h"
#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using For = Waiting::For;
using Lines = std::vector<std::string>;

class OutboxList : public TwoDevices {
 protected:
  [[nodiscard]] Waiting only(const World::Node& device) const {
    const auto waiting = device.engine->outbox(world.now());
    EXPECT_EQ(waiting.size(), 1U);
    return waiting.empty() ? Waiting{} : waiting.front();
  }
  [[nodiscard]] std::optional<std::uint64_t> in(std::uint64_t ms) const { return world.now().wall_ms + ms; }
  void anyway(World::Node& device, const Dot& message) {
    const auto noted = device.engine->send_anyway(message);
    EXPECT_TRUE(noted) << noted.error().message;
    device.engine->finish_turn(world.now());
    world.pump(device);
  }
};

TEST_F(OutboxList, SaysThatTheFriendIsNotHere) {
  EXPECT_TRUE(server.engine->outbox(world.now()).empty());
  send(laptop, "hi");
  EXPECT_EQ(only(laptop).what, For::friend_here);
  EXPECT_EQ(only(laptop).devices, std::vector{server.key()}) << "it sees him, and will deliver";
  world.stop(bob);
  world.run_for(5'000);
  EXPECT_EQ(only(laptop).what, For::friend_here);
  EXPECT_TRUE(only(laptop).devices.empty());
  EXPECT_EQ(to_text(only(laptop).message.text), "hi");
  ContactChange change;
  change.blocked = true;
  ASSERT_TRUE(laptop.engine->change_contact(bob.key(), change, world.now()));
  EXPECT_EQ(only(laptop).what, For::unblocking);
}

TEST_F(OutboxList, SaysWhoseWordLacksAndWhoHandsOver) {
  world.delay_ms = 1'000;
  world.receipt_delay_ms.reset();
  send(laptop, "hi");
  ASSERT_TRUE(world.run_until([&] { return history(server) == Lines{"> hi [sending]"}; }, 5'000));
  EXPECT_EQ(only(server).what, For::acknowledgement);
  EXPECT_EQ(only(server).devices, std::vector{laptop.key()});
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 5'000));
  EXPECT_EQ(only(server).what, For::receipt);
  EXPECT_EQ(only(laptop).what, For::device);
  EXPECT_EQ(only(laptop).devices, std::vector{server.key()});
  EXPECT_EQ(only(laptop).until_ms, std::nullopt) << "it is connected";
}

TEST_F(OutboxList, SaysUntilWhenItPauses) {
  world.receipt_delay_ms.reset();
  const auto row = send(server, "hm");
  world.run_for(1'000);
  world.stop(bob);
  world.run_for(60'000);
  world.start(bob);
  world.run_for(10'000);
  EXPECT_EQ(only(server).what, For::pause);
  EXPECT_EQ(only(server).until_ms, row.shown_ms + unsure_wait_ms);
}

TEST_F(OutboxList, SaysWhenAHelloMayCome) {
  auto& carol = world.add_stock("carol");
  world.befriend(carol, server);
  const std::uint64_t connected_ms = world.now().wall_ms;
  ASSERT_TRUE(server.engine->send_message({carol.key(), MessageKind::normal, "hi", ""}, world.now()));
  world.pump(server);
  EXPECT_EQ(only(server).what, For::hello);
  EXPECT_LE(only(server).until_ms, connected_ms + new_hello_wait_ms);
  EXPECT_GT(only(server).until_ms, connected_ms);
}

// The server was told of events of the laptop that it cannot fetch; among them might be a `done`.
class Lacking : public OutboxList {
 protected:
  void SetUp() override {
    OutboxList::SetUp();
    world.stop(bob);
    message_ = send(laptop, "once").id;
    world.run_for(2'000);
    world.mangle = [this](const World::Node& from, Bytes& packet) {
      const bool event = packet.size() > 1 && (packet[1] == static_cast<std::uint8_t>(PacketType::send_dot) ||
                                               packet[1] == static_cast<std::uint8_t>(PacketType::bundle));
      if (&from == &laptop && event) packet = {0};
    };
    ASSERT_TRUE(laptop.engine->set_profile({{ProfileValue::What::name, to_bytes("me")}}, world.now()));
    world.pump(laptop);
    world.run_for(2'000);
    world.stop(laptop);
    ASSERT_GT(server.engine->status().events_missing, 0U);
    world.start(bob);
    world.run_for(20'000);
  }
  Dot message_;
};

TEST_F(Lacking, WaitsForTheLogsThatItNames) {
  EXPECT_TRUE(bob.texts.empty());
  EXPECT_EQ(only(server).what, For::log);
  EXPECT_EQ(only(server).devices, std::vector{laptop.key()});
}

TEST_F(Lacking, GoesAnywayIfTheUserSaysSo) {
  anyway(server, message_);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 5'000));
  ASSERT_TRUE(world.run_until([&] { return history(server) == Lines{"> once [delivered]"}; }, 1'000));
  EXPECT_EQ(server.engine->send_anyway(message_).error().kind, ErrorKind::denied);
}

TEST_F(Lacking, TheUsersWordOutlivesARestart) {
  world.stop(bob);
  world.run_for(1'000);
  anyway(server, message_);
  world.stop(server);
  world.start(server);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 10'000));
}

// Once: after that an unsure message waits its ten minutes again.
TEST_F(OutboxList, AnUnsureMessageGoesAnywayOnceAndSaysThatItMayBeDoubled) {
  world.receipt_delay_ms.reset();
  const auto row = send(server, "hm");
  const auto lose_receipt = [&] {
    world.run_for(1'000);
    world.stop(bob);
    world.run_for(1'000);
    world.start(bob);
    world.run_for(20'000);
  };
  lose_receipt();
  ASSERT_EQ(bob.texts.size(), 1U);
  anyway(server, row.id);
  world.run_for(1'000);
  EXPECT_EQ(bob.texts.size(), 2U);
  lose_receipt();
  EXPECT_EQ(bob.texts.size(), 2U);
  world.receipt_delay_ms = 50;
  anyway(server, row.id);
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> hm [perhaps doubled]"}; }, 5'000));
}

TEST_F(OutboxList, WhatADeadDeviceWasSendingGoesAnyway) {
  world.befriend(bob, laptop);
  world.write(bob, server, "to the server");  // so the server begins
  world.run_for(12'000);
  world.stop(bob);
  const auto row = send(laptop, "hm");
  world.run_for(5'000);
  world.receipt_delay_ms.reset();
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 10'000));
  world.run_for(1'000);
  anyway(laptop, row.id);
  world.run_for(5'000);
  EXPECT_EQ(bob.texts.size(), 1U) << "the server is connected, and knows best";
  world.crash(server);
  world.receipt_delay_ms = 50;
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 2; }, 10'000));
  ASSERT_TRUE(world.run_until([&] { return history(laptop).back() == "> hm [perhaps doubled]"; }, 1'000));
}

TEST_F(OutboxList, WhatIsWithheldGoesFromItsAuthorOnly) {
  ContactChange change;
  change.devices_withheld = true;
  ASSERT_TRUE(server.engine->change_contact(bob.key(), change, world.now()));
  world.stop(bob);
  world.run_for(1'000);
  const auto row = send(server, "hi");
  world.run_for(1'000);
  EXPECT_EQ(only(laptop).what, For::author);
  EXPECT_EQ(only(laptop).devices, std::vector{server.key()});
  EXPECT_EQ(laptop.engine->send_anyway(row.id).error().kind, ErrorKind::denied);
}

}  // namespace
}  // namespace toxtore
