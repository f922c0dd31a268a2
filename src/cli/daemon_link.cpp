#include "cli/daemon_link.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

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
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names = {{
      {"friend.list", "`toxtore friend list`"},
      {"friend.requests", "`toxtore friend requests`"},
      {"friend.accept", "`toxtore friend accept`"},
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

Outcome<json> parsed(const std::string& line) {
  auto object = json::parse(line, nullptr, false);
  if (object.is_object()) return object;
  return refuse(ExitCode::failed, "malformed", "what answers on the control socket is not toxtored");
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

Failure refusal(const json& error) {
  const std::string message = text_in(error, "message");
  const json& data = field_in(error, "data");
  const std::string kind = text_in(data, "kind").empty() ? "internal" : text_in(data, "kind");
  Failure failure{exit_code_of(kind), kind,
                  message.empty() ? "toxtored gave an error without a message" : with_commands(message)};
  for (const json& each : list_in(data, "candidates"))
    failure.candidates.push_back({text_in(each, "key"), text_in(each, "name")});
  return failure;
}

Outcome<DaemonLink> DaemonLink::connect(const GlobalOptions& options) {
  auto client = RpcClient::connect(socket_path(options));
  if (!client) return refuse(no_daemon(options, client.error()));
  return DaemonLink(*std::move(client));
}

Outcome<json> DaemonLink::call(std::string_view method, const json& params) {
  const auto deadline = steady_clock::now() + rpc_timeout_ms;
  const std::uint64_t id = ++last_id_;
  const json request = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
  if (const auto sent = client_.send_line(request.dump()); !sent) return refuse(broken(sent.error()));
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    auto line = client_.read_line(std::max(left, milliseconds{0}));
    if (!line) return refuse(broken(line.error()));
    auto answer = parsed(*line);
    if (!answer) return answer;
    if (!answer->contains("id")) {
      notifications_.push_back(*std::move(answer));
      continue;
    }
    // An error about the line as a whole has the id null.
    const json& answered = field_in(*answer, "id");
    if (answered != id && !answered.is_null()) continue;
    if (answer->contains("error")) return refuse(refusal(field_in(*answer, "error")));
    return field_in(*answer, "result");
  }
}

Outcome<std::optional<json>> DaemonLink::next_notification(milliseconds timeout) {
  if (!notifications_.empty()) {
    std::optional<json> kept = std::move(notifications_.front());
    notifications_.pop_front();
    return kept;
  }
  auto line = client_.read_line(timeout);
  if (!line && line.error().kind == ErrorKind::busy) return std::optional<json>();
  if (!line) return refuse(broken(line.error()));
  auto notification = parsed(*line);
  if (!notification) return refuse(notification.error());
  return std::optional<json>(*std::move(notification));
}

}  // namespace toxtore
