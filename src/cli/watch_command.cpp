// watch: the daemon's notifications as they come.
#include <csignal>

#include "cli/change_text.h"
#include "cli/commands.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// How long Ctrl-C may take at most: a wait for the daemon is not broken off by a signal.
constexpr std::chrono::milliseconds look_up_interval_ms{200};

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int /*signal*/) { stop_asked = 1; }

/// While it lives, SIGINT and SIGTERM are noted instead of ending the process.
class StopSignals {
 public:
  StopSignals() {
    struct sigaction noted{};
    noted.sa_handler = ask_to_stop;
    ::sigaction(SIGINT, &noted, &interrupt_);
    ::sigaction(SIGTERM, &noted, &terminate_);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }

 private:
  struct sigaction interrupt_{};
  struct sigaction terminate_{};
};

/// The names of friends and devices, which notices do not carry. Not having them is no reason to fail.
void learn_names(ChangeText& changes, DaemonLink& daemon) {
  if (const auto friends = daemon.call("friend.list")) {
    for (const json& each : list_in(*friends, "friends")) changes.learn(each);
  }
  if (const auto devices = daemon.call("device.list")) {
    for (const json& each : list_in(*devices, "devices")) changes.learn(each);
  }
}

Failure went_away(Failure failure, std::uint64_t cursor) {
  failure.message +=
      "; when toxtored runs again, `toxtore watch --since " + std::to_string(cursor) + "` goes on where this ended";
  return failure;
}

}  // namespace

Outcome<> run(const command::Watch& command, Session& session) {
  const StopSignals signals;
  ChangeText changes(session.terminal.style());
  if (!session.options.json) learn_names(changes, session.daemon);
  const auto began =
      session.daemon.call("events.subscribe", command.since ? json{{"since", *command.since}} : json::object());
  if (!began) return refuse(began.error());
  std::uint64_t cursor = number_in(*began, "cursor");
  while (stop_asked == 0 && session.terminal.printed_all()) {
    const auto next = session.daemon.next_notification(look_up_interval_ms);
    if (!next) return refuse(went_away(next.error(), cursor));
    if (!*next) continue;
    session.show(**next, changes.add(**next));
    if (const json& params = field_in(**next, "params"); params.contains("cursor"))
      cursor = number_in(params, "cursor");
  }
  return {};
}

}  // namespace toxtore
