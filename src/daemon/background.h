// Long reading work beside the loop: one piece at a time, in a thread of its own, with a database connection of its
// own. It is given copies of what it needs and shares nothing else with the daemon.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <optional>

#include "base/result.h"

namespace toxtore {

template <class Report>
class Background {
 public:
  /// False if the last one is still at work.
  bool start(std::function<Result<Report>()> work) {
    if (running()) return false;
    report_.reset();
    future_ = std::async(std::launch::async, std::move(work));
    return true;
  }

  [[nodiscard]] bool running() {
    if (future_.valid() && future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
      report_ = future_.get();
    return future_.valid();
  }

  /// What the last one came to; nothing while it runs, and before the first.
  [[nodiscard]] const std::optional<Result<Report>>& report() {
    (void)running();
    return report_;
  }

  // When this goes, it waits for the work's end: a backup is finished, not broken off.

 private:
  std::future<Result<Report>> future_;
  std::optional<Result<Report>> report_;
};

}  // namespace toxtore
