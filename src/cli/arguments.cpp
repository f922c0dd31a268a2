#include "cli/arguments.h"

#include <algorithm>
#include <memory>

#include "cli/command_line.h"

namespace toxtore {
namespace {

using command_line::Parser;

void add_first_commands(Parser& parser) {
  parser.begin("First steps");
  CLI::App* status = parser.add(
      parser.root(), {"status", "How this device is doing",
                      "Shows how this device is doing: whether it is connected to Tox, how much it holds, "
                      "what is unread and what is not delivered yet. The state check is the same on all your "
                      "devices of one version once none of them is missing events; if it is not, run `toxtore "
                      "doctor` on each.",
                      "  toxtore status\n"});
  parser.on(status, [] { return command::Status{}; });

  CLI::App* id = parser.add(parser.root(),
                            {"id", "Your Tox ID, as text and QR code",
                             "Shows this device's Tox ID as text and as a QR code, the IDs of your other devices, and "
                             "which one to give to friends who use an ordinary Tox client.",
                             "  toxtore id\n  toxtore id --no-qr\n"});
  const CLI::Option* no_qr = command_line::flag(id, "--no-qr", "Only text");
  parser.on(id, [no_qr] { return command::Id{no_qr->count() == 0}; });
}

std::unique_ptr<Parser> parser_of_all() {
  auto parser = std::make_unique<Parser>();
  add_first_commands(*parser);
  add_friend_commands(*parser);
  add_message_commands(*parser);
  add_device_commands(*parser);
  add_profile_commands(*parser);
  add_upkeep_commands(*parser);
  return parser;
}

}  // namespace

std::variant<Arguments, Information, Failure> parse_arguments(const std::vector<std::string>& words) {
  return parser_of_all()->parse(words);
}

bool asks_for_json(const std::vector<std::string>& words) {
  const auto options_end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), options_end, "--json") != options_end;
}

std::optional<std::string> plain_code(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits += c;
  }
  if (digits.size() != link_code_digits) return std::nullopt;
  return digits;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  const auto parser = parser_of_all();
  for (const HelpEntry& entry : parser->entries()) names.push_back(entry.path);
  return names;
}

}  // namespace toxtore
