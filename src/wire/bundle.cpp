#include "wire/bundle.h"

#include <zstd.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <optional>

#include "wire/event_frame.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

/// zstd's own default: beyond it messages get little smaller and much slower.
constexpr int compression_level = 3;

/// length u32 in front of each event frame
constexpr std::size_t entry_header_size = 4;

/// One frame that says how long its content is; no dictionary, no checksum (toxcore authenticates every packet).
Bytes compress(const Bytes& content) {
  Bytes frame(ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), compression_level);
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // with room for the bound nothing else can fail
  frame.resize(size);
  return frame;
}

/// Nothing unless the bytes are exactly one frame that claims between 1 and `bundle_size_max` bytes and holds them.
std::optional<Bytes> decompress(const Bytes& frame) {
  const unsigned long long claimed = ZSTD_getFrameContentSize(frame.data(), frame.size());
  // Both error values, "unknown" and "no frame", are greater than any size. ZSTD_decompress takes several frames in a
  // row, of which only the first one's claim is checked here: hence exactly one.
  if (claimed == 0 || claimed > bundle_size_max) return std::nullopt;
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return std::nullopt;
  Bytes content(claimed);
  const std::size_t size = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
  if (size != content.size()) return std::nullopt;  // an error is greater than any size, too
  return content;
}

std::optional<std::vector<Event>> read_entries(const Bytes& content) {
  std::vector<Event> events;
  Reader in(content);
  while (in.left() > 0) {
    std::optional<Event> event = decode_event(in.bytes(in.u32()));
    if (!event) return std::nullopt;
    events.push_back(std::move(*event));
  }
  return events;
}

}  // namespace

std::size_t bundled_size(const Event& event) { return entry_header_size + event_header_size + event.body.size(); }

std::vector<packet::Bundle> pack_bundle(const std::vector<Event>& events, packet::Bundle::Class cls) {
  assert(!events.empty());
  Writer content;
  for (const Event& event : events) {
    const Bytes frame = encode_event(event);
    content.u32(static_cast<std::uint32_t>(frame.size())).bytes(frame);
  }
  assert(content.size() <= bundle_size_max);
  const Bytes frame = compress(content.take());

  std::vector<packet::Bundle> pieces;
  for (std::size_t at = 0; at < frame.size(); at += packet::counted_piece_max) {
    const ByteView piece = ByteView(frame).subspan(at, std::min(packet::counted_piece_max, frame.size() - at));
    pieces.push_back({cls, at == 0, at + piece.size() == frame.size(), {piece.begin(), piece.end()}});
  }
  pieces.back().events = events.size();
  return pieces;
}

BundleReader::Step BundleReader::add(const packet::Bundle& piece) {
  if (piece.first) {
    frame_.clear();
    open_ = true;
  }
  if (!open_ || frame_.size() + piece.piece.size() > ZSTD_compressBound(bundle_size_max)) {
    open_ = false;
    frame_ = Bytes();
    return Step::broken;
  }
  frame_.insert(frame_.end(), piece.piece.begin(), piece.piece.end());
  if (!piece.last) return Step::more;

  open_ = false;
  const Bytes frame = std::exchange(frame_, Bytes());
  const std::optional<Bytes> content = decompress(frame);
  std::optional<std::vector<Event>> events = content ? read_entries(*content) : std::nullopt;
  if (!events) return Step::broken;
  events_ = std::move(*events);
  return Step::complete;
}

}  // namespace toxtore
