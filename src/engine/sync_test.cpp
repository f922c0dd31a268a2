// Own devices: linking, one history on all (P1, P2, P3, P6), and that it becomes quiet (P10).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "engine/recorder.h"
#include "engine/test_two_devices.h"
#include "store/memory_store.h"
#include "sync/linking.h"
#include "wire/body.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

bool has_notice(const World::Node& node, output::Notice::What what) {
  return std::any_of(node.notices.begin(), node.notices.end(), [&](const auto& notice) { return notice.what == what; });
}

// One of two friends asks the other to be a device of one user; the code that both show.
std::string ask(World& world, World::Node& asks, World::Node& asked) {
  world.befriend(asks, asked);
  world.run_for(1'000);
  EXPECT_TRUE(asks.engine->request_device(asked.key(), world.now()));
  world.pump(asks);
  world.run_for(1'000);
  return asks.engine->link_requests().at(0).code.value();
}

TEST(Linking, MakesTwoFriendsDevicesOfOneUser) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  world.link(laptop, server);
  world.run_for(2'000);
  for (const auto* node : {&laptop, &server}) {
    const auto devices = node->engine->devices();
    ASSERT_EQ(devices.size(), 2U);
    EXPECT_TRUE(std::any_of(devices.begin(), devices.end(), [](const auto& d) { return d.name == "laptop"; }));
    EXPECT_TRUE(std::any_of(devices.begin(), devices.end(), [](const auto& d) { return d.name == "server"; }));
    EXPECT_TRUE(std::all_of(devices.begin(), devices.end(), [](const auto& d) { return d.address.has_value(); }));
    EXPECT_TRUE(node->engine->friends().empty()) << "an own device is no friend";
    EXPECT_TRUE(has_notice(*node, output::Notice::What::device_linked));
  }
  EXPECT_TRUE(has_notice(server, output::Notice::What::link_request));
  EXPECT_TRUE(has_notice(server, output::Notice::What::link_code));
}

TEST(Linking, AThirdDeviceIsLinkedWithAllAndSurvivesARestart) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  auto& desktop = world.add_device("desktop");
  world.link(laptop, server);
  world.link(desktop, server);
  const auto linked = [](const World::Node& node) {
    const auto devices = node.engine->devices();
    return devices.size() == 3 && std::all_of(devices.begin(), devices.end(), [](const auto& device) {
             return device.self || device.connection != Connection::none;
           });
  };
  EXPECT_TRUE(world.run_until([&] { return linked(laptop) && linked(desktop) && linked(server); }, 10'000));
  world.stop(laptop);
  world.start(laptop);
  EXPECT_TRUE(world.run_until([&] { return linked(laptop); }, 5'000));
}

// The last confirmation is lost with the connection on one side; the roster of the other brings it home.
TEST(Linking, HalfALinkHealsItself) {
  for (const int lost_after_ms : {0, 10, 40, 60}) {
    World world;
    auto& laptop = world.add_device("laptop");
    auto& server = world.add_device("server");
    const std::string code = ask(world, laptop, server);
    ASSERT_TRUE(laptop.engine->accept_device(server.key(), code, world.now()));
    world.pump(laptop);
    world.run_for(1'000);
    ASSERT_TRUE(server.engine->accept_device(laptop.key(), code, world.now()));
    EXPECT_EQ(server.engine->devices().size(), 2U);
    world.pump(server);
    world.run_for(lost_after_ms);
    world.cut(laptop, server, true);
    world.run_for(5'000);
    world.cut(laptop, server, false);
    EXPECT_TRUE(world.run_until([&] { return laptop.engine->devices().size() == 2; }, 5'000)) << lost_after_ms;
  }
}

TEST(Linking, NobodyBecomesADeviceWithoutBothUsers) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& mallory = world.add_device("mallory");
  const std::string code = ask(world, mallory, laptop);
  ASSERT_TRUE(mallory.engine->accept_device(laptop.key(), code, world.now()));
  world.pump(mallory);
  world.run_for(700'000);
  world.pump(laptop);
  EXPECT_EQ(laptop.engine->devices().size(), 1U);
  EXPECT_EQ(mallory.engine->devices().size(), 1U);
  EXPECT_TRUE(laptop.engine->link_requests().empty()) << "expired";
  EXPECT_TRUE(has_notice(laptop, output::Notice::What::link_ended));
  EXPECT_EQ(laptop.engine->request_device(PublicKey{}, world.now()).error().kind, ErrorKind::not_found);
}

// Found by the simulator: nothing else happened any more, and the linking stood there for ever.
TEST(Linking, EndsInTimeThoughNothingElseHappens) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  world.befriend(laptop, server);
  world.run_for(100'000);
  ASSERT_TRUE(laptop.engine->request_device(server.key(), world.now()));
  world.pump(laptop);
  world.run_for(link_lifetime_ms - 1'000);
  EXPECT_FALSE(has_notice(laptop, output::Notice::What::link_ended));
  world.run_for(2'000);
  for (const auto* node : {&laptop, &server}) {
    EXPECT_TRUE(has_notice(*node, output::Notice::What::link_ended)) << node->name;
    EXPECT_TRUE(node->engine->link_requests().empty()) << node->name;
    EXPECT_FALSE(node->engine->deadline_ms()) << node->name;
  }
}

// Found by the simulator: one of the two clocks was set an hour ahead, that device forgot the linking, and its user and
// the other device went on without it.
TEST(Linking, IsNotEndedByAClockThatIsSet) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  ask(world, laptop, server);
  for (const std::uint64_t wall_ms : {world.now().wall_ms + 3'600'000, world.now().wall_ms - 3'600'000}) {
    server.engine->finish_turn({wall_ms, world.now().mono_ms});
    ASSERT_EQ(server.engine->link_requests().size(), 1U);
    const std::uint64_t expires_ms = server.engine->link_requests()[0].expires_ms;
    EXPECT_GT(expires_ms, wall_ms) << "in the time that this device shows";
    EXPECT_LE(expires_ms, wall_ms + link_lifetime_ms);
  }
}

class Synced : public TwoDevices {};

TEST_F(Synced, WhatCameWhileTheLaptopWasOffIsThereUnreadAndReadOnceIsReadOnBoth) {
  world.stop(laptop);
  world.write(bob, server, "are you there?");
  world.write(bob, server, "hello?");
  world.run_for(1'000);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return history(laptop).size() == 2; }, 5'000));
  EXPECT_EQ(history(laptop), (Lines{"< are you there? [unread]", "< hello? [unread]"}));
  EXPECT_EQ(laptop.engine->friends().at(0).unread, 2U);
  EXPECT_EQ(*laptop.engine->mark_conversation_read(bob.key(), world.now()), 2U);
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().at(0).unread == 0; }, 5'000));
  EXPECT_EQ(history(server), history(laptop));
  EXPECT_EQ(server.engine->store().search({"hello", {}, {}, 10}).size(), 1U);
}

TEST_F(Synced, AFullLengthMessageOfEveryByteComesThrough) {
  std::string text;
  for (std::size_t i = 0; i < message_size_max; ++i) text.push_back(static_cast<char>(i));
  world.write(bob, server, text);
  ASSERT_TRUE(world.run_until([&] { return !history(laptop).empty(); }, 5'000));
  EXPECT_EQ(to_text(laptop.engine->store().history({bob.key(), {}, 1}).at(0).text), text);
}

TEST_F(Synced, AFriendsNameIsTheSameOnAllDevices) {
  server.engine->handle(input::PeerName{bob.key(), to_bytes("Bob")}, world.now());
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->friends().at(0).contact.name == to_bytes("Bob"); }, 5'000));
  const auto events = server.engine->status().events;
  server.engine->handle(input::PeerName{bob.key(), to_bytes("Bob")}, world.now());
  world.pump(server);
  EXPECT_EQ(server.engine->status().events, events) << "the same name is no news";
}

TEST_F(Synced, AFriendWhoChangesHisNameAllTheTimeFillsNoLog) {
  const auto before = server.engine->status().events;
  for (int i = 0; i < 1'000; ++i) {
    server.engine->handle(input::PeerName{bob.key(), to_bytes("Bob" + std::to_string(i))}, world.now());
    world.pump(server);
    world.run_for(100);
  }
  world.run_for(120'000);
  EXPECT_LE(server.engine->status().events, before + 4);
  EXPECT_EQ(laptop.engine->friends().at(0).contact.name, to_bytes("Bob999"));
}

TEST_F(Synced, AnOwnDeviceIsNotRemovedAsAFriend) {
  EXPECT_EQ(laptop.engine->remove_friend(server.key(), world.now()).error().kind, ErrorKind::denied);
}

TEST(Linking, WhatADeviceWroteAsAFriendIsNotLeftUnread) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& server = world.add_device("server");
  world.befriend(laptop, server);
  ASSERT_TRUE(server.engine->send_message({laptop.key(), MessageKind::normal, "a test", ""}, world.now()));
  world.pump(server);
  world.run_for(5'000);
  EXPECT_EQ(laptop.engine->store().unread_count(server.key()), 1U);
  world.link(laptop, server);
  world.run_for(1'000);
  EXPECT_EQ(laptop.engine->store().unread_count(server.key()), 0U);
}

TEST_F(Synced, AFriendWhoAsksAnotherDeviceIsAcceptedAtOnce) {
  world.request(bob, laptop, "it is me");
  world.run_for(2'000);
  EXPECT_TRUE(laptop.engine->friend_requests().empty());
  EXPECT_EQ(laptop.engine->friends().at(0).connection(), Connection::udp);
  EXPECT_EQ(server.engine->friends().at(0).known_by().size(), 2U);
}

TEST_F(Synced, RemovedOnOneDeviceIsRemovedOnBothAndComesBackOnlyByANewAdd) {
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.engine->friends().empty(); }, 5'000));
  EXPECT_FALSE(server.toxcore_list.contains(bob.key()));
  world.request(bob, server, "please");
  world.run_for(1'000);
  ASSERT_EQ(server.engine->friend_requests().size(), 1U);
  ASSERT_TRUE(server.engine->accept_friend(bob.key(), world.now()));
  world.pump(server);
  EXPECT_TRUE(world.run_until([&] { return laptop.engine->friends().size() == 1; }, 5'000));
}

TEST_F(Synced, ALongAbsenceIsCaughtUpWithinItsWindow) {
  world.stop(laptop);
  for (int i = 0; i < 3'000; ++i) {
    server.engine->handle(input::Message{bob.key(), MessageKind::normal, to_bytes(std::string(200, 'x'))}, world.now());
  }
  world.pump(server);
  world.start(laptop);
  ASSERT_TRUE(world.run_until(
      [&] {
        return laptop.engine->store().last_received(bob.key()).has_value() &&
               laptop.engine->status().events_missing == 0;
      },
      60'000));
  EXPECT_EQ(laptop.engine->friends().at(0).unread, 3'000U);
  EXPECT_EQ(history(laptop), history(server));
}

// The flags are the sender's view, and no view or other packet is made of them (DESIGN 4).
TEST_F(Synced, HintsAreTakenOffBeforeAnEventIsStored) {
  const Dot dot = Dot::of({server.key(), 0}, server.engine->store().clock().prefix({server.key(), 0}) + 1);
  Event event{dot, World::epoch_ms * 2, static_cast<std::uint8_t>(EventType::received_message),
              encode_body(Received{bob.key(), MessageKind::normal, to_bytes("psst")})};
  const Bytes stored_form = event.body;
  event.body[PublicKey::size] = 1;  // read
  laptop.engine->handle(input::PacketArrived{server.key(), encode_packet(packet::SendDot{event})}, world.now());
  laptop.engine->finish_turn(world.now());
  ASSERT_TRUE(laptop.engine->store().event(dot));
  EXPECT_EQ(laptop.engine->store().event(dot)->body, stored_form);
  EXPECT_EQ(laptop.engine->friends().at(0).unread, 1U);
}

TEST_F(Synced, WhatADeviceWasToldOfItRemembersAcrossARestart) {
  const Dot ahead = Dot::of({server.key(), 0}, 1'000);
  laptop.engine->handle(input::PacketArrived{server.key(), encode_packet(packet::Clock{{ahead}})}, world.now());
  laptop.engine->finish_turn(world.now());
  const auto missing = laptop.engine->status().events_missing;
  EXPECT_GT(missing, 900U);
  world.cut(laptop, server, true);
  world.stop(laptop);
  world.start(laptop);
  EXPECT_EQ(laptop.engine->status().events_missing, missing);
}

// P10.
TEST_F(Synced, WhenNothingHappensNothingIsSent) {
  world.write(bob, server, "hi");
  world.run_for(10'000);
  const auto packets = world.packets_sent();
  world.run_for(3'600'000);
  EXPECT_EQ(world.packets_sent(), packets);
  EXPECT_EQ(server.engine->deadline_ms(), std::nullopt);
}

// P11.
TEST_F(Synced, AStockFriendGetsOneSmallPacketAConnection) {
  EXPECT_EQ(bob.packets, 1U);
  world.stop(bob);
  world.start(bob);
  world.run_for(10'000);
  EXPECT_EQ(bob.packets, 2U);
}

// Naive fold: all events of a device put into an empty store one by one must give the rows that it shows.
void expect_view_is_fold_of_log(const World::Node& device, const PublicKey& conversation) {
  const Store& store = device.engine->store();
  auto fold = make_memory_store();
  std::vector<Event> events;
  for (const auto& [arrival, event] : store.arrived(0, 100'000)) events.push_back(event);
  // Another order than the one in which they came: log by log.
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.dot < b.dot; });
  ASSERT_TRUE(fold->transact([&]() -> Result<void> {
    for (const Event& event : events) record(*fold, event);
    return {};
  }));
  EXPECT_EQ(fold->history({conversation, {}, 100'000}), store.history({conversation, {}, 100'000}));
  EXPECT_EQ(fold->friend_rows(), store.friend_rows());
  EXPECT_EQ(fold->open_requests(), store.open_requests());
  EXPECT_EQ(fold->profile(), store.profile());
  for (const DeviceInfo& each : device.engine->devices()) {
    EXPECT_EQ(fold->device_row(each.key), store.device_row(each.key));
  }
}

// One thing that a user may do, or that may happen to a device; `written` counts the rows of the conversation.
void do_something(World& world, World::Node& device, const PublicKey& friend_key, int what, std::size_t& written) {
  Engine& engine = *device.engine;
  const Instant now = world.now();
  const std::string text = std::to_string(written);
  const auto some_row = [&] {
    const auto rows = engine.store().history({friend_key, {}, 5});
    return rows.empty() ? Dot{} : rows[written % rows.size()].id;
  };
  switch (what) {
    case 0: (void)engine.mark_conversation_read(friend_key, now); break;
    case 1: (void)engine.mark_message_read(some_row(), now); break;
    case 2: (void)engine.withdraw_message(some_row(), now); break;
    case 3: (void)engine.erase_message(some_row(), now); break;
    case 4: (void)engine.set_profile({{ProfileValue::What::name, to_bytes(text)}}, now); break;
    case 5: (void)engine.rename_device(device.key(), "device " + text, now); break;
    case 6: {
      PublicKey stranger;
      stranger.bytes[0] = static_cast<std::uint8_t>(written % 3 + 1);
      engine.handle(input::FriendRequest{stranger, to_bytes(text)}, now);
      break;
    }
    case 7: {
      const auto open = engine.friend_requests();
      if (!open.empty()) (void)engine.decline_friend(open.front().key, now);
      break;
    }
    case 8:
      engine.handle(input::Offer{friend_key, OfferReceived::What::file, 9, to_bytes(text)}, now);
      ++written;
      break;
    case 9: written += engine.send_message({friend_key, MessageKind::normal, text, ""}, now) ? 1 : 0; break;
    default:
      engine.handle(input::Message{friend_key, MessageKind::normal, to_bytes(text)}, now);
      ++written;
      break;
  }
}

// P1, P2 and P6 under random switching off, cutting and everything that a user does, on three devices. Does not check
// delivery.
RC_GTEST_PROP(Devices, ConvergeWhateverHappens, ()) {
  World world;
  std::vector<World::Node*> devices{&world.add_device("a"), &world.add_device("b"), &world.add_device("c")};
  auto& bob = world.add_stock("bob");
  world.link(*devices[0], *devices[1]);
  world.link(*devices[2], *devices[1]);
  world.befriend(bob, *devices[1]);
  std::size_t written = 0;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 16), rc::gen::inRange(0, 3)));
  for (const auto& [what, who] : steps) {
    auto& device = *devices[static_cast<std::size_t>(who)];
    auto& next = *devices[static_cast<std::size_t>(who + 1) % 3];
    if (what == 0) device.online ? world.stop(device) : world.start(device);
    if (what == 1) world.cut(device, next, true);
    if (what == 2) world.cut(device, next, false);
    if (what >= 3 && device.online) do_something(world, device, bob.key(), what - 3, written);
    if (device.online) world.pump(device);
    world.run_for(std::uint64_t{37} * static_cast<std::uint64_t>(what));
  }
  for (auto* device : devices) {
    if (!device->online) world.start(*device);
    world.cut(*device, *devices[0], false);
    world.cut(*device, *devices[1], false);
  }
  world.run_for(20'000);
  for (auto* device : devices) {
    RC_ASSERT(history_of(*device, bob.key()).size() == written);
    RC_ASSERT(history_of(*device, bob.key()) == history_of(*devices[0], bob.key()));
    RC_ASSERT(device->engine->store().profile() == devices[0]->engine->store().profile());
    RC_ASSERT(device->engine->store().open_requests() == devices[0]->engine->store().open_requests());
    RC_ASSERT(device->engine->status().events_missing == 0U);
    expect_view_is_fold_of_log(*device, bob.key());
  }
}

}  // namespace
}  // namespace toxtore
