// Delivery in its first form (DESIGN 7, rules 1 to 3; P4, P5): who hands a message over, when, and how often.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/hello_wait.h"
#include "engine/outbox.h"
#include "engine/test_two_devices.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

class Delivery2 : public TwoDevices {
 protected:
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    all.reserve(bob.texts.size());
    for (const auto& text : bob.texts) all.push_back(text.text);
    return all;
  }
};

TEST_F(Delivery2, GoesAtOnceFromTheDeviceThatIsConnected) {
  send(server, "hi");
  const auto row = server.engine->store().undelivered().at(0);
  EXPECT_EQ(row.delivery, Delivery::sending);
  EXPECT_EQ(row.device, server.key());
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 100));
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> hi [delivered]"}; }, 1'000));
  EXPECT_EQ(server.engine->store().history({bob.key(), {}, 9}).at(0).device, server.key());
}

TEST_F(Delivery2, GoesFromTheServerWhenTheLaptopWroteIt) {
  send(laptop, "from the laptop");
  EXPECT_EQ(history(laptop), Lines{"> from the laptop [queued]"});
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> from the laptop [delivered]"}; }, 5'000));
  EXPECT_EQ(history(server), history(laptop));
  world.run_for(200'000);
  EXPECT_EQ(bob.texts, (std::vector<World::Text>{{server.key(), "from the laptop"}})) << "one copy, from the server";
}

TEST_F(Delivery2, WaitsForTheFriendAndKeepsTheOrderOfTheView) {
  world.stop(bob);
  for (int i = 0; i < 40; ++i) send(i % 2 == 0 ? laptop : server, std::to_string(i)), world.run_for(100);
  world.run_for(5'000);
  EXPECT_TRUE(bob.texts.empty());
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() >= 40; }, 20'000));
  world.run_for(200'000);
  ASSERT_EQ(bob.texts.size(), 40U);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(bob.texts[static_cast<std::size_t>(i)].text, std::to_string(i));
  EXPECT_EQ(history(laptop), history(server));
  EXPECT_TRUE(laptop.engine->store().undelivered().empty());
}

TEST_F(Delivery2, AMessageTypedBehindAWaitingOneWaitsToo) {
  world.cut(server, bob, true);
  send(server, "first");
  world.cut(server, bob, false);
  send(server, "second");
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 2; }, 10'000));
  EXPECT_EQ(texts(), (Lines{"first", "second"}));
}

// Rule 1: a `done` is always later, so a device that lacks something sends nothing of others.
TEST_F(Delivery2, ADeviceThatIsNotCaughtUpSendsNothingOfOthers) {
  auto& desktop = world.add_device("desktop");
  world.link(desktop, server);
  world.befriend(bob, desktop);
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->devices().size() == 3; }));
  world.run_for(5'000);
  world.stop(bob);
  world.cut(laptop, desktop, true);
  send(laptop, "once");
  world.run_for(5'000);  // the desktop has it from the server
  ASSERT_EQ(history(desktop), Lines{"> once [queued]"});
  // The desktop hears that the laptop has more, but cannot fetch it: it must not send.
  world.cut(server, desktop, true);
  world.cut(server, bob, true);
  world.stop(desktop);
  send(laptop, "twice");
  world.run_for(5'000);
  world.delay_ms = 2'000;
  world.start(desktop);
  world.cut(server, desktop, false);
  world.run_for(7'000);  // hello, roster and clock took 6 s; the event comes at 10 s
  ASSERT_GT(desktop.engine->status().events_missing, 0U);
  world.start(bob);
  world.run_for(2'500);
  EXPECT_TRUE(bob.texts.empty());
  EXPECT_EQ(history(desktop), Lines{"> once [queued]"}) << "not even begun";
  world.delay_ms = 50;
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 2; }, 30'000));
  EXPECT_EQ(texts(), (Lines{"once", "twice"}));
}

// Rule 3: both devices are connected to the friend, and write and see everything; still one copy each.
TEST_F(Delivery2, TwoDevicesThatBothCouldSendGiveOneCopy) {
  world.befriend(bob, laptop);
  world.run_for(5'000);
  for (const std::uint64_t delay : {10, 400, 3'000, 5'000}) {
    world.delay_ms = delay;
    bob.texts.clear();
    world.stop(bob);
    world.run_for(20'000);
    for (int i = 0; i < 5; ++i) send(laptop, std::to_string(i)), send(server, std::to_string(i) + "s");
    world.run_for(20'000);
    world.start(bob);
    ASSERT_TRUE(world.run_until([&] { return bob.texts.size() >= 10; }, 120'000)) << delay;
    world.run_for(200'000);
    EXPECT_EQ(bob.texts.size(), 10U) << "one-way delay " << delay << " ms";
    EXPECT_TRUE(laptop.engine->store().undelivered().empty());
    EXPECT_EQ(history(laptop), history(server));
  }
}

// The same while the devices are cut off from each other when they begin, and come together in the middle.
TEST_F(Delivery2, DevicesThatMeetInTheMiddleGiveOneCopyOrSayUnsure) {
  world.befriend(bob, laptop);
  world.run_for(5'000);
  world.stop(bob);
  send(laptop, "x");
  world.run_for(5'000);
  world.cut(laptop, server, true);
  world.start(bob);
  world.run_for(30'000);
  world.cut(laptop, server, false);
  world.run_for(200'000);
  EXPECT_GE(bob.texts.size(), 1U);
  EXPECT_LE(bob.texts.size(), 2U) << "a partition may double it, no more than once per side";
  EXPECT_EQ(history(laptop), history(server));
}

// A device that is fetching years of history must not hold up what the others send.
TEST_F(Delivery2, ADeviceWithALongAbsenceIsNotWaitedFor) {
  for (int i = 0; i < 10'000; ++i) {
    server.engine->handle(input::Message{bob.key(), MessageKind::normal, to_bytes(std::string(200, 'x'))}, world.now());
  }
  world.pump(server);
  world.run_for(30'000);
  world.delay_ms = 3'000;
  auto& desktop = world.add_device("desktop");
  world.link(desktop, server);
  world.run_for(8'000);
  ASSERT_GT(desktop.engine->status().events_missing, 1'000U) << "it must still be fetching";
  send(laptop, "meanwhile");
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 20'000));
}

TEST_F(Delivery2, TheDeviceThatTheFriendLastWroteToAnswersFirst) {
  world.befriend(bob, laptop);
  world.run_for(5'000);
  // Ten times, since a race between the two would be won by chance as often as not.
  for (int i = 0; i < 10; ++i) {
    auto& answering = i % 3 == 0 ? laptop : server;
    bob.texts.clear();
    world.write(bob, answering, "a question");
    world.run_for(5'000);
    world.stop(bob);
    world.run_for(1'000);
    send(i % 2 == 0 ? laptop : server, "an answer");
    world.run_for(3'000);
    world.start(bob);
    ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 10'000));
    EXPECT_EQ(bob.texts[0].from, answering.key()) << i;
    world.run_for(5'000);
  }
}

TEST_F(Delivery2, WithoutAReceiptItIsUnsureAndGoesAgain) {
  world.receipt_delay_ms.reset();
  send(server, "hm");
  world.run_for(1'000);
  EXPECT_EQ(texts(), Lines{"hm"});
  world.receipt_delay_ms = 50;
  world.stop(bob);
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> hm [unsure]"}; }, 2'000));
  world.start(bob);
  world.run_for(unsure_wait_ms - 10'000);
  EXPECT_EQ(texts(), Lines{"hm"}) << "not sooner than ten minutes after";
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> hm [perhaps doubled]"}; }, 20'000));
  EXPECT_EQ(texts(), (Lines{"hm", "hm"}));
}

TEST_F(Delivery2, AfterACrashOfTheDelivererItIsUnsureAndNeverLost) {
  world.receipt_delay_ms.reset();
  send(laptop, "hm");
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 10'000));
  world.crash(server);
  world.receipt_delay_ms = 50;
  world.start(server);
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> hm [unsure]"}; }, 5'000)) << "it says so itself";
  ASSERT_TRUE(
      world.run_until([&] { return history(laptop) == Lines{"> hm [perhaps doubled]"}; }, unsure_wait_ms + 20'000));
  EXPECT_EQ(bob.texts.size(), 2U);
}

// Rule 4: the sending of a device that is gone is left alone for 90 s, then another goes on.
TEST_F(Delivery2, AnotherDeviceGoesOnAfterTheDelivererDied) {
  world.befriend(bob, laptop);
  world.write(bob, server, "to the server");  // so the server begins
  world.run_for(5'000);
  world.stop(bob);
  send(laptop, "hm");
  world.run_for(5'000);
  world.receipt_delay_ms.reset();
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 1; }, 10'000));
  world.run_for(1'000);
  world.crash(server);
  world.receipt_delay_ms = 50;
  world.run_for(60'000);
  EXPECT_EQ(history(laptop).back(), "> hm [sending]") << "too early";
  ASSERT_TRUE(world.run_until([&] { return history(laptop).back() == "> hm [unsure]"; }, 60'000));
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 2; }, unsure_wait_ms));
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->store().undelivered().empty(); }, 5'000));
}

// One in our own history, and done when all its receipts are there.
TEST_F(Delivery2, ALongMessageGoesToAStockFriendInParts) {
  std::string text(message_size_max - 1, 'x');
  for (int i = 0; i < 2'000; ++i) text += "\xE2\x82\xAC";
  world.receipt_delay_ms = 2'000;
  send(laptop, text);
  ASSERT_TRUE(world.run_until([&] { return bob.texts.size() == 6; }, 10'000));
  EXPECT_EQ(bob.texts[0].text, std::string(message_size_max - 1, 'x')) << "no character is cut";
  std::string together;
  for (const auto& part : bob.texts) together += part.text;
  EXPECT_EQ(together, text);
  EXPECT_EQ(history(server), Lines{"> " + text + " [sending]"});
  ASSERT_TRUE(world.run_until([&] { return history(laptop) == Lines{"> " + text + " [delivered]"}; }, 5'000));
  world.run_for(200'000);
  EXPECT_EQ(bob.texts.size(), 6U);
}

TEST_F(Delivery2, OfWhichToxcoreTookOnlyThePartsAtTheBeginningIsUnsure) {
  const auto row = server.engine->send_message(
      {bob.key(), MessageKind::normal, std::string(2 * message_size_max, 'x'), ""}, world.now());
  ASSERT_TRUE(row);
  server.engine->take_outputs();  // toxcore's queue is full behind the first
  server.engine->handle(input::HandedOver{bob.key(), row->id, 1}, world.now());
  server.engine->handle(input::HandedOver{bob.key(), row->id, std::nullopt}, world.now());
  server.engine->finish_turn(world.now());
  EXPECT_EQ(server.engine->store().message(row->id)->delivery, Delivery::unsure);
}

// Rule 6: until it is clear that he has a stock client nothing goes out, nor at once.
TEST_F(Delivery2, NothingGoesToAFriendOfWhomItIsNotClearWhatHeSpeaks) {
  auto& carol = world.add_stock("carol");
  world.befriend(carol, server);
  const auto write = [&](const std::string& text) {
    ASSERT_TRUE(server.engine->send_message({carol.key(), MessageKind::normal, text, ""}, world.now()));
    world.pump(server);
  };
  write("hi");
  world.run_for(new_hello_wait_ms - 2'000);
  EXPECT_TRUE(carol.texts.empty()) << "she is new";
  ASSERT_TRUE(world.run_until([&] { return carol.texts.size() == 1; }, 5'000));
  ASSERT_TRUE(world.run_until([&] { return server.engine->store().undelivered().empty(); }, 1'000));
  world.stop(carol);
  world.run_for(1'000);
  world.start(carol);
  write("again");
  world.run_for(stock_hello_wait_ms - 200);
  EXPECT_EQ(carol.texts.size(), 1U);
  ASSERT_TRUE(world.run_until([&] { return carol.texts.size() == 2; }, 3'000)) << "she was stock last time";
  ASSERT_TRUE(world.run_until([&] { return server.engine->store().undelivered().empty(); }, 1'000));
  write("at once");
  ASSERT_TRUE(world.run_until([&] { return carol.texts.size() == 3; }, 100));
}

TEST_F(Delivery2, ARemovedFriendGetsNothingAnyMore) {
  world.stop(bob);
  send(laptop, "too late");
  world.run_for(1'000);
  ASSERT_TRUE(laptop.engine->remove_friend(bob.key(), world.now()));
  world.pump(laptop);
  world.run_for(5'000);
  EXPECT_TRUE(server.engine->friends().empty());
  world.start(bob);
  world.run_for(20'000);
  EXPECT_TRUE(bob.texts.empty());
  EXPECT_EQ(server.engine->send_message({bob.key(), MessageKind::normal, "x", ""}, world.now()).error().kind,
            ErrorKind::not_found);
}

TEST_F(Delivery2, WhatIsNoLongerToBeHandedOverIsSaidNotToHaveBeen) {
  send(laptop, "on its way");
  ASSERT_TRUE(world.run_until([&] { return history(server) == Lines{"> on its way [sending]"}; }, 5'000));
  ASSERT_TRUE(bob.texts.empty());
  ContactChange block;
  block.blocked = true;
  ASSERT_TRUE(server.engine->change_contact(bob.key(), block, world.now()));
  world.pump(server);
  world.run_for(5'000);
  EXPECT_EQ(history(laptop), Lines{"> on its way [queued]"});
  EXPECT_TRUE(bob.texts.empty());
}

TEST_F(Delivery2, ATokenMakesARetryHarmless) {
  world.stop(bob);
  const SendMessage command{bob.key(), MessageKind::normal, "only once", "token-1"};
  const auto first = laptop.engine->send_message(command, world.now());
  const auto again = laptop.engine->send_message(command, world.now());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->id, again->id);
  auto other = command;
  other.text = "another text";
  EXPECT_NE(laptop.engine->send_message(other, world.now())->id, first->id);
  EXPECT_EQ(history(laptop).size(), 2U);

  ASSERT_TRUE(laptop.engine->erase_message(first->id, world.now()));
  EXPECT_EQ(laptop.engine->send_message(command, world.now())->id, first->id) << "also when its text is gone";
}

TEST_F(Delivery2, RefusesWhatCannotBeSent) {
  const auto error = [&](const std::string& text) {
    return laptop.engine->send_message({bob.key(), MessageKind::normal, text, ""}, world.now()).error().kind;
  };
  EXPECT_EQ(error(""), ErrorKind::invalid_argument);
  EXPECT_EQ(error("\xFF"), ErrorKind::invalid_argument);
  EXPECT_EQ(error(std::string(long_message_size_max + 1, 'x')), ErrorKind::too_long);
  EXPECT_EQ(laptop.engine->send_message({server.key(), MessageKind::normal, "x", ""}, world.now()).error().kind,
            ErrorKind::not_found);
  EXPECT_TRUE(laptop.engine->send_message({bob.key(), MessageKind::normal, std::string(message_size_max, 'x'), ""},
                                          world.now()));
}

}  // namespace
}  // namespace toxtore
