// Roster statements in bytes (DESIGN 8): who is a device of this user, and on whose word.
//
// A statement is kind u8, then fields by kind, then extensions. A set of statements only grows; a statement of an
// unknown kind is kept and relayed. Its identity is the hash of its bytes. What a set of them means: sync/roster.h.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/ids.h"

namespace toxtore {

/// Numbers on the wire and on disk: given once, never reused.
enum class StatementKind : std::uint8_t {
  add = 1,     // key 32, by 32, made_ms u64, name length u8, name, count u8, hashes of removals it overrules 32 × count
  remove = 2,  // key 32, by 32, made_ms u64, count u8, cuts 8 × count, count u8, heads of the keys that stay 16 × count
  raise = 3,   // key 32, by 32, made_ms u64, count u8, cuts 8 × count
};

/// A device name is 1 to 64 bytes of UTF-8.
inline constexpr std::size_t device_name_size_max = 64;
/// A statement fits a roster packet of its own: 2 leading bytes, n u8, length u16 before it.
inline constexpr std::size_t statement_size_max = 1373 - 5;
/// Writers put at most so many hashes into an add, what is left of a statement beside the longest name. More removals
/// are overruled by several adds.
inline constexpr std::size_t overruled_max = 38;
/// And so many keys into a removal: twice as many as there should be devices, for those linked at the same time.
inline constexpr std::size_t kept_max = 64;
/// And so many cuts into a removal or raise, what is left of a removal beside `kept_max`. More logs take several.
inline constexpr std::size_t cuts_max = 33;

/// "`by` takes `key` for a device of the same user." A device's first statement is about itself (key == by).
struct DeviceAdd {
  PublicKey key;
  PublicKey by;
  std::uint64_t made_ms = 0;  ///< wall clock of `by`, for display only
  std::string name;           ///< of the device `key`, as it called itself
  std::vector<Hash> overrules;
  bool operator==(const DeviceAdd&) const = default;
};

/// Of one log of the device that a statement is about, the last number that counts.
struct LogCut {
  std::uint32_t incarnation = 0;
  std::uint32_t number = 0;  ///< 0: nothing of it counts
  bool operator==(const LogCut&) const = default;
};

/// The first 16 bytes of a key or of a statement's hash, which tell it apart from any that can be made on purpose: 32
/// whole keys would leave no room for cuts.
using Head = std::array<std::uint8_t, 16>;
Head head_of(const PublicKey& key);
Head head_of(const Hash& hash);

/// "`key` is no device of this user any more. What it logged counts up to the cuts, and of logs that are not named
/// nothing." `by` may be the device itself: it leaves.
struct DeviceRemoval {
  PublicKey key;
  PublicKey by;
  std::uint64_t made_ms = 0;  ///< wall clock of `by`, for display only
  std::vector<LogCut> cuts;
  /// What counts of the adds by `key`: those of these keys; and what an add overrules, of these hashes of adds.
  std::vector<Head> keep;
  bool operator==(const DeviceRemoval&) const = default;
};

/// "What `key` logged counts up to here": the user takes in what was put aside.
struct CutRaise {
  PublicKey key;
  PublicKey by;
  std::uint64_t made_ms = 0;
  std::vector<LogCut> cuts;
  bool operator==(const CutRaise&) const = default;
};

using Statement = std::variant<DeviceAdd, DeviceRemoval, CutRaise>;

/// It must fit `statement_size_max` (an assertion).
Bytes encode_statement(const Statement& statement);

/// Nothing for another kind or a malformed statement: it is kept, and counts for nothing.
std::optional<Statement> decode_statement(ByteView bytes);

}  // namespace toxtore
