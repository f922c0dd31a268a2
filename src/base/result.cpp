#include "base/result.h"

namespace toxtore {

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid_argument";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::ambiguous: return "ambiguous";
    case ErrorKind::too_long: return "too_long";
    case ErrorKind::already_exists: return "already_exists";
    case ErrorKind::denied: return "denied";
    case ErrorKind::busy: return "busy";
    case ErrorKind::code_mismatch: return "code_mismatch";
    case ErrorKind::offline: return "offline";
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::wrong_passphrase: return "wrong_passphrase";
    case ErrorKind::foreign_file: return "foreign_file";
    case ErrorKind::newer_schema: return "newer_schema";
    case ErrorKind::disk_full: return "disk_full";
    case ErrorKind::read_only: return "read_only";
    case ErrorKind::locked: return "locked";
    case ErrorKind::corrupt: return "corrupt";
    case ErrorKind::io: return "io";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

}  // namespace toxtore
