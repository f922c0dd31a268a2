// The world of most tests: a user with two linked devices, laptop and server, and a friend with a stock client who
// added the server and does not know the laptop.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "harness/bootstrap.h"
#include "harness/device.h"
#include "harness/stock_friend.h"
#include "harness/temp_folder.h"

namespace toxtore {

struct World {
  TempFolder folder;
  Bootstrap bootstrap{folder};
  Device laptop{folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false}};
  Device server{folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true}};
  StockFriend bert{folder, bootstrap, "Bert"};
};

/// All tests of a program share one world, for connecting takes most of the time. So each uses texts of its own, leaves
/// everything running and connected, and needs none of the others.
class WorldTest : public testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override { ASSERT_TRUE(world_) << "the devices could not be set up"; }
  void TearDown() override;

  static Device& laptop() { return world_->laptop; }
  static Device& server() { return world_->server; }
  static StockFriend& bert() { return world_->bert; }
  static std::string bert_key() { return bert().key(); }
  static const TempFolder& folder() { return world_->folder; }
  static const Bootstrap& bootstrap() { return world_->bootstrap; }

 private:
  static std::unique_ptr<World> world_;
};

}  // namespace toxtore
