// The command line of toxtored.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "base/passphrase.h"
#include "base/result.h"
#include "daemon/log.h"
#include "tox/tox_instance.h"

namespace toxtore {

/// Exit codes of toxtored, as --help and the manual say. They never change.
enum class ExitCode {
  clean = 0,
  other = 1,
  usage = 2,
  wrong_passphrase = 3,
  locked = 4,
  data = 5,  ///< a file that is not ours, damaged, or of a newer Toxtore
  disk = 6,  ///< full, or not writable
};

ExitCode exit_code_of(ErrorKind kind);

/// What to do to the profile instead of running it (upkeep.h).
struct Upkeep {
  enum class Task { none, change_passphrase, restore, examine } task = Task::none;
  PassphraseSource new_passphrase;
  bool remove_passphrase = false;
  bool new_key = false;
  std::filesystem::path backup;  ///< to restore
  bool repair = false;           ///< what an examination finds and can be put right
  bool force = false;            ///< restore also where a profile is
};

struct Options {
  std::string profile = "default";
  std::filesystem::path data_folder;  ///< the profile is the folder of its name in it
  std::filesystem::path state_file;   ///< outside of the data folder (state_file.h)
  std::filesystem::path socket;
  PassphraseSource passphrase;
  std::optional<std::filesystem::path> import_file;
  PassphraseSource import_passphrase;
  std::string device_name;          ///< 1 to 64 bytes of UTF-8
  std::optional<std::string> name;  ///< for friends; none: as it was
  std::optional<bool> always_on;
  std::optional<std::filesystem::path> nodes;
  ToxOptions tox;
  Upkeep upkeep;
  log::Level log_level = log::Level::normal;
};

/// What to exit with at once: after --help, --version (both have been printed) or a usage error.
struct ExitNow {
  ExitCode code;
};

/// Reads the command line; says on stderr what is wrong with it.
std::variant<Options, ExitNow> parse_options(int argc, const char* const* argv);

}  // namespace toxtore
