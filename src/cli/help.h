// The text of --help, for the program, for a group of commands ("friend") and for one command.
//
// CLI11's own formatter neither wraps nor shows what a command looks like within its group, so this one is put in its
// place. Options and their descriptions still come from CLI11, so that help and parser cannot drift apart.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace toxtore {

/// A command as the help shows it.
struct HelpEntry {
  const CLI::App* app = nullptr;
  std::string heading;  ///< under which the list of all commands shows it
  std::string path;     ///< "friend add"
  std::string summary;  ///< a few words, for the lists
  std::string example;  ///< lines ended by "\n"
};

/// The help for `app`: the program itself, a group, or a command. `entries` in the order to be shown; `global` holds
/// the options of all commands, which is the program itself.
std::string help_text(const CLI::App& app, const CLI::App& global, const std::vector<HelpEntry>& entries);

}  // namespace toxtore
