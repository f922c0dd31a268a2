// The folder of one profile, `$XDG_DATA_HOME/toxtore/<profile>/`, mode 0700, and what lies in it:
//   toxtore.db (with -wal and -shm)  the database          key      the key file (key.new while a profile is made)
//   lock                             held while running    reserve  4 MiB that can be freed on a full disk
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/file_io.h"

namespace toxtore {

/// A held lock; released when it goes (also by the kernel when the process dies).
class FolderLock {
 public:
  explicit FolderLock(FileDescriptor file) : file_(std::move(file)) {}

 private:
  FileDescriptor file_;
};

class ProfileFolder {
 public:
  /// Makes the folder if it is not there, and takes the rights of other users from it. Errors: read_only, disk_full,
  /// io, denied (it belongs to someone else).
  static Result<ProfileFolder> open(std::filesystem::path folder);

  /// Errors: locked (another process holds it; the message names its process id if it can be told), disk_full,
  /// read_only, io.
  [[nodiscard]] Result<std::unique_ptr<FolderLock>> lock() const;

  /// For who replaces the key file: whatever holds `lock`, one at a time. Errors: busy, io.
  [[nodiscard]] Result<std::unique_ptr<FolderLock>> lock_key() const;

  [[nodiscard]] std::filesystem::path database() const { return folder_ / "toxtore.db"; }
  [[nodiscard]] std::filesystem::path key() const { return folder_ / "key"; }
  [[nodiscard]] std::filesystem::path new_key() const { return folder_ / "key.new"; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  explicit ProfileFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace toxtore
