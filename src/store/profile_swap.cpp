#include "store/profile_swap.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <system_error>

#include "store/file_io.h"

namespace toxtore {
namespace {

Result<void> exchange(const std::filesystem::path& one, const std::filesystem::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0)
    return sync_folder(other.parent_path());
  if (errno != EINVAL && errno != ENOSYS) return fail(write_error("replace", other, errno));
  return fail(ErrorKind::io, "The file system of " + other.string() +
                                 " cannot exchange two folders in one step, and in two a crash could lose both: move "
                                 "the profile's folder away by hand, or to another file system, then try again.");
}

}  // namespace

Result<ProfileSwap> ProfileSwap::begin(const std::filesystem::path& profile) {
  const std::filesystem::path target = std::filesystem::absolute(profile);
  const std::filesystem::path place = unfinished_swap_of(target);
  std::error_code ignored;
  if (std::filesystem::exists(place, ignored)) {
    // Left behind by a crash, unless another program is at it this very moment.
    const Result<ProfileFolder> left = ProfileFolder::open(place);
    if (!left) return fail(left.error());
    const auto lock = left->lock();
    if (!lock) return fail(lock.error());
    remove_profile(place);
  }
  Result<ProfileFolder> folder = ProfileFolder::open(place);
  if (!folder) return fail(folder.error());
  Result<std::unique_ptr<FolderLock>> lock = folder->lock();
  if (!lock) return fail(lock.error());
  return ProfileSwap(target, std::move(*folder), std::move(*lock));
}

ProfileSwap::~ProfileSwap() {
  if (folder_ && lock_) remove_profile(folder_->path());
}

Result<void> ProfileSwap::finish(const std::optional<std::filesystem::path>& keep_as) {
  const std::filesystem::path place = folder_->path();
  std::error_code ignored;
  if (!std::filesystem::exists(profile_, ignored)) {
    const Result<void> renamed = rename_file(place, profile_);
    if (renamed) folder_.reset();
    return renamed;
  }
  Result<void> exchanged = exchange(place, profile_);
  if (!exchanged) return exchanged;
  folder_.reset();
  if (keep_as) return rename_file(place, *keep_as);
  remove_profile(place);
  return {};
}

std::filesystem::path unfinished_swap_of(const std::filesystem::path& profile) {
  return profile.parent_path() / ("." + profile.filename().string() + ".new");
}

void remove_profile(const std::filesystem::path& folder) {
  for (const char* name : {"key", "key.new"}) overwrite_file(folder / name);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

}  // namespace toxtore
