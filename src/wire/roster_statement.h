// Roster statements in bytes (DESIGN 8): who is a device of this user, and on whose word.
//
// A statement is kind u8, then fields by kind, then extensions. A set of statements only grows; a statement of an
// unknown kind is kept and relayed. Its identity is the hash of its bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/ids.h"

namespace toxtore {

/// Numbers on the wire and on disk: given once, never reused.
enum class StatementKind : std::uint8_t {
  add = 1,  // key 32, by 32, made_ms u64, name length u8, name, count u8, hashes of removals it overrules 32 × count
  // 2 remove, 3 raise
};

/// A device name is 1 to 64 bytes of UTF-8.
inline constexpr std::size_t device_name_size_max = 64;
/// A statement fits a roster packet of its own: 2 leading bytes, n u8, length u16 before it.
inline constexpr std::size_t statement_size_max = 1373 - 5;

/// "`by` takes `key` for a device of the same user." A device's first statement is about itself (key == by).
struct DeviceAdd {
  PublicKey key;
  PublicKey by;
  std::uint64_t made_ms = 0;  ///< wall clock of `by`, for display only
  std::string name;           ///< of the device `key`, as it called itself
  std::vector<Hash> overrules;
  bool operator==(const DeviceAdd&) const = default;
};

Bytes encode_statement(const DeviceAdd& add);

/// Nothing for another kind or a malformed statement: it is kept, and counts for nothing.
std::optional<DeviceAdd> decode_device_add(ByteView statement);

}  // namespace toxtore
