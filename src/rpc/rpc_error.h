// What a method answers when it cannot: an Error, with the candidates if a name fits several.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

namespace toxtore {

/// Values of `data.kind` that only the protocol itself has (docs/RPC.md). They never change.
namespace protocol_kind {
inline constexpr std::string_view parse = "parse";
inline constexpr std::string_view invalid_request = "invalid_request";
inline constexpr std::string_view unknown_method = "unknown_method";
inline constexpr std::string_view line_too_long = "line_too_long";
}  // namespace protocol_kind

/// Someone or something that a name can mean.
struct Named {
  PublicKey key;
  std::string name;  ///< UTF-8, may be empty
  bool operator==(const Named&) const = default;
};

struct RpcError {
  std::string kind;
  std::string message;
  std::vector<Named> candidates;

  RpcError(std::string_view kind_name, std::string text) : kind(kind_name), message(std::move(text)) {}
  // Not explicit: what the engine refuses is handed on as it is.
  RpcError(Error error) : kind(kind_name(error.kind)), message(std::move(error.message)) {}  // NOLINT

  /// JSON-RPC's number: its own for errors of the protocol, 1 for all others.
  [[nodiscard]] int code() const;
};

/// The kind of that name, the reverse of `kind_name`.
std::optional<ErrorKind> kind_named(std::string_view name);

}  // namespace toxtore
