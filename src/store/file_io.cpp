#include "store/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace toxtore {
namespace {

std::string reason(int error_number) { return std::generic_category().message(error_number); }

/// Zeros from the beginning to the end of what is there.
void overwrite(const FileDescriptor& file, off_t size) {
  constexpr std::array<std::uint8_t, 4096> zeros{};
  for (off_t at = 0; at < size;) {
    const auto count = std::min<off_t>(size - at, static_cast<off_t>(zeros.size()));
    const ssize_t written = ::pwrite(file.get(), zeros.data(), static_cast<std::size_t>(count), at);
    if (written <= 0) return;
    at += written;
  }
  ::fsync(file.get());
}

/// Size of a file that has so many names; nothing if it has others, for a second name may be somebody's copy.
std::optional<off_t> size_with_names(const FileDescriptor& file, nlink_t names) {
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return std::nullopt;
  if (!S_ISREG(status.st_mode) || status.st_nlink != names) return std::nullopt;
  return status.st_size;
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (is_open()) ::close(descriptor_);
}

bool means_full(int error_number) { return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG; }

Error disk_full_error(const std::filesystem::path& folder) {
  return {ErrorKind::disk_full,
          "There is no space left for " + folder.string() + ": free some on that disk, then try again."};
}

Error write_error(std::string_view what, const std::filesystem::path& path, int error_number) {
  if (means_full(error_number)) return disk_full_error(path.parent_path());
  const std::string failed = "Cannot " + std::string(what) + " " + path.string() + ": " + reason(error_number) + ".";
  if (error_number == EROFS || error_number == EACCES || error_number == EPERM) {
    return {ErrorKind::read_only, failed + " Make the folder writable, or choose another one."};
  }
  return {ErrorKind::io, failed};
}

Result<Bytes> read_small_file(const std::filesystem::path& file, std::size_t size_max) {
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.is_open()) {
    const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
    return fail(kind, "Cannot read " + file.string() + ": " + reason(errno) + ".");
  }
  Bytes content(size_max + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(in.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::io, "Cannot read " + file.string() + ": " + reason(errno) + ".");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > size_max) return fail(ErrorKind::malformed, file.string() + " is longer than expected.");
  content.resize(size);
  return content;
}

Result<void> write_all(const FileDescriptor& out, ByteView content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const ssize_t written = ::write(out.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(write_error("write", file, errno));
    content = content.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(out.get()) != 0) return fail(write_error("write", file, errno));
  return {};
}

void overwrite_file(const std::filesystem::path& file) {
  const FileDescriptor out(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (const auto size = size_with_names(out, 1)) overwrite(out, *size);
}

void overwrite_nameless(const FileDescriptor& file) {
  if (const auto size = size_with_names(file, 0)) overwrite(file, *size);
}

Result<void> sync_file(const std::filesystem::path& file) {
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.is_open() || ::fsync(in.get()) != 0) return fail(write_error("write", file, errno));
  return {};
}

Result<void> replace_file(const std::filesystem::path& file, ByteView content) {
  const std::filesystem::path temporary = file.string() + ".tmp";
  ::unlink(temporary.c_str());  // left behind by a crash
  const FileDescriptor out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!out.is_open()) return fail(write_error("create", temporary, errno));
  Result<void> done = write_all(out, content, temporary);
  if (done) done = rename_file(temporary, file);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail(write_error("replace", to, errno));
  return sync_folder(to.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path opened = folder.empty() ? "." : folder;
  const FileDescriptor in(::open(opened.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!in.is_open() || ::fsync(in.get()) != 0) {
    return fail(ErrorKind::io, "Cannot make the folder " + opened.string() + " durable: " + reason(errno) + ".");
  }
  return {};
}

}  // namespace toxtore
