// A database that was set back, moved or copied: found at start, and repaired without losing an event (P1, P8).
#include "engine/doubt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_copy.h"
#include "engine/test_two_devices.h"
#include "wire/body.h"

namespace toxtore {
namespace {

using What = output::Notice::What;

bool was_told(const World::Node& node, What what) {
  return std::ranges::any_of(node.notices, [&](const auto& notice) { return notice.what == what; });
}

bool in_doubt(const World::Node& node) { return node.engine->status().doubt.has_value(); }

class OldCopy : public TwoDevices {
 protected:
  void SetUp() override {
    TwoDevices::SetUp();
    send(laptop, "old");
    world.run_for(10'000);
    copy = copy_of(*laptop.store);
  }
  /// The copy takes the database's place.
  void set_back() {
    world.stop(laptop);
    laptop.store = copy_of(*copy);
    laptop.notices.clear();
    world.start(laptop);
  }
  [[nodiscard]] bool alike() const { return laptop.store->holdings() == server.store->holdings(); }

  std::unique_ptr<Store> copy;
};

TEST_F(OldCopy, IsNoticedAtStart) {
  world.cut(laptop, server, true);
  send(laptop, "since");
  set_back();
  ASSERT_TRUE(in_doubt(laptop));
  EXPECT_EQ(laptop.engine->status().doubt->why, DoubtReason::set_back);
  EXPECT_TRUE(was_told(laptop, What::doubt));
}

TEST_F(OldCopy, UsesNoNumberTwiceAndGetsBackWhatOthersHold) {
  const auto since = send(laptop, "since");
  world.run_for(10'000);
  world.cut(laptop, server, true);
  set_back();
  const auto again = send(laptop, "written on the old copy");
  EXPECT_NE(again.id.log(), since.id.log());
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return alike() && !in_doubt(laptop); }));
  EXPECT_TRUE(was_told(laptop, What::doubt_over));
  world.run_for(30'000);
  EXPECT_EQ(history(laptop), (std::vector<std::string>{"> old [delivered]", "> since [delivered]",
                                                       "> written on the old copy [delivered]"}));
  EXPECT_EQ(history(server), history(laptop));
}

TEST_F(OldCopy, SendsNothingThatWaitsUntilItHasCaughtUp) {
  world.cut(laptop, server, true);
  world.cut(server, bob, true);
  const auto waiting = send(laptop, "waits");
  world.befriend(bob, laptop);
  world.run_for(12'000);
  world.stop(bob);
  world.run_for(1'000);
  const auto row = send(laptop, "waits too");
  world.run_for(1'000);
  copy = copy_of(*laptop.store);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return laptop.store->message(row.id)->delivery == Delivery::delivered; }));
  world.run_for(60'000);
  const std::size_t texts = bob.texts.size();
  set_back();
  ASSERT_TRUE(in_doubt(laptop));
  world.run_for(600'000);
  EXPECT_EQ(bob.texts.size(), texts) << "they are delivered, but this database does not know";
  const auto outbox = laptop.engine->outbox(world.now());
  ASSERT_FALSE(outbox.empty());
  EXPECT_EQ(outbox.front().what, Waiting::For::doubt);
  ASSERT_TRUE(laptop.engine->trust_database());
  EXPECT_FALSE(in_doubt(laptop));
  EXPECT_FALSE(laptop.engine->trust_database()) << "there is no doubt any more";
  world.pump(laptop);
  EXPECT_EQ(laptop.store->message(waiting.id)->delivery, Delivery::unsure) << "it may have gone out before";
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->outbox(world.now()).empty(); }, 1'200'000));
  EXPECT_EQ(laptop.store->message(waiting.id)->delivery, Delivery::perhaps_doubled);
}

TEST_F(OldCopy, WhatAnotherDeviceDeliveredSinceMayBeDoubled) {
  world.befriend(bob, laptop);
  world.stop(bob);
  world.run_for(60'000);
  copy = copy_of(*laptop.store);
  const auto since = send(laptop, "since");
  ASSERT_TRUE(world.run_until([&] { return alike(); }));
  world.cut(laptop, server, true);
  world.cut(server, bob, true);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return laptop.store->message(since.id)->delivery == Delivery::delivered; }));
  set_back();
  world.cut(laptop, bob, true);
  world.cut(server, bob, false);
  ASSERT_TRUE(world.run_until([&] { return server.store->message(since.id)->delivery == Delivery::delivered; }));
  EXPECT_EQ(std::ranges::count(bob.texts, "since", &World::Text::text), 2);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return alike() && !in_doubt(laptop); }));
  for (const World::Node* node : {&laptop, &server}) {
    EXPECT_EQ(node->store->message(since.id)->delivery, Delivery::perhaps_doubled) << node->name;
  }
}

