// Virtual time: what is to happen when, the earliest first, and in the order in which it was put in at one moment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

namespace toxtore::sim {

class Timeline {
 public:
  using Act = std::function<void()>;

  [[nodiscard]] std::uint64_t now_ms() const { return now_ms_; }
  void after(std::uint64_t ms, Act act) { entries_.push({now_ms_ + ms, ++count_, std::move(act)}); }

  /// Does the next thing that is due by then; false if there is none, and then it is that time.
  bool step(std::uint64_t until_ms);

 private:
  struct Entry {
    std::uint64_t at_ms;
    std::uint64_t number;
    Act act;
    bool operator<(const Entry& other) const {
      return at_ms != other.at_ms ? at_ms > other.at_ms : number > other.number;
    }
  };
  std::uint64_t now_ms_ = 0;
  std::uint64_t count_ = 0;
  std::priority_queue<Entry> entries_;
};

}  // namespace toxtore::sim
