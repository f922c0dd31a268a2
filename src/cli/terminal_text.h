// Text from strangers on a terminal: made harmless, measured, cut, padded and wrapped.
//
// Names and messages come from friends, and a terminal obeys what is written to it: escape sequences can retitle the
// window, clear the screen or fill the clipboard. So nothing that a peer wrote is printed but through
// `harmless_line` or `harmless_lines`. What they replace:
//
//   U+0000 to U+001F, U+007F               shown as their pictures, U+2400 and up; a tab becomes one space
//   U+0080 to U+009F                       U+FFFD: the second set of controls, which terminals obey in UTF-8 as well
//   U+2028, U+2029                         U+FFFD: line and paragraph separator
//   U+202A to U+202E, U+2066 to U+2069     U+FFFD: they turn the direction of what we print behind them
//   bytes that are not UTF-8               U+FFFD
//
// Widths are columns as the C library's wcwidth counts them. Terminals differ on emoji that are joined from several;
// there a column of a table may stand one or two cells off. All functions are pure but for that table of the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toxtore {

/// Whether a code point must not reach a terminal.
bool is_harmful(char32_t code_point);

/// The text as one line: a newline is shown as its picture.
std::string harmless_line(std::string_view text);

/// The text split at its newlines ("\n" and "\r\n"), each line harmless; at least one line, newlines at the end are
/// left out.
std::vector<std::string> harmless_lines(std::string_view text);

/// "1 event", "2 events": a count and what is counted.
std::string counted(std::uint64_t count, std::string_view noun);

/// Columns that a harmless line takes.
std::size_t display_width(std::string_view line);

/// The line, or as much of it as fits with a "…" behind it into `columns` (at least 1).
std::string cut_to_width(std::string_view line, std::size_t columns);

/// The line with spaces behind it up to `columns`; a longer one stays as it is.
std::string padded(std::string_view line, std::size_t columns);

/// The line broken at spaces so that each piece takes at most `columns`. A word that is longer (an address to click on)
/// stays whole. `columns` 0: not broken.
std::vector<std::string> wrapped(std::string_view line, std::size_t columns);

}  // namespace toxtore
