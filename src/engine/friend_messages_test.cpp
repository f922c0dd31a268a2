// Messages between users with Toxtore (DESIGN 7, rule 5; P3, P4): whole, once, and at the hour at which they were
// written.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "engine/hello_wait.h"
#include "engine/test_world.h"
#include "wire/message_parts.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

// Two devices of one user, and two of a friend. Only the first of each know each other at first.
class FriendMessages : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.link(phone, desk);
    world.befriend(laptop, phone);
    world.run_for(200'000);  // the lists of devices are told, and all four meet
  }

  MessageRow send(World::Node& from, const World::Node& to, const std::string& text) {
    const auto row = from.engine->send_message({to.key(), MessageKind::normal, text, ""}, world.now());
    EXPECT_TRUE(row) << row.error().message;
    world.pump(from);
    return row.value_or(MessageRow{});
  }
  [[nodiscard]] std::vector<MessageRow> rows(const World::Node& device, const World::Node& with) const {
    const Contact* contact = device.engine->contacts().of(with.key());
    return device.engine->store().history({Conversation(contact->keys), std::nullopt, 1'000});
  }
  [[nodiscard]] std::size_t unread(const World::Node& device, const World::Node& with) const {
    return device.engine->store().unread_count(Conversation(device.engine->contacts().of(with.key())->keys));
  }
  /// The same message reaches a device from that peer, as packets.
  void arrive(World::Node& at, const World::Node& from, const FriendMessage& message) {
    for (const auto& part : cut_into_parts(message)) {
      at.engine->handle(input::PacketArrived{from.key(), encode_packet(part)}, world.now());
    }
    world.pump(at);
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& phone = world.add_device("phone");
  World::Node& desk = world.add_device("desk");
};

TEST_F(FriendMessages, GoAsPacketsAndAreDeliveredWhenTheyAreDurable) {
  const auto sent = send(laptop, phone, "hi");
  ASSERT_TRUE(world.run_until([&] { return rows(laptop, phone).at(0).delivery == Delivery::delivered; }, 2'000));
  EXPECT_EQ(rows(laptop, phone).at(0).delivered_to, phone.key());
  ASSERT_TRUE(world.run_until([&] { return rows(desk, laptop).size() == 1; }, 2'000));
  const auto row = rows(phone, laptop).at(0);
  EXPECT_EQ(to_text(row.text), "hi");
  EXPECT_EQ(row.shown_ms, sent.shown_ms);
  EXPECT_GT(row.timestamp_ms, sent.timestamp_ms);
  EXPECT_TRUE(row.identity) << "no Tox message";
}

TEST_F(FriendMessages, WhatWaitedShowsWhenItWasWritten) {
  world.stop(phone);
  world.stop(desk);
  const auto sent = send(laptop, phone, "are you there?");
  world.run_for(3'600'000);
  world.start(phone);
  ASSERT_TRUE(world.run_until([&] { return rows(phone, laptop).size() == 1; }, 10'000));
  EXPECT_EQ(rows(phone, laptop).at(0).shown_ms, sent.shown_ms);
}

TEST_F(FriendMessages, AreWholeWhateverTheirLength) {
  std::string text;
  while (text.size() + 3 <= long_message_size_max) text += "\xE2\x82\xAC";
  send(server, phone, text);
  ASSERT_TRUE(world.run_until([&] { return rows(desk, laptop).size() == 1; }, 20'000));
  EXPECT_EQ(to_text(rows(desk, laptop).at(0).text), text);
  ASSERT_TRUE(world.run_until([&] { return rows(laptop, phone).at(0).delivery == Delivery::delivered; }, 5'000));
}

TEST_F(FriendMessages, SentAgainAfterALostAnswerAreShownOnceAndNotCalledDoubled) {
  bool lose = true;
  world.mangle = [&](const World::Node&, Bytes& packet) {
    if (lose && packet.size() > 1 && packet[1] == static_cast<std::uint8_t>(PacketType::received)) packet = {0};
  };
  send(laptop, phone, "once");
  world.run_for(1'000);
  ASSERT_EQ(rows(phone, laptop).size(), 1U);
  ASSERT_EQ(rows(laptop, phone).at(0).delivery, Delivery::sending);
  world.stop(phone);
  world.stop(desk);
  world.run_for(2'000);
  EXPECT_EQ(rows(laptop, phone).at(0).delivery, Delivery::unsure);
  lose = false;
  world.start(phone);
  ASSERT_TRUE(world.run_until([&] { return rows(laptop, phone).at(0).delivery == Delivery::delivered; }, 10'000))
      << "at once, not after ten minutes";
  ASSERT_EQ(rows(phone, laptop).size(), 1U);
  EXPECT_EQ(phone.engine->copies_of(rows(phone, laptop).at(0)).size(), 1U) << "what is held is not logged again";
}

// A text that went out as a Tox message could not be told from a second one.
TEST_F(FriendMessages, WhoEverSaidHelloGetsNoTextWhileHisHelloMayStillCome) {
  world.stop(phone);
  world.stop(desk);
  world.run_for(60'000);
  bool silent = true;
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    if (silent && &from == &phone) packet = {0};
  };
  world.start(phone);
  send(laptop, phone, "hi");
  world.run_for(toxtore_hello_wait_ms - 5'000);
  EXPECT_EQ(rows(laptop, phone).at(0).delivery, Delivery::queued);
  EXPECT_EQ(laptop.engine->outbox(world.now()).at(0).what, Waiting::For::hello);
  silent = false;
  world.stop(phone);
  world.start(phone);
  ASSERT_TRUE(world.run_until([&] { return rows(laptop, phone).at(0).delivery == Delivery::delivered; }, 10'000));
  EXPECT_TRUE(rows(phone, laptop).at(0).identity) << "as a packet";
}

// Two devices of one user send to two of the other, all cut off from each other.
TEST_F(FriendMessages, CopiesThatTwoDevicesReceivedAreOneMessage) {
  world.cut(phone, desk, true);
  const FriendMessage message{{laptop.key(), 4'000}, world.now().wall_ms - 5'000, MessageKind::normal, to_bytes("hi")};
  arrive(phone, laptop, message);
  world.run_for(50);
  arrive(desk, server, message);
  ASSERT_EQ(rows(phone, laptop).size() + rows(desk, laptop).size(), 2U);
  const Dot desks = rows(desk, laptop).at(0).id;
  world.cut(phone, desk, false);
  world.run_for(20'000);
  ASSERT_EQ(rows(phone, laptop).size(), 1U);
  EXPECT_EQ(rows(phone, laptop), rows(desk, laptop));
  EXPECT_EQ(desk.engine->search({"hi", std::nullopt, std::nullopt, 10}), rows(desk, laptop)) << "found once";
  EXPECT_EQ(desk.engine->message(desks), rows(desk, laptop).at(0)) << "each copy stands for the message";
  EXPECT_EQ(desk.engine->copies_of(rows(desk, laptop).at(0)).size(), 2U);
  EXPECT_NE(rows(desk, laptop).at(0).id, desks) << "it stands where the first copy stands";
  EXPECT_EQ(unread(desk, laptop), 1U);

  ASSERT_TRUE(phone.engine->mark_message_read(desks, world.now())) << "a reference to any of them is one to the row";
  world.pump(phone);
  world.run_for(1'000);
  EXPECT_EQ(unread(desk, laptop), 0U);
  EXPECT_TRUE(rows(desk, laptop).at(0).read);
}

TEST_F(FriendMessages, WhatIsErasedInOneCopyIsErasedInAll) {
  world.cut(phone, desk, true);
  const FriendMessage message{{laptop.key(), 4'000}, 1, MessageKind::normal, to_bytes("secret")};
  arrive(phone, laptop, message);
  arrive(desk, server, message);
  const Dot copy = rows(desk, laptop).at(0).id;
  ASSERT_TRUE(phone.engine->erase_message(rows(phone, laptop).at(0).id, world.now()));
  world.pump(phone);
  arrive(phone, laptop, message);
  EXPECT_EQ(rows(phone, laptop).size(), 1U) << "it is held, though without its text";
  world.cut(phone, desk, false);
  world.run_for(20'000);
  EXPECT_TRUE(rows(desk, laptop).at(0).erased);
  EXPECT_TRUE(phone.engine->store().message(copy)->erased);
  EXPECT_TRUE(phone.engine->store().search({"secret", std::nullopt, std::nullopt, 10}).empty());
}

TEST_F(FriendMessages, NobodyCanPreEmptAnothersMessage) {
  auto& mallory = world.add_device("mallory");
  world.befriend(mallory, phone);
  world.run_for(5'000);
  const FriendMessage real{{laptop.key(), 4'000}, 1, MessageKind::normal, to_bytes("hi")};
  FriendMessage forged = real;
  forged.text = to_bytes("no");
  arrive(phone, mallory, real);
  arrive(phone, mallory, forged);
  arrive(phone, laptop, real);
  EXPECT_EQ(rows(phone, laptop).size(), 1U);
  EXPECT_EQ(rows(phone, mallory).size(), 2U) << "one dot, two texts: two messages";
}

// Between a `sending` and the hand-over: what was begun as a text does not go as one.
TEST_F(FriendMessages, AHelloThatComesMeanwhileChangesHowAMessageGoes) {
  auto& carol = world.add_device("carol");
  Bytes hello;
  world.mangle = [&](const World::Node& from, Bytes& packet) {
    const bool is_hello = packet.size() > 1 && packet[1] == static_cast<std::uint8_t>(PacketType::hello);
    if (&from == &carol && is_hello && hello.empty()) hello = std::exchange(packet, {0});
  };
  world.befriend(carol, server);
  world.run_for(new_hello_wait_ms + 5'000);
  ASSERT_FALSE(hello.empty());
  world.delay_ms = 1'000;
  send(laptop, carol, "hi");
  ASSERT_TRUE(world.run_until([&] { return rows(server, carol).size() == 1; }, 5'000));
  ASSERT_TRUE(world.run_until([&] { return rows(server, carol).at(0).delivery == Delivery::sending; }, 5'000));
  server.engine->handle(input::PacketArrived{carol.key(), hello}, world.now());
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return rows(server, carol).at(0).delivery == Delivery::delivered; }, 30'000));
  ASSERT_EQ(rows(carol, server).size(), 1U);
  EXPECT_TRUE(rows(carol, server).at(0).identity) << "as a packet";
}

TEST_F(FriendMessages, OfWhoIsBlockedGoNowhere) {
  ContactChange change;
  change.blocked = true;
  ASSERT_TRUE(phone.engine->change_contact(laptop.key(), change, world.now()));
  world.pump(phone);
  arrive(phone, laptop, {{laptop.key(), 4'000}, 1, MessageKind::normal, to_bytes("hi")});
  EXPECT_TRUE(rows(phone, laptop).empty());
}

}  // namespace
}  // namespace toxtore
