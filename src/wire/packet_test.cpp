// Unit and property tests of packets: every type, its limits, every cut, and bytes of any kind.
#include "wire/packet.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "wire/event_frame.h"
#include "wire/roster_statement.h"
#include "wire/wire_generators.h"

namespace toxtore {
namespace {

Bytes first_of(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

PacketFault fault_of(const Bytes& bytes) {
  const auto packet = decode_packet(bytes);
  EXPECT_FALSE(packet) << to_hex(bytes) << " was taken";
  return packet ? PacketFault::unknown : packet.error();
}

/// A packet of bytes, from the digits of what follows the byte 187.
Bytes packet_of(std::string_view digits) {
  Bytes bytes = from_hex(digits).value();
  bytes.insert(bytes.begin(), packet_id);
  return bytes;
}

Bytes joined(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

bool is_malformed(const Bytes& bytes) { return fault_of(bytes) == PacketFault::malformed; }

RC_GTEST_PROP(Packet, DecodesWhatItEncodes, ()) {
  const Packet packet = any::packet();
  const Bytes bytes = encode_packet(packet);
  RC_ASSERT(bytes.size() <= packet_size_max);
  const auto got = decode_packet(bytes);
  RC_ASSERT(got.has_value());
  RC_ASSERT(*got == packet);
}

/// Whether a cut is in front of an extension.
bool whole_without(const Packet& packet, std::size_t cut) {
  if (std::holds_alternative<packet::LinkProof>(packet)) return cut == 2 + sizeof(Hash);
  if (std::holds_alternative<packet::LinkCancel>(packet)) return cut == 2;
  if (!std::holds_alternative<packet::MyDevices>(packet)) return false;
  const auto& devices = std::get<packet::MyDevices>(packet);
  const std::size_t version_at = 3 + PublicKey::size * devices.keys.size();
  const std::size_t removed_at = version_at + (devices.version == 0 ? 0 : 3 + 8);
  return cut == version_at || cut == removed_at;
}

// Two kinds of cut leave a whole packet: inside the body of a `send dot`, which runs to the end, and in front of an
// extension of `my devices`, `link proof` or `link cancel`.
/// Of a packet whose content runs to its end: how short it may be; 0 of all others.
std::size_t shortest_to_the_end(const Packet& packet) {
  if (std::holds_alternative<packet::SendDot>(packet)) return 2 + event_header_size;
  if (std::holds_alternative<packet::Message>(packet)) return packet_size_max - packet::message_part_max + 1;
  return 0;
}

RC_GTEST_PROP(Packet, IsRefusedAtEveryCut, ()) {
  const Packet packet = any::packet();
  const Bytes bytes = encode_packet(packet);
  const std::size_t shortest = shortest_to_the_end(packet);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto got = decode_packet(first_of(bytes, cut));
    const bool whole = (shortest != 0 && cut >= shortest) || whole_without(packet, cut);
    RC_ASSERT(got.has_value() == whole);
    if (whole) RC_ASSERT(encode_packet(*got) == first_of(bytes, cut));
    if (!whole) RC_ASSERT(got.error() == (cut == 0 ? PacketFault::foreign : PacketFault::malformed));
  }
}

/// Whatever bytes were read, the packet that came out takes no more bytes than were there, and is one of its type.
/// (Not compared byte by byte: unknown part flags and tags are ignored.)
bool came_from(const Bytes& bytes, const Packet& packet) {
  const Bytes again = encode_packet(packet);
  const auto twice = decode_packet(again);
  return again.size() <= bytes.size() && again[1] == bytes[1] && twice.has_value() && *twice == packet;
}

RC_GTEST_PROP(Packet, ReadsNoFieldThatIsNotThereWhenAByteIsFlipped, ()) {
  const Bytes good = encode_packet(any::packet());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int flip : {1, 0x80, 0xFF, static_cast<int>(any::size_between(1, 255))}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      const auto got = decode_packet(bad);
      if (got) RC_ASSERT(came_from(bad, *got));
    }
  }
}

RC_GTEST_PROP(Packet, TakesAnyBytes, ()) {
  Bytes bytes = any::bytes_of_size(2, packet_size_max);
  bytes[0] = packet_id;
  bytes[1] = static_cast<std::uint8_t>(any::size_between(0, 31));
  bytes[2 % bytes.size()] = static_cast<std::uint8_t>(any::size_between(0, 45));
  const auto got = decode_packet(bytes);
  if (got) RC_ASSERT(came_from(bytes, *got));
}

RC_GTEST_PROP(Packet, SkipsExtensionsOfALaterVersion, ()) {
  const Packet packet = any::packet();
  const Bytes bytes = joined(encode_packet(packet), {200, 0, 3, 1, 2, 3});
  RC_PRE(bytes.size() <= packet_size_max);
  const auto got = decode_packet(bytes);
  RC_ASSERT(got.has_value());
  if (shortest_to_the_end(packet) == 0) RC_ASSERT(*got == packet);
  if (const auto* sent = std::get_if<packet::SendDot>(&*got)) {
    RC_ASSERT(joined(std::get<packet::SendDot>(packet).event.body, {200, 0, 3, 1, 2, 3}) == sent->event.body);
  }
}

TEST(Packet, OfAnotherProgramIsForeign) {
  EXPECT_EQ(fault_of({}), PacketFault::foreign);
  EXPECT_EQ(fault_of({170, 33, 44}), PacketFault::foreign);
  EXPECT_EQ(fault_of({186, 2}), PacketFault::foreign);
}

TEST(Packet, OfATypeOfALaterVersionIsUnknown) {
  for (const int type : {0, 5, 15, 33, 255}) {
    EXPECT_EQ(fault_of({packet_id, static_cast<std::uint8_t>(type), 1, 2, 3}), PacketFault::unknown) << type;
  }
}

TEST(Packet, WithoutATypeOrTooLongIsMalformed) {
  EXPECT_TRUE(is_malformed({packet_id}));
  const Bytes most = encode_packet(packet::SendDot{{{{}, 1}, 5, 0, Bytes(packet_size_max - 2 - event_header_size)}});
  EXPECT_EQ(most.size(), packet_size_max);
  EXPECT_TRUE(decode_packet(most));
  EXPECT_TRUE(is_malformed(joined(most, {0})));
}

TEST(Packet, HoldsAsManyEntriesAsTheLimitsSay) {
  const LogId log{{}, 7};
  const std::vector<Packet> full = {
      packet::MyDevices{std::vector<PublicKey>(packet::device_keys_max), 1, {}},
      packet::Clock{std::vector<Dot>(packet::clock_entries_max, Dot::of(log, 1))},
      packet::Fetch{std::vector<packet::Fetch::Range>(packet::fetch_ranges_max, {log, 1, 2})},
      packet::Bundle{packet::Bundle::Class::live, true, true, Bytes(packet::bundle_piece_max)},
      packet::Roster{{Bytes(statement_size_max)}},
      packet::Presence{std::vector<packet::Presence::Entry>(packet::presence_entries_max, {{}, true})},
  };
  const std::vector<std::size_t> one_more = {32, 40, 48, 1, 1, 33};
  for (std::size_t at = 0; at < full.size(); ++at) {
    const Bytes bytes = encode_packet(full[at]);
    EXPECT_LE(bytes.size(), packet_size_max) << at;
    EXPECT_GT(bytes.size() + one_more[at], packet_size_max) << at;
    const auto got = decode_packet(bytes);
    ASSERT_TRUE(got) << at;
    EXPECT_EQ(*got, full[at]);
  }
}

TEST(MyDevices, HasAVersionOfEightBytesOrNone) {
  EXPECT_EQ(decode_packet(packet_of("0100")), Packet(packet::MyDevices{}));
  EXPECT_EQ(decode_packet(packet_of("01000100080000000000000009")), Packet(packet::MyDevices{{}, 9, {}}));
  EXPECT_TRUE(is_malformed(packet_of("010001000700000000000009")));
}

TEST(Clock, NamesNoNumberThatAnEventCannotHave) {
  const LogId log{{}, 3};
  for (const std::uint32_t number : {0U, open_end}) {
    EXPECT_TRUE(is_malformed(encode_packet(packet::Clock{{Dot::of(log, 1), Dot::of(log, number)}})));
  }
  EXPECT_TRUE(decode_packet(encode_packet(packet::Clock{{Dot::of(log, open_end - 1)}})));
}

TEST(SendDot, CarriesNoDotThatAnEventCannotHave) {
  EXPECT_TRUE(is_malformed(encode_packet(packet::SendDot{{Dot{{}, 0}, 5, 0, {}}})));
  EXPECT_TRUE(is_malformed(encode_packet(packet::SendDot{{Dot{{}, open_end}, 5, 0, {}}})));
}

TEST(Hello, HasTheMagicAndVersionsInOrder) {
  EXPECT_EQ(decode_packet(packet_of("10746F78746F7265010200000005")), Packet(packet::Hello{1, 2, 5}));
  EXPECT_TRUE(is_malformed(packet_of("10746F78746F7266010200000005")));
  EXPECT_TRUE(is_malformed(packet_of("10746F78746F7265030200000005")));
}

TEST(Fetch, HasBothEndsInOneLogAndInOrder) {
  const LogId log{{}, 3};
  const auto with = [&log](std::uint64_t after, std::uint64_t until) {
    Bytes bytes = encode_packet(packet::Fetch{{{log, 0, 0}}});
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[3 + 32 + i] = static_cast<std::uint8_t>(after >> (56 - 8 * i));
      bytes[3 + 40 + i] = static_cast<std::uint8_t>(until >> (56 - 8 * i));
    }
    return bytes;
  };
  EXPECT_EQ(decode_packet(with(0x300000001, 0x300000002)), Packet(packet::Fetch{{{log, 1, 2}}}));
  EXPECT_EQ(decode_packet(with(0x300000002, 0x300000002)), Packet(packet::Fetch{{{log, 2, 2}}})) << "stop";
  EXPECT_EQ(decode_packet(with(0x300000000, 0x3FFFFFFFF)), Packet(packet::Fetch{{{log, 0, open_end}}}));
  EXPECT_TRUE(is_malformed(with(0x300000002, 0x300000001)));
  EXPECT_TRUE(is_malformed(with(0x300000001, 0x400000002)));
  EXPECT_TRUE(is_malformed(with(0x400000001, 0x300000002)));
}

