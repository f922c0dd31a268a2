// Decisions read from a fuzzer's bytes. When they are used up every decision is the first one, so each input has an
// end and means the same on every run.
#pragma once

#include <cstdint>
#include <iterator>

#include "base/bytes.h"

namespace toxtore::fuzz {

class Choices {
 public:
  explicit Choices(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool more() const { return !rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  std::uint8_t u8() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  std::uint16_t u16() {
    const std::uint16_t high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  bool flag() { return (u8() & 1) != 0; }

  /// One of 0 to `count` - 1; a byte is enough for at most 256.
  std::size_t below(std::size_t count) { return u8() % count; }

  template <class List>
  auto& one_of(List& list) {
    return list[below(std::size(list))];
  }

  /// So many bytes, or what is left.
  Bytes bytes(std::size_t count) {
    const ByteView taken = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }

  Bytes rest() { return bytes(rest_.size()); }

 private:
  ByteView rest_;
};

}  // namespace toxtore::fuzz
