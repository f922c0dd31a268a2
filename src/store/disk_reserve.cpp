#include "store/disk_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/file_io.h"

namespace toxtore {
namespace {

constexpr std::uint64_t stat_block_bytes = 512;  // the unit of st_blocks, whatever the file system's own is

}  // namespace

std::uint64_t DiskReserve::held_bytes() const {
  struct stat status{};
  if (::stat(file_.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * stat_block_bytes;
}

Result<void> DiskReserve::check_room() const {
  struct statvfs disk{};
  if (::statvfs(file_.parent_path().c_str(), &disk) != 0) return {};  // not known: then writing will tell
  const std::uint64_t lacking = held_bytes() < disk_reserve_bytes ? disk_reserve_bytes : 0;
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free_bytes < lacking + disk_spare_bytes) return fail(disk_full_error(file_.parent_path()));
  return {};
}

Result<void> DiskReserve::make() const {
  if (held_bytes() >= disk_reserve_bytes) return {};
  const FileDescriptor out(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!out.is_open()) return fail(write_error("create", file_, errno));
  const int error_number = ::posix_fallocate(out.get(), 0, static_cast<off_t>(disk_reserve_bytes));
  if (error_number == 0) return {};
  ::unlink(file_.c_str());
  return fail(write_error("write", file_, error_number));
}

bool DiskReserve::release() const {
  if (::unlink(file_.c_str()) != 0) return false;
  // A journalling file system gives freed blocks out only after its own commit. If that fails, the next write tells.
  [[maybe_unused]] const Result<void> synced = sync_folder(file_.parent_path());
  return true;
}

}  // namespace toxtore
