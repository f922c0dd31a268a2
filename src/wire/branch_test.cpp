#include "wire/branch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/body.h"
#include "wire/wire_generators.h"

namespace toxtore {
namespace {

Dot name_in_branch(const Event& event) {
  return Dot::of({event.dot.device, branch_incarnation(event_hash(event))}, *rc::gen::inRange<std::uint32_t>(1, 1000));
}

// Also one that cannot be read, and whose body ends like nothing in particular.
RC_GTEST_PROP(Branch, AnEventKeepsItsHashAndSaysWhatItWas, ()) {
  const Event event = without_hints(any::event());
  RC_PRE(event.dot.log().incarnation < branch_incarnation_min);
  const Event named = branched(event, name_in_branch(event));
  RC_ASSERT(event_hash(named) == event_hash(event));
  RC_ASSERT(origin_of(named) == event.dot);
  RC_ASSERT(as_logged(named) == event);
  RC_ASSERT(read_event(named).body == read_event(event).body);
  RC_ASSERT(read_event(named).origin == event.dot);
}

// What its origin adds would complete its last extension, if it were read with it.
TEST(Branch, ABodyThatIsCutOffStaysSo) {
  Bytes body = encode_body(FriendNospam{}, std::nullopt);
  for (const std::uint8_t byte : {0x70, 0x00, 0x0b}) body.push_back(byte);
  const Event event{{PublicKey{}, 7}, 1, static_cast<std::uint8_t>(EventType::friend_nospam), body};
  ASSERT_TRUE(std::holds_alternative<Opaque>(read_event(event).body));
  const Event named = branched(event, Dot::of({PublicKey{}, branch_incarnation_min}, 1));
  EXPECT_TRUE(std::holds_alternative<Opaque>(read_event(named).body));
}

// Else what is left without it would be of a branch again, and its hash another one once its text is erased.
TEST(Branch, NothingIsLoggedInABranch) {
  const LogId branch{PublicKey{}, branch_incarnation_min};
  Bytes body = encode_body(TrySend{PublicKey{}, MessageKind::normal, to_bytes("hi"), false, {}, false}, std::nullopt);
  for (const Bytes& end : {Bytes{12, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1}, Bytes{12, 0, 8, 0x80, 0, 0, 0, 0, 0, 0, 1}}) {
    body.insert(body.end(), end.begin(), end.end());
  }
  const Event event{Dot::of(branch, 1), 1, static_cast<std::uint8_t>(EventType::try_send_message), body};
  EXPECT_FALSE(origin_of(event));
  ASSERT_TRUE(erased_form(event));
  EXPECT_EQ(event_hash(*erased_form(event)), event_hash(event));
}

// Two devices that split it off at different numbers first.
RC_GTEST_PROP(Branch, TheNameBeforeLeavesNoTrace, ()) {
  const Event event = without_hints(any::event());
  RC_PRE(event.dot.log().incarnation < branch_incarnation_min);
  const Dot last = name_in_branch(event);
  RC_ASSERT(branched(branched(event, name_in_branch(event)), last) == branched(event, last));
}

RC_GTEST_PROP(Branch, ErasingAndNamingDoNotMindTheOrder, ()) {
  Received received{any::key(), MessageKind::normal, any::bytes_of_size(1, 40)};
  const Event event{{any::key(), 7}, 1'700'000'000'000, 30, encode_body(received, std::nullopt)};
  const Dot name = name_in_branch(event);
  const Event one = branched(*erased_form(event), name);
  const Event other = *erased_form(branched(event, name));
  RC_ASSERT(one == other);
  RC_ASSERT(event_hash(one) == event_hash(event));
}

// A received message that is cut off before its hint flag, where the flag would stand in what was put behind it.
TEST(Branch, TakingHintsOffLeavesItsOriginAlone) {
  const Event event{{PublicKey{}, 7}, 1, 30, Bytes(30, 1)};
  const Event named = branched(event, Dot::of({PublicKey{}, branch_incarnation_min}, 1));
  EXPECT_EQ(without_hints(named), named);
  EXPECT_EQ(with_hint(named), named);
  EXPECT_FALSE(hint_of(named));
}

TEST(Branch, NamesLieInTheUpperHalf) {
  Hash hash{};
  EXPECT_EQ(branch_incarnation(hash), 0x80000000U);
  hash.fill(0xFF);
  EXPECT_EQ(branch_incarnation(hash), 0xFFFFFFFEU) << "the last number is no incarnation";
  hash = {0x12, 0x34, 0x56, 0x78};
  EXPECT_EQ(branch_incarnation(hash), 0x80000000U | 0x12345678 >> 1);
}

TEST(Branch, AnEventOfTheGreatestSizeGoesWithoutItsOrigin) {
  Event event{{PublicKey{}, 7}, 1, 200, Bytes(event_size_max - 49)};
  const Event named = branched(event, Dot::of({PublicKey{}, branch_incarnation_min}, 1));
  EXPECT_EQ(named.body, event.body);
  EXPECT_EQ(origin_of(named), std::nullopt);
}

}  // namespace
}  // namespace toxtore
