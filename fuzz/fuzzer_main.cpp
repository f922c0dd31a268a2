// The entry that libFuzzer calls. TOXTORE_FUZZ_TARGET names the function.
#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  toxtore::fuzz::TOXTORE_FUZZ_TARGET({data, size});
  return 0;
}
