// Methods of the control socket: a table of names, parameters and functions, one file per noun.
//
// The dispatcher checks the parameters against the table before it calls, so a method finds every required one there
// and all of the right type.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/engine.h"
#include "rpc/host.h"
#include "rpc/rpc_error.h"
#include "rpc/subscription.h"

namespace toxtore {

/// What one connection has of its own.
struct Session {
  std::optional<Subscription> subscription;  ///< none: it gets no notifications
};

/// One request under way.
struct Call {
  Engine& engine;
  const Host& host;
  Session& session;
  const nlohmann::json& params;
  Instant now;

  [[nodiscard]] bool has(std::string_view name) const { return params.contains(name); }
  /// A required parameter, or one that `has` found.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::string text_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::uint64_t number_or(std::string_view name, std::uint64_t otherwise) const;
};

using Answer = tl::expected<nlohmann::json, RpcError>;

/// For `return refuse(ErrorKind::not_found, "…")` in a method.
tl::unexpected<RpcError> refuse(ErrorKind kind, std::string message);
inline tl::unexpected<RpcError> refuse(RpcError error) { return tl::unexpected(std::move(error)); }

struct Parameter {
  enum class Type { text, number };  ///< a number is an integer from 0 to 2^64 - 1
  std::string_view name;
  Type type = Type::text;
  bool required = true;
};

struct Method {
  std::string_view name;
  std::vector<Parameter> parameters;
  Answer (*run)(const Call& call);
};

// One list per noun, each in the file of that name.
std::vector<Method> device_methods();
std::vector<Method> event_methods();
std::vector<Method> friend_methods();
std::vector<Method> message_methods();
std::vector<Method> profile_methods();  ///< with `status.get` and `id.get`

/// The key of the present friend that a parameter means.
tl::expected<PublicKey, RpcError> resolve_friend(const Engine& engine, std::string_view given);

}  // namespace toxtore
