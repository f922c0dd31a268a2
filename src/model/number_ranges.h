// A set of numbers of one log, kept as ranges: its cost is the number of gaps, not of numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace toxtore {

class NumberRanges {
 public:
  /// Both ends included, `from` not above `until`.
  struct Range {
    std::uint32_t from = 1;
    std::uint32_t until = 1;
    bool operator==(const Range&) const = default;
    [[nodiscard]] std::uint64_t count() const { return std::uint64_t{until} - from + 1; }
  };

  NumberRanges() = default;
  explicit NumberRanges(const Range& range) { add(range); }

  void add(const Range& range);
  void add(std::uint32_t number) { add({number, number}); }
  void remove(const Range& range);
  void remove(const NumberRanges& others);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] bool contains(std::uint32_t number) const { return range_of(number).has_value(); }
  [[nodiscard]] bool contains(const Range& range) const;
  /// The whole range that a number is in.
  [[nodiscard]] std::optional<Range> range_of(std::uint32_t number) const;
  /// The lowest and the highest range.
  [[nodiscard]] std::optional<Range> first() const;
  [[nodiscard]] std::optional<Range> last() const;
  /// The greatest number, 0 if there is none.
  [[nodiscard]] std::uint32_t top() const { return ranges_.empty() ? 0 : ranges_.rbegin()->second; }
  /// How many numbers, and in how many ranges.
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::size_t range_count() const { return ranges_.size(); }

  /// What is here and not there; what is in both.
  [[nodiscard]] NumberRanges without(const NumberRanges& others) const;
  [[nodiscard]] NumberRanges within(const Range& range) const;
  [[nodiscard]] NumberRanges within(const NumberRanges& others) const;

  /// From the first to the last number of each range, ascending; ranges never touch.
  [[nodiscard]] const std::map<std::uint32_t, std::uint32_t>& ranges() const& { return ranges_; }
  const std::map<std::uint32_t, std::uint32_t>& ranges() const&& = delete;
  bool operator==(const NumberRanges&) const = default;

 private:
  std::map<std::uint32_t, std::uint32_t> ranges_;
};

}  // namespace toxtore
