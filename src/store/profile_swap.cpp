#include "store/profile_swap.h"

#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

#include "store/file_io.h"

namespace toxtore {
namespace {

constexpr std::string_view kept_mark = ".before-restore-";

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

std::filesystem::path name_to_keep(const std::filesystem::path& profile) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return profile.parent_path() / (profile.filename().string() + std::string(kept_mark) + std::to_string(seconds));
}

std::vector<std::filesystem::path> kept_of(const std::filesystem::path& profile) {
  std::vector<std::filesystem::path> kept;
  const std::string begin = profile.filename().string() + std::string(kept_mark);
  std::error_code failed;
  for (std::filesystem::directory_iterator each(profile.parent_path(), failed), end; !failed && each != end;
       each.increment(failed)) {
    const std::string name = each->path().filename().string();
    const bool digits = name.size() > begin.size() && name.find_first_not_of("0123456789", begin.size()) == name.npos;
    if (name.starts_with(begin) && digits && std::filesystem::is_directory(each->symlink_status()))
      kept.push_back(each->path());
  }
  std::ranges::sort(kept);
  return kept;
}

void remove_profile(const std::filesystem::path& folder) {
  for (const char* name : {"key", "key.new"}) overwrite_file(folder / name);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

}  // namespace toxtore
