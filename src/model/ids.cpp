#include "model/ids.h"

#include <algorithm>

namespace toxtore {
namespace {

bool checksum_holds(ByteView address) {
  std::uint8_t even = 0;
  std::uint8_t odd = 0;
  for (std::size_t i = 0; i < address.size(); i += 2) {
    even ^= address[i];
    odd ^= address[i + 1];
  }
  return even == 0 && odd == 0;  // the checksum is part of the sum, so all pairs together cancel out
}

}  // namespace

std::optional<PublicKey> PublicKey::from_bytes(ByteView bytes) {
  if (bytes.size() != size) return std::nullopt;
  PublicKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  return key;
}

std::optional<PublicKey> PublicKey::from_hex(std::string_view hex) {
  const auto bytes = toxtore::from_hex(hex);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

PublicKey ToxAddress::key() const { return *PublicKey::from_bytes(ByteView(bytes).first(PublicKey::size)); }

std::optional<ToxAddress> ToxAddress::from_bytes(ByteView bytes) {
  if (bytes.size() != size || !checksum_holds(bytes)) return std::nullopt;
  ToxAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<ToxAddress> ToxAddress::from_hex(std::string_view hex) {
  constexpr std::string_view scheme = "tox:";
  if (hex.starts_with(scheme)) hex.remove_prefix(scheme.size());
  const auto bytes = toxtore::from_hex(hex);
  return bytes ? from_bytes(*bytes) : std::nullopt;
}

}  // namespace toxtore
