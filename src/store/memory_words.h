// Words of a text and searching in it, for the naive store: what FTS4 with the unicode61 tokeniser does, as far as
// basic Latin letters with and without accents go. Other scripts: no case, and every character from U+0100 on counts
// as a letter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toxtore {

/// A user's search, read as store.h says (SearchQuery).
class MemorySearch {
 public:
  explicit MemorySearch(std::string_view words);
  [[nodiscard]] bool finds(std::string_view text) const;

 private:
  /// The parts of one word, which must stand side by side; the last one may go on.
  std::vector<std::vector<std::string>> phrases_;
};

/// The letters and digits of a text, folded: "Grün, 2x" is "grun", "2x". Ends at the first NUL.
std::vector<std::string> words_in(std::string_view text);

}  // namespace toxtore
