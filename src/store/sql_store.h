// The store on disk: one SQLCipher database in WAL mode, synchronous=FULL.
//
// Layout, schema versions and migrations: sql_schema.h. The file's own name and place: profile_folder.h; with its key
// file: profile_store.h. Runs on SQLCipher 3.4 (Debian 12) and 4.6 (Debian 13), each opening the other's files. The
// questions that it answers are one class each: sql_log.h, sql_messages.h, sql_search.h, sql_rows.h, sql_memory.h.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/key_file.h"
#include "store/store.h"

namespace toxtore {

class SqlStore : public Store {
 public:
  /// Opens or creates the database, and makes the disk reserve (disk_reserve.h) beside it. Errors, nothing changed by
  /// any of them: foreign_file (no database, one of another program, or one that this key does not open: the
  /// passphrase was right, or there would be no key), newer_schema, corrupt, disk_full, read_only, locked, io. The
  /// caller holds the profile's lock (profile_folder.h).
  static Result<std::unique_ptr<SqlStore>> open(const std::filesystem::path& file, const DatabaseKey& key);

  /// True once the disk reserve was freed for a commit: the owner stops taking in anything until there is room.
  [[nodiscard]] virtual bool reserve_used() const = 0;
};

}  // namespace toxtore
