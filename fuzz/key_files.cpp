// Key files. The first byte tells whether the file's check is made good, since a fuzzer cannot find a hash; the others
// are the file.
#include "store/key_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "choices.h"
#include "targets.h"

namespace toxtore::fuzz {
namespace {

constexpr std::size_t check_size = 16;
constexpr std::size_t cost_offset = 10;
constexpr std::size_t wrapped_size = 130;

void make_check_good(Bytes& file) {
  if (file.size() < check_size) return;
  const ByteView content = ByteView(file).first(file.size() - check_size);
  const Hash check = hash_of({as_bytes("toxtore key file"), content});
  std::copy_n(check.begin(), check_size, file.end() - check_size);
}

/// A wrapped file may ask for a gigabyte and half a minute: too long for a fuzzer.
bool is_cheap(const Bytes& file) {
  if (file.size() != wrapped_size) return true;
  Choices costs(ByteView(file).subspan(cost_offset));
  for (int i = 0; i < 7; ++i) {
    if (costs.u8() != 0) return false;
  }
  if (costs.u8() > 2) return false;
  for (int i = 0; i < 6; ++i) {
    if (costs.u8() != 0) return false;
  }
  return costs.u16() <= 0x4000;
}

}  // namespace

void key_files(ByteView input) {
  Choices choices(input);
  const bool good_check = choices.flag();
  Bytes content = choices.rest();
  if (good_check) make_check_good(content);
  const int descriptor = ::memfd_create("key", 0);
  require(
      descriptor >= 0 && ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
      "a file in memory can be written");
  const std::filesystem::path file = "/proc/self/fd/" + std::to_string(descriptor);
  const auto state = inspect_key_file(file);
  if (is_cheap(content)) {
    const auto key = read_key_file(file, "correct horse");
    require(!key || state.has_value(), "a file that gives a key is a whole one");
    if (state == KeyFileState::plain) require(key.has_value(), "a plain file gives its key");
  }
  require(!read_key_file(file, std::nullopt) || state == KeyFileState::plain, "a wrapped file needs its passphrase");
  ::close(descriptor);
}

}  // namespace toxtore::fuzz
