// Bundles. The first byte tells how the others are taken:
//
//   0  pieces as they come in packets: flags u8 (as in the packet), length u16, bytes
//   1  what one frame unpacks to, since a fuzzer does not find the frame of what it changed
#include "wire/bundle.h"

#include "choices.h"
#include "targets.h"

namespace toxtore::fuzz {
namespace {

void check_events(const std::vector<Event>& events) {
  std::size_t size = 0;
  for (const Event& event : events) size += bundled_size(event);
  require(!events.empty() && size <= bundle_size_max, "a frame has at least one event, and no more than fit");
  BundleReader again;
  auto step = BundleReader::Step::more;
  for (const packet::Bundle& piece : pack_bundle(events, packet::Bundle::Class::live)) step = again.add(piece);
  require(step == BundleReader::Step::complete && again.take_events() == events,
          "events that were read are read the same when packed again");
}

void take_pieces(Choices& choices) {
  BundleReader reader;
  while (choices.more()) {
    const std::uint8_t flags = choices.u8();
    const std::size_t size = choices.u16() % packet::bundle_piece_max + 1;
    const packet::Bundle piece{packet::Bundle::Class::live, (flags & 1) != 0, (flags & 2) != 0, choices.bytes(size)};
    if (reader.add(piece) == BundleReader::Step::complete) check_events(reader.take_events());
  }
}

/// Magic, one segment with its size in four bytes, one raw block, which may hold 128 KiB.
Bytes raw_frame(const Bytes& content) {
  const auto size = static_cast<std::uint32_t>(content.size());
  Bytes frame{0x28, 0xB5, 0x2F, 0xFD, 0xA0};
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<std::uint8_t>(size >> shift));
  const std::uint32_t last_raw_block = size << 3 | 1;
  for (int shift = 0; shift < 24; shift += 8) frame.push_back(static_cast<std::uint8_t>(last_raw_block >> shift));
  frame.insert(frame.end(), content.begin(), content.end());
  return frame;
}

}  // namespace

void bundles(ByteView input) {
  Choices choices(input);
  if (!choices.flag()) return take_pieces(choices);
  BundleReader reader;
  const packet::Bundle whole{packet::Bundle::Class::backfill, true, true, raw_frame(choices.bytes(bundle_size_max))};
  if (reader.add(whole) == BundleReader::Step::complete) check_events(reader.take_events());
}

}  // namespace toxtore::fuzz
