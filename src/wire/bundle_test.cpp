// Unit and property tests of bundles: whole ones, lost and hostile pieces, and frames that lie about their size.
#include "wire/bundle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <random>

#include "wire/event_frame.h"
#include "wire/wire_generators.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

using Step = BundleReader::Step;
constexpr auto live = packet::Bundle::Class::live;
constexpr auto backfill = packet::Bundle::Class::backfill;

Event event_of_size(std::size_t frame_size, std::uint32_t seed = 1) {
  Bytes body(frame_size - event_header_size);
  std::mt19937 random(seed);  // noise, so that it does not compress
  for (std::uint8_t& byte : body) byte = static_cast<std::uint8_t>(random());
  return {Dot{{}, 1}, 5, 200, body};
}

Bytes entry_of(const Event& event) {
  const Bytes frame = encode_event(event);
  return Writer().u32(static_cast<std::uint32_t>(frame.size())).bytes(frame).take();
}

Bytes compressed(const Bytes& content, bool with_size = true) {
  Bytes frame(ZSTD_compressBound(content.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, with_size ? 1 : 0);
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), content.data(), content.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

std::vector<packet::Bundle> pieces_of(const Bytes& frame) {
  std::vector<packet::Bundle> pieces;
  for (std::size_t at = 0; at < frame.size(); at += packet::bundle_piece_max) {
    const std::size_t end = std::min(at + packet::bundle_piece_max, frame.size());
    pieces.push_back(
        {live,
         at == 0,
         end == frame.size(),
         {frame.begin() + static_cast<std::ptrdiff_t>(at), frame.begin() + static_cast<std::ptrdiff_t>(end)}});
  }
  return pieces;
}

/// What the last piece gave; every piece before it must have asked for more.
Step feed(BundleReader& reader, const std::vector<packet::Bundle>& pieces) {
  for (std::size_t at = 0; at + 1 < pieces.size(); ++at) {
    if (reader.add(pieces[at]) != Step::more) return Step::broken;
  }
  return reader.add(pieces.back());
}

Step step_of_frame(const Bytes& frame) {
  BundleReader reader;
  const Step step = feed(reader, pieces_of(frame));
  EXPECT_EQ(reader.take_events().empty(), step != Step::complete);
  return step;
}

RC_GTEST_PROP(Bundle, UnpacksWhatWasPacked, ()) {
  const std::vector<Event> events = any::list_of(1, 40, [] { return any::event(1500); });
  std::size_t size = 0;
  for (const Event& event : events) size += bundled_size(event);
  RC_PRE(size <= bundle_size_max);
  const std::vector<packet::Bundle> pieces = pack_bundle(events, backfill);
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    RC_ASSERT(pieces[at].cls == backfill);
    RC_ASSERT(pieces[at].first == (at == 0));
    RC_ASSERT(pieces[at].last == (at + 1 == pieces.size()));
    RC_ASSERT(decode_packet(encode_packet(pieces[at])) == Packet(pieces[at]));
  }
  BundleReader reader;
  RC_ASSERT(feed(reader, pieces) == Step::complete);
  RC_ASSERT(reader.take_events() == events);
}

RC_GTEST_PROP(Bundle, IsBrokenWhenCutOff, ()) {
  const Bytes frame = compressed(entry_of(any::event()));
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    RC_ASSERT(step_of_frame({frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(cut)}) == Step::broken);
  }
}

// zstd frames carry no checksum here (toxcore authenticates what comes), so a flipped byte may give other events; it
// must never give anything that is no event, nor read past the end.
RC_GTEST_PROP(Bundle, TakesAnyBytes, ()) {
  Bytes frame = compressed(entry_of(any::event()));
  for (std::size_t flips = any::size_between(1, 4); flips > 0; --flips) {
    frame[any::size_between(0, frame.size() - 1)] = any::number<std::uint8_t>();
  }
  BundleReader reader;
  if (feed(reader, pieces_of(frame)) == Step::complete) {
    for (const Event& event : reader.take_events()) RC_ASSERT(decode_event(encode_event(event)) == event);
  }
  RC_ASSERT(reader.add({live, true, true, any::bytes_of_size(1, 300)}) == Step::broken);
}

TEST(Bundle, HoldsOneEventOfTheGreatestSize) {
  const Event event = event_of_size(event_size_max);
  EXPECT_EQ(bundled_size(event), bundle_size_max);
  const std::vector<packet::Bundle> pieces = pack_bundle({event}, live);
  EXPECT_GT(pieces.size(), 45U);
  BundleReader reader;
  ASSERT_EQ(feed(reader, pieces), Step::complete);
  EXPECT_EQ(reader.take_events(), std::vector<Event>{event});
}

