// Colours, for a terminal only. They help the eye; every fact is in the words too.
#pragma once

#include <string>
#include <string_view>

namespace toxtore {

enum class Tone { plain, strong, faint, good, warning };

struct Style {
  bool colour = false;
  /// Columns of the terminal; 0: unknown or no terminal, nothing is wrapped.
  std::size_t columns = 0;

  /// The text in that tone. It must be harmless already (terminal_text.h).
  [[nodiscard]] std::string paint(Tone tone, std::string_view text) const {
    if (!colour || tone == Tone::plain || text.empty()) return std::string(text);
    return std::string(start_of(tone)).append(text).append("\x1b[0m");
  }

 private:
  static constexpr std::string_view start_of(Tone tone) {
    switch (tone) {
      case Tone::strong: return "\x1b[1m";
      case Tone::faint: return "\x1b[2m";
      case Tone::good: return "\x1b[32m";
      case Tone::warning: return "\x1b[33m";
      case Tone::plain: break;
    }
    return "";
  }
};

}  // namespace toxtore
