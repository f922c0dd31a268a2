#include "harness/world.h"

#include <iostream>
#include <utility>

namespace toxtore {

std::unique_ptr<World> WorldTest::world_;

void WorldTest::SetUpTestSuite() {
  auto world = std::make_unique<World>();
  link(world->laptop, world->server);
  befriend(world->bert, world->server);
  wait_until("the laptop to know the friend that the server accepted, and his name", [&] {
    const auto row = world->laptop.friend_row(world->bert.key());
    return !row.is_null() && row.at("name") == "Bert";
  });
  world_ = std::move(world);
}

void WorldTest::TearDownTestSuite() {
  const auto world = std::move(world_);
  if (!world) return;
  world->laptop.stop();  // which looks at the exit codes
  world->server.stop();
}

void WorldTest::TearDown() {
  if (world_ && HasFailure()) std::cout << folder().ends_of_logs() << std::flush;
}

}  // namespace toxtore
