// Writing of big-endian fields, front to back.
#pragma once

#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "model/dot.h"
#include "model/ids.h"

namespace toxtore {

class Writer {
 public:
  Writer& u8(std::uint8_t value);
  Writer& u16(std::uint16_t value);
  Writer& u32(std::uint32_t value);
  Writer& u64(std::uint64_t value);
  Writer& key(const PublicKey& key);
  Writer& dot(const Dot& dot);  ///< device key 32, seq u64
  Writer& bytes(ByteView bytes);

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace toxtore
