#include "rpc/rpc_error.h"

namespace toxtore {

int RpcError::code() const {
  if (kind == protocol_kind::parse) return -32700;
  if (kind == protocol_kind::invalid_request || kind == protocol_kind::line_too_long) return -32600;
  if (kind == protocol_kind::unknown_method) return -32601;
  if (kind == kind_name(ErrorKind::invalid_argument)) return -32602;
  return 1;
}

std::optional<ErrorKind> kind_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);  // a closed set, counted from 0, `internal` the last
    if (kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace toxtore
