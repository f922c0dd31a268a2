// Small files and system errors: what the key file, the profile folder and the disk reserve share.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace toxtore {

/// An open file, closed when it goes.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Whether an errno says that there is no room: disk, quota, or the limit on file sizes (RLIMIT_FSIZE).
bool means_full(int error_number);

/// The error for a failed write, creation or rename: disk_full, read_only or io. `what` completes "Cannot …".
Error write_error(std::string_view what, const std::filesystem::path& path, int error_number);

/// The user-facing error for a disk without room. `folder` is named in it.
Error disk_full_error(const std::filesystem::path& folder);

/// The whole file. Errors: not_found, io; malformed if it is longer than `size_max`.
Result<Bytes> read_small_file(const std::filesystem::path& file, std::size_t size_max);

/// Writes or atomically replaces the file (temporary file, fsync, rename, fsync of the folder), mode 0600. Errors:
/// disk_full, read_only, io; what was there before then stands.
Result<void> replace_file(const std::filesystem::path& file, ByteView content);

/// Writes all of it and makes it durable. Errors: disk_full, read_only, io.
Result<void> write_all(const FileDescriptor& out, ByteView content, const std::filesystem::path& file);

/// Overwrites the bytes of a file in place, where the file system has them in one place and no other name leads to
/// them. What cannot be overwritten stays; nobody is told, since nothing can be done about it.
void overwrite_file(const std::filesystem::path& file);
/// The same with a file that was opened for writing before its name went to another one.
void overwrite_nameless(const FileDescriptor& file);

/// Makes the content of a file durable that another program part wrote.
Result<void> sync_file(const std::filesystem::path& file);

/// Atomically gives a file another name in the same folder, durably. Errors as above.
Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes the names in a folder durable.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace toxtore
