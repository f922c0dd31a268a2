// Which friends are shown as online: by this device's own connections, and by what the other own devices tell.
#include "engine/presence.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;
using Entries = std::vector<packet::Presence::Entry>;

/// "offline", "online here", "online at server", "online here, at server".
std::string shown(const World::Node& device, const World::Node& whom) {
  const auto info = device.engine->find_friend(whom.key());
  if (!info || !info->online()) return "offline";
  std::string places = info->connection() != Connection::none ? "here" : "";
  for (const DeviceName& seen : info->seen_by()) places += (places.empty() ? "at " : ", at ") + seen.name;
  return "online " + places;
}

/// What the device told its user of a friend's presence, since the last call.
Lines told(World::Node& device, const World::Node& whom) {
  Lines lines;
  for (const output::Notice& notice : device.notices) {
    if (notice.what != output::Notice::What::friend_presence || notice.key != whom.key()) continue;
    lines.push_back(notice.text);
    for (const DeviceName& seen : notice.seen_by) lines.back() += " at " + seen.name;
  }
  device.notices.clear();
  return lines;
}

/// Every `presence` packet that arrives anywhere, by sender.
class Overheard {
 public:
  explicit Overheard(World& world) {
    world.mangle = [this](const World::Node& from, Bytes& bytes) {
      const auto packet = decode_packet(bytes);
      if (!packet) return;
      if (const auto* presence = std::get_if<packet::Presence>(&*packet)) packets.emplace_back(from.name, *presence);
    };
  }
  [[nodiscard]] std::vector<Entries> of(const std::string& sender) const {
    std::vector<Entries> entries;
    for (const auto& [name, packet] : packets) {
      if (name == sender) entries.push_back(packet.entries);
    }
    return entries;
  }
  [[nodiscard]] bool names(const PublicKey& key) const {
    return std::ranges::any_of(packets, [&](const auto& each) {
      return std::ranges::find(each.second.entries, key, &packet::Presence::Entry::key) != each.second.entries.end();
    });
  }

  std::vector<std::pair<std::string, packet::Presence>> packets;
};

void give(World& world, World::Node& to, const World::Node& from, const Packet& packet) {
  to.engine->handle(input::PacketArrived{from.key(), encode_packet(packet)}, world.now());
  world.pump(to);
}

class Seen : public TwoDevices {
 protected:
  /// A third device of the user.
  World::Node& add_desk() {
    World::Node& desk = world.add_device("desk");
    world.link(desk, server);
    EXPECT_TRUE(world.run_until([&] { return laptop.engine->status().devices_connected == 2; }));
    world.run_for(2'000);
    return desk;
  }
};

TEST_F(Seen, AStockFriendIsOnlineWhileAnotherDeviceSeesHim) {
  EXPECT_EQ(shown(laptop, bob), "online at server");
  EXPECT_EQ(shown(server, bob), "online here");
  const auto info = laptop.engine->find_friend(bob.key());
  EXPECT_EQ(info->connection(), Connection::none);
  EXPECT_EQ(info->keys.at(0).seen_by, (std::vector<DeviceName>{{server.key(), "server"}}));
  world.stop(bob);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "offline");
  EXPECT_EQ(shown(server, bob), "offline");
  world.start(bob);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "online at server");
  EXPECT_EQ(told(laptop, bob), (Lines{"online at server", "offline", "online at server"}));
  EXPECT_EQ(told(server, bob), (Lines{"online", "offline", "online"}));
}

TEST_F(Seen, WhatADeviceSawGoesWithIt) {
  told(laptop, bob);
  world.crash(server);
  EXPECT_EQ(shown(laptop, bob), "offline");
  world.start(server);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "online at server");
  world.cut(laptop, server, true);
  EXPECT_EQ(shown(laptop, bob), "offline");
  world.stop(bob);
  world.cut(laptop, server, false);
  world.run_for(2'000);
  EXPECT_EQ(shown(laptop, bob), "offline") << "he left meanwhile";
  EXPECT_EQ(told(laptop, bob), (Lines{"offline", "online at server", "offline"}));
}

TEST_F(Seen, AConnectionThatIsLostAndBackInOneTurnBeginsAnew) {
  for (const Connection connection : {Connection::none, Connection::udp}) {
    laptop.engine->handle(input::PeerConnection{server.key(), connection}, world.now());
  }
  world.pump(laptop);
  EXPECT_EQ(shown(laptop, bob), "offline");
}

