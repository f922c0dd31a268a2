// A QR code in characters: two rows of modules per line, as half blocks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/style.h"

namespace toxtore {

/// Modules of light around a code; readers need them (ISO/IEC 18004, section 6.3.8).
inline constexpr std::size_t qr_quiet_zone_modules = 4;

/// The modules of a code without its quiet zone, row by row from the top; true is dark.
struct QrCode {
  std::size_t size = 0;  ///< modules on a side
  std::vector<bool> dark;

  [[nodiscard]] bool is_dark(std::size_t row, std::size_t column) const { return dark[row * size + column]; }
  /// Columns that the drawn code takes, quiet zone included.
  [[nodiscard]] std::size_t columns() const { return size + 2 * qr_quiet_zone_modules; }
};

/// The smallest code for the text, with error correction level L: a screen has no dirt on it. Errors: too_long.
Result<QrCode> make_qr(std::string_view text);

/// Lines ended by "\n". With colours: black on white whatever the terminal's own are, so that it reads on dark and on
/// light ones. Without, light modules are drawn as blocks, which is right on a dark background; most readers take the
/// reverse too.
std::string draw_qr(const QrCode& code, bool colour);

/// The code of a text on lines of its own. A terminal that is too narrow gets a line that says so.
std::string qr_block(std::string_view text, const Style& style);

}  // namespace toxtore
