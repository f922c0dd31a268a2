// Errors as values.
//
// A function that can fail for a reason outside this program (a peer, a file, a user, the disk) returns Result<T>.
// `ErrorKind` is a closed set: its names are part of the control socket's interface (`data.kind`) and never change.
// The message is for the user: it names what was wrong and what to do about it, in one sentence.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace toxtore {

enum class ErrorKind {
  invalid_argument,  ///< a value that the caller gave is not usable
  not_found,         ///< no friend, device, request or message of that name
  ambiguous,         ///< a name that fits several
  too_long,          ///< over a limit of Tox or of this program
  already_exists,    ///< it is there already
  denied,            ///< the caller may not do that
  busy,              ///< try again later
  code_mismatch,     ///< the code typed is not the one that both devices show
  offline,           ///< needs a connection that is not there
  malformed,         ///< bytes from a peer or a file that do not parse
  wrong_passphrase,  ///< the passphrase does not open the database
  foreign_file,      ///< a file that is not ours
  newer_schema,      ///< written by a newer Toxtore
  disk_full,         ///< no space left on the disk
  read_only,         ///< the folder or file cannot be written
  locked,            ///< another copy is running on the same data
  corrupt,           ///< the database is damaged
  io,                ///< any other failure of a file, socket or system call
  internal,          ///< a bug in Toxtore
};

/// The kind's stable name, such as "not_found".
std::string_view kind_name(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// For `return fail(ErrorKind::not_found, "…")` in a function that returns any Result.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message)});
}

/// Hands an error on: `if (!r) return fail(r.error());`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace toxtore
