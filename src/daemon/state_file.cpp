#include "daemon/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/hash.h"

namespace toxtore {
namespace {

constexpr std::size_t machine_id_size_max = 256;

tl::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& path, int error_number) {
  Error error = write_error(what, path, error_number);
  error.message += " It says what this device logged last; --state-file puts it elsewhere.";
  return fail(std::move(error));
}

}  // namespace

DatabaseId machine_id(const std::filesystem::path& file) {
  DatabaseId id{};
  const auto content = read_small_file(file, machine_id_size_max);
  if (!content || content->empty()) return id;
  static constexpr std::string_view label = "toxtore machine 1";
  const Hash hash = hash_of({as_bytes(label), *content});
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

Result<std::unique_ptr<StateFile>> StateFile::open(const std::filesystem::path& file) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  if (failed) return cannot("make", file.parent_path(), failed.value());
  FileDescriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!opened.is_open()) return cannot("open", file, errno);
  if (::fchmod(opened.get(), S_IRUSR | S_IWUSR) != 0) return cannot("protect", file, errno);
  return std::make_unique<StateFile>(file, std::move(opened), machine_id());
}

Bytes StateFile::read() const {
  Bytes words(last_words_size + 1);  // one more, so that what is too long shows
  const ssize_t size = ::pread(file_.get(), words.data(), words.size(), 0);
  words.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return words;
}

Result<void> StateFile::write(ByteView words) {
  const ssize_t written = ::pwrite(file_.get(), words.data(), words.size(), 0);
  if (written < 0) return cannot("write", path_, errno);
  if (static_cast<std::size_t>(written) < words.size()) return cannot("write", path_, ENOSPC);
  if (::ftruncate(file_.get(), static_cast<off_t>(words.size())) != 0) return cannot("write", path_, errno);
  return {};
}

}  // namespace toxtore
