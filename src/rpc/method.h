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
  Host& host;
  Session& session;
  const nlohmann::json& params;
  Instant now;

  [[nodiscard]] bool has(std::string_view name) const { return params.contains(name); }
  /// A required parameter, or one that `has` found.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::string text_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  [[nodiscard]] std::uint64_t number_or(std::string_view name, std::uint64_t otherwise) const;
};

using Answer = tl::expected<nlohmann::json, RpcError>;

/// For `return refuse(ErrorKind::not_found, "…")` in a method.
tl::unexpected<RpcError> refuse(ErrorKind kind, std::string message);
inline tl::unexpected<RpcError> refuse(RpcError error) { return tl::unexpected(std::move(error)); }

struct Parameter {
  /// A number is an integer from 0 to 2^64 - 1, a flag true or false, texts a list of one or more strings.
  enum class Type { text, number, flag, texts };
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
std::vector<Method> contact_methods();
std::vector<Method> device_methods();
std::vector<Method> event_methods();
std::vector<Method> friend_methods();
std::vector<Method> message_methods();
std::vector<Method> upkeep_methods();
std::vector<Method> profile_methods();  ///< with `status.get` and `id.get`

/// A key of the present friend that a parameter means: the one that was given, or the contact's own for a name.
tl::expected<PublicKey, RpcError> resolve_friend(const Engine& engine, std::string_view given);

/// Whether this key is or was a friend's. What a key wrote that is only claimed by a friend is kept, in case it claims
/// back, and not shown.
bool is_known(const Engine& engine, const PublicKey& key);

/// Under which names and keys contacts may be meant.
std::vector<Named> named_contacts(const Engine& engine, bool (*wanted)(const Contact&));

}  // namespace toxtore
