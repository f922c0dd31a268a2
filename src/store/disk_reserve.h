// 4 MiB of disk that are held back for the one commit that finds the disk full (DESIGN 6).
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace toxtore {

/// 4 MiB, kept in a file beside the database: freed when a commit finds the disk full, so that this one commit can
/// still succeed. The engine's largest transaction is far below it.
inline constexpr std::uint64_t disk_reserve_bytes = std::uint64_t{4} * 1024 * 1024;
/// 1 MiB: what must be free beside the reserve, so that a store that opens can also do something.
inline constexpr std::uint64_t disk_spare_bytes = std::uint64_t{1024} * 1024;

class DiskReserve {
 public:
  explicit DiskReserve(std::filesystem::path file) : file_(std::move(file)) {}

  /// Whether there is room for what lacks of the reserve, and `disk_spare_bytes`. Changes nothing. Error: disk_full.
  [[nodiscard]] Result<void> check_room() const;
  /// Makes the file, with blocks of its own, if it is not there in full. Errors: disk_full, read_only, io; then it is
  /// not there at all.
  [[nodiscard]] Result<void> make() const;
  /// Gives the room back. False if there was no reserve.
  [[nodiscard]] bool release() const;
  /// How much disk the file has. Not its length: a copied profile may have the file with a hole in it.
  [[nodiscard]] std::uint64_t held_bytes() const;

 private:
  std::filesystem::path file_;
};

}  // namespace toxtore
