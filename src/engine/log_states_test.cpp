// Two lives of one device: what peers find that it cannot know by itself (P8, P1, P2).
#include "engine/log_states.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "engine/test_copy.h"
#include "engine/test_two_devices.h"
#include "wire/body.h"
#include "wire/branch.h"

namespace toxtore {
namespace {

/// A machine with all that is on it.
struct Copy {
  std::unique_ptr<Store> store;
  Bytes words;
};

Copy copy_of(const World::Node& node) { return {toxtore::copy_of(*node.store), node.witness->words}; }

void put_in_place(World& world, World::Node& node, Copy copy) {
  world.stop(node);
  node.store = std::move(copy.store);
  node.witness->words = std::move(copy.words);
  world.start(node);
}

/// The copy runs, and what ran becomes the copy.
void change_places(World& world, World::Node& node, Copy& copy) {
  world.stop(node);
  std::swap(node.store, copy.store);
  std::swap(node.witness->words, copy.words);
  world.start(node);
}

/// As often as each is shown.
std::multiset<std::string> texts_shown(const World::Node& node, const PublicKey& conversation) {
  std::multiset<std::string> texts;
  for (const MessageRow& row : node.store->history({conversation, std::nullopt, 10'000})) {
    texts.insert(to_text(row.text));
  }
  return texts;
}

std::set<std::string> texts_on(const World::Node& node, const PublicKey& conversation) {
  const auto shown = texts_shown(node, conversation);
  std::set<std::string> texts(shown.begin(), shown.end());
  EXPECT_EQ(texts.size(), shown.size()) << node.name << " shows one twice";
  return texts;
}

bool same_events(const Store& one, const Store& other) {
  if (one.holdings() != other.holdings()) return false;
  for (const auto& [arrival, event] : one.arrived(0, ~std::size_t{0})) {
    if (other.event(event.dot) != event) return false;
  }
  return true;
}

class TwoLives : public TwoDevices {
 protected:
  void SetUp() override {
    TwoDevices::SetUp();
    world.link(laptop, desk);
    ASSERT_TRUE(world.run_until([&] { return server.engine->devices().size() == 3; }));
    world.run_for(10'000);
    world.stop(bob);
    send(laptop, "before");
    world.run_for(10'000);
  }
  void alone(World::Node& device, bool alone) {
    for (World::Node* other : {&laptop, &server, &desk}) {
      if (other != &device) world.cut(device, *other, alone);
    }
  }
  [[nodiscard]] bool alike() const {
    return same_events(*laptop.store, *server.store) && same_events(*laptop.store, *desk.store);
  }
  /// The laptop writes on two copies, each of which meets one other device; then it is off.
  void live_twice() {
    world.cut(server, desk, true);
    world.cut(laptop, desk, true);
    Copy copy = copy_of(laptop);
    for (int i = 0; i < 3; ++i) send(laptop, "first life " + std::to_string(i));
    world.run_for(10'000);
    world.cut(laptop, desk, false);
    world.cut(laptop, server, true);
    put_in_place(world, laptop, std::move(copy));
    for (int i = 0; i < 5; ++i) send(laptop, "second life " + std::to_string(i));
    world.run_for(10'000);
    world.cut(laptop, server, false);
  }
  /// The number from which on the server and the desk hold different lives of the laptop.
  [[nodiscard]] std::uint32_t first_difference() const {
    const LogId log{laptop.key(), 0};
    std::uint32_t number = 1;
    while (server.store->event(Dot::of(log, number)) == desk.store->event(Dot::of(log, number))) ++number;
    return number;
  }
  const std::set<std::string> both_lives{"before",        "first life 0",  "first life 1",
                                         "first life 2",  "second life 0", "second life 1",
                                         "second life 2", "second life 3", "second life 4"};

  World::Node& desk = world.add_device("desk");
};

TEST_F(TwoLives, AMachineThatWasSetBackHearsOfItFromOthersAndGoesOnElsewhere) {
  Copy copy = copy_of(laptop);
  send(laptop, "forgotten");
  world.run_for(10'000);
  put_in_place(world, laptop, std::move(copy));
  EXPECT_FALSE(laptop.engine->status().doubt) << "it cannot know by itself";
  ASSERT_TRUE(world.run_until([&] { return alike() && !laptop.engine->status().doubt; }));
  EXPECT_TRUE(std::ranges::any_of(laptop.notices, [](const auto& n) { return n.what == output::Notice::What::doubt; }));
  EXPECT_EQ(texts_on(laptop, bob.key()), (std::set<std::string>{"before", "forgotten"}));
  EXPECT_NE(send(laptop, "next").id.log().incarnation, 0U);
}

TEST_F(TwoLives, AreBothShownUnderTheSameNamesOnAllDevices) {
  live_twice();
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return alike(); }, 300'000));
  for (const World::Node* device : {&laptop, &server, &desk}) {
    EXPECT_EQ(texts_on(*device, bob.key()), both_lives) << device->name;
  }
  EXPECT_EQ(history(laptop), history(server));
  EXPECT_EQ(history(laptop), history(desk));
  EXPECT_TRUE(send(laptop, "next").id.log().incarnation < branch_incarnation_min);
  EXPECT_NE(send(laptop, "next").id.log().incarnation, 0U);
}

TEST_F(TwoLives, GetTheirNamesWithoutTheAuthor) {
  live_twice();
  world.stop(laptop);
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return same_events(*server.store, *desk.store); }, 300'000));
  EXPECT_EQ(texts_on(server, bob.key()), both_lives);
  EXPECT_EQ(texts_on(desk, bob.key()), both_lives);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return alike(); }, 300'000)) << "and the author takes them over";
  EXPECT_EQ(texts_on(laptop, bob.key()), both_lives);
}

TEST_F(TwoLives, TheBranchWithTheSmallerHashKeepsTheName) {
  live_twice();
  const LogId log{laptop.key(), 0};
  const std::uint32_t fork = first_difference();
  const Hash one = event_hash(*server.store->event(Dot::of(log, fork)));
  const Hash other = event_hash(*desk.store->event(Dot::of(log, fork)));
  world.stop(laptop);
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return same_events(*server.store, *desk.store); }, 300'000));
  EXPECT_EQ(event_hash(*server.store->event(Dot::of(log, fork))), std::min(one, other));
  const LogId branch{laptop.key(), branch_incarnation(std::max(one, other))};
  EXPECT_EQ(event_hash(*server.store->event(Dot::of(branch, 1))), std::max(one, other));
}

TEST_F(TwoLives, WhatIsDeliveredUnderASharedDotIsUnsure) {
  world.cut(server, desk, true);
  world.cut(laptop, desk, true);
  Copy copy = copy_of(laptop);
  const Dot shared = send(laptop, "first").id;
  world.run_for(10'000);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return server.store->message(shared)->delivery == Delivery::delivered; }));
  world.stop(bob);
  world.cut(laptop, desk, false);
  world.cut(laptop, server, true);
  put_in_place(world, laptop, std::move(copy));
  ASSERT_EQ(send(laptop, "second").id, shared);
  world.run_for(10'000);
  world.stop(laptop);
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return same_events(*server.store, *desk.store); }, 300'000));
  for (const MessageRow& row : server.store->history({bob.key(), std::nullopt, 100})) {
    if (to_text(row.text) == "before") continue;
    EXPECT_EQ(row.delivery, Delivery::unsure) << to_text(row.text);
  }
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return server.store->undelivered_count() == 0; }, 3'600'000)) << "once more each";
  world.run_for(60'000);
  EXPECT_EQ(history(server), history(desk));
}

TEST_F(TwoLives, ABranchIsNotTakenOutOfItsOwnName) {
  live_twice();
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return alike(); }, 300'000));
  const auto before = server.store->holdings();
  const auto branch = std::ranges::find_if(before.logs(), [&](const auto& each) {
    return each.first.device == laptop.key() && each.first.incarnation >= branch_incarnation_min;
  });
  ASSERT_NE(branch, before.logs().end());
  packet::LogState claim;  // of a beginning with a smaller hash
  claim.end = Dot::of(branch->first, 1);
  claim.chain = next_chain({}, claim.event);
  server.engine->handle(input::PacketArrived{desk.key(), encode_packet(claim)}, world.now());
  world.pump(server);
  EXPECT_EQ(server.store->holdings(), before);
  EXPECT_EQ(texts_on(server, bob.key()), both_lives);
}

TEST_F(TwoLives, NothingIsLostWhereSomethingElseHasTheNameOfABranch) {
  live_twice();
  world.stop(laptop);
  const Dot fork = Dot::of({laptop.key(), 0}, first_difference());
  const Hash one = event_hash(*server.store->event(fork));
  const Hash other = event_hash(*desk.store->event(fork));
  World::Node& moves = one < other ? desk : server;
  const auto before = texts_on(moves, bob.key());
  world.stop(moves);
  const Body forged = ProfileValue{ProfileValue::What::name, to_bytes("x")};
  const Dot taken = Dot::of({laptop.key(), branch_incarnation(std::max(one, other))}, 1);
  ASSERT_TRUE(moves.store->transact([&]() -> Result<void> {
    record(*moves.store, {taken, World::epoch_ms, static_cast<std::uint8_t>(type_of(forged)), encode_body(forged)});
    return {};
  }));
  world.start(moves);
  world.cut(server, desk, false);
  world.run_for(120'000);
  const auto after = texts_on(moves, bob.key());
  EXPECT_TRUE(std::ranges::includes(after, before)) << ::testing::PrintToString(after);
}

TEST_F(TwoLives, AClaimToKnowMoreOfAnOpenLogIsNoProof) {
  const std::uint32_t held = laptop.store->clock().prefix({laptop.key(), 0});
  laptop.engine->handle(input::PacketArrived{server.key(), encode_packet(packet::Clock{{{laptop.key(), held + 7}}})},
                        world.now());
  world.pump(laptop);
  world.run_for(120'000);
  EXPECT_FALSE(laptop.engine->status().doubt);
  EXPECT_EQ(laptop.engine->status().events_missing, 0U);
  EXPECT_EQ(send(laptop, "next").id, Dot::of({laptop.key(), 0}, held + 1));
}

TEST_F(TwoLives, WhenNothingHappensNothingIsSaidOfIt) {
  live_twice();
  world.cut(server, desk, false);
  ASSERT_TRUE(world.run_until([&] { return alike(); }, 300'000));
  world.run_for(600'000);
  const std::size_t packets = world.packets_sent();
  world.run_for(3'600'000);
  EXPECT_EQ(world.packets_sent(), packets);
}

// Any number of lives, in any order of meeting: all devices come to the same events under the same names, and none is
// lost. Not asked: that each is shown once. Where a device got a part of a log from one life and the rest from another
// before the two were compared, an event may stand in the logs of two branches (log_states.h).
RC_GTEST_PROP(Lives, AreNamedAlikeWhoeverMeetsWhomFirst, ()) {
  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& desk = world.add_device("desk");
  World::Node& bob = world.add_stock("bob");
  world.link(laptop, server);
  world.link(laptop, desk);
  world.befriend(bob, server);
  world.run_for(30'000);
  world.stop(bob);
  Copy copy = copy_of(laptop);
  const std::vector<std::pair<World::Node*, World::Node*>> pairs{
      {&laptop, &server}, {&laptop, &desk}, {&server, &desk}};
  std::set<std::string> written;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
  for (const int step : steps) {
    if (step < 3) world.cut(*pairs[step].first, *pairs[step].second, true);
    if (step >= 3 && step < 6) world.cut(*pairs[step - 3].first, *pairs[step - 3].second, false);
    if (step == 6) change_places(world, laptop, copy);
    if (step >= 7) {
      const std::string text = "text " + std::to_string(written.size());
      RC_ASSERT(laptop.engine->send_message({bob.key(), MessageKind::normal, text, ""}, world.now()).has_value());
      world.pump(laptop);
      written.insert(text);
    }
    world.run_for(step % 2 == 0 ? 200 : 5'000);
  }
  for (const auto& [one, other] : pairs) world.cut(*one, *other, false);
  world.run_for(120'000);
  change_places(world, laptop, copy);
  world.run_for(120'000);
  change_places(world, laptop, copy);
  world.run_for(120'000);
  RC_ASSERT(same_events(*laptop.store, *server.store));
  RC_ASSERT(same_events(*laptop.store, *desk.store));
  for (const World::Node* device : {&laptop, &server, &desk}) {
    const auto shown = texts_shown(*device, bob.key());
    RC_ASSERT(std::set(shown.begin(), shown.end()) == written);
  }
}

}  // namespace
}  // namespace toxtore
