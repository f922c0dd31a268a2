// The bytes of every event, packet and statement, written by hand from the tables of docs/PROTOCOL.md, so that an
// encoder and a decoder that are wrong in the same way are found. The same bytes stand in that document as its
// examples: the last test holds the two together.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "wire/body.h"
#include "wire/bundle.h"
#include "wire/packet.h"
#include "wire/roster_statement.h"

namespace toxtore {
namespace {

std::string repeated(const std::string& digits, std::size_t times) {
  std::string all;
  while (times-- > 0) all += digits;
  return all;
}

const std::string a = repeated("AA", 32);
const std::string b = repeated("BB", 32);
const std::string c = repeated("CC", 32);
const std::string ones = repeated("11", 32);
const std::string twos = repeated("22", 32);

const PublicKey key_a = *PublicKey::from_hex(a);
const PublicKey key_b = *PublicKey::from_hex(b);
const PublicKey key_c = *PublicKey::from_hex(c);
constexpr std::uint64_t time_ms = 1'700'000'000'000;
const std::string time_hex = "0000018BCFE56800";

Hash hash(const std::string& digits) { return PublicKey::from_hex(digits)->bytes; }
Dot dot_of(const PublicKey& key, std::uint32_t number, std::uint32_t incarnation = 0) {
  return Dot::of({key, incarnation}, number);
}

struct GoldenBody {
  std::string name;
  std::uint8_t type;
  Body body;
  std::optional<std::uint64_t> wall_clock_ms;
  std::string hex;
};

const std::vector<GoldenBody>& golden_bodies() {
  static const std::vector<GoldenBody> bodies = {
      {"friend add", 0, FriendAdd{key_b}, {}, b + "00"},
      {"friend remove", 1, FriendRemove{dot_of(key_a, 1)}, {}, a + "0000000000000001"},
      {"try send message", 20, TrySend{key_b, MessageKind::normal, to_bytes("hello"), true, to_bytes("t1")}, time_ms,
       b + "00" + "00" + "00000005" + "68656C6C6F" + "0200027431" + "030008" + time_hex + "040000"},
      {"done send message", 22, DoneSend{dot_of(key_a, 3)}, {}, a + "0000000000000003"},
      {"received message",
       30,
       Received{key_b, MessageKind::action, to_bytes("hi")},
       {},
       b + "00" + "01" + "00000002" + "6869"},
      {"mark message read", 32, MarkRead{dot_of(key_a, 5)}, {}, a + "0000000000000005"},
      {"sending",
       64,
       Sending{key_b, {dot_of(key_a, 3), dot_of(key_c, 2, 7)}},
       {},
       b + "02" + a + "0000000000000003" + c + "0000000700000002"},
      {"sending ended",
       65,
       SendingEnded{key_c, SendingOutcome::unsure, {dot_of(key_a, 3)}},
       {},
       c + "01" + "01" + a + "0000000000000003"},
      {"contact setting",
       70,
       ContactSetting{key_b, ContactSetting::What::name, to_bytes("Bob")},
       {},
       b + "01" + "0003" + "426F62"},
      {"friend nospam", 2, FriendNospam{key_b, {1, 2, 3, 4, 2, 6}}, {}, b + "00" + "01020304" + "0206"},
      {"friend devices",
       3,
       FriendDevices{key_b, {key_b, key_c}, 2, {key_a}},
       {},
       b + "00" + "02" + b + c + "0500080000000000000002" + "060020" + a},
      {"message withdrawn", 66, MessageWithdrawn{dot_of(key_a, 3)}, {}, a + "0000000000000003"},
      {"read up to",
       67,
       ReadUpTo{key_b, {dot_of(key_a, 5), dot_of(key_c, 2, 7)}},
       {},
       b + "02" + a + "0000000000000005" + c + "0000000700000002"},
      {"friend request received", 68, FriendRequestReceived{key_b, to_bytes("hi")}, {}, b + "0002" + "6869"},
      {"friend request declined", 69, FriendRequestDeclined{dot_of(key_a, 4)}, {}, a + "0000000000000004"},
      {"contact setting, claim answer",
       70,
       ContactSetting{key_b, ContactSetting::What::claim_answer, *from_hex(c + "01")},
       {},
       b + "07" + "0021" + c + "01"},
      {"contacts merged", 71, ContactsMerged{key_b, key_c, true}, {}, b + c + "01"},
      {"profile value",
       72,
       ProfileValue{ProfileValue::What::name, to_bytes("Ann")},
       {},
       "01"
       "0003"
       "416E6E"},
      {"content erased", 75, ContentErased{{dot_of(key_a, 3)}}, {}, "01" + a + "0000000000000003"},
      {"offer received",
       77,
       OfferReceived{key_b, OfferReceived::What::file, 4096, to_bytes("a.txt")},
       {},
       b + "01" + "0000000000001000" + "0005" + "612E747874"},
      {"device setting, name",
       76,
       DeviceSetting{key_a, DeviceSetting::What::name, to_bytes("laptop")},
       {},
       a + "03" + "0006" + "6C6170746F70"},
      {"device setting, address",
       76,
       DeviceSetting{key_a, DeviceSetting::What::address, *from_hex(a + "01020304" + "0206")},
       {},
       a + "01" + "0026" + a + "01020304" + "0206"},
      {"device setting, always on",
       76,
       DeviceSetting{key_a, DeviceSetting::What::always_on, {1}},
       {},
       a + "02" + "0001" + "01"},
  };
  return bodies;
}

/// H("toxtore event 1", frame) as an implementation of BLAKE2b other than ours gives it.
const std::string golden_erased_hex =
    b + "00" + "01" + "00000000" + "070020" + "AC6366D810B84BFFFEB91E3011007B40949B21D3C215B25AF2555BCDDDBBD02C";

const Event bundled{dot_of(key_a, 2), time_ms, 1, *from_hex(a + "0000000000000001")};

/// Magic, "size in one byte, one segment", 93 bytes, the last block, raw, 93 bytes; then one entry of 89 bytes.
const std::string bundle_frame =
    "28B52FFD"
    "20"
    "5D"
    "E90200"
    "00000059" +
    a +
    "0000000000000002"
    "01" +
    time_hex + a + "0000000000000001";

const DeviceAdd golden_add{key_c, key_a, time_ms, "server", {hash(ones)}};
const std::string golden_add_hex = "01" + c + a + time_hex +
                                   "06"
                                   "736572766572"
                                   "01" +
                                   ones;

const std::string self_add_hex = "01" + a + a + time_hex +
                                 "06"
                                 "6C6170746F70"
                                 "00";

struct GoldenPacket {
  std::string name;
  Packet packet;
  std::string hex;
};

const std::vector<GoldenPacket>& golden_packets() {
  using namespace packet;
  static const std::vector<GoldenPacket> packets = {
      {"my devices", MyDevices{{key_a, key_c}, 2, {key_b}},
       "BB01"
       "02" +
           a + c +
           "010008"
           "0000000000000002"
           "020020" +
           b},
      {"device add req", DeviceAddRequest{}, "BB02"},
      {"vector clock", Clock{{dot_of(key_a, 9), dot_of(key_c, 2, 7)}},
       "BB03"
       "02" +
           a + "0000000000000009" + c + "0000000700000002"},
      {"end of the first report", Clock{}, "BB0300"},
      {"send dot", SendDot{{dot_of(key_a, 1), time_ms, 0, *from_hex(b + "00")}},
       "BB04" + a +
           "0000000000000001"
           "00" +
           time_hex + b + "00"},
      {"hello", Hello{1, 1, 0},
       "BB10"
       "746F78746F7265"
       "01"
       "01"
       "00000000"},
      {"fetch", Fetch{{{{key_a, 0}, 3, 9}, {{key_c, 7}, 2, open_end}}},
       "BB11"
       "02" +
           a +
           "0000000000000003"
           "0000000000000009" +
           c +
           "0000000700000002"
           "00000007FFFFFFFF"},
      {"bundle", Bundle{Bundle::Class::live, true, true, *from_hex(bundle_frame)},
       "BB12"
       "00"
       "03"
       "0066" +
           bundle_frame},
      {"holdings", Holdings{{{{key_a, 0}, 12, 20}, {{key_c, 7}, 4, 4}}},
       "BB13"
       "02" +
           a +
           "000000000000000C"
           "0000000000000014" +
           c +
           "0000000700000004"
           "0000000700000004"},
      {"page", Page{50, {key_b}},
       "BB17"
       "32"
       "01" +
           b},
      {"committed", Committed{17},
       "BB14"
       "0000000000000011"},
      {"roster", Roster{{*from_hex(self_add_hex)}},
       "BB18"
       "01"
       "0051" +
           self_add_hex},
      {"link commit", LinkCommit{hash(ones)}, "BB1A" + ones},
      {"link nonce", LinkNonce{hash(twos)}, "BB1B" + twos},
      {"link confirm", LinkConfirm{}, "BB1C"},
      {"link cancel", LinkCancel{}, "BB1D"},
  };
  return packets;
}

TEST(Golden, Bodies) {
  for (const GoldenBody& golden : golden_bodies()) {
    EXPECT_EQ(static_cast<int>(type_of(golden.body)), int{golden.type}) << golden.name;
    EXPECT_EQ(to_hex(encode_body(golden.body, golden.wall_clock_ms)), golden.hex) << golden.name;
    const ReadEvent read = read_event({{}, 5, golden.type, *from_hex(golden.hex)});
    EXPECT_EQ(read.body, golden.body) << golden.name;
    EXPECT_EQ(read.wall_clock_ms, golden.wall_clock_ms) << golden.name;
  }
}

// The message of the example "received message" by device AA…, number 5, before and after its text was erased.
TEST(Golden, ErasedForm) {
  const Event whole{dot_of(key_a, 5), time_ms, 30, *from_hex(b + "00" + "01" + "00000002" + "6869")};
  const auto erased = erased_form(whole);
  ASSERT_TRUE(erased);
  EXPECT_EQ(to_hex(erased->body), golden_erased_hex);
  EXPECT_EQ(event_hash(*erased), event_hash(whole));
  EXPECT_EQ(erased_form(*erased), erased);
  const ReadEvent read = read_event(*erased);
  EXPECT_EQ(read.body, Body(Received{key_b, MessageKind::action, {}}));
  EXPECT_EQ(read.erased, event_hash(whole));
}

TEST(Golden, HaveEveryBody) {
  std::vector<bool> seen(std::variant_size_v<Body>);
  for (const GoldenBody& golden : golden_bodies()) seen[golden.body.index()] = true;
  seen[Body(Opaque{}).index()] = true;  // has no bytes of its own
  EXPECT_EQ(std::ranges::count(seen, false), 0);
}

TEST(Golden, Packets) {
  std::vector<bool> seen(std::variant_size_v<Packet>);
  for (const GoldenPacket& golden : golden_packets()) {
    EXPECT_EQ(to_hex(encode_packet(golden.packet)), golden.hex) << golden.name;
    const auto got = decode_packet(*from_hex(golden.hex));
    ASSERT_TRUE(got) << golden.name;
    EXPECT_EQ(*got, golden.packet) << golden.name;
    seen[golden.packet.index()] = true;
  }
  EXPECT_EQ(std::ranges::count(seen, false), 0) << "a packet without an example";
}

// Read only: how a zstd compresses is its own affair, what its frames mean is not (RFC 8878).
TEST(Golden, BundleFrame) {
  BundleReader reader;
  ASSERT_EQ(reader.add({packet::Bundle::Class::live, true, true, *from_hex(bundle_frame)}),
            BundleReader::Step::complete);
  EXPECT_EQ(reader.take_events(), std::vector<Event>{bundled});
}

TEST(Golden, DeviceAdd) {
  EXPECT_EQ(to_hex(encode_statement(golden_add)), golden_add_hex);
  EXPECT_EQ(decode_device_add(*from_hex(golden_add_hex)), golden_add);
  ASSERT_TRUE(decode_device_add(*from_hex(self_add_hex)));
  EXPECT_EQ(decode_device_add(*from_hex(self_add_hex))->name, "laptop");
}

/// The blocks "```hex <name>" of the document, without spaces and what stands behind a semicolon.
std::map<std::string, std::string> examples_of_document() {
  std::ifstream file(TOXTORE_PROTOCOL_DOCUMENT);
  EXPECT_TRUE(file) << "cannot read " << TOXTORE_PROTOCOL_DOCUMENT;
  const std::string fence = "```hex ";
  std::map<std::string, std::string> examples;
  std::string* open = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(fence)) {
      open = &examples[line.substr(fence.size())];
    } else if (line.starts_with("```")) {
      open = nullptr;
    } else if (open != nullptr) {
      line = line.substr(0, line.find(';'));
      std::erase(line, ' ');
      *open += line;
    }
  }
  return examples;
}

TEST(Golden, AreTheExamplesOfTheDocument) {
  std::map<std::string, std::string> expected = {{"device add", golden_add_hex},
                                                 {"received message, erased", golden_erased_hex}};
  for (const GoldenBody& golden : golden_bodies()) expected[golden.name] = golden.hex;
  for (const GoldenPacket& golden : golden_packets()) expected[golden.name] = golden.hex;
  EXPECT_EQ(examples_of_document(), expected);
}

}  // namespace
}  // namespace toxtore
