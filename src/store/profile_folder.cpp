#include "store/profile_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "store/file_io.h"

namespace toxtore {
namespace {

constexpr mode_t only_owner = S_IRWXU;

/// Makes the folder and those above it that are not there.
Result<void> make_folder(const std::filesystem::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) == 0) return {};
  const std::filesystem::path parent = folder.parent_path();
  if (!parent.empty() && parent != folder) {
    const Result<void> made = make_folder(parent);
    if (!made) return made;
  }
  if (::mkdir(folder.c_str(), only_owner) != 0 && errno != EEXIST) return fail(write_error("make", folder, errno));
  return sync_folder(parent);
}

/// It must be a folder of this user, and nobody else's to look into.
Result<void> check_owner(const std::filesystem::path& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return fail(write_error("open", folder, errno));
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::io, folder.string() + " is not a folder: choose another place for the profile.");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorKind::denied,
                folder.string() + " belongs to another user: run toxtored as that user, or choose another folder.");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::chmod(folder.c_str(), only_owner) != 0) {
    return fail(write_error("protect", folder, errno));
  }
  return {};
}

/// The process id that the holder of the lock wrote, as " (process 123)", or nothing.
std::string holder(const FileDescriptor& lock) {
  std::string text(16, '\0');
  const ssize_t size = ::pread(lock.get(), text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  text.resize(std::min(text.find('\n'), text.size()));
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return number ? " (process " + text + ")" : "";
}

}  // namespace

Result<ProfileFolder> ProfileFolder::open(std::filesystem::path folder) {
  if (!folder.has_filename()) folder = folder.parent_path();  // "profile/" is "profile"
  folder = std::filesystem::absolute(folder);
  const Result<void> made = make_folder(folder);
  if (!made) return fail(made.error());
  const Result<void> checked = check_owner(folder);
  if (!checked) return fail(checked.error());
  return ProfileFolder(std::move(folder));
}

Result<std::unique_ptr<FolderLock>> ProfileFolder::lock() const {
  const std::filesystem::path file = folder_ / "lock";
  FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock.is_open()) return fail(write_error("create", file, errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(write_error("lock", file, errno));
    return fail(ErrorKind::locked, "Another toxtored" + holder(lock) + " is running on " + folder_.string() +
                                       ": use that one, or stop it first.");
  }
  const std::string id = std::to_string(::getpid()) + "\n";
  // Only for the message above, so it may fail: a full disk is no reason to have no lock.
  if (::ftruncate(lock.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(lock.get(), id.data(), id.size(), 0);
  }
  return std::make_unique<FolderLock>(std::move(lock));
}

// The folder's own descriptor is locked: no further file, and it goes with the process.
Result<std::unique_ptr<FolderLock>> ProfileFolder::lock_key() const {
  FileDescriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return fail(write_error("open", folder_, errno));
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return std::make_unique<FolderLock>(std::move(folder));
  if (errno != EWOULDBLOCK) return fail(write_error("lock", folder_, errno));
  return fail(ErrorKind::busy, "The passphrase of " + folder_.string() + " is being changed at this moment.");
}

}  // namespace toxtore