TEST(Bundle, BeginsAnewWithAFirstPiece) {
  const Event event = event_of_size(3000);
  const std::vector<packet::Bundle> pieces = pack_bundle({event}, live);
  ASSERT_GT(pieces.size(), 2U);
  BundleReader reader;
  EXPECT_EQ(reader.add(pieces[0]), Step::more);
  EXPECT_EQ(reader.add(pieces[1]), Step::more);
  ASSERT_EQ(feed(reader, pieces), Step::complete);
  EXPECT_EQ(reader.take_events(), std::vector<Event>{event});
}

TEST(Bundle, IsBrokenWithoutItsFirstPieceOrOneOfTheMiddle) {
  const std::vector<packet::Bundle> pieces = pack_bundle({event_of_size(4000)}, live);
  BundleReader reader;
  EXPECT_EQ(reader.add(pieces[1]), Step::broken);
  EXPECT_EQ(reader.add(pieces[0]), Step::more);
  EXPECT_EQ(reader.add(pieces.back()), Step::broken);
  EXPECT_EQ(reader.add(pieces.back()), Step::broken) << "what was broken is closed";
  EXPECT_EQ(feed(reader, pieces), Step::complete) << "and the next one is read";
}

TEST(Bundle, KeepsNoMoreThanAFrameOfTheGreatestSizeCanHave) {
  BundleReader reader;
  packet::Bundle piece{live, true, false, Bytes(packet::bundle_piece_max)};
  std::size_t kept = 0;
  while (reader.add(piece) == Step::more) {
    kept += piece.piece.size();
    piece.first = false;
    ASSERT_LE(kept, ZSTD_compressBound(bundle_size_max));
  }
  EXPECT_GT(kept + piece.piece.size(), ZSTD_compressBound(bundle_size_max));
  EXPECT_EQ(reader.add({live, false, false, {0}}), Step::broken) << "nothing of it is kept, nor goes on";
}

TEST(Bundle, IsBrokenWhenItsFrameClaimsTooMuch) {
  const Bytes bomb = compressed(Bytes(std::size_t{16} << 20));
  EXPECT_LT(bomb.size(), packet::bundle_piece_max);
  EXPECT_EQ(step_of_frame(bomb), Step::broken);

  // Magic, "content size in 8 bytes, one segment", 2^62 (little-endian), a raw block of one byte.
  EXPECT_EQ(step_of_frame(from_hex("28B52FFDE00000000000000040090000AA").value()), Step::broken);

  // Events that would all be good, a byte or more over the limit in sum.
  Bytes content = entry_of(event_of_size(event_size_max - 100));
  while (content.size() <= bundle_size_max) {
    const Bytes entry = entry_of(event_of_size(event_header_size));
    content.insert(content.end(), entry.begin(), entry.end());
  }
  EXPECT_EQ(step_of_frame(compressed(content)), Step::broken);
}

TEST(Bundle, IsBrokenWhenItsFrameDoesNotSayItsSize) {
  const Bytes content = entry_of(event_of_size(100));
  EXPECT_EQ(step_of_frame(compressed(content, true)), Step::complete);
  EXPECT_EQ(step_of_frame(compressed(content, false)), Step::broken);
}

TEST(Bundle, IsOneFrameAndNothingBehindIt) {
  const Bytes frame = compressed(entry_of(event_of_size(100)));
  const Bytes empty = compressed({});
  const Bytes skippable = from_hex("502A4D1800000000").value();
  for (const Bytes& behind : {Bytes{0}, frame, empty, skippable}) {
    Bytes both = frame;
    both.insert(both.end(), behind.begin(), behind.end());
    EXPECT_EQ(step_of_frame(both), Step::broken);
  }
  EXPECT_EQ(step_of_frame(empty), Step::broken);
  EXPECT_EQ(step_of_frame(skippable), Step::broken);
}

TEST(Bundle, IsBrokenWhenOneEntryIs) {
  const Bytes good = entry_of(event_of_size(100));
  const Event no_number{Dot{{}, 0}, 5, 0, {}};
  const std::vector<Bytes> bad_entries = {
      {0}, {0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 48}, {0xFF, 0xFF, 0xFF, 0xFF}, entry_of(no_number)};
  for (const Bytes& bad : bad_entries) {
    Bytes content = good;
    content.insert(content.end(), bad.begin(), bad.end());
    EXPECT_EQ(step_of_frame(compressed(content)), Step::broken) << to_hex(bad);
  }
  Bytes too_long_by_one = good;
  too_long_by_one[3] = static_cast<std::uint8_t>(too_long_by_one[3] + 1);
  EXPECT_EQ(step_of_frame(compressed(too_long_by_one)), Step::broken);
}

}  // namespace
}  // namespace toxtore
