// Extensions: what a later version may put after the last field of a body, a packet or a statement (DESIGN 4).
//
// Any number of blocks, each tag u8, length u16, bytes. A reader takes the tags that it knows and skips the others, so
// nothing but the length of a block can be wrong with it. Tags are numbered per place: those of events in body.h,
// those of packets in packet.h.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {

/// tag u8, length u16
inline constexpr std::size_t extension_header_size = 3;

/// The extensions that end an encoding, borrowed from the reader's bytes.
class Extensions {
 public:
  /// Takes all that is left in the reader. If that is not a row of whole blocks, the reader fails and there are none.
  explicit Extensions(Reader& in);

  /// The content of the first block of that tag.
  [[nodiscard]] std::optional<ByteView> find(std::uint8_t tag) const;

 private:
  ByteView blocks_;
};

/// The content must be shorter than 64 KiB (an assertion).
void write_extension(Writer& out, std::uint8_t tag, ByteView content);
void write_extension(Writer& out, std::uint8_t tag, std::uint64_t value);

/// Reads the content of an extension that is a u64: nothing if the block is not there; fails the reader if its size is
/// not 8.
std::optional<std::uint64_t> read_u64_extension(Reader& in, const Extensions& extensions, std::uint8_t tag);

}  // namespace toxtore