TEST_F(OldCopy, NothingIsUnsureOnceAllThatItLoggedIsHereAgain) {
  world.stop(bob);
  world.run_for(60'000);
  copy = copy_of(*laptop.store);
  const auto since = send(laptop, "since");
  ASSERT_TRUE(world.run_until([&] { return alike(); }));
  set_back();
  ASSERT_TRUE(in_doubt(laptop));
  world.stop(laptop);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return alike() && !in_doubt(laptop); }));
  EXPECT_EQ(laptop.store->message(since.id)->delivery, Delivery::queued);
}

TEST_F(OldCopy, DoubtOutlivesARestartAndTheLogStaysClosed) {
  world.cut(laptop, server, true);
  send(laptop, "since");
  set_back();
  world.stop(laptop);
  laptop.notices.clear();
  world.start(laptop);
  EXPECT_TRUE(in_doubt(laptop));
  EXPECT_FALSE(was_told(laptop, What::doubt)) << "it began before";
  EXPECT_NE(send(laptop, "next").id.log().incarnation, 0U);
}

TEST_F(OldCopy, ThatIsBroughtBackTwiceIsNoticedTwice) {
  world.cut(laptop, server, true);
  send(laptop, "since");
  set_back();
  set_back();
  EXPECT_TRUE(in_doubt(laptop)) << "though nothing was logged in between";
  const auto first = send(laptop, "one");
  set_back();
  EXPECT_TRUE(in_doubt(laptop));
  const auto second = send(laptop, "two");
  EXPECT_NE(first.id.log(), second.id.log());
}

TEST_F(OldCopy, IsNoticedThoughTheLogWasClosedSince) {
  world.cut(laptop, server, true);
  const auto since = send(laptop, "since");
  world.stop(laptop);
  laptop.witness->words.clear();
  for (int starts = 0; starts < 3; ++starts) {  // nothing is logged, and the log that is closed stays the last one
    world.start(laptop);
    ASSERT_TRUE(in_doubt(laptop));
    world.stop(laptop);
  }
  world.start(laptop);
  set_back();
  EXPECT_TRUE(in_doubt(laptop));
  EXPECT_NE(send(laptop, "other").id, since.id);
}

TEST_F(OldCopy, OnAnotherMachine) {
  world.cut(laptop, server, true);
  world.stop(laptop);
  laptop.witness->words.clear();
  laptop.witness->on_machine = {2};
  world.start(laptop);
  ASSERT_TRUE(in_doubt(laptop));
  EXPECT_EQ(laptop.engine->status().doubt->why, DoubtReason::no_words);
}

TEST_F(OldCopy, WithItsStateFileOnAnotherMachine) {
  world.cut(laptop, server, true);
  world.stop(laptop);
  laptop.witness->on_machine = {2};
  world.start(laptop);
  ASSERT_TRUE(in_doubt(laptop));
  EXPECT_EQ(laptop.engine->status().doubt->why, DoubtReason::other_machine);
}

TEST_F(OldCopy, ThatIsTheNewestIsNoReasonForDoubt) {
  world.stop(laptop);
  world.start(laptop);
  EXPECT_FALSE(in_doubt(laptop));
  EXPECT_EQ(send(laptop, "next").id.log().incarnation, 0U);
}

// A version before this one had no witness.
TEST_F(OldCopy, FromBeforeThereWasAStateFileGoesOn) {
  world.stop(laptop);
  laptop.witness->words.clear();
  ASSERT_TRUE(laptop.store->transact([&]() -> Result<void> {
    laptop.store->forget("database");
    return {};
  }));
  world.start(laptop);
  EXPECT_FALSE(in_doubt(laptop));
  world.stop(laptop);
  world.start(laptop);
  EXPECT_FALSE(in_doubt(laptop)) << "and is known from then on";
}

class FullDisk final : public Witness {
 public:
  [[nodiscard]] Bytes read() const override { return {}; }
  Result<void> write(ByteView /*words*/) override {
    return full ? Result<void>(fail(ErrorKind::disk_full, "no room")) : Result<void>();
  }
  [[nodiscard]] DatabaseId machine() const override { return {}; }
  bool full = false;
};

TEST_F(OldCopy, NothingComesOutThatTheWitnessWasNotToldOf) {
  FullDisk witness;
  EngineConfig config;
  config.address = laptop.address;
  config.device_name = "laptop";
  config.witness = &witness;
  auto store = copy_of(*copy);
  auto engine = Engine::start(config, *store, *laptop.random, world.now());
  ASSERT_TRUE(engine);
  (*engine)->take_outputs();
  witness.full = true;
  EXPECT_FALSE((*engine)->send_message({bob.key(), MessageKind::normal, "text", ""}, world.now()));
  ASSERT_TRUE((*engine)->fault());
  EXPECT_EQ((*engine)->fault()->kind, ErrorKind::disk_full);
  (*engine)->finish_turn(world.now());
  EXPECT_TRUE((*engine)->take_outputs().empty());
}

}  // namespace
}  // namespace toxtore
