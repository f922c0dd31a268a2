// Long absences and newcomers: what is shown first, what can be done meanwhile, and what the status says.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_two_devices.h"
#include "sync/fetching.h"
#include "sync/serving.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

// The server has heard a lot of Bob while the laptop was off.
class Absence : public TwoDevices {
 protected:
  void hear(World::Node& device, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) {
      device.engine->handle(input::Message{bob.key(), MessageKind::normal, to_bytes(text_of(i))}, world.now());
      if (i % 500 == 0) world.run_for(20);  // timestamps need not be far apart
    }
    world.pump(device);
  }
  static std::string text_of(int i) { return "message " + std::to_string(i) + " " + std::string(60, 'x'); }
  [[nodiscard]] bool shows(const World::Node& device, int i) const {
    const auto found = device.engine->store().search({"message " + std::to_string(i), {}, {}, 10});
    return std::any_of(found.begin(), found.end(), [&](const auto& row) { return to_text(row.text) == text_of(i); });
  }
  [[nodiscard]] static std::uint64_t missing(const World::Node& device) {
    return device.engine->status().events_missing;
  }
  [[nodiscard]] static std::uint64_t coming(const World::Node& device, const World::Node& from) {
    for (const DeviceInfo& info : device.engine->devices()) {
      if (info.key == from.key()) return info.coming;
    }
    return 0;
  }
};

