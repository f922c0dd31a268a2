// For tests: a laptop and a server of one user, and a friend with a stock client who knows the server only.
#pragma once

#include <gtest/gtest.h>

#include "engine/test_world.h"

namespace toxtore {

class TwoDevices : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.befriend(bob, server);
    ASSERT_TRUE(world.run_until([&] { return laptop.engine->friends().size() == 1; }));
    world.run_for(12'000);  // it is clear by then that Bob has a stock client (hello_wait.h)
  }

  /// A message to Bob, written on that device.
  MessageRow send(World::Node& from, const std::string& text) {
    const auto row = from.engine->send_message({bob.key(), MessageKind::normal, text, ""}, world.now());
    EXPECT_TRUE(row) << row.error().message;
    world.pump(from);
    return row.value_or(MessageRow{});
  }
  /// The conversation with Bob as that device shows it.
  [[nodiscard]] std::vector<std::string> history(const World::Node& device) const {
    return history_of(device, bob.key());
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& bob = world.add_stock("bob");
};

}  // namespace toxtore
