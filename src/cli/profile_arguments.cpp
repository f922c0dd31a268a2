// toxtore profile …
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

void add_profile_value(Parser& parser, CLI::App* group, const Described& described, command::ProfileValue::What what) {
  CLI::App* app = parser.add(group, described);
  const CLI::Option* text = positional_words(app, "TEXT", "The new one; left out: show it");
  parser.on(app, [=] {
    command::ProfileValue made{what, std::nullopt};
    if (text->count() > 0) made.value = words_of(text);
    return made;
  });
}

void add_export(Parser& parser, CLI::App* group) {
  CLI::App* exported =
      parser.add(group, {"export", "Write this device's profile as a .tox file",
                         "Writes this device's Tox profile (its secret key, name and friends) to a new file "
                         "that ordinary Tox clients can open. Do not use it while toxtored runs: two copies "
                         "of one Tox ID fight for the connection. A passphrase is asked for unless an option "
                         "below says otherwise; it never belongs on the command line.",
                         "  toxtore profile export laptop.tox\n"});
  const CLI::Option* file = positional(exported, "FILE",
                                       "The new file; with --json it may be left out, and the "
                                       "profile is printed in base64")
                                ->required(false);
  CLI::Option* plain = flag(exported, "--plain", "Without a passphrase: whoever has the file has the Tox ID");
  CLI::Option* fd = value(exported, "--passphrase-fd", "N", "Read the passphrase from this file descriptor");
  CLI::Option* passphrase = value(exported, "--passphrase-file", "FILE", "Read the passphrase from this file");
  parser.on(exported, [=, &parser]() -> Outcome<Command> {
    if (file->count() == 0 && !parser.json())
      return refuse_usage("profile export needs a FILE; see `toxtore profile export --help`");
    if (plain->count() + fd->count() + passphrase->count() > 1)
      return refuse_usage("--plain, --passphrase-fd and --passphrase-file exclude one another");
    command::ProfileExport made{words_of(file), plain->count() > 0, std::nullopt, words_of(passphrase)};
    if (fd->count() > 0) {
      const auto number = number_of(fd);
      if (!number || *number > INT32_MAX) return refuse_usage("--passphrase-fd must be the number of an open file");
      made.passphrase_fd = static_cast<int>(*number);
    }
    return made;
  });
}

}  // namespace

void add_profile_commands(Parser& parser) {
  parser.begin("Your profile");
  CLI::App* group = parser.group("profile", "What friends see of you, and this device's Tox profile as a file.");
  using What = command::ProfileValue::What;
  add_profile_value(
      parser, group,
      {"name", "Show or set your name", "Sets your name as friends see it, on all your devices, or shows it.",
       "  toxtore profile name Anna\n  toxtore profile name\n"},
      What::name);
  add_profile_value(parser, group,
                    {"status", "Show or set your status message",
                     "Sets the status message that friends see, on all your devices, or shows it.",
                     "  toxtore profile status Back on Monday\n  toxtore profile status \"\"\n"},
                    What::status);
  add_export(parser, group);
}

}  // namespace toxtore::command_line
