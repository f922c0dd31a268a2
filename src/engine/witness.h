// What stands outside of the database about how far this device's log goes, so that a database that was set back is
// noticed (DESIGN 9).
//
// An interface as the store is one: the daemon keeps it in a file outside of the data folder, the tests in memory. The
// engine reads it once at start, and writes it after each commit that holds an own event, before anything that rests
// on that event comes out of it. It need only survive the process: where a power cut takes the last words, the
// database, which is flushed first, is ahead of them, and that is no reason for doubt.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "model/dot.h"

namespace toxtore {

/// 128 bits drawn at random: names a database, and its copies, for ever.
using DatabaseId = std::array<std::uint8_t, 16>;

/// What is written: docs/PROTOCOL.md, "State file", draws the bytes.
struct LastWords {
  DatabaseId database{};
  DatabaseId machine{};  ///< of the machine on which it was written
  Dot last;              ///< the last event that this device logged; number 0: none yet
  bool operator==(const LastWords&) const = default;
};

/// Always as many bytes, so that they can be overwritten in place.
inline constexpr std::size_t last_words_size = 89;
Bytes encode_last_words(const LastWords& words);
/// Nothing if these are not the bytes of last words, or are damaged.
std::optional<LastWords> decode_last_words(ByteView bytes);

class Witness {
 public:
  Witness() = default;
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  virtual ~Witness() = default;

  /// What was written last. Empty: nothing ever was, or it is gone.
  [[nodiscard]] virtual Bytes read() const = 0;
  /// Replaces it. Errors: disk_full, read_only, io; the engine then is at its end, as when a commit fails.
  virtual Result<void> write(ByteView words) = 0;
  /// The machine that this runs on.
  [[nodiscard]] virtual DatabaseId machine() const = 0;
};

}  // namespace toxtore
