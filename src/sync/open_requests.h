// What is open at one peer: the blocks and tails that it was asked for, and what it did not deliver of them.
//
// A peer serves a block in ascending order, and (in_order) its blocks in the order in which they were asked for. So a
// number below one that came, and the rest of a block before one that has begun, will not come: it is free for others,
// and for this peer again after a wait that doubles from a minute to an hour until everything was delivered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/holdings.h"

namespace toxtore {

/// A silent source is given so long; and the first wait before it is asked again, and the longest.
inline constexpr std::uint64_t patience_ms = 60'000;
inline constexpr std::uint64_t retry_wait_ms_max = 3'600'000;

class OpenRequests {
 public:
  using Range = NumberRanges::Range;
  struct Tail {
    std::uint32_t after = 0;               ///< what is above comes by itself
    std::uint64_t due_since_ms = 0;        ///< the peer has announced what did not come; 0: it has not
    std::uint64_t overtaken_since_ms = 0;  ///< others have announced what the peer has not
  };

  explicit OpenRequests(bool in_order) : in_order_(in_order) {}

  void ask_block(const LogId& log, const Range& range) { blocks_.push_back({log, range}); }
  void ask_tail(const LogId& log, std::uint32_t after) { tails_[log] = {after}; }
  /// Nothing of this log is open any more.
  void close(const LogId& log);

  /// Whether this event was asked for; also one that was given up since.
  [[nodiscard]] bool asked(const Dot& dot) const;
  void came(const Dot& dot);
  /// The peer is at work, though not on what is open here.
  void heard() { progressed_ = true; }

  /// Closes what is finished, passed over or not answered in time; `held` tells what came.
  void settle(const Holdings& held, std::uint64_t now_ms);
  /// These did not come, and are free for others.
  void give_up(const LogId& log, const NumberRanges& numbers, std::uint64_t now_ms);
  /// When `settle` gives up what is open, if nothing comes.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  [[nodiscard]] std::map<LogId, Tail>& tails() { return tails_; }
  [[nodiscard]] const std::map<LogId, Tail>& tails() const { return tails_; }
  [[nodiscard]] std::size_t block_count(const LogId& log) const;
  /// All numbers of a log that are to come from this peer.
  [[nodiscard]] NumberRanges open(const LogId& log) const;
  /// How many numbers of blocks are to come.
  [[nodiscard]] std::uint64_t count(const Holdings& held) const;
  /// Numbers that it may not be asked for yet.
  [[nodiscard]] NumberRanges waiting(const LogId& log, std::uint64_t now_ms) const;
  /// When the next of these may be asked for.
  [[nodiscard]] std::optional<std::uint64_t> retry_ms(const LogId& log) const;

 private:
  struct Block {
    LogId log;
    Range range;  // what is left of it: above what came
  };
  struct Undelivered {
    NumberRanges numbers;
    std::uint64_t wait_ms = 0;
    std::uint64_t not_before_ms = 0;
  };
  void settle_passed(const Holdings& held, std::uint64_t now_ms);

  bool in_order_;
  std::vector<Block> blocks_;  // in the order in which they were asked for
  std::map<LogId, NumberRanges> passed_;
  std::map<LogId, Tail> tails_;
  std::map<LogId, Undelivered> undelivered_;
  bool progressed_ = false;
  std::uint64_t silent_since_ms_ = 0;
};

}  // namespace toxtore
