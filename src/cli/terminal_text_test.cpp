#include "cli/terminal_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "cli/json_line.h"

namespace toxtore {
namespace {

// A decoder of its own, so that the tests do not lean on what they test. The text is well-formed.
std::vector<char32_t> code_points(const std::string& text) {
  std::vector<char32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0x7F >> length);
    for (std::size_t k = 1; k < length; ++k) c = c * 64 + (static_cast<unsigned char>(text[i + k]) & 0x3F);
    points.push_back(c);
    i += length;
  }
  return points;
}

std::string utf8(char32_t c) {
  std::string text;
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
  if (c < 0x10000) text += static_cast<char>(0xE0 | (c >> 12));
  if (c >= 0x10000) {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += static_cast<char>(0x80 | ((c >> 12) & 63));
  }
  text += static_cast<char>(0x80 | ((c >> 6) & 63));
  text += static_cast<char>(0x80 | (c & 63));
  return text;
}

bool steers_terminal(char32_t c) {
  return c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/// Texts in which what matters is frequent: controls, bidi, wide and combining characters, and bytes of all sorts.
rc::Gen<std::string> texts() {
  const auto special = rc::gen::elementOf(std::vector<std::string>{"\x1b[2J",
                                                                   "\x1b]0;owned\x07",
                                                                   "\r",
                                                                   "\n",
                                                                   "\r\n",
                                                                   "\t",
                                                                   "\x7f",
                                                                   "\xc2\x9b",
                                                                   "\xc2\x85",
                                                                   "\xe2\x80\xae",
                                                                   "\xe2\x81\xa6",
                                                                   "\xe2\x80\xa8",
                                                                   "漢",
                                                                   "é",
                                                                   "e\xcc\x81",
                                                                   "👍",
                                                                   "\xff",
                                                                   "\xe2\x80",
                                                                   " ",
                                                                   "word",
                                                                   "ä"});
  const auto any_byte = rc::gen::map(rc::gen::arbitrary<unsigned char>(),
                                     [](unsigned char byte) { return std::string(1, static_cast<char>(byte)); });
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(special, any_byte)),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const auto& piece : pieces) text += piece;
                        return text;
                      });
}

TEST(TerminalText, EscapeSequencesBecomePictures) {
  EXPECT_EQ(harmless_line("a\x1b[2Jb"), "a␛[2Jb");
  EXPECT_EQ(harmless_line("\x1b]0;title\x07"), "␛]0;title␇");
  EXPECT_EQ(harmless_line("a\nb\rc\x7f"), "a␊b␍c␡");
  EXPECT_EQ(harmless_line(std::string_view("a\0b", 3)), "a␀b");
  EXPECT_EQ(harmless_line("a\tb"), "a b");
}

TEST(TerminalText, SecondControlSetAndDirectionMarksAreReplaced) {
  EXPECT_EQ(harmless_line("\xc2\x9b"
                          "31m"),
            "\xEF\xBF\xBD"
            "31m");
  EXPECT_EQ(harmless_line("\xe2\x80\xae"
                          "gnp.exe"),
            "\xEF\xBF\xBD"
            "gnp.exe");
}

TEST(TerminalText, OrdinaryTextsStayAsTheyAre) {
  for (const char* text : {"", "plain", "Grüße, 漢字 und 👩‍💻", "שלום", "a\u00A0b"})
    EXPECT_EQ(harmless_line(text), text);
}

TEST(TerminalText, ExactlyTheSteeringCodePointsAreHarmful) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) ASSERT_EQ(is_harmful(c), steers_terminal(c)) << std::hex << unsigned(c);
}

RC_GTEST_PROP(TerminalText, NothingThatSteersATerminalSurvives, ()) {
  const auto text = *texts();
  const std::string line = harmless_line(text);
  RC_ASSERT(is_utf8(line));
  for (const char32_t c : code_points(line)) RC_ASSERT(!steers_terminal(c));
  for (const std::string& each : harmless_lines(text)) {
    RC_ASSERT(is_utf8(each));
    for (const char32_t c : code_points(each)) RC_ASSERT(!steers_terminal(c));
  }
}

