// UTF-8: Tox texts should be UTF-8, but nothing makes a peer's bytes so.
#pragma once

#include <string>
#include <string_view>

namespace toxtore {

/// Whether the text is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// The text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD. For display and JSON only: what
/// is stored and synchronised is always the bytes as they came.
std::string to_valid_utf8(std::string_view text);

}  // namespace toxtore
