#include "cli/terminal_text.h"

#include <algorithm>
#include <clocale>
#include <cstdint>
#include <cwchar>
#include <utility>

#include "base/utf8.h"

namespace toxtore {
namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::string_view ellipsis = "…";

struct CodePoint {
  char32_t value = 0;
  std::string_view bytes;
};

/// Takes the first code point off. `text` is well-formed UTF-8 and not empty.
CodePoint take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  const CodePoint taken{value, text.substr(0, length)};
  text.remove_prefix(length);
  return taken;
}

/// For U+0800 to U+FFFF only, which is all that is put in for what is taken out.
void append_three_bytes(std::string& text, char32_t c) {
  text += static_cast<char>(0xE0 | (c >> 12));
  text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  text += static_cast<char>(0x80 | (c & 0x3F));
}

char32_t stand_in(char32_t harmful) {
  if (harmful < 0x20) return 0x2400 + harmful;
  return harmful == 0x7F ? char32_t{0x2421} : replacement;
}

/// While it lives, the calling thread classifies characters as Unicode does, whatever the user's locale is.
class UnicodeLocale {
 public:
  UnicodeLocale() : previous_(::uselocale(unicode())) {}
  UnicodeLocale(const UnicodeLocale&) = delete;
  UnicodeLocale& operator=(const UnicodeLocale&) = delete;
  ~UnicodeLocale() { ::uselocale(previous_); }

 private:
  /// C.UTF-8 is part of Debian's C library. Null where it is missing: then the locale stays as it is.
  static locale_t unicode() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t previous_;
};

std::size_t columns_of(char32_t c) {
  if (c >= 0x20 && c < 0x7F) return 1;
  const int width = ::wcwidth(static_cast<wchar_t>(c));
  if (width >= 0) return static_cast<std::size_t>(width);
  // Newer than the library's Unicode. What is added to these blocks are emoji.
  return c >= 0x1F000 && c < 0x20000 ? 2 : 1;
}

std::string without_trailing_newlines(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

bool is_harmful(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string harmless_line(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string harmless;
  harmless.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const CodePoint c = take_code_point(rest);
    if (c.value == '\t')
      harmless += ' ';
    else if (is_harmful(c.value))
      append_three_bytes(harmless, stand_in(c.value));
    else
      harmless += c.bytes;
  }
  return harmless;
}

std::vector<std::string> harmless_lines(std::string_view text) {
  const std::string kept = without_trailing_newlines(text);
  std::vector<std::string> lines;
  for (std::string_view rest = kept;;) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(harmless_line(line));
    if (end == std::string_view::npos) return lines;
    rest.remove_prefix(end + 1);
  }
}

std::size_t display_width(std::string_view line) {
  const UnicodeLocale unicode;
  const std::string valid = to_valid_utf8(line);
  std::size_t width = 0;
  for (std::string_view rest = valid; !rest.empty();) width += columns_of(take_code_point(rest).value);
  return width;
}

std::string cut_to_width(std::string_view line, std::size_t columns) {
  if (display_width(line) <= columns) return std::string(line);
  const UnicodeLocale unicode;
  const std::string valid = to_valid_utf8(line);
  std::string cut;
  std::size_t width = 1;  // of the ellipsis
  for (std::string_view rest = valid; !rest.empty();) {
    const CodePoint c = take_code_point(rest);
    width += columns_of(c.value);
    if (width > columns) break;
    cut += c.bytes;
  }
  return cut.append(ellipsis);
}

std::string padded(std::string_view line, std::size_t columns) {
  const std::size_t width = display_width(line);
  return std::string(line).append(width < columns ? columns - width : 0, ' ');
}

std::vector<std::string> wrapped(std::string_view line, std::size_t columns) {
  if (columns == 0 || display_width(line) <= columns) return {std::string(line)};
  std::vector<std::string> pieces;
  std::string piece;
  std::size_t width = 0;
  while (!line.empty()) {
    // A word with the spaces before it, so that what is not broken keeps its spacing.
    const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = std::min(line.find(' ', start), line.size());
    const std::size_t word_width = display_width(line.substr(0, end));
    if (!piece.empty() && width + word_width > columns) {
      pieces.push_back(std::exchange(piece, {}));
      width = 0;
      line.remove_prefix(start);
      continue;
    }
    piece += line.substr(0, end);
    width += word_width;
    line.remove_prefix(end);
  }
  pieces.push_back(std::move(piece));
  return pieces;
}

}  // namespace toxtore
