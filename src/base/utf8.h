// UTF-8: Tox texts should be UTF-8, but nothing makes a peer's bytes so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toxtore {

/// Whether the text is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// The text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD. For display and JSON only: what
/// is stored and synchronised is always the bytes as they came.
std::string to_valid_utf8(std::string_view text);

/// The text in pieces of at most `size_max` bytes (at least 4), none of which ends inside of a character. Where there
/// is no well-formed UTF-8, bytes are cut as they come; together the pieces are the text. An empty text has none.
std::vector<std::string_view> split_at_code_points(std::string_view text, std::size_t size_max);

}  // namespace toxtore
