#include "cli/qr.h"

#include <gtest/gtest.h>
#include <qrencode.h>

#include <memory>
#include <sstream>

namespace toxtore {
namespace {

const std::string content = "tox:" + std::string(70, 'A') + "012345";

/// The modules of a drawing, quiet zone included, read back from its characters. `inverse`: blocks are light.
std::vector<std::vector<bool>> modules_of(const std::string& drawing, bool inverse) {
  std::vector<std::vector<bool>> rows;
  std::istringstream lines(drawing);
  for (std::string line; std::getline(lines, line);) {
    std::vector<bool> upper, lower;
    for (std::size_t i = 0; i < line.size();) {
      const std::string_view rest = std::string_view(line).substr(i);
      if (rest[0] == '\x1b') {
        i += rest.find('m') + 1;
        continue;
      }
      const bool full = rest.starts_with("█"), top = rest.starts_with("▀"), bottom = rest.starts_with("▄");
      EXPECT_TRUE(full || top || bottom || rest[0] == ' ') << line;
      upper.push_back((full || top) != inverse);
      lower.push_back((full || bottom) != inverse);
      i += rest[0] == ' ' ? 1 : 3;
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

void expect_drawn(const std::string& drawing, bool inverse) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> reference(
      QRcode_encodeString(content.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), QRcode_free);
  const auto width = static_cast<std::size_t>(reference->width);
  const auto rows = modules_of(drawing, inverse);
  ASSERT_EQ(rows.size(), width + 8 + (width % 2));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ASSERT_EQ(rows[row].size(), width + 8);
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const bool inside = row >= 4 && row < width + 4 && column >= 4 && column < width + 4;
      const bool dark = inside && (reference->data[(row - 4) * width + column - 4] & 1) != 0;
      ASSERT_EQ(rows[row][column], dark) << row << " " << column;
    }
  }
}

TEST(Qr, DrawingHasTheModulesOfLibqrencodeInAQuietZoneOfFour) {
  const auto code = make_qr(content);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->columns(), code->size + 8);
  expect_drawn(draw_qr(*code, true), false);
  expect_drawn(draw_qr(*code, false), true);
}

TEST(Qr, ColoursAreSetAndTakenBackOnEveryLine) {
  const auto code = make_qr(content);
  ASSERT_TRUE(code);
  std::istringstream lines(draw_qr(*code, true));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("\x1b[38;5;16;48;5;231m"));
    EXPECT_TRUE(line.ends_with("\x1b[0m"));
  }
  EXPECT_EQ(draw_qr(*code, false).find('\x1b'), std::string::npos);
}

TEST(Qr, AToxIdFitsATerminalOfEightyColumns) {
  const auto code = make_qr(content);
  ASSERT_TRUE(code);
  EXPECT_LE(code->columns(), 80U);
}

TEST(Qr, TooLongATextIsAnError) {
  const auto code = make_qr(std::string(4000, 'x'));
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().kind, ErrorKind::too_long);
}

}  // namespace
}  // namespace toxtore
