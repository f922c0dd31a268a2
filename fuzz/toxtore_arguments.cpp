#include <sstream>

#include "cli/arguments.h"
#include "targets.h"

namespace toxtore::fuzz {

void toxtore_arguments(ByteView input) {
  std::vector<std::string> words;
  std::istringstream text(to_text(input));
  for (std::string word; std::getline(text, word, '\0');) words.push_back(word);
  const auto parsed = parse_arguments(words);
  if (const auto* failure = std::get_if<Failure>(&parsed)) {
    require(failure->code == ExitCode::usage && !failure->message.empty(), "what is wrong is said");
    failure_text(*failure, asks_for_json(words));
  } else if (const auto* information = std::get_if<Information>(&parsed)) {
    require(!information->text.empty(), "help is a text");
  }
}

}  // namespace toxtore::fuzz
