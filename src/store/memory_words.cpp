#include "store/memory_words.h"

#include <algorithm>
#include <cstdint>

#include "store/store.h"

namespace toxtore {
namespace {

constexpr char32_t latin_1_letters_begin = 0xC0;
constexpr char32_t latin_1_end = 0x100;

/// U+00C0 to U+00FF in lower case and without accents; a space where there is no letter (× and ÷).
constexpr std::u32string_view latin_1_folded =
    U"aaaaaaæceeeeiiii"
    U"ðnooooo øuuuuyþß"
    U"aaaaaaæceeeeiiii"
    U"ðnooooo øuuuuyþy";

/// The character that stands for this one in a word; nothing if it ends a word.
std::u32string fold(char32_t character) {
  if (character >= 'A' && character <= 'Z') return {character + ('a' - 'A')};
  if ((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9')) return {character};
  if (character < latin_1_letters_begin) return {};
  if (character >= latin_1_end) return {character};
  const char32_t folded = latin_1_folded[character - latin_1_letters_begin];
  return folded == U' ' ? std::u32string() : std::u32string{folded};
}

/// Reads one character of UTF-8 without asking for well-formed text.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  if (first < 0xC0) return first;
  char32_t character = first < 0xE0 ? first & 0x1F : first < 0xF0 ? first & 0x0F : first & 0x07;
  while (!text.empty() && (static_cast<std::uint8_t>(text.front()) & 0xC0) == 0x80) {
    character = character << 6 | (static_cast<std::uint8_t>(text.front()) & 0x3F);
    text.remove_prefix(1);
  }
  return character;
}

void put_character(std::string& out, char32_t character) {
  if (character < 0x80) {
    out.push_back(static_cast<char>(character));
  } else {  // any form that is one to one will do: it is only compared
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(0x80 | (character >> shift & 0xFF)));
  }
}

bool stands_at(const std::vector<std::string>& phrase, const std::vector<std::string>& words, std::size_t at) {
  for (std::size_t i = 0; i + 1 < phrase.size(); ++i) {
    if (words[at + i] != phrase[i]) return false;
  }
  return words[at + phrase.size() - 1].starts_with(phrase.back());
}

bool contains(const std::vector<std::string>& words, const std::vector<std::string>& phrase) {
  for (std::size_t at = 0; at + phrase.size() <= words.size(); ++at) {
    if (stands_at(phrase, words, at)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> words_in(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  std::vector<std::string> words;
  bool in_word = false;
  while (!text.empty()) {
    const std::u32string folded = fold(take_character(text));
    if (folded.empty()) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    put_character(words.back(), folded.front());
  }
  return words;
}

MemorySearch::MemorySearch(std::string_view words) {
  constexpr std::string_view spaces = " \t\n\v\f\r";
  std::size_t left = search_words_max;
  words = words.substr(0, words.find('\0'));
  while (left > 0 && !words.empty()) {
    const std::string_view word = words.substr(0, words.find_first_of(spaces));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    std::vector<std::string> phrase = words_in(word);
    phrase.resize(std::min(phrase.size(), left));
    left -= phrase.size();
    if (!phrase.empty()) phrases_.push_back(std::move(phrase));
  }
}

bool MemorySearch::finds(std::string_view text) const {
  const std::vector<std::string> words = words_in(text);
  return !phrases_.empty() &&
         std::ranges::all_of(phrases_, [&](const auto& phrase) { return contains(words, phrase); });
}

}  // namespace toxtore
