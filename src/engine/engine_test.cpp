// The engine's edges: what it tells strangers, what it refuses, how it fails (P9, P11, P12).
#include "engine/engine.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "engine/test_world.h"
#include "store/forwarding_store.h"
#include "store/memory_store.h"
#include "wire/body.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

constexpr Instant start_time{World::epoch_ms, 1'000};

struct Alone {
  World world;
  World::Node& device = world.add_device("laptop");
  World::Node& other = world.add_device("other");
  Engine& engine = *device.engine;

  std::vector<Packet> sent() {
    std::vector<Packet> packets;
    engine.finish_turn(start_time);
    for (const Output& output : engine.take_outputs()) {
      if (const auto* packet = std::get_if<output::SendPacket>(&output)) {
        packets.push_back(*decode_packet(packet->bytes));
      }
    }
    return packets;
  }
  void get(const Packet& packet) {
    engine.handle(input::PacketArrived{other.key(), encode_packet(packet)}, start_time);
  }
  void connect() { engine.handle(input::PeerConnection{other.key(), Connection::udp}, start_time); }
};

TEST(Engine, TellsAStrangerNothingButHello) {
  Alone alone;
  alone.connect();
  EXPECT_EQ(alone.sent(), (std::vector<Packet>{packet::Hello{protocol_version, protocol_version,
                                                             capability::ranges | capability::messages |
                                                                 capability::presence | capability::log_states}}));
  alone.get(packet::Clock{});
  alone.get(packet::DeviceAddRequest{});
  EXPECT_TRUE(alone.sent().empty());
  EXPECT_EQ(alone.engine.status().counters.packets_refused, 2U);
  alone.engine.handle(input::PeerConnection{alone.other.key(), Connection::tcp}, start_time);
  EXPECT_TRUE(alone.sent().empty()) << "another way is no new connection";
}

// P11: the user asks a friend whose client turns out to be a stock one, and takes it back.
TEST(Engine, AStockFriendHearsNothingOfALinkingThatIsTakenBack) {
  Alone alone;
  alone.engine.handle(input::FriendRequest{alone.other.key(), to_bytes("hi")}, start_time);
  ASSERT_TRUE(alone.engine.accept_friend(alone.other.key(), start_time));
  alone.connect();
  alone.sent();
  ASSERT_TRUE(alone.engine.request_device(alone.other.key(), start_time));
  ASSERT_TRUE(alone.engine.cancel_device(alone.other.key(), start_time));
  EXPECT_TRUE(alone.sent().empty());
}

TEST(Engine, TellsAToxtoreFriendItsDevicesAndNothingOfTheLog) {
  Alone alone;
  alone.connect();
  alone.sent();
  alone.get(packet::Hello{});
  const auto packets = alone.sent();
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(std::get<packet::MyDevices>(packets[0]).keys, std::vector{alone.device.key()});
  alone.get(packet::Clock{{{alone.device.key(), 1}}});
  alone.get(packet::Fetch{{{{alone.device.key(), 0}, 0, open_end}}});
  alone.get(packet::SendDot{{{alone.other.key(), 1}, 1, 0, Bytes(33)}});
  alone.get(packet::Committed{7});
  alone.get(packet::LinkConfirm{});
  EXPECT_TRUE(alone.sent().empty());
  EXPECT_EQ(alone.engine.status().counters.packets_refused, 5U);
}

TEST(Engine, IgnoresAVersionThatItDoesNotSpeak) {
  Alone alone;
  alone.connect();
  alone.sent();
  alone.get(packet::Hello{2, 9, 0});
  EXPECT_TRUE(alone.sent().empty());
}

TEST(Engine, CountsWhatItCannotRead) {
  Alone alone;
  alone.connect();
  alone.engine.handle(input::PacketArrived{alone.other.key(), {packet_id, 16, 't'}}, start_time);
  alone.engine.handle(input::PacketArrived{alone.other.key(), {packet_id, 99}}, start_time);
  alone.engine.handle(input::PacketArrived{alone.other.key(), {170, 33, 44}}, start_time);
  alone.engine.handle(input::PacketArrived{alone.other.key(), {}}, start_time);
  const auto counters = alone.engine.status().counters;
  EXPECT_GE(counters.packets_malformed, 1U);
  EXPECT_EQ(counters.packets_unknown, 1U);
  EXPECT_EQ(counters.packets_refused, 0U);
}

// P12: whatever a friend sends after hello, the engine stands, and takes nobody in.
RC_GTEST_PROP(Engine, SurvivesAnyPacketOfAFriend, ()) {
  Alone alone;
  alone.connect();
  alone.get(packet::Hello{});
  const auto packets = *rc::gen::arbitrary<std::vector<Bytes>>();
  for (const Bytes& content : packets) {
    Bytes bytes{packet_id, *rc::gen::inRange<std::uint8_t>(0, 32)};
    bytes.insert(bytes.end(), content.begin(), content.end());
    alone.engine.handle(input::PacketArrived{alone.other.key(), bytes}, start_time);
    alone.engine.finish_turn(start_time);
  }
  RC_ASSERT(!alone.engine.fault());
  RC_ASSERT(alone.engine.devices().size() == 1U);
}

TEST(Engine, KeepsFriendRequestsWithinBounds) {
  Alone alone;
  for (int i = 0; i < 400; ++i) {
    PublicKey key;
    key.bytes[30] = static_cast<std::uint8_t>(i);
    key.bytes[31] = static_cast<std::uint8_t>(i >> 8);
    alone.engine.handle(input::FriendRequest{key, Bytes(5'000, 'x')}, start_time);
  }
  const auto requests = alone.engine.friend_requests();
  EXPECT_EQ(requests.size(), 256U);
  EXPECT_EQ(requests[0].message.size(), 1'024U);
  ASSERT_TRUE(alone.engine.decline_friend(requests[0].key, start_time));
  EXPECT_EQ(alone.engine.friend_requests().size(), 255U);
  EXPECT_EQ(alone.engine.decline_friend(requests[0].key, start_time).error().kind, ErrorKind::not_found);
}

TEST(Engine, ChecksTheAddressOfANewFriend) {
  Alone alone;
  EXPECT_EQ(alone.engine.add_friend(alone.device.address, "hi", start_time).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(alone.engine.add_friend(alone.other.address, "", start_time).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(alone.engine.add_friend(alone.other.address, std::string(901, 'x'), start_time).error().kind,
            ErrorKind::too_long);
  for (const std::uint8_t byte : {0x00, 0xFF}) {  // no points of the curve
    ToxAddress nobody;
    std::fill_n(nobody.bytes.begin(), PublicKey::size, byte);
    EXPECT_EQ(alone.engine.add_friend(nobody, "hi", start_time).error().kind, ErrorKind::invalid_argument);
  }
  EXPECT_TRUE(alone.engine.add_friend(alone.other.address, "hi", start_time));
  EXPECT_EQ(alone.engine.add_friend(alone.other.address, "hi", start_time).error().kind, ErrorKind::already_exists);
}

TEST(Engine, SendsARequestAgainAfterARestartUntilTheFriendHasCome) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& bob = world.add_stock("bob");
  ASSERT_TRUE(laptop.engine->add_friend(bob.address, "it is me", world.now()));
  // It stops before toxcore could be told.
  world.stop(laptop);
  world.start(laptop);
  laptop.engine->finish_turn(world.now());
  EXPECT_TRUE(laptop.toxcore_list.contains(bob.key()));
}

TEST(Engine, TakesOverTheFriendsOfAnImportedProfileOnce) {
  World world;
  auto& laptop = world.add_device("laptop");
  const auto bob = world.add_stock("bob").key();
  auto store = make_memory_store();
  SeededRandom random(7);
  const EngineConfig config{laptop.address, "laptop", true, {bob}, {bob}};
  for (int i = 0; i < 2; ++i) {
    auto engine = Engine::start(config, *store, random, start_time);
    ASSERT_TRUE(engine);
    ASSERT_EQ((*engine)->friends().size(), 1U);
    EXPECT_TRUE((*engine)->friends()[0].keys.at(0).in_toxcore);
    EXPECT_TRUE((*engine)->devices()[0].always_on);
    EXPECT_EQ((*engine)->devices()[0].address, laptop.address);
    EXPECT_EQ((*engine)->status().events, 3U) << "address, always on, friend; nothing twice";
  }
}

// As a version would leave it that did not know the types of these events: stored, but in no row.
TEST(Engine, ShowsWhatAnOlderVersionCouldNotRead) {
  const auto store = make_memory_store();
  SeededRandom random(7);
  const PublicKey friend_key = World().add_stock("Bob").key();
  ToxAddress address;
  address.bytes[0] = 5;
  const LogId log{address.key(), 0};
  const auto event = [&](std::uint32_t number, const Body& body) {
    return Event{Dot::of(log, number), number, static_cast<std::uint8_t>(type_of(body)), encode_body(body)};
  };
  ASSERT_TRUE(store->transact([&]() -> Result<void> {
    store->append(event(1, FriendAdd{friend_key}), {});
    store->append(event(2, Received{friend_key, MessageKind::normal, to_bytes("hello")}), {});
    store->append(event(3, MarkRead{Dot::of(log, 2)}), {});
    store->remember("view", Bytes{0, 0, 0, 0});
    return {};
  }));
  const auto engine = Engine::start({address, "laptop", {}, {}, {}}, *store, random, start_time);
  ASSERT_TRUE(engine) << engine.error().message;
  ASSERT_EQ((*engine)->friends().size(), 1U);
  const auto history = store->history({friend_key, {}, 10});
  ASSERT_EQ(history.size(), 1U);
  EXPECT_TRUE(history[0].read);
}

// A disk that fails at the n-th transaction.
class FailingStore final : public ForwardingStore {
 public:
  explicit FailingStore(int good) : ForwardingStore(make_memory_store()), good_(good) {}
  Result<void> transact(const std::function<Result<void>()>& work) override {
    if (good_-- > 0) return ForwardingStore::transact(work);
    fault_ = Error{ErrorKind::disk_full, "the disk is full"};
    return fail(*fault_);
  }
  [[nodiscard]] std::optional<Error> fault() const override { return fault_; }

 private:
  std::optional<Error> fault_;
  int good_;
};

// P1, P9: what could not be stored is not shown, sent or acknowledged; the engine says so and stops.
TEST(Engine, AfterAFailedCommitNothingComesOutAnyMore) {
  World world;
  auto& laptop = world.add_device("laptop");
  auto& other = world.add_device("other");
  SeededRandom random(7);
  for (int good = 0; good < 6; ++good) {
    FailingStore store(good);
    auto started = Engine::start({laptop.address, "laptop", {}, {}, {}}, store, random, start_time);
    if (!started) {
      EXPECT_EQ(started.error().kind, ErrorKind::disk_full);
      continue;
    }
    Engine& engine = **started;
    engine.take_outputs();
    Result<void> added = engine.add_friend(other.address, "hi", start_time);
    Result<MessageRow> sent = engine.send_message({other.key(), MessageKind::normal, "x", ""}, start_time);
    engine.handle(input::Message{other.key(), MessageKind::normal, to_bytes("y")}, start_time);
    engine.finish_turn(start_time);
    if (!engine.fault()) continue;
    EXPECT_EQ(engine.fault()->kind, ErrorKind::disk_full);
    EXPECT_TRUE(engine.take_outputs().empty());
    EXPECT_FALSE(engine.send_message({other.key(), MessageKind::normal, "z", ""}, start_time));
  }
}

}  // namespace
}  // namespace toxtore
