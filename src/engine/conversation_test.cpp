// What the user does with messages: reading, withdrawing, erasing, on all devices; offers; name and status message.
#include "engine/conversation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/recorder.h"
#include "engine/test_two_devices.h"
#include "store/memory_store.h"
#include "wire/body.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using Lines = std::vector<std::string>;

class Conversation : public TwoDevices {
 protected:
  MessageRow row(const World::Node& device, const Dot& id) const {
    return device.engine->store().message(id).value_or(MessageRow{});
  }
  std::size_t events_of_type(const World::Node& device, EventType type) const {
    const auto all = device.engine->store().arrived(0, 100'000);
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const auto& each) { return each.second.type == static_cast<std::uint8_t>(type); }));
  }
};

TEST_F(Conversation, IsReadByOneEventHoweverMuchWasUnread) {
  for (int i = 0; i < 20; ++i) world.write(bob, server, std::to_string(i));
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().unread == 20; }, 5'000));
  const auto before = laptop.engine->status().events;
  EXPECT_EQ(*laptop.engine->mark_conversation_read(bob.key(), world.now()), 20U);
  EXPECT_EQ(laptop.engine->status().events, before + 1);
  EXPECT_EQ(events_of_type(laptop, EventType::read_up_to), 1U);
  EXPECT_EQ(*laptop.engine->mark_conversation_read(bob.key(), world.now()), 0U) << "nothing is left to mark";
  world.pump(laptop);
  EXPECT_TRUE(world.run_until([&] { return server.engine->status().unread == 0; }, 5'000));
}

// P6: what the reader had not seen stays unread.
TEST_F(Conversation, AMarkCoversOnlyWhatTheReaderHeld) {
  world.write(bob, server, "seen");
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().unread == 1; }, 5'000));
  world.cut(laptop, server, true);
  world.write(bob, server, "not seen");
  ASSERT_TRUE(laptop.engine->mark_conversation_read(bob.key(), world.now()));
  world.pump(laptop);
  world.run_for(1'000);
  world.cut(laptop, server, false);
  ASSERT_TRUE(world.run_until([&] { return history(laptop).size() == 2; }, 5'000));
  world.run_for(3'000);
  EXPECT_EQ(history(laptop), (Lines{"< seen [read]", "< not seen [unread]"}));
  EXPECT_EQ(history(server), history(laptop));
}

// As when the newest part of a long absence comes first: what lies behind a gap is marked by itself.
TEST_F(Conversation, AMessageBehindAGapIsMarkedByItself) {
  Core core({laptop.address, "laptop", {}, {}, {}}, *laptop.store, *laptop.random);
  const LogId log{server.key(), 0};
  const Dot behind_gap = Dot::of(log, core.replicator.held().prefix(log) + 5);
  ASSERT_TRUE(core.change([&] {
    MessageRow row;
    row.id = behind_gap;
    row.conversation = bob.key();
    core.store.put(row);
  }));
  const auto bodies = marks_for_all(core, bob.key());
  ASSERT_EQ(bodies.size(), 1U);
  EXPECT_EQ(std::get<MarkRead>(bodies[0]).message, behind_gap);
}

TEST_F(Conversation, AWithdrawnMessageIsSentByNoDevice) {
  world.stop(bob);
  const Dot first = send(laptop, "no").id;
  const Dot second = send(laptop, "yes").id;
  world.run_for(1'000);
  ASSERT_EQ(server.engine->withdraw_message(first, world.now())->delivery, Delivery::withdrawn);
  EXPECT_TRUE(server.engine->withdraw_message(first, world.now())) << "twice is no error";
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return row(laptop, first).delivery == Delivery::withdrawn; }, 5'000));
  EXPECT_EQ(laptop.engine->status().undelivered, 1U);
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return row(laptop, second).delivery == Delivery::delivered; }, 30'000));
  EXPECT_EQ(bob.texts.size(), 1U);
  EXPECT_EQ(bob.texts.at(0).text, "yes");
  EXPECT_EQ(server.engine->withdraw_message(second, world.now()).error().kind, ErrorKind::denied);
  EXPECT_EQ(server.engine->withdraw_message({bob.key(), 1}, world.now()).error().kind, ErrorKind::not_found);
}

// The friend is connected, but this device's `sending` waits for the other's acknowledgement when the user withdraws.
TEST_F(Conversation, AMessageWithdrawnWhileASendingWaitsDoesNotHoldUpTheNext) {
  world.stop(bob);
  const Dot first = send(laptop, "no").id;
  world.run_for(1'000);
  world.delay_ms = 400;
  world.start(bob);
  ASSERT_TRUE(world.run_until([&] { return row(server, first).delivery == Delivery::sending; }, 30'000));
  ASSERT_TRUE(laptop.engine->erase_message(first, world.now())) << "erasing may be done at any time";
  world.pump(laptop);
  ASSERT_TRUE(bob.texts.empty());
  const Dot second = send(laptop, "yes").id;
  EXPECT_TRUE(world.run_until([&] { return row(laptop, second).delivery == Delivery::delivered; }, 60'000));
}

TEST_F(Conversation, WhatWaitsForAFriendWhoIsRemovedFails) {
  world.stop(bob);
  const Dot known = send(laptop, "known").id;
  world.run_for(1'000);
  world.cut(laptop, server, true);
  const Dot unknown = send(laptop, "written without knowing of the removal").id;
  world.run_for(1'000);
  ASSERT_TRUE(server.engine->remove_friend(bob.key(), world.now()));
  EXPECT_EQ(row(server, known).delivery, Delivery::failed);
  world.pump(server);
  world.cut(laptop, server, false);
  EXPECT_TRUE(world.run_until([&] { return row(server, unknown).delivery == Delivery::failed; }, 5'000));
  EXPECT_EQ(laptop.engine->status().undelivered, 0U);
}

bool holds_text(const World::Node& device, std::string_view text) {
  const auto all = device.engine->store().arrived(0, 100'000);
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& each) { return to_text(each.second.body).find(text) != std::string::npos; });
}

TEST_F(Conversation, ErasedTextIsGoneFromLogViewAndSearchOnAllDevices) {
  world.write(bob, server, "a secret");
  world.write(bob, server, "kept");
  ASSERT_TRUE(world.run_until([&] { return history(laptop).size() == 2; }, 5'000));
  const Dot secret = laptop.engine->store().history({bob.key(), {}, 10}).at(0).id;
  const Hash hash = event_hash(*laptop.engine->store().event(secret));
  ASSERT_TRUE(laptop.engine->erase_message(secret, world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return row(server, secret).erased; }, 5'000));
  for (const auto* device : {&laptop, &server}) {
    EXPECT_FALSE(holds_text(*device, "secret"));
    EXPECT_TRUE(device->engine->store().search({"secret", {}, {}, 10}).empty());
    EXPECT_EQ(device->engine->store().search({"kept", {}, {}, 10}).size(), 1U);
    EXPECT_EQ(event_hash(*device->engine->store().event(secret)), hash) << "the event keeps its hash";
    EXPECT_EQ(history(*device), (Lines{"<  [read]", "< kept [unread]"}));
  }
  EXPECT_EQ(laptop.engine->erase_message({bob.key(), 1}, world.now()).error().kind, ErrorKind::not_found);
}

// The device that comes later never gets the text, and one that gets the text late puts it away at once.
TEST_F(Conversation, AnErasedTextDoesNotComeBack) {
  world.stop(laptop);
  world.write(bob, server, "a secret");
  world.run_for(1'000);
  const auto row_there = server.engine->store().last_received(bob.key());
  ASSERT_TRUE(row_there);
  const Event whole = *server.engine->store().event(row_there->id);
  ASSERT_TRUE(server.engine->erase_message(row_there->id, world.now()));
  world.pump(server);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return row(laptop, row_there->id).erased; }, 5'000));
  EXPECT_FALSE(holds_text(laptop, "secret"));

  auto store = make_memory_store();
  ASSERT_TRUE(store->transact([&]() -> Result<void> {
    const Event erased{{laptop.key(), 1},
                       whole.timestamp_ms + 1,
                       static_cast<std::uint8_t>(EventType::content_erased),
                       encode_body(ContentErased{{{server.key(), 1}}})};
    record(*store, erased);
    Event late = whole;
    late.dot = {server.key(), 1};
    record(*store, late);
    return {};
  }));
  EXPECT_EQ(to_text(store->event({server.key(), 1})->body).find("secret"), std::string::npos);
  EXPECT_TRUE(store->message({server.key(), 1})->erased);
}

TEST_F(Conversation, AWholeConversationIsErasedInPieces) {
  world.stop(bob);
  for (int i = 0; i < 100; ++i) send(laptop, "line " + std::to_string(i));
  EXPECT_EQ(*laptop.engine->erase_conversation(bob.key(), world.now()), 100U);
  EXPECT_EQ(events_of_type(laptop, EventType::content_erased), 4U);
  EXPECT_EQ(*laptop.engine->erase_conversation(bob.key(), world.now()), 0U);
  EXPECT_EQ(laptop.engine->status().undelivered, 0U) << "what was queued counts as withdrawn";
  world.pump(laptop);
  world.start(bob);
  world.run_for(30'000);
  EXPECT_TRUE(bob.texts.empty());
}

TEST_F(Conversation, WhatAFriendOffersIsARowThatIsFoundByItsName) {
  server.engine->handle(input::Offer{bob.key(), OfferReceived::What::file, 4096, to_bytes("holiday pictures.zip")},
                        world.now());
  server.engine->handle(input::Offer{bob.key(), OfferReceived::What::call, 0, {}}, world.now());
  EXPECT_EQ(server.engine->store().unread_count(bob.key()), 2U) << "durable before the adapter goes on";
  world.pump(server);
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().unread == 2; }, 5'000));
  const auto found = laptop.engine->store().search({"holiday", {}, {}, 10});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].content, Content::file);
  EXPECT_EQ(found[0].size_bytes, 4096U);
  ASSERT_TRUE(laptop.engine->erase_message(found[0].id, world.now()));
  EXPECT_TRUE(laptop.engine->store().search({"holiday", {}, {}, 10}).empty());
  EXPECT_EQ(laptop.engine->store().history({bob.key(), {}, 10}).at(1).content, Content::call);
}

TEST_F(Conversation, NameAndStatusMessageAreAppliedOnAllDevices) {
  using What = ProfileValue::What;
  ASSERT_TRUE(laptop.engine->set_profile({{What::name, to_bytes("Ann")}}, world.now()));
  ASSERT_TRUE(laptop.engine->set_profile({{What::status_message, to_bytes("at sea")}}, world.now()));
  world.pump(laptop);
  ASSERT_TRUE(world.run_until([&] { return server.profile.status_message == to_bytes("at sea"); }, 5'000));
  EXPECT_EQ(server.profile.name, to_bytes("Ann"));
  EXPECT_EQ(laptop.profile.name, to_bytes("Ann"));
  const auto events = laptop.engine->status().events;
  ASSERT_TRUE(laptop.engine->set_profile({{What::name, to_bytes("Ann")}}, world.now()));
  EXPECT_EQ(laptop.engine->status().events, events) << "the same again is no news";
  world.stop(server);
  server.profile = {};
  world.start(server);
  world.run_for(1'000);
  EXPECT_EQ(server.profile.name, to_bytes("Ann")) << "a restart brings toxcore in line";
  EXPECT_EQ(laptop.engine->set_profile({{What::name, to_bytes(std::string(129, 'x'))}}, world.now()).error().kind,
            ErrorKind::too_long);
  EXPECT_EQ(laptop.engine->set_profile({{What::name, to_bytes("\xFF")}}, world.now()).error().kind,
            ErrorKind::invalid_argument);
}

TEST(Profile, ANameThatToxcoreHasIsTheFirstValueOnlyIfThereIsNone) {
  World world;
  auto& laptop = world.add_device("laptop");
  world.stop(laptop);
  const auto name_after_start = [&](const char* name) {
    EngineConfig config;
    config.address = laptop.address;
    config.name = to_bytes(name);
    EXPECT_TRUE(Engine::start(config, *laptop.store, *laptop.random, world.now()));
    return to_text(laptop.store->profile().name.value_or(Bytes{}));
  };
  EXPECT_EQ(name_after_start(""), "");
  EXPECT_EQ(name_after_start("Ann"), "Ann");
  EXPECT_EQ(name_after_start("Other"), "Ann");
}

TEST_F(Conversation, ADeviceIsRenamedFromAnyOther) {
  ASSERT_TRUE(laptop.engine->rename_device(server.key(), "attic", world.now()));
  world.pump(laptop);
  const auto is_renamed = [](const World::Node& on) {
    const auto devices = on.engine->devices();
    return std::any_of(devices.begin(), devices.end(), [](const DeviceInfo& each) { return each.name == "attic"; });
  };
  EXPECT_TRUE(is_renamed(laptop));
  EXPECT_TRUE(world.run_until([&] { return is_renamed(server); }, 5'000));
  EXPECT_EQ(server.engine->status().device_name, "attic");
  EXPECT_EQ(laptop.engine->rename_device(bob.key(), "x", world.now()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(laptop.engine->rename_device(server.key(), "", world.now()).error().kind, ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace toxtore
