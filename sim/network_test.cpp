// The network of the simulator keeps toxcore's habits: what the checkers conclude rests on them.
#include <algorithm>

#include "sim/network.h"

#include <gtest/gtest.h>

namespace toxtore::sim {
namespace {

struct Client final : Endpoint {
  void arrive(Incoming incoming) override {
    if (incoming.ticket && acknowledges) network->processed(key, *incoming.ticket);
    inputs.push_back(incoming.input);
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Input& input : inputs) {
      if (const auto* one = std::get_if<T>(&input)) found.push_back(*one);
    }
    return found;
  }
  [[nodiscard]] bool shown() const {
    const auto changes = all<input::PeerConnection>();
    return !changes.empty() && changes.back().connection != Connection::none;
  }
  Network* network = nullptr;
  PublicKey key;
  bool acknowledges = true;
  std::vector<Input> inputs;
};

class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() {
    a.key.bytes[0] = 1;
    b.key.bytes[0] = 2;
    for (Client* client : {&a, &b}) {
      client->network = &network;
      network.add(client->key, *client, "name");
    }
    network.up(a.key, {{b.key, std::nullopt}});
    network.up(b.key, {{a.key, std::nullopt}});
    run_for(connect_ms_max + 1'000);
  }
  void run_for(std::uint64_t ms) {
    const std::uint64_t until = timeline.now_ms() + ms;
    while (timeline.step(until)) {
    }
  }
  void hand_over(std::uint64_t number) {
    network.hand_over(a.key, {b.key, Dot{a.key, number}, MessageKind::normal, to_bytes("hello")});
  }

  Timeline timeline;
  Trace trace{0};
  Network network{timeline, trace, 7};
  Client a;
  Client b;
};

TEST_F(NetworkTest, ConnectsWhoHaveEachOther) {
  EXPECT_TRUE(network.connected(a.key, b.key));
  EXPECT_TRUE(a.shown() && b.shown());
}

TEST_F(NetworkTest, KeepsTheOrderWhateverTheDelay) {
  network.settings.delay_ms_max = 5'000;
  for (std::uint8_t i = 0; i < 50; ++i) network.send_packet(a.key, {b.key, Bytes{187, i}});
  run_for(6'000);
  const auto packets = b.all<input::PacketArrived>();
  ASSERT_EQ(packets.size(), 50U);
  for (std::uint8_t i = 0; i < 50; ++i) EXPECT_EQ(packets[i].bytes[1], i);
}

TEST_F(NetworkTest, AShortCutOnlyDelays) {
  network.cut(a.key, b.key, true);
  hand_over(1);
  run_for(dead_peer_ms - 1'000);
  EXPECT_TRUE(b.all<input::Message>().empty());
  network.cut(a.key, b.key, false);
  run_for(1'000);
  EXPECT_EQ(b.all<input::Message>().size(), 1U);
  EXPECT_EQ(a.all<input::Receipt>().size(), 1U);
}

TEST_F(NetworkTest, ADeadPeerIsShownFor32Seconds) {
  network.down(b.key, false);
  run_for(dead_peer_ms - 1'000);
  EXPECT_TRUE(a.shown());
  hand_over(1);
  EXPECT_TRUE(a.all<input::HandedOver>().back().receipt_id);
  run_for(2'000);
  EXPECT_FALSE(a.shown());
  EXPECT_TRUE(a.all<input::Receipt>().empty());
}

TEST_F(NetworkTest, WhoStopsInOrderIsGoneAtOnce) {
  network.down(b.key, true);
  run_for(1'000);
  EXPECT_FALSE(a.shown());
}

TEST_F(NetworkTest, WithoutTheCallbacksReturnThereIsNoReceipt) {
  b.acknowledges = false;
  hand_over(1);
  run_for(10'000);
  EXPECT_EQ(b.all<input::Message>().size(), 1U);
  EXPECT_TRUE(a.all<input::Receipt>().empty());
}

TEST_F(NetworkTest, OneWayCutLetsMessagesThroughAndNoReceipts) {
  network.cut(b.key, a.key, true);
  hand_over(1);
  run_for(dead_peer_ms - 1'000);
  EXPECT_EQ(b.all<input::Message>().size(), 1U);
  EXPECT_TRUE(a.all<input::Receipt>().empty());
  run_for(10'000);
  EXPECT_FALSE(a.shown() || b.shown());
}

TEST_F(NetworkTest, MessagesPassWhereCustomPacketsWait) {
  network.congest(a.key, b.key, 5'000);
  network.send_packet(a.key, {b.key, Bytes{187, 1}});
  hand_over(1);
  run_for(1'000);
  EXPECT_EQ(b.all<input::Message>().size(), 1U);
  EXPECT_TRUE(b.all<input::PacketArrived>().empty());
  run_for(5'000);
  EXPECT_EQ(b.all<input::PacketArrived>().size(), 1U);
}

TEST_F(NetworkTest, AFullQueueRefusesMessages) {
  network.fill(a.key, b.key, 5'000);
  hand_over(1);
  EXPECT_FALSE(a.all<input::HandedOver>().back().receipt_id);
}

TEST_F(NetworkTest, ARequestOfAKeyThatWasSeenIsDropped) {
  network.remove_peer(a.key, b.key);
  network.remove_peer(b.key, a.key);
  ToxAddress address;
  std::copy(b.key.bytes.begin(), b.key.bytes.end(), address.bytes.begin());
  network.add_peer(a.key, {b.key, address, to_bytes("please")});
  run_for(5 * request_again_ms);
  EXPECT_EQ(b.all<input::FriendRequest>().size(), 1U);
  network.remove_peer(b.key, a.key);  // put in and out again: forgotten
  run_for(5 * request_again_ms);
  EXPECT_EQ(b.all<input::FriendRequest>().size(), 2U);
}

}  // namespace
}  // namespace toxtore::sim
