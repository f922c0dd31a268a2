// The store on disk: one SQLCipher database in WAL mode, synchronous=FULL.
//
// Layout, schema versions and migrations: sql_schema.h. The file's own name and place: profile_folder.h; with its key
// file: profile_store.h. Runs on SQLCipher 3.4 (Debian 12) and 4.6 (Debian 13), each opening the other's files. The
// questions that it answers are one class each: sql_log.h, sql_messages.h, sql_search.h, sql_rows.h, sql_memory.h.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

  /// Another connection, for reading only, to a database that this process has open already; it may be used in another
  /// thread. Errors: as above.
  static Result<std::unique_ptr<SqlStore>> open_beside(const std::filesystem::path& file, const DatabaseKey& key);
  /// One that is nowhere on disk: to make a view anew in, and compare.
  static Result<std::unique_ptr<SqlStore>> open_in_memory();

  /// The key that it was opened with, for a connection or a file of its own.
  [[nodiscard]] virtual DatabaseKey key() const = 0;

  /// Whether texts were erased, here or before this start, of which the files may still hold something: words in older
  /// segments of the search index, pages in the write-ahead log.
  [[nodiscard]] virtual bool scrub_due() const = 0;
  /// Takes that out: merges the whole search index, writes the log back and empties it. Takes time with the size of the
  /// index (some 5 s for a million messages). While another connection reads, the log stays and scrub_due with it.
  virtual Result<void> scrub() = 0;

  /// What SQLite finds wrong with the file, in its words; nothing if it is whole. Reads all of it. A fault is not set.
  virtual std::vector<std::string> integrity_problems() = 0;

  /// All reads of `work` see one moment, whatever is written by other connections.
  virtual void read_at_once(const std::function<void()>& work) = 0;

  /// True once the disk reserve was freed for a commit: the owner stops taking in anything until there is room.
  [[nodiscard]] virtual bool reserve_used() const = 0;
};

}  // namespace toxtore
