// A message notifies while it is new, and is silent when it is caught up on or read elsewhere. And the hint flags.
#include "engine/notifier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/hints.h"
#include "engine/test_two_devices.h"
#include "wire/body.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

using What = output::Notice::What;

std::size_t count(const World::Node& node, What what) {
  return static_cast<std::size_t>(
      std::count_if(node.notices.begin(), node.notices.end(), [&](const auto& notice) { return notice.what == what; }));
}

class Notifications : public TwoDevices {};

TEST_F(Notifications, ComeOnceOnEachDeviceThatIsThereAndGoWhenReadOnAny) {
  world.write(bob, server, "hello");
  world.run_for(2'000);
  EXPECT_EQ(count(server, What::message), 1U);
  EXPECT_EQ(count(laptop, What::message), 1U);
  const auto notice = std::find_if(laptop.notices.begin(), laptop.notices.end(),
                                   [](const auto& each) { return each.what == What::message; });
  EXPECT_EQ(notice->key, bob.key());
  EXPECT_EQ(notice->text, "hello");
  EXPECT_EQ(notice->message, laptop.engine->store().last_received(bob.key())->id);
  ASSERT_TRUE(laptop.engine->mark_conversation_read(bob.key(), world.now()));
  world.pump(laptop);
  world.run_for(2'000);
  EXPECT_EQ(count(server, What::notification_cleared), 1U);
  EXPECT_EQ(count(laptop, What::notification_cleared), 1U);
  EXPECT_EQ(count(server, What::message), 1U);
}

TEST_F(Notifications, AreSilentAboutWhatIsCaughtUpOn) {
  world.stop(laptop);
  for (int i = 0; i < 20; ++i) world.write(bob, server, "while you were away");
  world.run_for(2'000);
  world.start(laptop);
  ASSERT_TRUE(world.run_until([&] { return laptop.engine->status().unread == 20; }, 5'000));
  world.run_for(2'000);
  EXPECT_EQ(count(laptop, What::message), 0U);
  world.write(bob, server, "now");
  world.run_for(2'000);
  EXPECT_EQ(count(laptop, What::message), 1U);
  world.stop(laptop);
  world.start(laptop);
  world.run_for(5'000);
  EXPECT_EQ(count(laptop, What::message), 1U) << "a restart tells nothing again";
}

TEST_F(Notifications, TellOfFriendRequestsOnAllDevices) {
  auto& eve = world.add_stock("eve");
  const std::size_t before_server = count(server, What::friend_request);
  const std::size_t before_laptop = count(laptop, What::friend_request);
  world.request(eve, server, "hi");
  world.run_for(2'000);
  EXPECT_EQ(count(server, What::friend_request), before_server + 1);
  EXPECT_EQ(count(laptop, What::friend_request), before_laptop + 1);
}

// The sender knows that it is read; the mark itself is still on its way.
TEST_F(Notifications, AreHeldBackForWhatTheSenderSaysIsRead) {
  const LogId log{server.key(), 0};
  const std::uint32_t next = server.engine->store().clock().prefix(log) + 1;
  const auto give = [&](const Packet& packet) {
    laptop.engine->handle(input::PacketArrived{server.key(), encode_packet(packet)}, world.now());
    laptop.engine->finish_turn(world.now());
    for (const Output& output : laptop.engine->take_outputs()) {
      if (const auto* notice = std::get_if<output::Notice>(&output)) laptop.notices.push_back(*notice);
    }
  };
  const auto event = [&](std::uint32_t number, const Body& body) {
    return Event{Dot::of(log, number), World::epoch_ms + 100'000 + number, static_cast<std::uint8_t>(type_of(body)),
                 encode_body(body)};
  };
  const auto received = [&](std::uint32_t number) {
    return with_hint(event(number, Received{bob.key(), MessageKind::normal, to_bytes("psst")}));
  };
  give(packet::Clock{{Dot::of(log, next + 1)}});
  give(packet::SendDot{received(next)});
  EXPECT_EQ(count(laptop, What::message), 0U);
  EXPECT_EQ(laptop.engine->friends().at(0).unread, 1U) << "no view is made from a hint";
  give(packet::SendDot{event(next + 1, MarkRead{Dot::of(log, next)})});
  EXPECT_EQ(count(laptop, What::message), 0U);
  EXPECT_EQ(laptop.engine->friends().at(0).unread, 0U);

  // And where the mark does not come, it is told of after all.
  give(packet::Clock{{Dot::of(log, next + 3)}});
  give(packet::SendDot{received(next + 2)});
  EXPECT_EQ(count(laptop, What::message), 0U);
  give(packet::SendDot{event(next + 3, FriendAdd{bob.key()})});
  EXPECT_EQ(count(laptop, What::message), 1U);
}

// What a device relays late says what has become of it meanwhile.
TEST_F(Notifications, HintsAreSetFromTheSendersView) {
  world.write(bob, server, "read at once");
  world.run_for(2'000);
  const Store& store = server.engine->store();
  const Event received = *store.event(store.last_received(bob.key())->id);
  EXPECT_FALSE(hint_of(with_hints(store, received)));
  ASSERT_TRUE(server.engine->mark_conversation_read(bob.key(), world.now()));
  EXPECT_TRUE(hint_of(with_hints(store, received)));
  EXPECT_FALSE(hint_of(*store.event(received.dot))) << "the stored form has none";

  world.stop(bob);
  const auto sent = server.engine->send_message({bob.key(), MessageKind::normal, "x", ""}, world.now());
  const Event queued = *store.event(sent->id);
  EXPECT_FALSE(hint_of(with_hints(store, queued)));
  ASSERT_TRUE(server.engine->withdraw_message(sent->id, world.now()));
  EXPECT_TRUE(hint_of(with_hints(store, queued)));
}

}  // namespace
}  // namespace toxtore
