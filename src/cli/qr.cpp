#include "cli/qr.h"

#include <qrencode.h>

#include <memory>

namespace toxtore {
namespace {

// From the fixed part of the 256 colours: 0 to 15 are whatever the user's theme makes of them.
constexpr std::string_view black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view own_colours = "\x1b[0m";

/// Whether there is a dark module at a place of the drawing, whose quiet zone is light, as is what lies outside.
bool drawn_dark(const QrCode& code, std::size_t row, std::size_t column) {
  const std::size_t from = qr_quiet_zone_modules;
  const std::size_t to = qr_quiet_zone_modules + code.size;
  return row >= from && row < to && column >= from && column < to && code.is_dark(row - from, column - from);
}

std::string_view half_blocks(bool upper, bool lower) {
  if (upper && lower) return "█";
  if (upper) return "▀";
  return lower ? "▄" : " ";
}

}  // namespace

Result<QrCode> make_qr(std::string_view text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> made(
      QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
  if (!made) return fail(ErrorKind::too_long, "the text does not fit a QR code");
  QrCode code;
  code.size = static_cast<std::size_t>(made->width);
  code.dark.reserve(code.size * code.size);
  for (std::size_t i = 0; i < code.size * code.size; ++i) code.dark.push_back((made->data[i] & 1) != 0);
  return code;
}

std::string draw_qr(const QrCode& code, bool colour) {
  std::string drawing;
  for (std::size_t row = 0; row < code.columns(); row += 2) {
    if (colour) drawing += black_on_white;
    for (std::size_t column = 0; column < code.columns(); ++column) {
      const bool upper = drawn_dark(code, row, column);
      const bool lower = drawn_dark(code, row + 1, column);
      drawing += colour ? half_blocks(upper, lower) : half_blocks(!upper, !lower);
    }
    if (colour) drawing += own_colours;
    drawing += '\n';
  }
  return drawing;
}

std::string qr_block(std::string_view text, const Style& style) {
  const auto code = make_qr(text);
  if (!code) return "";
  if (style.columns != 0 && code->columns() > style.columns)
    return "\n  (The terminal is too narrow for the QR code: " + std::to_string(code->columns()) + " columns.)\n";
  return "\n" + draw_qr(*code, style.colour);
}

}  // namespace toxtore
