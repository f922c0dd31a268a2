#include "harness/waiting.h"

#include <thread>

namespace toxtore {

void wait_until(const std::string& what, const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw TestFailure("waited " + std::to_string(patience.count() / 1000) + " s in vain for: " + what);
    }
    std::this_thread::sleep_for(look_interval);
  }
}

}  // namespace toxtore
