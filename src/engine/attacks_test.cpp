// Hostile peers: a friend who poses as an own device, and a linked device that was taken over. What they send is
// refused and counted, costs bounded memory, and everyone else goes on. docs/SECURITY.md has the table of all attacks.
//
// Each packet is given to the laptop as the hostile program would send it. What this does not check: that a device
// which was taken over cannot write in another's name. It can, until it is removed.
#include <gtest/gtest.h>

#include <string>

#include "base/test_memory.h"
#include "engine/test_world.h"
#include "sync/roster.h"
#include "wire/body.h"
#include "wire/bundle.h"
#include "wire/event_frame.h"
#include "wire/message_parts.h"
#include "wire/packet.h"
#include "wire/roster_statement.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

class Attack : public ::testing::Test {
 protected:
  void SetUp() override {
    world.link(laptop, server);
    world.link(thief, server);
    world.befriend(bob, laptop);
    world.befriend(mallory, laptop);
    ASSERT_TRUE(world.run_until([&] { return server.engine->friends().size() == 2; }));
    give(mallory, packet::Hello{});
    world.run_for(12'000);
    ASSERT_EQ(laptop.engine->devices().size(), 3U);
  }

  void give_bytes(const World::Node& from, const Bytes& bytes) {
    laptop.engine->handle(input::PacketArrived{from.key(), bytes}, world.now());
    world.pump(laptop);
  }
  void give(const World::Node& from, const Packet& packet) { give_bytes(from, encode_packet(packet)); }
  /// One of very many, of which a turn takes several; what is answered goes nowhere.
  void flood(const World::Node& from, const Packet& packet) {
    laptop.engine->handle(input::PacketArrived{from.key(), encode_packet(packet)}, world.now());
    if (++flooded_ % 50 != 0) return;
    laptop.engine->finish_turn(world.now());
    (void)laptop.engine->take_outputs();
  }
  [[nodiscard]] Counters counters() const { return laptop.engine->status().counters; }
  [[nodiscard]] std::uint64_t events() const { return laptop.engine->status().events; }

  /// The next event in the name of the thief, or behind it.
  [[nodiscard]] Event event_of_thief(const Body& body, std::uint32_t ahead = 1) const {
    const LogId log{thief.key(), 0};
    const std::uint32_t number = laptop.engine->store().clock().prefix(log) + ahead;
    return {Dot::of(log, number), World::epoch_ms, static_cast<std::uint8_t>(type_of(body)), encode_body(body)};
  }
  static Body received(const World::Node& from, const std::string& text) {
    return Received{from.key(), MessageKind::normal, to_bytes(text), std::nullopt, std::nullopt};
  }

  /// What only own devices may send, one of each kind.
  [[nodiscard]] std::vector<Packet> packets_of_devices(const LogId& log, const Event& event) const {
    return {
        packet::Clock{{Dot::of(log, 1'000)}},
        packet::Holdings{{{log, 2'000, 3'000}}},
        packet::Fetch{{{log, 0, open_end}}},
        packet::Page{50, {}},
        packet::Committed{1},
        packet::SendDot{event},
        packet::Bundle{packet::Bundle::Class::live, true, true, Bytes(10, 0), 1},
        packet::Presence{{{bob.key(), true}}},
        packet::LogState{Dot::of(log, 1), {}, {}, packet::LogState::What::report},
        packet::Texts{{event.dot}},
    };
  }
  void expect_each_refused(const World::Node& from, const std::vector<Packet>& packets) {
    for (const Packet& packet : packets) {
      const std::uint64_t before = counters().packets_refused;
      give(from, packet);
      EXPECT_EQ(counters().packets_refused, before + 1) << "packet " << packet.index();
    }
  }

  /// Bob writes and is answered; the server hears of both, and of what the thief told the laptop only.
  void expect_that_others_go_on() {
    const std::string question = "do you hear me?";
    world.write(bob, laptop, question);
    const auto answer = laptop.engine->send_message({bob.key(), MessageKind::normal, "every word", ""}, world.now());
    ASSERT_TRUE(answer) << answer.error().message;
    world.pump(laptop);
    EXPECT_TRUE(world.run_until([&] { return !bob.texts.empty() && bob.texts.back().text == "every word"; }));
    EXPECT_TRUE(world.run_until(
        [&] {
          const auto shown = history_of(server, bob.key());
          return shown.size() >= 2 && shown == history_of(laptop, bob.key());
        },
        180'000))
        << "on the laptop " << ::testing::PrintToString(history_of(laptop, bob.key())) << ", on the server "
        << ::testing::PrintToString(history_of(server, bob.key())) << server.engine->status().events_missing;
  }

  World world;
  World::Node& laptop = world.add_device("laptop");
  World::Node& server = world.add_device("server");
  World::Node& thief = world.add_device("thief");
  World::Node& bob = world.add_stock("bob");
  World::Node& mallory = world.add_stock("mallory");

 private:
  std::size_t flooded_ = 0;
};

// --- A friend.

TEST_F(Attack, AFriendWhoPosesAsADeviceIsRefusedAndCounted) {
  const Event event = event_of_thief(received(mallory, "forged"));
  const std::uint64_t held = events();
  expect_each_refused(mallory, packets_of_devices({server.key(), 0}, event));
  EXPECT_EQ(events(), held);
  EXPECT_EQ(laptop.engine->status().events_missing, 0U) << "his word on what there is does not count";
  expect_that_others_go_on();
}

TEST_F(Attack, AFriendsRosterLinksNobody) {
  const DeviceAdd by_himself{mallory.key(), mallory.key(), 1, "mallory", {}};
  const DeviceAdd in_our_name{mallory.key(), laptop.key(), 1, "mallory", {}};
  give(mallory, packet::Roster{{encode_statement(by_himself), encode_statement(in_our_name)}});
  world.run_for(5'000);
  for (World::Node* device : {&laptop, &server}) EXPECT_EQ(device->engine->devices().size(), 3U) << device->name;
  expect_that_others_go_on();
}

TEST_F(Attack, HalfMessagesOfAFriendCostBoundedMemory) {
  const MemoryGrowth growth;
  for (std::uint32_t number = 1; number <= 20'000; ++number) {
    flood(mallory, packet::Message{Dot::of({mallory.key(), 0}, number), World::epoch_ms, MessageKind::normal, 0, 25,
                                   Bytes(packet::message_part_max, 'x')});
  }
  EXPECT_LT(growth.bytes(), mebibyte);
  EXPECT_EQ(laptop.engine->status().unread, 0U);
  expect_that_others_go_on();
}

TEST_F(Attack, AFriendCannotConfirmWhatWasWrittenToAnother) {
  world.stop(bob);
  world.run_for(40'000);
  const auto row = laptop.engine->send_message({bob.key(), MessageKind::normal, "for Bob", ""}, world.now());
  ASSERT_TRUE(row);
  world.pump(laptop);
  give(mallory, packet::Received{row->id});
  world.run_for(1'000);
  EXPECT_EQ(laptop.engine->message(row->id)->delivery, Delivery::queued);
  world.start(bob);
  EXPECT_TRUE(world.run_until([&] { return !bob.texts.empty() && bob.texts.back().text == "for Bob"; }));
}

// --- A linked device.

TEST_F(Attack, EventsThatNobodyAskedForAreDroppedAndCounted) {
  const std::uint64_t held = events();
  const LogId of_server{server.key(), 0};
  const std::uint32_t top = laptop.engine->store().clock().prefix(of_server);
  Event forged = event_of_thief(received(bob, "forged"));
  for (const std::uint32_t number : {top + 5, top + 500, open_end - 1}) {
    forged.dot = Dot::of(of_server, number);
    give(thief, packet::SendDot{forged});
  }
  forged.dot = Dot::of({bob.key(), 0}, 1);  // he is no device
  give(thief, packet::SendDot{forged});
  EXPECT_EQ(counters().events_unasked, 4U);
  EXPECT_EQ(events(), held);
  expect_that_others_go_on();
}

TEST_F(Attack, AnEventWithoutANumberIsMalformed) {
  Event event = event_of_thief(received(bob, "forged"));
  for (const std::uint32_t number : {0U, open_end}) {
    event.dot = Dot::of({thief.key(), 0}, number);
    Bytes bytes = {packet_id, static_cast<std::uint8_t>(PacketType::send_dot)};
    const Bytes frame = encode_event(event);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    const std::uint64_t before = counters().packets_malformed;
    give_bytes(thief, bytes);
    EXPECT_EQ(counters().packets_malformed, before + 1) << number;
  }
  expect_that_others_go_on();
}

TEST_F(Attack, ALogWithGapsIsKeptAndDoesNotHoldUpTheOthers) {
  const std::uint32_t top = laptop.engine->store().clock().prefix({thief.key(), 0});
  const Event far_ahead = event_of_thief(received(bob, "with a gap before it"), 500);
  give(thief, packet::Clock{{Dot::of({thief.key(), 0}, top + 1'000)}});
  give(thief, packet::SendDot{far_ahead});
  EXPECT_TRUE(laptop.engine->store().event(far_ahead.dot).has_value());
  EXPECT_EQ(laptop.engine->status().events_missing, 999U);
  expect_that_others_go_on();
}

TEST_F(Attack, AnEventOfTheFarFutureDoesNotUseUpTheNumbers) {
  for (const std::uint64_t time_ms : {timestamp_ms_end + 5, timestamp_ms_end - 1}) {
    Event event = event_of_thief(received(bob, "from the year 10889"));
    event.timestamp_ms = time_ms;
    give(thief, packet::SendDot{event});
    ASSERT_TRUE(laptop.engine->store().event(event.dot).has_value());
  }
  expect_that_others_go_on();
  ASSERT_TRUE(laptop.engine->send_message({bob.key(), MessageKind::normal, "one more", ""}, world.now()));
  world.pump(laptop);
  const auto shown = history_of(laptop, bob.key());
  EXPECT_TRUE(shown.back().starts_with("> one more")) << shown.back();
  EXPECT_EQ(laptop.engine->store().history({Conversation(bob.key()), std::nullopt, 1}).back().shown_ms,
            world.now().wall_ms)
      << "what is shown is the wall clock";
}

TEST_F(Attack, ATextOfFourGibibytesIsAnEventThatDoesNotParse) {
  Event event = event_of_thief(received(bob, "short"));
  // from 32, read u8, kind u8, then the length.
  for (std::size_t i = 34; i < 38; ++i) event.body.at(i) = 0xFF;
  const MemoryGrowth growth;
  give(thief, packet::SendDot{event});
  EXPECT_LT(growth.peak(), 16 * mebibyte);
  EXPECT_EQ(counters().events_opaque, 1U);
  EXPECT_TRUE(history_of(laptop, bob.key()).empty());
  expect_that_others_go_on();
}

/// The beginning of a zstd frame, made by hand: magic, flags (no checksum; how long the content is, in 4 bytes), a
/// window of 128 KiB, and what it claims to hold.
Bytes zstd_header(std::uint32_t claimed_size) {
  Bytes header = {0x28, 0xB5, 0x2F, 0xFD, 0x80, 0x38};
  for (const std::uint32_t shift : {0U, 8U, 16U, 24U})
    header.push_back(static_cast<std::uint8_t>(claimed_size >> shift));
  return header;
}

/// Unpacks to 2 GiB: 16,384 blocks of 128 KiB of zeros, 4 bytes each.
Bytes zstd_bomb(std::uint32_t claimed_size) {
  constexpr std::uint32_t block_size = 128 * 1024;
  constexpr std::uint32_t blocks = 16'384;
  constexpr std::uint32_t run_length = 1;
  Bytes frame = zstd_header(claimed_size);
  for (std::uint32_t i = 1; i <= blocks; ++i) {
    const std::uint32_t header = (i == blocks ? 1U : 0U) | run_length << 1U | block_size << 3U;
    for (const std::uint32_t shift : {0U, 8U, 16U}) frame.push_back(static_cast<std::uint8_t>(header >> shift));
    frame.push_back(0);
  }
  return frame;
}

TEST_F(Attack, ABundleThatUnpacksToGigabytesIsRefused) {
  for (const std::uint32_t claimed : {std::uint32_t{bundle_size_max}, std::uint32_t{1} << 31U}) {
    const std::uint64_t before = counters().packets_malformed;
    const Bytes frame = zstd_bomb(claimed);
    const MemoryGrowth growth;
    for (std::size_t at = 0; at < frame.size(); at += packet::counted_piece_max) {
      const std::size_t size = std::min(packet::counted_piece_max, frame.size() - at);
      const bool last = at + size == frame.size();
      packet::Bundle piece{packet::Bundle::Class::backfill, at == 0, last, {}, last ? 1U : 0U};
      const auto from = frame.begin() + static_cast<std::ptrdiff_t>(at);
      piece.piece.assign(from, from + static_cast<std::ptrdiff_t>(size));
      give(thief, piece);
    }
    EXPECT_EQ(counters().packets_malformed, before + 1) << claimed;
    EXPECT_LT(growth.bytes(), mebibyte);
    EXPECT_LT(growth.peak(), 16 * mebibyte);
    expect_that_others_go_on();
  }
}

TEST_F(Attack, AnEntryOfFourGibibytesInABundleIsRefused) {
  Bytes frame = zstd_header(8);
  const Bytes block = {
      0x01 | 8U << 3U, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 'a', 'b', 'c', 'd'};  // as it is: length u32, 4 bytes
  frame.insert(frame.end(), block.begin(), block.end());
  const MemoryGrowth growth;
  give(thief, packet::Bundle{packet::Bundle::Class::live, true, true, frame, 1});
  EXPECT_EQ(counters().packets_malformed, 1U);
  EXPECT_LT(growth.peak(), 16 * mebibyte);
  expect_that_others_go_on();
}

TEST_F(Attack, ClocksOfLogsThatDoNotExistCostBoundedMemory) {
  const MemoryGrowth growth;
  const auto entry = [&](std::uint32_t n) {
    PublicKey device = n % 2 == 0 ? server.key() : mallory.key();  // hers are none of our business
    return LogId{device, n + 1};
  };
  for (std::uint32_t n = 0; n < 20'000; n += packet::holdings_ranges_max) {
    packet::Clock clock;
    packet::Holdings ahead;
    for (std::uint32_t i = n; i < n + packet::holdings_ranges_max; ++i) {
      clock.prefixes.push_back(Dot::of(entry(i), 7));
      ahead.ranges.push_back({entry(i), 100, 200});
    }
    flood(thief, clock);
    flood(thief, ahead);
  }
  EXPECT_LT(growth.bytes(), 16 * mebibyte);
  expect_that_others_go_on();
}

TEST_F(Attack, LogStatesWithoutEndCostBoundedMemory) {
  const MemoryGrowth growth;
  packet::LogState state;
  for (std::uint32_t n = 1; n <= 20'000; ++n) {
    state.end = Dot::of({server.key(), n}, 7);
    flood(thief, state);
  }
  EXPECT_LT(growth.bytes(), 4 * mebibyte);
  EXPECT_GT(counters().packets_refused, 0U);
  expect_that_others_go_on();
}

TEST_F(Attack, StatementsWithoutEndCostBoundedMemory) {
  const MemoryGrowth growth;
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    PublicKey nobody;
    nobody.bytes[0] = static_cast<std::uint8_t>(n);
    nobody.bytes[1] = static_cast<std::uint8_t>(n >> 8);
    DeviceAdd by_nobody{nobody, nobody, n, std::string(device_name_size_max, 'x'), {}};
    by_nobody.overrules.resize(30);
    flood(thief, packet::Roster{{encode_statement(by_nobody)}});
  }
  EXPECT_LT(growth.bytes(), 8 * mebibyte);
  EXPECT_EQ(laptop.engine->devices().size(), 3U);
  expect_that_others_go_on();
}

TEST_F(Attack, QuestionsWithoutEndCostBoundedMemory) {
  const MemoryGrowth growth;
  for (std::uint32_t n = 1; n <= 5'000; ++n) {
    flood(thief, packet::Fetch{{{{server.key(), n}, 0, open_end}, {{laptop.key(), 0}, n, n + 2}}});
    flood(thief, packet::Page{static_cast<std::uint8_t>(1 + n % 200), {bob.key(), mallory.key()}});
  }
  EXPECT_LT(growth.bytes(), 4 * mebibyte);
  expect_that_others_go_on();
}

// --- A device that was removed.

class RemovedAttack : public Attack {
 protected:
  void SetUp() override {
    Attack::SetUp();
    world.mangle = [&](const World::Node& from, Bytes& packet) {  // the thief's program hears of nothing
      if (&from != &thief && packet.size() > 1 && packet[1] == static_cast<std::uint8_t>(PacketType::roster)) {
        packet[1] = 200;
      }
    };
    ASSERT_TRUE(laptop.engine->remove_devices({thief.key()}, world.now()));
    world.pump(laptop);
    world.mangle = [](const World::Node&, Bytes&) {};
    world.run_for(1'000);
  }
};

TEST_F(RemovedAttack, WhatItSendsIsRefusedAndCounted) {
  const Event event = event_of_thief(received(bob, "forged"));
  const std::uint64_t held = events();
  expect_each_refused(thief, packets_of_devices({thief.key(), 0}, event));
  expect_each_refused(thief, {packet::DeviceAddRequest{}, packet::LinkCommit{}});
  EXPECT_EQ(events(), held);
  EXPECT_EQ(laptop.engine->status().events_missing, 0U);
  EXPECT_EQ(laptop.engine->status().put_aside, 0U) << "and costs no room";
  EXPECT_TRUE(laptop.engine->link_requests().empty());
  expect_that_others_go_on();
}

TEST_F(RemovedAttack, ItsStatementsBringNobodyIn) {
  Hash removal{};
  for (const auto& [name, statement] : laptop.store->remembered_under("roster/")) {
    const auto read = decode_statement(statement);
    if (read && std::holds_alternative<DeviceRemoval>(*read)) removal = statement_hash(statement);
  }
  ASSERT_NE(removal, Hash{});
  const std::vector<Statement> statements = {
      DeviceAdd{thief.key(), thief.key(), 1, "thief", {removal}},
      DeviceAdd{mallory.key(), thief.key(), 1, "mallory", {}},
      DeviceAdd{thief.key(), mallory.key(), 1, "thief", {removal}},
      CutRaise{thief.key(), thief.key(), 1, {{0, 1'000'000}}},
      CutRaise{thief.key(), mallory.key(), 1, {{0, 1'000'000}}},
  };
  packet::Roster roster;
  for (const Statement& statement : statements) roster.statements.push_back(encode_statement(statement));
  give(thief, roster);
  for (const DeviceInfo& device : laptop.engine->devices()) {
    EXPECT_TRUE(device.removed.has_value() == (device.key == thief.key())) << device.name;
    EXPECT_NE(device.key, mallory.key());
  }
  expect_that_others_go_on();
}

TEST_F(RemovedAttack, ItsRemovalsAreHeardForAMinuteAndOneOfEachDevice) {
  packet::Roster roster;
  for (std::uint64_t i = 0; i < 6; ++i) {
    roster.statements.push_back(encode_statement(DeviceRemoval{mallory.key(), thief.key(), i, {}, {}}));
  }
  give(thief, roster);
  EXPECT_EQ(laptop.engine->devices().size(), 3U) << "whom it names is none of the user's";
  world.run_for(70'000);
  EXPECT_FALSE(laptop.toxcore_list.contains(thief.key())) << "it had its minute";
  const Statement late = DeviceRemoval{server.key(), thief.key(), 9, {}, {}};
  give(thief, packet::Roster{{encode_statement(late)}});
  EXPECT_TRUE(laptop.engine->look_at_removal(server.key())) << "the server is still in";
  expect_that_others_go_on();
}

}  // namespace
}  // namespace toxtore
