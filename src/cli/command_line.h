// The command line while it is read: the CLI11 apps, and for each command how to make its value.
//
// Private to the parser: the commands themselves are in arguments.cpp and *_arguments.cpp.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "cli/help.h"

namespace toxtore::command_line {

/// A command as its help describes it.
struct Described {
  const char* name;
  const char* summary;
  const char* description;
  const char* example;
};

class Parser {
 public:
  using Build = std::function<Outcome<Command>()>;

  /// With the options of all commands, and no command yet.
  Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() = default;

  // --- Adding commands. `build` runs after the words were read, so it finds what was given for its options.

  /// The heading of the commands that are added next.
  void begin(const char* heading) { heading_ = heading; }
  CLI::App* root() { return &app_; }
  CLI::App* group(const char* name, const char* description);
  CLI::App* add(CLI::App* parent, const Described& described);
  void on(CLI::App* app, Build build) { builds_.emplace_back(app, std::move(build)); }

  // --- Reading.

  std::variant<Arguments, Information, Failure> parse(const std::vector<std::string>& words);
  [[nodiscard]] bool json() const { return json_->count() > 0; }
  [[nodiscard]] const std::vector<HelpEntry>& entries() const { return entries_; }

 private:
  void add_global_options();
  Outcome<GlobalOptions> global_options() const;
  Outcome<Arguments> chosen() const;
  Failure usage_failure(const CLI::ParseError& error) const;
  std::string chosen_path() const;

  CLI::App app_;
  CLI::Option* profile_ = nullptr;
  CLI::Option* socket_ = nullptr;
  CLI::Option* json_ = nullptr;
  std::string heading_;
  std::vector<HelpEntry> entries_;
  std::vector<std::pair<CLI::App*, Build>> builds_;
};

CLI::Option* positional(CLI::App* app, const char* name, const char* description);
/// Any number of words, which may be left out.
CLI::Option* positional_words(CLI::App* app, const char* name, const char* description);
CLI::Option* flag(CLI::App* app, const char* name, const std::string& description);
CLI::Option* value(CLI::App* app, const char* name, const char* type, const char* description);

/// What was given for an option, each word as it was typed. Read raw: CLI11's conversions change "{}" and the like.
std::vector<std::string> list_of(const CLI::Option* option);
/// The same with one space between the words.
std::string words_of(const CLI::Option* option);
/// Nothing if that is no number.
std::optional<std::uint64_t> number_of(const CLI::Option* option);

void add_friend_commands(Parser& parser);
void add_message_commands(Parser& parser);
void add_device_commands(Parser& parser);
void add_profile_commands(Parser& parser);
void add_upkeep_commands(Parser& parser);

}  // namespace toxtore::command_line
