#include "wire/extensions.h"

#include <cassert>

namespace toxtore {

Extensions::Extensions(Reader& in) {
  const ByteView blocks = in.bytes(in.left());
  Reader walk(blocks);
  while (walk.left() > 0) {
    walk.u8();
    walk.bytes(walk.u16());
  }
  if (walk.failed()) {
    in.fail();
  } else {
    blocks_ = blocks;
  }
}

std::optional<ByteView> Extensions::find(std::uint8_t tag) const {
  Reader walk(blocks_);
  while (walk.left() > 0) {
    const bool found = walk.u8() == tag;
    const ByteView content = walk.bytes(walk.u16());
    if (found) return content;
  }
  return std::nullopt;
}

void write_extension(Writer& out, std::uint8_t tag, ByteView content) {
  assert(content.size() <= 0xFFFF);
  out.u8(tag).u16(static_cast<std::uint16_t>(content.size())).bytes(content);
}

void write_extension(Writer& out, std::uint8_t tag, std::uint64_t value) {
  write_extension(out, tag, Writer().u64(value).take());
}

std::optional<std::uint64_t> read_u64_extension(Reader& in, const Extensions& extensions, std::uint8_t tag) {
  const std::optional<ByteView> content = extensions.find(tag);
  if (!content) return std::nullopt;
  Reader value(*content);
  const std::uint64_t number = value.u64();
  if (!value.finished()) in.fail();
  return number;
}

}  // namespace toxtore
