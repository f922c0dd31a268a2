// Bundles: many events, or one long one, in one zstd frame that is cut into packets (DESIGN 5, packet 18).
//
// Unpacked, a frame is a row of entries: length u32, event frame (event_frame.h). It is complete in itself and holds
// at most `bundle_size_max` bytes unpacked, so memory is bounded whatever a peer declares: the unpacked size that the
// zstd frame claims is checked before anything is allocated, and never believed beyond that limit.
#pragma once

#include <utility>
#include <vector>

#include "base/bytes.h"
#include "model/event.h"
#include "wire/packet.h"

namespace toxtore {

/// 64 KiB of entries plus room for the length in front of one event of the greatest size.
inline constexpr std::size_t bundle_size_max = event_size_max + 4;

/// Compresses and cuts into pieces that fit a packet each. The events' frames with 4 bytes each for the length must
/// not exceed `bundle_size_max` together (an assertion: the caller counts with `bundled_size`).
std::vector<packet::Bundle> pack_bundle(const std::vector<Event>& events, packet::Bundle::Class cls);

/// What an event takes in an unpacked bundle.
std::size_t bundled_size(const Event& event);

/// Puts the pieces of one class from one peer together. A piece marked `first` drops what was not complete.
class BundleReader {
 public:
  enum class Step { more, complete, broken };

  /// `complete`: `take_events` has them. `broken`: the frame does not decode; all of it is dropped. A piece that is
  /// not the first of a frame, while none is open, is broken too. At most ZSTD_compressBound(bundle_size_max) bytes
  /// are kept.
  Step add(const packet::Bundle& piece);

  std::vector<Event> take_events() { return std::move(events_); }

 private:
  Bytes frame_;
  bool open_ = false;
  std::vector<Event> events_;
};

}  // namespace toxtore
