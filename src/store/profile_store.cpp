#include "store/profile_store.h"

#include <unistd.h>

#include <system_error>

#include "store/file_io.h"

namespace toxtore {
namespace {

/// An empty file counts as none: that is what a crash can leave of a database that was about to be made.
bool has_database(const ProfileFolder& folder) {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(folder.database(), ignored);
  return !ignored && size > 0;
}

/// The key file that belongs to the database: key.new if a crash came before its renaming.
std::filesystem::path key_of_database(const ProfileFolder& folder) {
  std::error_code ignored;
  const bool unfinished =
      !std::filesystem::exists(folder.key(), ignored) && std::filesystem::exists(folder.new_key(), ignored);
  return unfinished ? folder.new_key() : folder.key();
}

Result<std::unique_ptr<SqlStore>> open_present(const ProfileFolder& folder,
                                               const std::optional<std::string_view>& passphrase) {
  const std::filesystem::path key_file = key_of_database(folder);
  const Result<DatabaseKey> key = read_key_file(key_file, passphrase);
  if (!key) return fail(key.error());
  Result<std::unique_ptr<SqlStore>> store = SqlStore::open(folder.database(), *key);
  if (!store || key_file == folder.key()) return store;
  const Result<void> renamed = rename_file(key_file, folder.key());
  if (!renamed) return fail(renamed.error());
  return store;
}

Result<std::unique_ptr<SqlStore>> begin_new(const ProfileFolder& folder,
                                            const std::optional<std::string_view>& passphrase, Random& random,
                                            PassphraseCost cost) {
  const DatabaseKey key(random);
  const Result<void> written = write_key_file(folder.new_key(), key, passphrase, random, cost);
  if (!written) return fail(written.error());
  Result<std::unique_ptr<SqlStore>> store = SqlStore::open(folder.database(), key);
  if (!store) {
    ::unlink(folder.new_key().c_str());
    return store;
  }
  const Result<void> renamed = rename_file(folder.new_key(), folder.key());
  if (!renamed) return fail(renamed.error());
  return store;
}

}  // namespace

Result<ProfileState> inspect_profile(const ProfileFolder& folder) {
  const bool database = has_database(folder);
  const Result<KeyFileState> key = inspect_key_file(database ? key_of_database(folder) : folder.key());
  if (!key) return fail(key.error());
  if (database && *key == KeyFileState::absent) {
    return fail(ErrorKind::corrupt, folder.database().string() + " is there, but its key file " +
                                        folder.key().string() +
                                        " is not, and nothing else opens it: put the key file back from a backup.");
  }
  if (!database && *key != KeyFileState::absent) {
    return fail(ErrorKind::corrupt,
                folder.key().string() + " is there, but its database " + folder.database().string() +
                    " is not: put the database back, or move the key file away to begin a new profile.");
  }
  if (!database) return ProfileState::absent;
  return *key == KeyFileState::plain ? ProfileState::plain : ProfileState::wrapped;
}

Result<std::unique_ptr<SqlStore>> open_profile(const ProfileFolder& folder,
                                               const std::optional<std::string_view>& passphrase, Random& random,
                                               PassphraseCost cost) {
  const Result<ProfileState> state = inspect_profile(folder);
  if (!state) return fail(state.error());
  return *state == ProfileState::absent ? begin_new(folder, passphrase, random, cost)
                                        : open_present(folder, passphrase);
}

}  // namespace toxtore
