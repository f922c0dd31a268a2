// What happened in a run, in lines: a hash over all of them, and the last ones to show.
//
// Two runs of one seed are equal if their hashes are. Making text of everything would cost more than the rest of a
// run, so a line is a word and numbers; `Trace::line` makes text of it only where it is kept.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace toxtore::sim {

class Trace {
 public:
  /// Keeps the last `lines_kept` lines as text; 0 keeps none, and only the hash is made.
  explicit Trace(std::size_t lines_kept) : lines_kept_(lines_kept) {}

  void line(std::uint64_t at_ms, std::string_view who, std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
  /// With words that are made only where lines are kept.
  template <class Words>
  void line_of(std::uint64_t at_ms, std::string_view who, std::string_view what, std::uint64_t a, Words words) {
    mix(at_ms, who, what, a, 0);
    if (lines_kept_ > 0) keep(at_ms, who, std::string(what) + " " + words());
  }

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

 private:
  void mix(std::uint64_t at_ms, std::string_view who, std::string_view what, std::uint64_t a, std::uint64_t b);
  void mix(std::uint64_t number);
  void mix(std::string_view text);
  void keep(std::uint64_t at_ms, std::string_view who, const std::string& text);

  std::size_t lines_kept_;
  std::uint64_t hash_ = 0xCBF29CE484222325;
  std::deque<std::string> lines_;
};

}  // namespace toxtore::sim
