// The connection of one run of `toxtore` to the daemon of a profile.
//
// It turns the errors of RpcClient into what the user sees: a daemon that is not there or went away is told apart from
// a method that failed, because the exit codes differ, and methods are named as commands. Blocking, every wait has a
// deadline. One thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cli/arguments.h"
#include "cli/outcome.h"
#include "rpc/client.h"

namespace toxtore {

/// `$XDG_RUNTIME_DIR/toxtore/<profile>.sock`, or below /tmp (docs/RPC.md); --socket comes first.
std::filesystem::path socket_path(const GlobalOptions& options);

class DaemonLink {
 public:
  /// Failures: no_daemon, with how to start one.
  static Outcome<DaemonLink> connect(const GlobalOptions& options);

  /// The `result` of a method. Failures: what the daemon refused, connection_lost (it is not known whether the request
  /// was carried out), busy (no answer in time; the same).
  Outcome<nlohmann::json> call(std::string_view method, const nlohmann::json& params = nlohmann::json::object());

  /// The next notification, whole; nothing if none came within the time. Failures: connection_lost.
  Outcome<std::optional<nlohmann::json>> next_notification(std::chrono::milliseconds timeout);

 private:
  explicit DaemonLink(RpcClient client) : client_(std::move(client)) {}

  RpcClient client_;
};

/// What the daemon refused, as a Failure. Methods that the message names are named as commands of `toxtore`.
Failure refusal(const CallError& error);

}  // namespace toxtore
