// A backup: one file with all that a profile is, so that the file and its passphrase are all that is needed.
//
// It is a copy of the database (encrypted as that is, under the same key) with the key file and a seal behind it;
// docs/PROTOCOL.md draws the bytes. It is made through SQLite's backup interface in one read transaction, so it is the
// state of one moment while the daemon goes on. Without network, clock and threads; whoever calls this may take a
// thread of its own, since it opens a connection of its own.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "store/key_file.h"
#include "store/profile_folder.h"

namespace toxtore {

/// What to write over.
enum class Overwrite { never, allowed };

/// `key_file`: its bytes, as key_file_bytes gives them or as the profile's own has them. The file has mode 0600 and
/// appears under its name when it is whole and durable; after an error there is nothing that was not there before.
/// Errors: already_exists, not_found (no such folder), disk_full, read_only, corrupt (of the database), io.
Result<void> write_backup(const std::filesystem::path& database, const DatabaseKey& key, ByteView key_file,
                          const std::filesystem::path& file, Overwrite overwrite);

/// The database under another key, in a new file: for a key that may be known to others. Errors as above.
Result<void> copy_database(const std::filesystem::path& from, const DatabaseKey& key, const std::filesystem::path& to,
                           const DatabaseKey& new_key);

/// Puts database and key file of a backup into an empty profile folder, after the seal was found right. Errors:
/// not_found, foreign_file (no backup of Toxtore), newer_schema (of a later version), corrupt (cut off or changed),
/// disk_full, read_only, io.
Result<void> unpack_backup(const std::filesystem::path& file, const ProfileFolder& folder);

}  // namespace toxtore
