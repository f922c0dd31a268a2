// The store on disk: one SQLCipher database in WAL mode, synchronous=FULL.
//
// Layout, schema versions and migrations: sql_schema.h. The file's own name and place: profile_folder.h. Runs on
// SQLCipher 3.4 (Debian 12) and 4.6 (Debian 13), each opening the other's files.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/key_file.h"
#include "store/store.h"

namespace toxtore {

/// 4 MiB, kept in a file beside the database: freed when a commit finds the disk full, so that this one commit can
/// still succeed (DESIGN 6). `SqlStore::reserve_used` then tells the owner to stop taking in anything.
inline constexpr std::uint64_t disk_reserve_bytes = 4 * 1024 * 1024;

class SqlStore : public Store {
 public:
  /// Opens or creates the database. Errors, nothing changed by any of them: wrong_passphrase (the key does not open
  /// it), foreign_file (no database, or one of another program), newer_schema, corrupt, disk_full, read_only, io. The
  /// caller holds the profile's lock (profile_folder.h).
  static Result<std::unique_ptr<SqlStore>> open(const std::filesystem::path& file, const DatabaseKey& key);

  /// True once a commit succeeded only because the reserve was freed.
  [[nodiscard]] virtual bool reserve_used() const = 0;
};

}  // namespace toxtore
