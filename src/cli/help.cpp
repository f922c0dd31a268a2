#include "cli/help.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string_view>

#include "cli/terminal_text.h"

namespace toxtore {
namespace {

constexpr std::size_t help_width_columns = 80;
constexpr std::size_t left_width_columns = 26;

constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  0  done\n"
    "  1  the command failed; stderr says why\n"
    "  2  the command line is wrong\n"
    "  3  no toxtored is running, or the connection to it was lost\n"
    "  4  a name or id fits nothing, or fits several (they are listed)\n"
    "With --json an error is an object on stderr: {\"error\": {\"kind\", \"message\"}}.\n";

std::string paragraph(std::string_view text) {
  std::string lines;
  for (const std::string& line : harmless_lines(text)) {
    for (const std::string& piece : wrapped(line, help_width_columns)) lines += piece + "\n";
  }
  return lines;
}

/// "  left    right", the right side wrapped in its own column.
std::string entry(const std::string& left, const std::string& right) {
  std::string line = "  " + padded(left, left_width_columns - 2);
  if (display_width(left) + 4 > left_width_columns) line = "  " + left + "\n" + std::string(left_width_columns, ' ');
  std::string text;
  for (const std::string& piece : wrapped(right, help_width_columns - left_width_columns)) {
    text += (text.empty() ? line : std::string(left_width_columns, ' ')) + piece + "\n";
  }
  return text;
}

std::string option_name(const CLI::Option& option) {
  std::string name = option.get_name(false, true);
  name = CLI::detail::find_and_replace(name, ",", ", ");
  const bool takes_value = option.get_type_size() != 0 && !option.get_type_name().empty();
  return takes_value ? name + " " + option.get_type_name() : name;
}

std::string option_list(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) text += entry(option_name(*option), option->get_description());
  }
  return text;
}

std::string positional_name(const CLI::Option& option) {
  const std::string name = option.get_name(true, false);
  return option.get_expected_max() > 1 ? name + "..." : name;
}

std::string positional_list(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) text += entry(positional_name(*option), option->get_description());
  }
  return text;
}

std::string usage_of(const CLI::App& app, const std::string& path) {
  std::string usage = "toxtore " + path;
  bool has_options = false;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) {
      has_options = has_options || option->get_name() != "--help";
      continue;
    }
    const std::string name = positional_name(*option);
    usage += " " + (option->get_required() ? name : "[" + name + "]");
  }
  return usage + (has_options ? " [OPTION...]" : "");
}

/// The commands below `app` (all, for the program), under their headings.
std::string command_list(const CLI::App& app, bool with_headings, const std::vector<HelpEntry>& entries) {
  std::string text;
  std::string_view heading;
  for (const HelpEntry& each : entries) {
    if (each.app->get_parent() != &app && !with_headings) continue;
    if (with_headings && each.heading != heading) {
      heading = each.heading;
      text += "\n" + each.heading + ":\n";
    }
    text += entry(each.path, each.summary);
  }
  return text;
}

std::string command_help(const HelpEntry& shown, const CLI::App& global, const std::vector<HelpEntry>& entries) {
  std::string text = "Usage: " + usage_of(*shown.app, shown.path) + "\n\n" + paragraph(shown.app->get_description());
  if (const std::string positionals = positional_list(*shown.app); !positionals.empty()) text += "\n" + positionals;
  if (const std::string commands = command_list(*shown.app, false, entries); !commands.empty()) text += "\n" + commands;
  text += "\nOptions:\n" + option_list(*shown.app);
  text += "\nOptions of all commands:\n";
  for (const CLI::Option* option : global.get_options()) {
    const std::string name = option->get_name();
    if (name != "--help" && name != "--version") text += entry(option_name(*option), option->get_description());
  }
  return text + "\nExample:\n" + shown.example;
}

std::string group_help(const CLI::App& app, const std::vector<HelpEntry>& entries) {
  std::string text = "Usage: toxtore " + app.get_name() + " COMMAND\n\n" + paragraph(app.get_description());
  text += "\n" + command_list(app, false, entries) + "\nExample:\n";
  const auto first =
      std::find_if(entries.begin(), entries.end(), [&](const HelpEntry& e) { return e.app->get_parent() == &app; });
  return text + (first == entries.end() ? "" : first->example) + "\n`toxtore " + app.get_name() +
         " COMMAND --help` tells more.\n";
}

std::string program_help(const CLI::App& app, const std::vector<HelpEntry>& entries) {
  std::string text = "Usage: toxtore COMMAND [OPTION...]\n\n" + paragraph(app.get_description());
  text += command_list(app, true, entries);
  text += "\nOptions, before or after the command:\n" + option_list(app);
  text += "\nExample:\n  toxtored --profile default &\n  toxtore id\n\n";
  return text.append(exit_codes) + "\n`toxtore COMMAND --help` tells more and shows an example.\n";
}

}  // namespace

std::string help_text(const CLI::App& app, const CLI::App& global, const std::vector<HelpEntry>& entries) {
  if (&app == &global) return program_help(app, entries);
  const auto shown = std::find_if(entries.begin(), entries.end(), [&](const HelpEntry& e) { return e.app == &app; });
  return shown == entries.end() ? group_help(app, entries) : command_help(*shown, global, entries);
}

}  // namespace toxtore
