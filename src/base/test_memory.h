// For tests: how much memory the program has in use, for bounds that are to be measured.
#pragma once

#include <sys/resource.h>

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
// Declared here: g++'s own package has the function, but not the header that declares it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT(bugprone-reserved-identifier)
#else
#include <malloc.h>
#endif

namespace toxtore {

/// Bytes that are allocated now, by whatever part of the program.
inline std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;  // in arenas, and in mappings of their own
#endif
}

/// The most bytes that the program ever had in real memory.
inline std::size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;  // KiB on Linux
}

/// How much more it is than at the beginning.
class MemoryGrowth {
 public:
  [[nodiscard]] std::size_t bytes() const {
    const std::size_t now = allocated_bytes();
    return now > begin_ ? now - begin_ : 0;
  }
  /// How much more it was at its most, also if that was given back since.
  [[nodiscard]] std::size_t peak() const { return peak_bytes() - peak_begin_; }

 private:
  std::size_t begin_ = allocated_bytes();
  std::size_t peak_begin_ = peak_bytes();
};

}  // namespace toxtore
