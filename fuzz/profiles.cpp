#include "targets.h"
#include "tox/profile_file.h"

namespace toxtore::fuzz {

void profiles(ByteView input) {
  const auto savedata = load_profile(input, std::nullopt);
  if (!savedata) return require(!savedata.error().message.empty(), "a file that is refused is refused with a reason");
  require(!is_protected_profile(input), "a protected profile needs its passphrase");
  require(check_savedata(*savedata).has_value(), "what is taken has a key in it");
}

}  // namespace toxtore::fuzz
