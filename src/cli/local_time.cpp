#include "cli/local_time.h"

#include <array>
#include <ctime>

namespace toxtore {
namespace {

/// The end of the year 9999, UTC, less a day for the time zones: what four digits can show.
constexpr std::uint64_t shown_max_ms = 253'402'214'400'000;

std::string formatted(std::uint64_t time_ms, const char* format) {
  if (time_ms >= shown_max_ms) return "?";
  const auto seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return "?";
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &local)};
}

}  // namespace

std::string local_date(std::uint64_t time_ms) { return formatted(time_ms, "%Y-%m-%d"); }
std::string local_day(std::uint64_t time_ms) { return formatted(time_ms, "%a %Y-%m-%d"); }
std::string local_clock(std::uint64_t time_ms) { return formatted(time_ms, "%H:%M"); }
std::string local_date_and_clock(std::uint64_t time_ms) { return formatted(time_ms, "%Y-%m-%d %H:%M"); }

}  // namespace toxtore
