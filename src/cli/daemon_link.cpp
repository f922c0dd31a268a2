#include "cli/daemon_link.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace toxtore {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

std::string start_command(const GlobalOptions& options) {
  std::string start = "toxtored --profile " + options.profile;
  if (options.socket) start += " --socket " + options.socket->string();
  return start;
}

Failure no_daemon(const GlobalOptions& options, const Error& error) {
  if (error.kind != ErrorKind::offline) return {ExitCode::no_daemon, "no_daemon", error.message};
  return {ExitCode::no_daemon, "no_daemon",
          "no toxtored is running for the profile " + options.profile + " (nothing listens on " +
              socket_path(options).string() + "); start it with: " + start_command(options)};
}

/// What the connection itself failed with.
Failure broken(const Error& error) {
  if (error.kind == ErrorKind::busy)
    return {ExitCode::failed, "busy", "toxtored does not answer; the request may still be carried out"};
  return {ExitCode::no_daemon, "connection_lost", "the connection to toxtored was lost: " + error.message};
}

/// The daemon speaks of methods, the user of commands.
std::string with_commands(std::string message) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> names = {{
      {"friend.list", "`toxtore friend list`"},
      {"friend.requests", "`toxtore friend requests`"},
      {"friend.accept", "`toxtore friend accept`"},
      {"friend.claims", "`toxtore friend claims`"},
      {"device.list", "`toxtore device list`"},
      {"device.requests", "`toxtore device requests`"},
      {"device.request", "`toxtore device request`"},
  }};
  for (std::size_t at = 0; at < message.size(); ++at) {
    for (const auto& [method, command] : names) {
      if (message.compare(at, method.size(), method) != 0) continue;
      message.replace(at, method.size(), command);
      at += command.size() - 1;
      break;
    }
  }
  return message;
}

}  // namespace

std::filesystem::path socket_path(const GlobalOptions& options) {
  if (options.socket) return *options.socket;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const bool usable = runtime != nullptr && *runtime == '/';  // the XDG specification: others are to be ignored
  const std::filesystem::path folder = usable ? std::filesystem::path(runtime) / "toxtore"
                                              : std::filesystem::path("/tmp/toxtore-" + std::to_string(::getuid()));
  return folder / (options.profile + ".sock");
}

Failure refusal(const CallError& error) {
  Failure failure{exit_code_of(error.refused_kind), error.refused_kind, with_commands(error.message)};
  failure.candidates = error.candidates;
  return failure;
}

Outcome<DaemonLink> DaemonLink::connect(const GlobalOptions& options) {
  auto client = RpcClient::connect(socket_path(options));
  if (!client) return refuse(no_daemon(options, client.error()));
  return DaemonLink(*std::move(client));
}

Outcome<json> DaemonLink::call(std::string_view method, const json& params) {
  auto result = client_.call(method, params);
  if (result) return *std::move(result);
  return refuse(result.error().refused ? refusal(result.error()) : broken(result.error()));
}

Outcome<std::optional<json>> DaemonLink::next_notification(milliseconds timeout) {
  auto notification = client_.next_notification(timeout);
  if (notification) return std::optional<json>(*std::move(notification));
  if (notification.error().kind == ErrorKind::busy) return std::optional<json>();
  return refuse(broken(notification.error()));
}

}  // namespace toxtore