TEST_F(Seen, TheLaptopTellsWhatItSeesTooAndIsToldAnewAfterARestart) {
  World::Node& carol = world.add_stock("carol");
  world.befriend(carol, laptop);
  world.run_for(2'000);
  EXPECT_EQ(shown(server, carol), "online at laptop");
  world.crash(laptop);
  EXPECT_EQ(shown(server, carol), "offline");
  world.start(laptop);
  world.run_for(2'000);
  EXPECT_EQ(shown(server, carol), "online at laptop");
  EXPECT_EQ(shown(laptop, bob), "online at server");
}

TEST_F(Seen, OnlineIsWhoIsSeenByAnyAndThatIsToldOnce) {
  World::Node& desk = add_desk();
  world.befriend(bob, desk);
  world.run_for(2'000);
  auto names = laptop.engine->find_friend(bob.key())->seen_by();
  std::ranges::sort(names, {}, &DeviceName::name);
  EXPECT_EQ(names, (std::vector<DeviceName>{{desk.key(), "desk"}, {server.key(), "server"}}));
  EXPECT_EQ(shown(desk, bob), "online here, at server");
  told(laptop, bob);
  world.cut(bob, server, true);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "online at desk");
  world.befriend(bob, laptop);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "online here, at desk");
  world.stop(desk);
  EXPECT_EQ(told(laptop, bob), Lines()) << "he was online all the time";
  world.stop(bob);
  world.run_for(1'000);
  EXPECT_EQ(told(laptop, bob), Lines{"offline"});
}

TEST_F(Seen, AContactOfTwoKeysIsOnlineWhileOneOfThemIs) {
  World::Node& carol = world.add_stock("carol");
  world.befriend(carol, server);
  world.run_for(2'000);
  ASSERT_TRUE(laptop.engine->merge_contacts(bob.key(), carol.key(), world.now()));
  world.pump(laptop);
  world.run_for(2'000);
  const PublicKey id = laptop.engine->contacts().of(bob.key())->id;
  ASSERT_EQ(id, bob.key()) << "the one whom the user had first";
  EXPECT_EQ(told(laptop, bob), Lines{"online at server"});
  world.stop(bob);
  world.run_for(1'000);
  EXPECT_EQ(shown(laptop, bob), "online at server");
  EXPECT_EQ(told(laptop, bob), Lines());
  EXPECT_EQ(told(laptop, carol), Lines()) << "no contact of its own any more";
  world.stop(carol);
  world.run_for(1'000);
  EXPECT_EQ(told(laptop, bob), Lines{"offline"});
}

TEST_F(Seen, ARemovedFriendIsNeitherShownNorTold) {
  told(laptop, bob);
  const Overheard overheard(world);
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  EXPECT_EQ(shown(laptop, bob), "offline") << "though the server has not heard of it";
  world.run_for(2'000);
  EXPECT_EQ(overheard.of("server"), (std::vector<Entries>{{{bob.key(), false}}}));
  EXPECT_EQ(told(laptop, bob), Lines()) << "he has not gone: he is a friend no more";
}

TEST_F(Seen, ABlockedFriendIsNotShown) {
  told(laptop, bob);
  const Overheard overheard(world);
  ContactChange change;
  change.blocked = true;
  ASSERT_TRUE(laptop.engine->change_contact(bob.key(), change, world.now()));
  world.pump(laptop);
  EXPECT_EQ(shown(laptop, bob), "offline");
  EXPECT_EQ(told(laptop, bob), Lines{"offline"});
  world.run_for(2'000);
  EXPECT_EQ(overheard.of("server"), (std::vector<Entries>{{{bob.key(), false}}}));
  change.blocked = false;
  ASSERT_TRUE(laptop.engine->change_contact(bob.key(), change, world.now()));
  world.pump(laptop);
  world.run_for(5'000);
  EXPECT_EQ(shown(laptop, bob), "online at server");
}

// The server still sees him while it has not heard that he is blocked.
TEST_F(Seen, ABlockedFriendIsNotToldWhileHeIsStillConnected) {
  const Overheard overheard(world);
  ContactChange change;
  change.blocked = true;
  ASSERT_TRUE(server.engine->change_contact(bob.key(), change, world.now()));
  server.engine->finish_turn(world.now());
  bool said = false;
  for (const Output& output : server.engine->take_outputs()) {
    const auto* sent = std::get_if<output::SendPacket>(&output);
    said = said || (sent != nullptr && decode_packet(sent->bytes) == Packet(packet::Presence{{{bob.key(), false}}}));
  }
  EXPECT_TRUE(said);
}

TEST_F(Seen, OwnDevicesAreNotTold) {
  World::Node& desk = add_desk();
  const Overheard overheard(world);
  world.stop(laptop);
  world.start(laptop);
  world.run_for(2'000);
  EXPECT_EQ(shown(desk, bob), "online at server");
  EXPECT_TRUE(overheard.names(bob.key()));
  for (const World::Node* mine : {&laptop, &server, &desk}) EXPECT_FALSE(overheard.names(mine->key())) << mine->name;
}

// In toxcore's list and connected only because a friend claims him.
TEST_F(Seen, ATriedKeyIsNotTold) {
  const Overheard overheard(world);
  World::Node& carol = world.add_stock("carol");
  for (const Packet& packet : {Packet(packet::Hello{}), Packet(packet::MyDevices{{bob.key(), carol.key()}, 1, {}})}) {
    give(world, server, bob, packet);
  }
  ASSERT_TRUE(server.toxcore_list.contains(carol.key()));
  world.request(carol, server, "it is me");
  world.run_for(2'000);
  world.stop(laptop);
  world.start(laptop);
  world.run_for(2'000);
  ASSERT_TRUE(overheard.names(bob.key()));
  EXPECT_FALSE(overheard.names(carol.key()));
}

TEST_F(Seen, AKeyIsShownOnceItIsAFriends) {
  World::Node& carol = world.add_stock("carol");
  give(world, laptop, server, packet::Presence{{{carol.key(), true}}});
  EXPECT_EQ(shown(laptop, carol), "offline");
  EXPECT_EQ(laptop.engine->friends().size(), 1U);
  EXPECT_EQ(told(laptop, carol), Lines());
  ASSERT_TRUE(laptop.engine->add_friend(carol.address, "hello", world.now()));
  world.pump(laptop);
  EXPECT_EQ(shown(laptop, carol), "online at server");
  EXPECT_EQ(told(laptop, carol), Lines{"online at server"});
}

TEST_F(Seen, WhatAFriendTellsIsRefused) {
  World::Node& anna = world.add_device("anna");
  world.befriend(anna, laptop);
  world.stop(bob);
  world.run_for(2'000);
  const auto refused = laptop.engine->status().counters.packets_refused;
  give(world, laptop, anna, packet::Presence{{{bob.key(), true}}});
  EXPECT_EQ(shown(laptop, bob), "offline");
  EXPECT_EQ(laptop.engine->status().counters.packets_refused, refused + 1);
}

TEST_F(Seen, AFriendWithToxtoreIsToldNothing) {
  const Overheard overheard(world);
  World::Node& anna = world.add_device("anna");
  world.befriend(anna, server);
  world.run_for(5'000);
  world.stop(bob);
  world.run_for(1'000);
  const auto to_anna = std::ranges::count_if(overheard.packets, [](const auto& each) { return each.first == "anna"; });
  EXPECT_EQ(to_anna, 0) << "nor does she tell";
  EXPECT_EQ(anna.engine->status().counters.packets_refused, 0U);
  EXPECT_EQ(overheard.of("server").size(), 2U) << "to the laptop: anna came, bob went";
}

// Nothing more is taken from it, so it could not take back what it said.
TEST_F(Seen, WhatADeviceToldDoesNotCountOnceItsSessionIsBroken) {
  give(world, laptop, server, packet::Bundle{packet::Bundle::Class::live, true, true, {0xAB}});
  EXPECT_EQ(shown(laptop, bob), "offline");
}

TEST_F(Seen, OneOfTheFirstFormNeitherTellsNorIsTold) {
  World::Node& carol = world.add_stock("carol");
  world.befriend(carol, laptop);
  world.stop(server);
  server.first_form = true;
  const Overheard overheard(world);
  world.start(server);
  world.run_for(3'000);
  world.stop(carol);
  world.run_for(2'000);
  EXPECT_EQ(laptop.engine->status().devices_connected, 1U);
  EXPECT_TRUE(overheard.packets.empty());
  EXPECT_EQ(shown(laptop, bob), "offline");
}

TEST_F(Seen, ManyFriendsTakeSeveralPacketsAndATurnTakesOne) {
  std::vector<World::Node*> crowd;
  for (int i = 0; i < 60; ++i) {
    crowd.push_back(&world.add_stock("friend " + std::to_string(i)));
    world.befriend(*crowd.back(), server);
  }
  world.run_for(3'000);
  world.stop(laptop);
  world.start(laptop);
  Overheard overheard(world);
  world.run_for(3'000);
  std::vector<std::size_t> sizes;
  for (const Entries& entries : overheard.of("server")) sizes.push_back(entries.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{packet::presence_entries_max, 61 - packet::presence_entries_max}));
  for (const World::Node* each : crowd) EXPECT_EQ(shown(laptop, *each), "online at server") << each->name;

  overheard.packets.clear();
  for (std::size_t i = 0; i < 10; ++i) {
    server.engine->handle(input::PeerConnection{crowd[i]->key(), Connection::none}, world.now());
  }
  world.pump(server);
  world.run_for(1'000);
  ASSERT_EQ(overheard.of("server").size(), 1U);
  EXPECT_EQ(overheard.of("server").front().size(), 10U) << "only what changed";
  EXPECT_EQ(shown(laptop, *crowd[0]), "offline");
  EXPECT_EQ(shown(laptop, *crowd[10]), "online at server");
}

TEST_F(Seen, OneDeviceTakesNoMoreMemoryThanForSoManyKeys) {
  const auto number = [](std::size_t i) {
    PublicKey key;
    key.bytes[0] = static_cast<std::uint8_t>(i);
    key.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    key.bytes[2] = 1;
    return key;
  };
  for (std::size_t i = 0; i < presence_keys_max; ++i) {
    give(world, laptop, server, packet::Presence{{{number(i), true}}});
  }
  World::Node& carol = world.add_stock("carol");
  ASSERT_TRUE(laptop.engine->add_friend(carol.address, "hello", world.now()));
  give(world, laptop, server, packet::Presence{{{carol.key(), true}}});
  EXPECT_EQ(shown(laptop, carol), "offline") << "bob and so many others are there already";
  give(world, laptop, server, packet::Presence{{{number(0), false}, {number(1), false}, {carol.key(), true}}});
  EXPECT_EQ(shown(laptop, carol), "online at server");
}

// P10.
TEST_F(Seen, WhenNobodyComesOrGoesNothingIsSent) {
  const auto packets = world.packets_sent();
  world.run_for(3'600'000);
  EXPECT_EQ(world.packets_sent(), packets);
  EXPECT_EQ(laptop.engine->deadline_ms(), std::nullopt);
  const Overheard overheard(world);
  server.engine->handle(input::PeerConnection{bob.key(), Connection::tcp}, world.now());
  world.pump(server);
  EXPECT_EQ(world.packets_sent(), packets) << "another way is no news";
  world.write(bob, server, "hi");
  world.run_for(5'000);
  EXPECT_EQ(overheard.packets.size(), 0U);
}

TEST_F(Seen, ADeviceIsNamedAsTheUserCallsIt) {
  ASSERT_TRUE(laptop.engine->rename_device(server.key(), "attic", world.now()));
  world.pump(laptop);
  EXPECT_EQ(shown(laptop, bob), "online at attic");
}

// Three devices and three stock friends, who come, go and are cut off in any order.
RC_GTEST_PROP(SeenByAll, IsWhoIsConnectedToOneOfThoseThatAreConnected, ()) {
  World world;
  std::vector<World::Node*> mine;
  std::vector<World::Node*> friends;
  for (const char* name : {"laptop", "server", "desk"}) mine.push_back(&world.add_device(name));
  world.link(*mine[1], *mine[0]);
  world.link(*mine[2], *mine[0]);
  for (const char* name : {"bob", "carol", "dave"}) friends.push_back(&world.add_stock(name));
  for (std::size_t i = 0; i < 3; ++i) {
    world.befriend(*friends[i], *mine[i]);
    world.befriend(*friends[i], *mine[(i + 1) % 3]);
  }
  std::vector<World::Node*> all = mine;
  all.insert(all.end(), friends.begin(), friends.end());
  for (int step = 0; step < 30; ++step) {
    World::Node& node = *all[*rc::gen::inRange<std::size_t>(0, all.size())];
    World::Node& other = *all[*rc::gen::inRange<std::size_t>(0, all.size())];
    switch (*rc::gen::inRange(0, 4)) {
      case 0: node.online ? world.stop(node) : world.start(node); break;
      case 1: world.cut(node, other, true); break;
      case 2: world.cut(node, other, false); break;
      default: world.run_for(*rc::gen::element<std::uint64_t>(10, 60, 3'000)); break;
    }
  }
  world.run_for(5'000);
  for (const World::Node* at : mine) {
    if (!at->online) continue;
    const auto devices = at->engine->devices();
    for (const World::Node* whom : friends) {
      std::vector<PublicKey> expected;
      for (const World::Node* other : mine) {
        const auto info = std::ranges::find(devices, other->key(), &DeviceInfo::key);
        const bool meets = info != devices.end() && info->connection != Connection::none;
        if (!meets || other->engine->find_friend(whom->key())->connection() == Connection::none) continue;
        expected.push_back(other->key());
      }
      std::ranges::sort(expected);
      std::vector<PublicKey> got;
      const auto info = at->engine->find_friend(whom->key());
      for (const DeviceName& device : info->seen_by()) got.push_back(device.key);
      RC_ASSERT(got == expected);
      RC_ASSERT(info->online() == (info->connection() != Connection::none || !expected.empty()));
    }
  }
}

}  // namespace
}  // namespace toxtore
