// The profile on disk: opening it, and making a new one whole or not at all.
//
// A new profile begins with everything that can fail without the disk: the imported file is read and its passphrase
// tried before anything is written. Then the store makes key file and database (profile_store.h), and one transaction
// puts toxcore's savedata into it. A crash in between leaves a database without a Tox ID and without any event: the
// next start goes on from there, with an import too. A failure in between takes back what was made.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "daemon/options.h"
#include "store/profile_folder.h"
#include "store/sql_store.h"

namespace toxtore {

/// What the daemon keeps under these names in the store's memory (Store::remember).
namespace daemon_memory {
/// toxcore's savedata.
inline constexpr std::string_view profile = "profile";
/// There while the friends of an imported profile have not become friends of the view.
inline constexpr std::string_view import_pending = "import_pending";
}  // namespace daemon_memory

/// A passphrase that was given or typed; none: there is none, or nobody gave it.
using Passphrase = std::optional<SecretText>;
inline std::optional<std::string_view> view_of(const Passphrase& passphrase) {
  return passphrase ? std::optional(passphrase->view()) : std::nullopt;
}

/// The passphrase of a profile that has one, from where the options say or the terminal; none if nobody can be asked.
Result<Passphrase> known_passphrase(const Options& options);

struct Profile {
  std::optional<ProfileFolder> files;
  std::unique_ptr<FolderLock> lock;  ///< before the store, so that it is released after it
  std::unique_ptr<SqlStore> store;
  SecretBytes savedata;
  bool encrypted = false;       ///< the key is wrapped by a passphrase
  bool import_pending = false;  ///< the friends in `savedata` are to be taken over
  bool made_now = false;        ///< this start made it

  /// Opens the profile that the options name, or makes it. Asks for passphrases where they are needed, not given, and
  /// someone is at the terminal. Errors: locked, wrong_passphrase, foreign_file, newer_schema, corrupt, malformed,
  /// disk_full, read_only, already_exists (an import into a profile that is there), those of reading a passphrase, io.
  static Result<Profile> open(const Options& options, Random& random);

  /// Tells the user of a profile that `open` made, once it is sure that it stays.
  void announce(const Options& options) const;

  /// Takes back what `open` made, for a start that failed later: the same command can then be given again.
  static void discard(const Options& options, Profile profile);

  /// Whether all that lies in the folder, and in those that restored backups pushed aside, is the profile's, so that
  /// nothing else goes with it. Errors: denied (something is not, or the folder is a link to another place), busy
  /// (another toxtored runs on one pushed aside), io; the message names it.
  [[nodiscard]] Result<void> may_be_erased() const;
  /// Erases the whole profile from the disk, its key first, what restored backups pushed aside (profile_swap.h), and
  /// its state file. Errors: io (what is left is still there).
  static Result<void> erase(const Options& options, Profile profile);
};

/// Makes toxcore's savedata durable.
Result<void> save_profile(Store& store, ByteView savedata);

}  // namespace toxtore
