// What the methods ask of the program that they run in, and the engine does not know.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "engine/examination.h"
#include "model/ids.h"

namespace toxtore {

/// A backup to be written (store/backup.h). Without a passphrase of its own and not plain, it opens with the profile's.
struct BackupRequest {
  std::filesystem::path file;
  bool force = false;
  bool plain = false;
  std::optional<SecretText> passphrase;
};

/// Where a profile lies that is to be erased.
struct ProfilePlace {
  std::filesystem::path folder;
  std::filesystem::path state_file;
  std::vector<std::filesystem::path> older;  ///< what restored backups pushed aside, which goes with it
};

class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// The version of the program, such as "0.1.0".
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] virtual std::string profile_name() const = 0;
  /// Whether the database's key is wrapped by a passphrase.
  [[nodiscard]] virtual bool encrypted() const = 0;
  /// This device's Tox ID.
  [[nodiscard]] virtual ToxAddress address() const = 0;
  /// toxcore's savedata, in toxencryptsave's form if a passphrase is given (empty: none).
  [[nodiscard]] virtual Result<Bytes> export_profile(const std::string& passphrase) const = 0;

  /// Begins it. Errors: busy (one is being written), invalid_argument (neither a passphrase nor plain, for a profile
  /// without one).
  virtual Result<void> start_backup(BackupRequest request) = 0;
  [[nodiscard]] virtual bool backup_running() = 0;
  /// What became of the last one; nothing while it is being written, and before the first.
  [[nodiscard]] virtual std::optional<Result<void>> backup_report() = 0;

  /// The same for an examination of the profile. Errors: busy.
  virtual Result<void> start_examination(std::uint64_t wall_ms) = 0;
  [[nodiscard]] virtual bool examination_running() = 0;
  [[nodiscard]] virtual std::optional<Result<std::vector<Finding>>> examination_report() = 0;

  /// The program ends, and then erases all of the profile: its folder is gone when the connections have ended, or what
  /// could not be erased is still in it. Errors: busy (a backup or an examination is under way, or an older copy is in
  /// use), denied (the folder holds what is not the profile's; the message names it).
  virtual Result<ProfilePlace> erase_profile() = 0;
};

}  // namespace toxtore
