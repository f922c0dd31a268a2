// Another folder in the place of a profile's, as one step: the way a restored backup and a database under a new key
// take the place of what is there.
//
// The new one is made whole in `.NAME.new` beside the profile (no profile's name begins with a dot), then both folders
// change names in one system call (renameat2, RENAME_EXCHANGE). So a crash at any point leaves the old profile or the
// new one under the profile's name. What a crash leaves of `.NAME.new` goes with the next swap.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "store/profile_folder.h"

namespace toxtore {

class ProfileSwap {
 public:
  /// Makes the empty folder. `profile` need not exist. Errors: those of ProfileFolder::open, locked.
  static Result<ProfileSwap> begin(const std::filesystem::path& profile);
  ProfileSwap(ProfileSwap&&) = default;
  /// Removes the new folder, unless it is in place.
  ~ProfileSwap();

  /// The new one, locked.
  [[nodiscard]] const ProfileFolder& folder() const { return *folder_; }

  /// Puts it in place. The old one gets the name `keep_as` beside it, or is removed. Whoever calls this holds the old
  /// one's lock. Errors: io (a file system that cannot exchange folders; the message says what to do), read_only.
  Result<void> finish(const std::optional<std::filesystem::path>& keep_as);

 private:
  ProfileSwap(std::filesystem::path profile, ProfileFolder folder, std::unique_ptr<FolderLock> lock)
      : profile_(std::move(profile)), folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path profile_;
  std::optional<ProfileFolder> folder_;  ///< none: moved from, or in place
  std::unique_ptr<FolderLock> lock_;
};

/// Where a swap that a crash broke off left what it was making; it need not be there.
std::filesystem::path unfinished_swap_of(const std::filesystem::path& profile);

/// What a profile is called beside its place once a restored backup has taken that.
std::filesystem::path name_to_keep(const std::filesystem::path& profile);
/// The folders of such names that are there, in order.
std::vector<std::filesystem::path> kept_of(const std::filesystem::path& profile);

/// Removes a profile's folder; the key file's bytes are overwritten first, where the file system writes in place.
void remove_profile(const std::filesystem::path& folder);

}  // namespace toxtore
