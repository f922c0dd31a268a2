#include "store/sql_values.h"

#include <algorithm>
#include <limits>

namespace toxtore {

DotBlob to_blob(const Dot& dot) {
  DotBlob blob{};
  auto* out = std::ranges::copy(dot.device.bytes, blob.begin()).out;
  for (int shift = 56; shift >= 0; shift -= 8) *out++ = static_cast<std::uint8_t>(dot.seq >> shift);
  return blob;
}

Dot dot_from(ByteView blob) {
  if (blob.size() != DotBlob{}.size()) return {};
  Dot dot{.device = key_from(blob.first(PublicKey::size))};
  for (const std::uint8_t byte : blob.subspan(PublicKey::size)) dot.seq = dot.seq << 8 | byte;
  return dot;
}

// No row stands at the end of the signed numbers: rows are below 2^48.
OrderBound::OrderBound(const std::optional<OrderKey>& before)
    : timestamp_ms(std::numeric_limits<std::int64_t>::max()), dot(to_blob(before ? before->dot : Dot{})) {
  if (before) timestamp_ms = static_cast<std::int64_t>(std::min(before->timestamp_ms, timestamp_ms_end));
}

PublicKey key_from(ByteView blob) { return PublicKey::from_bytes(blob).value_or(PublicKey{}); }

}  // namespace toxtore
