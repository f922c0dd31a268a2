// Bounded reading of big-endian fields, front to back.
//
// A reader never goes past its end: the first field that is not there makes it `failed()`, and all later fields read
// as zero or empty. So a decoder reads its fields in a row and asks once, at the end.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/dot.h"
#include "model/ids.h"

namespace toxtore {

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  PublicKey key();
  Hash hash();
  Dot dot();  ///< device key 32, seq u64

  /// The next `count` bytes, borrowed from what the reader was given. Empty if there are fewer.
  ByteView bytes(std::size_t count);

  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Everything was there, and nothing is left.
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }
  /// Nothing is left after it, so a loop over what is left ends.
  void fail();

 private:
  template <class T>
  T integer();

  ByteView rest_;
  bool failed_ = false;
};

}  // namespace toxtore
