// How a command of `toxtore` ends: well, or with a Failure that says what to print and which exit code to leave with.
//
// The exit codes are part of the interface (`toxtore --help` lists them) and never change.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rpc/client.h"

namespace toxtore {

enum class ExitCode {
  ok = 0,
  failed = 1,     ///< the command could not be carried out
  usage = 2,      ///< the command line is wrong
  no_daemon = 3,  ///< no toxtored runs, or the connection to it was lost
  not_found = 4,  ///< a name or id that fits nothing, or several things
};

struct Failure {
  Failure(ExitCode exit_code, std::string kind_name, std::string text)
      : code(exit_code), kind(std::move(kind_name)), message(std::move(text)) {}

  ExitCode code;
  /// As in docs/RPC.md, and three of our own: "usage", "no_daemon" (none runs) and "connection_lost".
  std::string kind;
  std::string
      message;  ///< what was wrong and what to do; may hold what a peer wrote, so it is not yet fit for printing
  /// What a name that is ambiguous can mean.
  std::vector<CallError::Candidate> candidates;
};

template <class T = void>
using Outcome = tl::expected<T, Failure>;

/// For `return refuse(ExitCode::usage, "usage", "…")` in a function that returns any Outcome.
inline tl::unexpected<Failure> refuse(ExitCode code, std::string kind, std::string message) {
  return tl::unexpected<Failure>(Failure{code, std::move(kind), std::move(message)});
}

/// Hands a failure on: `if (!r) return refuse(r.error());`
inline tl::unexpected<Failure> refuse(Failure failure) { return tl::unexpected<Failure>(std::move(failure)); }

inline tl::unexpected<Failure> refuse_usage(std::string message) {
  return refuse(ExitCode::usage, "usage", std::move(message));
}

/// What failed on this side of the socket.
Failure failure_of(const Error& error);

/// The exit code for a `data.kind`: not_found and ambiguous have one of their own.
ExitCode exit_code_of(std::string_view kind);

/// For stderr, ended by "\n": `toxtore: message` and a line for each candidate; with --json one line, `{"error":
/// {"kind", "message", "candidates"}}`, the last only if there are any. Whatever is in a message, it stays one line and
/// cannot steer the terminal.
std::string failure_text(const Failure& failure, bool as_json);

}  // namespace toxtore
