#include "sim/trace.h"

#include <array>
#include <cstdio>

namespace toxtore::sim {

void Trace::mix(std::uint64_t number) {
  hash_ = (hash_ ^ number) * 0x9FB21C651E98DF25;
  hash_ ^= hash_ >> 32;
}

// FNV-1a.
void Trace::mix(std::string_view text) {
  for (const char letter : text) hash_ = (hash_ ^ static_cast<std::uint8_t>(letter)) * 0x100000001B3;
}

void Trace::mix(std::uint64_t at_ms, std::string_view who, std::string_view what, std::uint64_t a, std::uint64_t b) {
  mix(at_ms);
  mix(who);
  mix(what);
  mix(a);
  mix(b);
}

void Trace::line(std::uint64_t at_ms, std::string_view who, std::string_view what, std::uint64_t a, std::uint64_t b) {
  mix(at_ms, who, what, a, b);
  if (lines_kept_ > 0) keep(at_ms, who, std::string(what) + " " + std::to_string(a) + " " + std::to_string(b));
}

void Trace::keep(std::uint64_t at_ms, std::string_view who, const std::string& text) {
  std::array<char, 32> time{};
  std::snprintf(time.data(), time.size(), "%10.3f ", static_cast<double>(at_ms) / 1000.0);
  lines_.push_back(time.data() + std::string(who) + ": " + text);
  if (lines_.size() > lines_kept_) lines_.pop_front();
}

}  // namespace toxtore::sim
