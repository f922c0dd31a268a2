// Who: the public key of a device or friend, and the Tox ID that users hand to each other.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace toxtore {

/// TOX_PUBLIC_KEY_SIZE. Names a device of ours, or one key of a friend.
struct PublicKey {
  static constexpr std::size_t size = 32;
  std::array<std::uint8_t, size> bytes{};

  auto operator<=>(const PublicKey&) const = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }

  /// Nothing unless there are exactly 32 bytes (64 digits).
  static std::optional<PublicKey> from_bytes(ByteView bytes);
  static std::optional<PublicKey> from_hex(std::string_view hex);
};

/// TOX_ADDRESS_SIZE: public key 32, nospam 4, checksum 2. What a user gives to a friend ("Tox ID").
struct ToxAddress {
  static constexpr std::size_t size = 38;
  std::array<std::uint8_t, size> bytes{};

  auto operator<=>(const ToxAddress&) const = default;
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] PublicKey key() const;

  /// Nothing unless the length is right and the checksum holds (the two bytes are the XOR of all pairs before them).
  static std::optional<ToxAddress> from_bytes(ByteView bytes);
  /// The same from 76 hexadecimal digits; a leading "tox:" is taken too.
  static std::optional<ToxAddress> from_hex(std::string_view hex);
};

}  // namespace toxtore
