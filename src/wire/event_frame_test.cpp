// Unit and property tests of whole events in bytes.
#include "wire/event_frame.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/wire_generators.h"

namespace toxtore {
namespace {

RC_GTEST_PROP(EventFrame, DecodesWhatItEncodes, ()) {
  const Event event = any::event();
  RC_ASSERT(decode_event(encode_event(event)) == event);
}

// The body runs to the end, so a cut inside it gives a shorter body: it is the length in front of the frame, or
// toxcore's packet, that holds a frame together.
RC_GTEST_PROP(EventFrame, IsRefusedWhenItsHeaderIsCutOff, ()) {
  const Event event = any::event();
  const Bytes bytes = encode_event(event);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const std::optional<Event> got = decode_event(ByteView(bytes).first(cut));
    RC_ASSERT(got.has_value() == (cut >= event_header_size));
    if (got) RC_ASSERT(encode_event(*got) == Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut)));
  }
}

RC_GTEST_PROP(EventFrame, TakesAnyBytes, ()) {
  const Bytes bytes = any::bytes_of_size(0, 200);
  const std::optional<Event> got = decode_event(bytes);
  if (got) RC_ASSERT(encode_event(*got) == bytes);
}

TEST(EventFrame, HasANumberFrom1ToOneBeforeOpenEnd) {
  for (const std::uint32_t incarnation : {0U, 1U, 0xFFFFFFFFU}) {
    const LogId log{{}, incarnation};
    EXPECT_FALSE(decode_event(encode_event({Dot::of(log, 0), 5, 0, {}})));
    EXPECT_TRUE(decode_event(encode_event({Dot::of(log, 1), 5, 0, {}})));
    EXPECT_TRUE(decode_event(encode_event({Dot::of(log, open_end - 1), 5, 0, {}})));
    EXPECT_FALSE(decode_event(encode_event({Dot::of(log, open_end), 5, 0, {}})));
  }
}

TEST(EventFrame, IsAtMost64KiB) {
  Bytes bytes = encode_event({Dot{{}, 1}, 5, 0, Bytes(event_size_max - event_header_size)});
  EXPECT_EQ(bytes.size(), event_size_max);
  EXPECT_TRUE(decode_event(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(decode_event(bytes));
}

}  // namespace
}  // namespace toxtore
