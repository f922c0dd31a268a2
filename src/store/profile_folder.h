// The folder of one profile, `$XDG_DATA_HOME/toxtore/<profile>/`, mode 0700, and what lies in it:
//   toxtore.db (with -wal and -shm)  the database          key      the key file
//   lock                             held while running    reserve  4 MiB that can be freed on a full disk
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"

namespace toxtore {

/// A held lock; released when it goes (also by the kernel when the process dies).
class FolderLock {
 public:
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  friend class ProfileFolder;
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

class ProfileFolder {
 public:
  /// Makes the folder if it is not there. Errors: read_only, disk_full, io, denied (it belongs to someone else).
  static Result<ProfileFolder> open(std::filesystem::path folder);

  /// Errors: locked (another process holds it; the message names its process id if it can be told), read_only, io.
  [[nodiscard]] Result<std::unique_ptr<FolderLock>> lock() const;

  [[nodiscard]] std::filesystem::path database() const { return folder_ / "toxtore.db"; }
  [[nodiscard]] std::filesystem::path key() const { return folder_ / "key"; }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  explicit ProfileFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace toxtore
