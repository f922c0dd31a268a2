// Where a passphrase comes from: a file descriptor, a file, or the terminal. Never the command line's text or the
// environment, which other programs can read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace toxtore {

/// What the user said about one passphrase. Both empty: nothing.
struct PassphraseSource {
  std::optional<int> descriptor;
  std::optional<std::filesystem::path> file;

  [[nodiscard]] bool given() const { return descriptor || file; }
};

/// The first line of a descriptor or file, without its line end. Errors: invalid_argument (empty, holds a zero byte),
/// too_long, not_found (no such file), io.
Result<SecretText> read_passphrase(const PassphraseSource& source);

/// Whether someone can be asked: standard input is a terminal.
bool at_terminal();

/// Asks on the terminal without showing what is typed; may be empty. Errors: denied (the user broke off), too_long, io.
Result<SecretText> ask_passphrase(const std::string& question);

/// Asks twice until both are the same. Nothing for an empty one: none is wanted. Errors as above.
Result<std::optional<SecretText>> ask_new_passphrase(const std::string& question);

}  // namespace toxtore
