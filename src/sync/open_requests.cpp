#include "sync/open_requests.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace toxtore {

void OpenRequests::close(const LogId& log) {
  std::erase_if(blocks_, [&](const Block& block) { return block.log == log; });
  tails_.erase(log);
}

bool OpenRequests::asked(const Dot& dot) const {
  const LogId log = dot.log();
  const std::uint32_t number = dot.number();
  if (const auto tail = tails_.find(log); tail != tails_.end() && tail->second.after < number) return true;
  if (const auto late = undelivered_.find(log); late != undelivered_.end() && late->second.numbers.contains(number)) {
    return true;
  }
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    return block.log == log && block.range.from <= number && number <= block.range.until;
  });
}

void OpenRequests::came(const Dot& dot) {
  const LogId log = dot.log();
  const std::uint32_t number = dot.number();
  const auto block = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& open) {
    return open.log == log && open.range.from <= number && number <= open.range.until;
  });
  if (block == blocks_.end()) {
    const auto tail = tails_.find(log);
    if (tail != tails_.end() && tail->second.after < number) tail->second = {number};
    progressed_ = progressed_ || !in_order_;
    return;
  }
  progressed_ = true;
  passed_[log].add({block->range.from, number});
  block->range.from = number + 1;
  const bool finished = number == block->range.until;
  const auto end = finished ? std::next(block) : block;
  if (!in_order_) {
    if (finished) blocks_.erase(block);
    return;
  }
  for (auto before = blocks_.begin(); before != block; ++before) passed_[before->log].add(before->range);
  blocks_.erase(blocks_.begin(), end);
}

void OpenRequests::give_up(const LogId& log, const NumberRanges& numbers, std::uint64_t now_ms) {
  Undelivered& late = undelivered_[log];
  late.wait_ms = late.wait_ms == 0 ? patience_ms : std::min(2 * late.wait_ms, retry_wait_ms_max);
  late.not_before_ms = now_ms + late.wait_ms;
  for (const auto& [from, until] : numbers.ranges()) late.numbers.add({from, until});
}

void OpenRequests::settle_passed(const Holdings& held, std::uint64_t now_ms) {
  for (const auto& [log, numbers] : std::exchange(passed_, {})) {
    const NumberRanges lacking = numbers.without(held.numbers(log));
    if (!lacking.empty()) give_up(log, lacking, now_ms);
  }
  for (auto late = undelivered_.begin(); late != undelivered_.end();) {
    late->second.numbers.remove(held.numbers(late->first));
    late = late->second.numbers.empty() ? undelivered_.erase(late) : std::next(late);
  }
}

void OpenRequests::settle(const Holdings& held, std::uint64_t now_ms) {
  std::erase_if(blocks_, [&](const Block& block) { return held.numbers(block.log).contains(block.range); });
  if (std::exchange(progressed_, false) || blocks_.empty() || silent_since_ms_ == 0) silent_since_ms_ = now_ms;
  if (now_ms >= silent_since_ms_ + patience_ms) {
    for (const Block& block : std::exchange(blocks_, {})) passed_[block.log].add(block.range);
  }
  settle_passed(held, now_ms);
}

std::optional<std::uint64_t> OpenRequests::deadline_ms() const {
  return blocks_.empty() ? std::nullopt : std::optional(silent_since_ms_ + patience_ms);
}

std::size_t OpenRequests::block_count(const LogId& log) const {
  return static_cast<std::size_t>(
      std::count_if(blocks_.begin(), blocks_.end(), [&](const Block& block) { return block.log == log; }));
}

NumberRanges OpenRequests::open(const LogId& log) const {
  NumberRanges numbers;
  for (const Block& block : blocks_) {
    if (block.log == log) numbers.add(block.range);
  }
  if (const auto tail = tails_.find(log); tail != tails_.end()) numbers.add({tail->second.after + 1, open_end});
  return numbers;
}

std::uint64_t OpenRequests::count(const Holdings& held) const {
  std::uint64_t count = 0;
  for (const Block& block : blocks_) count += NumberRanges(block.range).without(held.numbers(block.log)).count();
  return count;
}

NumberRanges OpenRequests::waiting(const LogId& log, std::uint64_t now_ms) const {
  const auto late = undelivered_.find(log);
  if (late == undelivered_.end() || now_ms >= late->second.not_before_ms) return {};
  return late->second.numbers;
}

std::optional<std::uint64_t> OpenRequests::retry_ms(const LogId& log) const {
  const auto late = undelivered_.find(log);
  return late == undelivered_.end() ? std::nullopt : std::optional(late->second.not_before_ms);
}

}  // namespace toxtore
