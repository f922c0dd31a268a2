#include "wire/writer.h"

namespace toxtore {

Writer& Writer::u8(std::uint8_t value) {
  bytes_.push_back(value);
  return *this;
}

Writer& Writer::u16(std::uint16_t value) {
  return u8(static_cast<std::uint8_t>(value >> 8)).u8(static_cast<std::uint8_t>(value));
}

Writer& Writer::u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
}

Writer& Writer::u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value));
}

Writer& Writer::key(const PublicKey& key) { return bytes(key.bytes); }

Writer& Writer::dot(const Dot& dot) { return key(dot.device).u64(dot.seq); }

Writer& Writer::bytes(ByteView bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

}  // namespace toxtore
