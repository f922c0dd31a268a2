// Keys and dots as the database has them (sql_schema.cpp says why).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "model/event.h"

namespace toxtore {

/// Key 32, seq 8 big-endian: as bytes in the order of the model.
using DotBlob = std::array<std::uint8_t, 40>;
DotBlob to_blob(const Dot& dot);

/// Of a blob of another size, which nothing but a bug of ours can write, zeros.
Dot dot_from(ByteView blob);
PublicKey key_from(ByteView blob);

inline std::optional<ByteView> to_blob(const std::optional<PublicKey>& key) {
  return key ? std::optional<ByteView>(key->bytes) : std::nullopt;
}

inline std::optional<ByteView> to_blob(const std::optional<Hash>& hash) {
  return hash ? std::optional<ByteView>(*hash) : std::nullopt;
}

/// "Before that row", or before none: parameters for `(timestamp_ms, dot) < (?, ?)`.
struct OrderBound {
  explicit OrderBound(const std::optional<OrderKey>& before);
  std::int64_t timestamp_ms;
  DotBlob dot;
};

}  // namespace toxtore
