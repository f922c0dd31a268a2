// A part of a test in a child process with a mount of its own: a disk that is small, or one that is read-only. Without
// root by a user namespace, where the system permits one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace toxtore {

/// What a test wants to see in a child process, where GoogleTest's own checks reach nobody.
class Checks {
 public:
  void operator()(bool holds, std::string_view what) {
    if (!holds) failures_ += std::string(what) + "; ";
  }
  [[nodiscard]] const std::string& failures() const { return failures_; }

 private:
  std::string failures_;
};

struct InMount {
  bool possible = false;  ///< false: the system permits no mount, and nothing was checked
  std::string failures;   ///< what did not hold; empty if all did
};

using MountBody = std::function<void(Checks&)>;

/// Runs `body` with an empty disk of that size mounted on the folder.
InMount in_small_disk(const std::filesystem::path& folder, std::uint64_t bytes, const MountBody& body);
/// Runs `body` with the folder as it is, but read-only.
InMount in_read_only(const std::filesystem::path& folder, const MountBody& body);

}  // namespace toxtore
