// Backups. The first byte tells whether the seal is made good, since a fuzzer cannot find a hash; the others are the
// file.
#include "store/backup.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "choices.h"
#include "store/file_io.h"
#include "targets.h"

namespace toxtore::fuzz {
namespace {

constexpr std::size_t seal_size = 32;

void make_seal_good(Bytes& file) {
  if (file.size() < seal_size) return;
  const Hash seal = hash_of({as_bytes("toxtore backup"), ByteView(file).first(file.size() - seal_size)});
  std::ranges::copy(seal, file.end() - seal_size);
}

/// A folder of its own for what is unpacked, in memory.
class Place {
 public:
  Place() { require(::mkdtemp(path_.data()) != nullptr, "a folder can be made"); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/dev/shm/toxtore-fuzz-XXXXXX";
};

}  // namespace

void backups(ByteView input) {
  Choices choices(input);
  const bool good_seal = choices.flag();
  Bytes content = choices.rest();
  if (good_seal) make_seal_good(content);
  const FileDescriptor file(::memfd_create("backup", 0));
  require(::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()),
          "a file in memory can be written");
  const Place place;
  const auto folder = ProfileFolder::open(place.path());
  require(folder.has_value(), "the folder is ours");
  const auto unpacked = unpack_backup("/proc/self/fd/" + std::to_string(file.get()), *folder);
  if (!unpacked) return require(!unpacked.error().message.empty(), "what is refused is refused with a reason");
  const auto size = std::filesystem::file_size(folder->database()) + std::filesystem::file_size(folder->key());
  require(size < content.size(), "nothing comes out that was not in it");
}

}  // namespace toxtore::fuzz