RC_GTEST_PROP(TerminalText, JsonLinesAreHarmlessAndMeanTheSame, ()) {
  const std::string text = to_valid_utf8(*texts());
  const std::string line = json_line({{"text", text}});
  RC_ASSERT(line.back() == '\n');
  for (const char32_t c : code_points(line.substr(0, line.size() - 1))) RC_ASSERT(!steers_terminal(c));
  RC_ASSERT(nlohmann::json::parse(line) == nlohmann::json({{"text", text}}));
}

TEST(TerminalText, JsonLinesKeepAllOtherCharacters) {
  EXPECT_EQ(json_line("Grüße 漢 👍"), "\"Grüße 漢 👍\"\n");
  EXPECT_EQ(json_line("\xc2\x9b\x7f\xe2\x80\xae"), "\"\\u009b\\u007f\\u202e\"\n");
}

TEST(TerminalText, LinesAreSplitAndTrailingNewlinesLeftOut) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(harmless_lines(""), Lines{""});
  EXPECT_EQ(harmless_lines("a\nb"), (Lines{"a", "b"}));
  EXPECT_EQ(harmless_lines("a\r\nb\r\n\n"), (Lines{"a", "b"}));
  EXPECT_EQ(harmless_lines("\na\n\nb"), (Lines{"", "a", "", "b"}));
  EXPECT_EQ(harmless_lines("over\rwritten"), Lines{"over␍written"});
}

TEST(TerminalText, WidthCountsColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("äöü"), 3U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);
  EXPECT_EQ(display_width("漢字"), 4U);
  EXPECT_EQ(display_width("👍"), 2U);
}

RC_GTEST_PROP(TerminalText, CutFitsAndOnlyCutsWhatIsTooLong, ()) {
  const std::string line = harmless_line(*texts());
  const auto columns = *rc::gen::inRange<std::size_t>(1, 20);
  const std::string cut = cut_to_width(line, columns);
  RC_ASSERT(is_utf8(cut));
  RC_ASSERT(display_width(cut) <= columns);
  if (display_width(line) <= columns) RC_ASSERT(cut == line);
  if (cut != line) RC_ASSERT(cut.ends_with("…"));
}

RC_GTEST_PROP(TerminalText, PaddedHasTheWidth, ()) {
  const std::string line = harmless_line(*texts());
  const auto columns = *rc::gen::inRange<std::size_t>(0, 40);
  RC_ASSERT(display_width(padded(line, columns)) == std::max(columns, display_width(line)));
  RC_ASSERT(padded(line, columns).starts_with(line));
}

RC_GTEST_PROP(TerminalText, WrappingLosesNothingButSpacesAndFits, ()) {
  const std::string line = harmless_line(*texts());
  const auto columns = *rc::gen::inRange<std::size_t>(1, 20);
  const auto without_spaces = [](std::string text) {
    std::erase(text, ' ');
    return text;
  };
  std::string joined;
  for (const std::string& piece : wrapped(line, columns)) {
    joined += piece;
    // Too wide is only a word that stands alone, or spaces in front of one.
    const auto word = piece.find_first_not_of(' ');
    if (display_width(piece) > columns && word != std::string::npos)
      RC_ASSERT(piece.find(' ', word) == std::string::npos ||
                display_width(without_spaces(piece)) < display_width(piece));
  }
  RC_ASSERT(without_spaces(joined) == without_spaces(line));
  RC_ASSERT(wrapped(line, 0) == std::vector<std::string>{line});
}

TEST(TerminalText, WrapsAtSpacesAndKeepsLongWords) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrapped("see https://example.org/long/path now", 10),
            (Lines{"see", "https://example.org/long/path", "now"}));
  EXPECT_EQ(wrapped("漢字 漢字", 5), (Lines{"漢字", "漢字"}));
}

TEST(TerminalText, EveryCodePointIsMeasured) {
  // None may count as -1 columns cast to something huge.
  for (char32_t c = 0x20; c <= 0x10FFFF; c += 7) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    ASSERT_LE(display_width(utf8(c)), 2U) << std::hex << unsigned(c);
  }
}

}  // namespace
}  // namespace toxtore