TEST(BundlePiece, HasAKnownClassAndAtLeastOneByte) {
  const packet::Bundle piece{packet::Bundle::Class::backfill, true, false, {0xAB}};
  EXPECT_EQ(decode_packet(packet_of("1201010001AB")), Packet(piece));
  EXPECT_EQ(decode_packet(packet_of("1201F10001AB")), Packet(piece)) << "unknown part flags are ignored";
  EXPECT_TRUE(is_malformed(packet_of("1202010001AB")));
  EXPECT_TRUE(is_malformed(packet_of("1201010000")));
}

TEST(Roster, HasNoEmptyStatement) {
  EXPECT_EQ(decode_packet(packet_of("18020001AA0002BBCC")), Packet(packet::Roster{{{0xAA}, {0xBB, 0xCC}}}));
  EXPECT_TRUE(is_malformed(packet_of("18020001AA0000")));
}

TEST(Presence, SaysYesOrNo) {
  const std::string key(64, 'A');
  const PublicKey a = PublicKey::from_hex(key).value();
  EXPECT_EQ(decode_packet(packet_of("1E01" + key + "00")), Packet(packet::Presence{{{a, false}}}));
  EXPECT_EQ(decode_packet(packet_of("1E01" + key + "01")), Packet(packet::Presence{{{a, true}}}));
  EXPECT_TRUE(is_malformed(packet_of("1E01" + key + "02")));
  EXPECT_TRUE(is_malformed(packet_of("1E01" + key + "FF")));
}

}  // namespace
}  // namespace toxtore