TEST_F(Absence, ThreeSourcesShareItAndTheNewestIsThereFirst) {
  auto& desktop = world.add_device("desktop");
  auto& attic = world.add_device("attic");
  world.link(desktop, server);
  world.link(attic, server);
  world.run_for(5'000);
  world.stop(laptop);
  hear(server, 20'000);
  world.run_for(60'000);
  ASSERT_EQ(missing(desktop) + missing(attic), 0U);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return shows(laptop, 19'999); }, 10'000));
  EXPECT_FALSE(shows(laptop, 0));
  EXPECT_GT(missing(laptop), 15'000U);
  ASSERT_TRUE(world.run_until(
      [&] { return coming(laptop, server) > 0 && coming(laptop, desktop) > 0 && coming(laptop, attic) > 0; }, 10'000));
  const Status begun = laptop.engine->status();
  EXPECT_GE(begun.backlog, 20'000U);
  ASSERT_TRUE(world.run_until([&] { return missing(laptop) == 0; }, 120'000));
  EXPECT_TRUE(shows(laptop, 0));
  EXPECT_EQ(laptop.engine->status().backlog, 0U);
  EXPECT_EQ(laptop.engine->status().counters.events_unasked, 0U);
  EXPECT_EQ(history_of(laptop, bob.key()), history_of(server, bob.key()));
  world.run_for(5'000);
  EXPECT_EQ(laptop.engine->status().full_copies, 3U);
  const auto packets = world.packets_sent();
  world.run_for(7'200'000);
  EXPECT_EQ(world.packets_sent(), packets);
}

TEST_F(Absence, ANewcomerShowsTheLatestOfEveryConversationAndItsFriendAtOnce) {
  auto& carol = world.add_stock("carol");
  world.befriend(carol, server);
  server.engine->handle(input::PeerName{carol.key(), to_bytes("Carol")}, world.now());
  server.engine->handle(input::Message{carol.key(), MessageKind::normal, to_bytes("long ago")}, world.now());
  ASSERT_TRUE(server.engine->mark_conversation_read(carol.key(), world.now()));
  hear(server, 12'000);
  world.run_for(60'000);
  auto& phone = world.add_device("phone");
  world.link(phone, server);
  ASSERT_TRUE(world.run_until([&] { return !history_of(phone, carol.key()).empty(); }, 10'000));
  EXPECT_EQ(history_of(phone, carol.key()), (std::vector<std::string>{"< long ago [read]"})) << "with what marks it";
  EXPECT_GE(history_of(phone, bob.key()).size(), std::size_t{page_events});
  EXPECT_TRUE(shows(phone, 11'999));
  EXPECT_GT(missing(phone), 6'000U) << "and the rest is still to come";
  const auto friends = phone.engine->friends();
  EXPECT_TRUE(
      std::any_of(friends.begin(), friends.end(), [](const auto& f) { return f.contact.name == to_bytes("Carol"); }));
  ASSERT_TRUE(world.run_until([&] { return missing(phone) == 0; }, 120'000));
  EXPECT_EQ(history_of(phone, bob.key()), history_of(server, bob.key()));
}

// Rule 1 of delivery asks only for what is later than the message.
TEST_F(Absence, WhatIsWrittenMeanwhileIsDeliveredBeforeTheOldIsThere) {
  world.request(bob, laptop, "it is me");
  world.run_for(15'000);  // long enough to know that Bob has a stock client
  world.stop(laptop);
  hear(server, 20'000);  // more than comes in the two seconds in which a hello of Bob may come
  world.run_for(5'000);
  world.stop(bob);
  ASSERT_TRUE(server.engine->send_message({bob.key(), MessageKind::normal, "from the server", ""}, world.now()));
  world.pump(server);
  world.delay_ms = 400;
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return shows(laptop, 19'999); }, 20'000));
  world.cut(server, bob, true);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return !bob.texts.empty(); }, 20'000));
  EXPECT_EQ(bob.texts.front().text, "from the server");
  EXPECT_EQ(bob.texts.front().from, laptop.key());
  EXPECT_GT(missing(laptop), 3'000U) << "the backfill is over before the test begins";
}

TEST_F(Absence, NewsComeInAtOnceDuringABackfill) {
  world.stop(laptop);
  hear(server, 12'000);
  world.run_for(5'000);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return shows(laptop, 11'999); }, 20'000));
  hear(server, 1, 40'000);
  EXPECT_TRUE(world.run_until([&] { return shows(laptop, 40'000); }, 300));
  EXPECT_GT(missing(laptop), 3'000U);
}

TEST_F(Absence, ResumesAfterInterruptionsAndFetchesNothingAgain) {
  world.stop(laptop);
  hear(server, 10'000);
  world.run_for(5'000);
  for (int i = 0; i < 8; ++i) {
    world.start(laptop);
    world.run_for(400);
    world.crash(laptop);
  }
  const auto bytes = world.bytes_sent;
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return missing(laptop) == 0; }, 60'000));
  world.run_for(5'000);
  EXPECT_EQ(history_of(laptop, bob.key()), history_of(server, bob.key()));
  const auto rest = world.bytes_sent - bytes;
  world.stop(laptop);
  world.start(laptop);
  world.run_for(20'000);
  EXPECT_LT(world.bytes_sent - bytes - rest, 10'000U) << "a connection with nothing to say costs little";
}

TEST_F(Absence, ADeviceOfTheFirstFormTakesPart) {
  for (World::Node* old : {&laptop, &server}) {
    world.stop(laptop);
    world.stop(server);
    old->first_form = true;
    world.start(server);
    hear(server, 6'000, old == &laptop ? 0 : 10'000);
    world.run_for(1'000);
    world.start(laptop);
    ASSERT_TRUE(world.run_until([&] { return missing(laptop) == 0 && missing(server) == 0; }, 60'000));
    world.run_for(5'000);
    EXPECT_EQ(history_of(laptop, bob.key()), history_of(server, bob.key()));
    EXPECT_EQ(laptop.engine->status().counters.events_unasked, 0U);
    const auto packets = world.packets_sent();
    world.run_for(3'600'000);
    EXPECT_EQ(world.packets_sent(), packets);
    old->first_form = false;
  }
}

// Its events count as dealt with, and are asked for again; the connection stays.
TEST_F(Absence, AFrameThatDoesNotDecodeCostsItsEventsOnlyAMinute) {
  world.stop(laptop);
  hear(server, 3'000);
  int frames = 0;
  world.mangle = [&](const World::Node& from, Bytes& bytes) {
    auto packet = decode_packet(bytes);
    auto* bundle = packet ? std::get_if<packet::Bundle>(&*packet) : nullptr;
    if (&from != &server || bundle == nullptr || !bundle->last || ++frames != 3) return;
    bundle->piece.back() ^= 0xFF;
    bundle->piece.pop_back();
    bytes = encode_packet(*packet);
  };
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().counters.packets_malformed == 1; }, 20'000));
  world.run_for(5'000);
  EXPECT_GT(missing(laptop), 0U);
  EXPECT_LT(missing(laptop), 600U) << "only those of one frame";
  world.run_for(130'000);
  EXPECT_EQ(missing(laptop), 0U);
  EXPECT_EQ(laptop.engine->status().full_copies, 1U);
}

// A and C are never online together, B between them.
TEST_F(Absence, ADeviceInTheMiddleRelaysAndTheStatusSaysWhatIsWhere) {
  auto& desktop = world.add_device("desktop");
  world.link(desktop, server);
  world.run_for(5'000);
  world.stop(desktop);
  world.stop(server);
  ASSERT_TRUE(laptop.engine->send_message({bob.key(), MessageKind::normal, "for later", ""}, world.now()));
  world.pump(laptop);
  EXPECT_EQ(laptop.engine->status().only_here, 1U);
  EXPECT_EQ(laptop.engine->status().full_copies, 0U);
  world.start(server);
  world.run_for(5'000);
  EXPECT_EQ(laptop.engine->status().only_here, 0U);
  EXPECT_GE(laptop.engine->status().full_copies, 1U);
  world.stop(laptop);
  world.start(desktop);
  world.run_for(5'000);
  EXPECT_EQ(missing(desktop), 0U);
  EXPECT_EQ(history_of(desktop, bob.key()).size(), 1U);
}

// A peer that asks for everything and acknowledges nothing: what is made ready for it stays within the windows.
TEST_F(Absence, ASilentPeerCostsBoundedMemory) {
  hear(server, 10'000);
  world.run_for(20'000);
  const std::uint64_t before = world.bytes_sent;
  server.engine->handle(input::PeerConnection{laptop.key(), Connection::none}, world.now());
  server.engine->handle(input::PeerConnection{laptop.key(), Connection::udp}, world.now());
  std::size_t bytes = 0;
  const auto take = [&](const Packet& packet) {
    server.engine->handle(input::PacketArrived{laptop.key(), encode_packet(packet)}, world.now());
    server.engine->finish_turn(world.now());
    for (const Output& output : server.engine->take_outputs()) {
      if (const auto* sent = std::get_if<output::SendPacket>(&output)) bytes += sent->bytes.size();
    }
  };
  take(packet::Hello{protocol_version, protocol_version, capability::ranges});
  take(packet::Roster{});
  take(packet::Clock{});
  take(packet::Page{255, {}});
  for (std::uint32_t i = 0; i < 2'000; ++i) take(packet::Fetch{{{{server.key(), 0}, i, open_end - 1 - i}}});
  EXPECT_LT(bytes, 2 * (backfill_window_bytes + live_window_bytes));
  EXPECT_EQ(world.bytes_sent, before);
}

}  // namespace
}  // namespace toxtore
