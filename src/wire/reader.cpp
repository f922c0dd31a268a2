#include "wire/reader.h"

#include <algorithm>

namespace toxtore {

template <class T>
T Reader::integer() {
  T value = 0;
  for (const std::uint8_t byte : bytes(sizeof(T))) value = static_cast<T>((std::uint64_t{value} << 8) | byte);
  return value;
}

std::uint8_t Reader::u8() { return integer<std::uint8_t>(); }
std::uint16_t Reader::u16() { return integer<std::uint16_t>(); }
std::uint32_t Reader::u32() { return integer<std::uint32_t>(); }
std::uint64_t Reader::u64() { return integer<std::uint64_t>(); }

PublicKey Reader::key() {
  PublicKey key;
  std::ranges::copy(bytes(PublicKey::size), key.bytes.begin());
  return key;
}

Hash Reader::hash() {
  Hash hash{};
  std::ranges::copy(bytes(hash.size()), hash.begin());
  return hash;
}

Dot Reader::dot() {
  const PublicKey device = key();
  return {device, u64()};
}

ByteView Reader::bytes(std::size_t count) {
  if (count > rest_.size()) fail();
  if (failed_) return {};
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

void Reader::fail() {
  failed_ = true;
  rest_ = {};
}

}  // namespace toxtore
