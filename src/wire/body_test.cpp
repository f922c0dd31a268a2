// Unit and property tests of event bodies: every type, every extension, every cut, and bytes of any kind.
#include "wire/body.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "wire/event_frame.h"
#include "wire/extensions.h"
#include "wire/wire_generators.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

Bytes first_of(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

bool starts_with(const Bytes& bytes, const Bytes& start) {
  return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

ReadEvent read(std::uint8_t type, const Bytes& body) { return read_event({{}, 5, type, body}); }
ReadEvent read(EventType type, const Bytes& body) { return read(static_cast<std::uint8_t>(type), body); }
std::uint8_t type_number(const Body& body) { return static_cast<std::uint8_t>(type_of(body)); }

bool opaque(const ReadEvent& event) { return std::holds_alternative<Opaque>(event.body); }

/// The fields alone: what stands in front of the extensions.
Bytes encode_fields(Body body) {
  if (auto* message = std::get_if<TrySend>(&body)) {
    message->own_sending = false;
    message->token.clear();
    message->as_packet = false;
  }
  if (auto* sending = std::get_if<Sending>(&body)) sending->as_packet = false;
  if (auto* withdrawn = std::get_if<MessageWithdrawn>(&body)) withdrawn->reason = MessageWithdrawn::Reason::user;
  if (auto* received = std::get_if<Received>(&body)) received->friend_dot = std::nullopt, received->written_ms.reset();
  if (auto* devices = std::get_if<FriendDevices>(&body)) {
    devices->version = 0;
    devices->removed.clear();
  }
  return encode_body(body);
}

/// Whatever bytes were read, the fields that came out are those that stand at the front.
bool fields_stand_in_front(const Event& event, const ReadEvent& as_read) {
  return starts_with(without_hints(event).body, encode_fields(as_read.body));
}

Bytes with_extension(Bytes body, std::uint8_t tag, const Bytes& content) {
  Writer out;
  out.bytes(body);
  write_extension(out, tag, content);
  return out.take();
}

RC_GTEST_PROP(Body, DecodesWhatItEncodes, ()) {
  const Body body = any::body();
  const std::optional<std::uint64_t> wall_clock_ms = any::wall_clock_ms();
  const Event event{any::dot(), any::timestamp_ms(), type_number(body), encode_body(body, wall_clock_ms)};
  const ReadEvent got = read_event(event);
  RC_ASSERT(got.body == body);
  RC_ASSERT(got.wall_clock_ms == wall_clock_ms);
  RC_ASSERT(got.dot == event.dot);
  RC_ASSERT(got.timestamp_ms == event.timestamp_ms);
}

TEST(Body, AHintIsSetWhereATypeHasOneAndTakenOffAgain) {
  for (const Body& body : {Body(TrySend{}), Body(Received{}), Body(FriendAdd{})}) {
    const Event stored{{}, 1, type_number(body), encode_body(body)};
    EXPECT_FALSE(hint_of(stored));
    const Event sent = with_hint(stored);
    EXPECT_TRUE(hint_of(sent));
    EXPECT_EQ(read_event(sent).body, body) << "no reader makes anything of it";
    EXPECT_EQ(without_hints(sent), stored);
  }
  const Event without{{}, 1, type_number(MarkRead{}), encode_body(MarkRead{})};
  EXPECT_EQ(with_hint(without), without);
  EXPECT_FALSE(hint_of(without));
  EXPECT_FALSE(hint_of({{}, 1, type_number(Received{}), Bytes(5)})) << "cut off before the flag";
}

// A cut between two extensions leaves a whole body with fewer of them; every other cut makes the event opaque.
RC_GTEST_PROP(Body, IsOpaqueWhenCutOff, ()) {
  const Body body = any::body();
  const Bytes bytes = encode_body(body, any::wall_clock_ms());
  const std::size_t fields_size = encode_fields(body).size();
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const Bytes part = first_of(bytes, cut);
    const ReadEvent got = read(type_of(body), part);
    if (cut < fields_size) RC_ASSERT(opaque(got));
    if (!opaque(got)) RC_ASSERT(encode_body(got.body, got.wall_clock_ms) == part);
  }
}

RC_GTEST_PROP(Body, ReadsNoFieldThatIsNotThereWhenAByteIsFlipped, ()) {
  const Body body = any::body();
  const Event good{any::dot(), 5, type_number(body), encode_body(body, any::wall_clock_ms())};
  for (std::size_t at = 0; at < good.body.size(); ++at) {
    for (const int flip : {1, 0x80, 0xFF, static_cast<int>(any::size_between(1, 255))}) {
      Event bad = good;
      bad.body[at] = static_cast<std::uint8_t>(bad.body[at] ^ flip);
      const ReadEvent got = read_event(bad);
      if (!opaque(got)) RC_ASSERT(fields_stand_in_front(bad, got));
    }
  }
}

RC_GTEST_PROP(Body, TakesAnyBytes, ()) {
  Event event = any::event();
  event.type = *rc::gen::element<std::uint8_t>(0, 1, 2, 3, 20, 22, 30, 32, 64, 65, 66, 67, 68, 69, 70, 71, 72, 75, 76,
                                               77, event.type);
  const ReadEvent got = read_event(event);
  if (!opaque(got)) RC_ASSERT(fields_stand_in_front(event, got));
}

TEST(Body, OfAnUnknownTypeIsOpaque) {
  const Bytes body = encode_body(FriendAdd{});
  EXPECT_FALSE(opaque(read(EventType::friend_add, body)));
  for (const int type : {4, 21, 31, 33, 63, 73, 74, 78, 255}) {
    EXPECT_TRUE(opaque(read(static_cast<std::uint8_t>(type), body))) << type;
  }
}

TEST(Body, WithATimestampFrom2To48OnIsOpaque) {
  const Bytes body = encode_body(FriendAdd{});
  EXPECT_FALSE(opaque(read_event({{}, timestamp_ms_end - 1, 0, body})));
  EXPECT_TRUE(opaque(read_event({{}, timestamp_ms_end, 0, body})));
  EXPECT_TRUE(opaque(read_event({{}, UINT64_MAX, 0, body})));
}

TEST(Body, WithAnUnknownNumberIsOpaque) {
  struct Case {
    Body body;
    std::size_t offset;
    std::uint8_t known_most;
  };
  const std::vector<Case> cases = {{TrySend{}, 33, 1},
                                   {Received{}, 33, 1},
                                   {SendingEnded{{}, SendingOutcome::took_nothing, {Dot{}}}, 32, 1},
                                   {ContactSetting{}, 32, 7},
                                   {ContactsMerged{}, 64, 1},
                                   {ProfileValue{}, 0, 2},
                                   {OfferReceived{}, 32, 2},
                                   {DeviceSetting{}, 32, 3}};
  for (const Case& c : cases) {
    Bytes bytes = encode_body(c.body);
    bytes[c.offset] = c.known_most;
    EXPECT_FALSE(opaque(read(type_of(c.body), bytes))) << int{type_number(c.body)};
    bytes[c.offset] = static_cast<std::uint8_t>(c.known_most + 1);
    EXPECT_TRUE(opaque(read(type_of(c.body), bytes))) << int{type_number(c.body)};
  }
  Bytes setting = encode_body(ContactSetting{});
  setting[32] = 0;
  EXPECT_TRUE(opaque(read(EventType::contact_setting, setting)));
}

TEST(Body, OfASendingNames1To32Messages) {
  const std::vector<Dot> most(sending_messages_max);
  for (const Body& body : {Body(Sending{{}, most}), Body(SendingEnded{{}, SendingOutcome::unsure, most})}) {
    const std::size_t count_at = type_of(body) == EventType::sending ? 32 : 33;
    Bytes bytes = encode_body(body);
    EXPECT_EQ(read(type_of(body), bytes).body, body);
    bytes[count_at] = sending_messages_max + 1;
    bytes.resize(bytes.size() + 40);
    EXPECT_TRUE(opaque(read(type_of(body), bytes)));
    bytes[count_at] = 0;
    bytes.resize(count_at + 1);
    EXPECT_TRUE(opaque(read(type_of(body), bytes)));
  }
}

TEST(Body, HoldsTheLongestTextThatFitsAnEvent) {
  const std::size_t header = 49 + 32 + 1 + 1 + 4;
  const TrySend longest{{}, MessageKind::normal, Bytes(event_size_max - header, 'x'), false, {}};
  EXPECT_EQ(read(EventType::try_send_message, encode_body(longest)).body, Body(longest));
}

TEST(BodyExtensions, OfAnUnknownTagAreSkipped) {
  const TrySend message{{}, MessageKind::action, to_bytes("hi"), true, to_bytes("token")};
  Bytes bytes = with_extension(encode_body(message), 200, Bytes(300));
  bytes = with_extension(bytes, event_extension::friend_dot, Bytes(40));
  EXPECT_EQ(read(EventType::try_send_message, bytes).body, Body(message));
}

TEST(BodyExtensions, OfAWrongSizeMakeAnyEventOpaque) {
  const std::vector<std::pair<std::uint8_t, std::size_t>> wrong = {
      {event_extension::token, 0},       {event_extension::token, token_size_max + 1},
      {event_extension::wall_clock, 7},  {event_extension::wall_clock, 9},
      {event_extension::own_sending, 1},
  };
  for (const auto& [tag, size] : wrong) {
    EXPECT_TRUE(opaque(read(EventType::try_send_message, with_extension(encode_body(TrySend{}), tag, Bytes(size)))));
    EXPECT_TRUE(opaque(read(EventType::friend_add, with_extension(encode_body(FriendAdd{}), tag, Bytes(size)))));
  }
}

TEST(BodyExtensions, AreTakenFromTheFirstOfATag) {
  const Bytes once = encode_body(FriendAdd{}, 7);
  EXPECT_EQ(read(EventType::friend_add, with_extension(once, event_extension::wall_clock, Bytes(8))).wall_clock_ms, 7U);
  EXPECT_EQ(read(EventType::friend_add, with_extension(once, event_extension::wall_clock, Bytes(3))).wall_clock_ms, 7U);
}

TEST(BodyExtensions, WithAnImpossibleWallClockKeepTheMessage) {
  const Bytes body = encode_body(FriendAdd{}, timestamp_ms_end);
  const ReadEvent got = read(EventType::friend_add, body);
  EXPECT_EQ(got.body, Body(FriendAdd{}));
  EXPECT_FALSE(got.wall_clock_ms);
  EXPECT_EQ(got.shown_ms(), 5U);
}

TEST(BodyExtensions, ThatDoNotParseMakeTheEventOpaque) {
  Bytes bytes = encode_body(FriendAdd{});
  bytes.push_back(200);
  EXPECT_TRUE(opaque(read(EventType::friend_add, bytes)));
}

TEST(Hints, AreSetTo0InEveryTypeOfTheProposalThatHasOne) {
  const std::vector<std::pair<std::uint8_t, std::size_t>> places = {{0, 32},  {2, 32},  {3, 32}, {20, 32},
                                                                    {21, 32}, {30, 32}, {31, 64}};
  for (const auto& [type, offset] : places) {
    const Event event{{}, 5, type, Bytes(100, 0xEE)};
    Event expected = event;
    expected.body[offset] = 0;
    EXPECT_EQ(without_hints(event), expected) << int{type};
    const Event cut_off{{}, 5, type, Bytes(offset, 0xEE)};
    EXPECT_EQ(without_hints(cut_off), cut_off) << int{type};
  }
}

TEST(Hints, AreInNoOtherType) {
  for (int type = 0; type < 256; ++type) {
    if (type == 0 || type == 2 || type == 3 || type == 20 || type == 21 || type == 30 || type == 31) continue;
    const Event event{{}, 5, static_cast<std::uint8_t>(type), Bytes(100, 0xEE)};
    EXPECT_EQ(without_hints(event), event) << type;
  }
}

RC_GTEST_PROP(Hints, ChangeNothingOfWhatIsRead, ()) {
  const TrySend message{any::key(), any::message_kind(), any::bytes_of_size(0, 50), any::number<bool>(), {}};
  Event event{any::dot(), 5, 20, encode_body(message)};
  const Event stored = event;
  event.body[32] = any::number<std::uint8_t>();
  RC_ASSERT(read_event(event).body == Body(message));
  RC_ASSERT(without_hints(event) == stored);
}

// Without its other extensions, where there is no room for extension 7 beside them.
TEST(ErasedForm, OfAnEventOfTheGreatestSizeIsNoLonger) {
  const Bytes message = encode_body(TrySend{{}, MessageKind::normal, to_bytes("hi"), false, {}});
  const std::size_t extensions_size = event_size_max - event_header_size - message.size();
  for (const std::size_t less : {0, 32, 33, 34}) {  // 35 of extension 7 for 2 of text: 33 more
    const Bytes unknown(extensions_size - extension_header_size - less);
    const Event event{{{}, 1}, 5, 20, with_extension(message, 200, unknown)};
    const auto erased = erased_form(event);
    ASSERT_TRUE(erased);
    EXPECT_EQ(decode_event(encode_event(*erased)), erased) << less;
    EXPECT_EQ(event_hash(*erased), event_hash(event));
    const bool kept = erased->body.size() > unknown.size();
    EXPECT_EQ(kept, less >= 33) << less;
  }
}

TEST(Identity, TellsDotKindAndTextAndOutlivesTheText) {
  const Dot dot{PublicKey{}, 9};
  const Event event{{},
                    5,
                    type_number(Received{}),
                    encode_body(Received{{}, MessageKind::normal, {'h', 'i'}, dot, 1'700'000'000'000})};
  const auto identity = read_event(event).identity;
  EXPECT_EQ(identity, message_identity(dot, MessageKind::normal, Bytes{'h', 'i'}));
  EXPECT_NE(identity, message_identity(dot, MessageKind::action, Bytes{'h', 'i'}));
  EXPECT_NE(identity, message_identity(dot, MessageKind::normal, Bytes{'h', 'o'}));
  EXPECT_NE(identity, message_identity({PublicKey{}, 8}, MessageKind::normal, Bytes{'h', 'i'}));
  const Event erased = *erased_form(event);
  EXPECT_TRUE(std::get<Received>(read_event(erased).body).text.empty());
  EXPECT_EQ(read_event(erased).identity, identity);
  EXPECT_EQ(erased_form(erased), erased);
  EXPECT_FALSE(read_event({{}, 5, type_number(Received{}), encode_body(Received{})}).identity) << "of a stock friend";
}

}  // namespace
}  // namespace toxtore
