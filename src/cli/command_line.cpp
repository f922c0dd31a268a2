#include "cli/command_line.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace toxtore::command_line {
namespace {

// CLI11 takes a word "++" for the end of a command and "[a,b]" for two words, even where a message is expected
// ("toxtore send Anna ++"). Such words are handed over behind a guard that no one types, and read without it.
constexpr char guard = '\x01';

bool needs_guard(const std::string& word) {
  return word == "++" || word.starts_with(guard) || (word.starts_with('[') && word.ends_with(']'));
}
std::string guarded(const std::string& word) { return needs_guard(word) ? guard + word : word; }
std::string unguarded(const std::string& word) { return word.starts_with(guard) ? word.substr(1) : word; }

/// As toxtored has it: the name becomes part of a path.
bool is_profile_name(std::string_view name) {
  constexpr std::size_t size_max_bytes = 64;
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= size_max_bytes && name.front() != '.' &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Parser::Parser()
    : app_(
          "Friends, messages and devices of a Tox user whose history is the same on every device.\n"
          "toxtore talks to toxtored, which must be running for the profile.",
          "toxtore") {
  app_.formatter_fn(
      [this](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_text(*app, app_, entries_); });
  app_.fallthrough();
  app_.require_subcommand(1);
  app_.set_help_flag("-h,--help", "This text");
  add_global_options();
}

void Parser::add_global_options() {
  profile_ = value(&app_, "--profile", "NAME", "Whose toxtored to talk to (default: default)");
  socket_ = value(&app_, "--socket", "PATH", "Its control socket, if it is not at the usual place");
  json_ = flag(&app_, "--json", "Print the result as JSON on one line, and nothing else");
  app_.set_version_flag("--version", "toxtore " TOXTORE_VERSION, "Print the version");
}

CLI::App* Parser::group(const char* name, const char* description) {
  CLI::App* app = app_.add_subcommand(name, description);
  app->require_subcommand(1);
  return app;
}

CLI::App* Parser::add(CLI::App* parent, const Described& described) {
  CLI::App* app = parent->add_subcommand(described.name, described.description);
  const std::string path = (parent == &app_ ? "" : parent->get_name() + " ") + described.name;
  entries_.push_back({app, heading_, path, described.summary, described.example});
  return app;
}

Outcome<GlobalOptions> Parser::global_options() const {
  GlobalOptions global;
  if (profile_->count() > 0) global.profile = words_of(profile_);
  if (!is_profile_name(global.profile))
    return refuse_usage(
        "a profile's name is 1 to 64 letters, digits, dots, '_' and '-', and does not begin with a dot");
  if (socket_->count() > 0) global.socket = words_of(socket_);
  global.json = json();
  return global;
}

std::string Parser::chosen_path() const {
  std::string path = app_.get_name();
  const CLI::App* at = &app_;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  return path;
}

Outcome<Arguments> Parser::chosen() const {
  auto global = global_options();
  if (!global) return refuse(global.error());
  for (const auto& [app, build] : builds_) {
    if (!app->parsed()) continue;
    return build().map([&](Command made) { return Arguments{*global, std::move(made)}; });
  }
  return refuse_usage("no command given; `toxtore --help` lists them");
}

Failure Parser::usage_failure(const CLI::ParseError& error) const {
  const std::string path = chosen_path();
  std::string message = error.what();
  std::erase(message, guard);
  if (message == "A subcommand is required") {
    const auto unknown = app_.remaining(true);
    message = unknown.empty() ? "no command given" : "there is no command " + unguarded(unknown.front());
  }
  return {ExitCode::usage, "usage", message + "; see `" + path + " --help`"};
}

std::variant<Arguments, Information, Failure> Parser::parse(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (!is_utf8(word))
      return Failure{ExitCode::usage, "usage", "the command line is not UTF-8 text; set a UTF-8 locale"};
  }
  // CLI11 takes them in reverse.
  std::vector<std::string> reversed;
  std::transform(words.rbegin(), words.rend(), std::back_inserter(reversed), guarded);
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Information{app_.help()};
  } catch (const CLI::CallForVersion& version) {
    return Information{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_failure(error);
  }
  auto arguments = chosen();
  if (!arguments) return arguments.error();
  return *std::move(arguments);
}

CLI::Option* positional(CLI::App* app, const char* name, const char* description) {
  return app->add_option(name)->description(description)->required();
}

CLI::Option* positional_words(CLI::App* app, const char* name, const char* description) {
  return positional(app, name, description)->required(false)->expected(1, -1)->allow_extra_args();
}

CLI::Option* flag(CLI::App* app, const char* name, const std::string& description) {
  return app->add_flag(name, description);
}

CLI::Option* value(CLI::App* app, const char* name, const char* type, const char* description) {
  return app->add_option(name)->description(description)->type_name(type)->type_size(1)->expected(1);
}

std::vector<std::string> list_of(const CLI::Option* option) {
  std::vector<std::string> words;
  for (const std::string& word : option->results()) words.push_back(unguarded(word));
  return words;
}

std::string words_of(const CLI::Option* option) {
  std::string joined;
  for (const std::string& word : list_of(option)) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

std::optional<std::uint64_t> number_of(const CLI::Option* option) {
  const std::string digits = words_of(option);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace toxtore::command_line
