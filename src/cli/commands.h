// The commands: each takes its values, calls the daemon, and prints the answer, as words or with --json as it is.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/arguments.h"
#include "cli/daemon_link.h"
#include "cli/outcome.h"
#include "cli/terminal.h"

namespace toxtore {

/// What a command works with. The references must outlive the call.
struct Session {
  const GlobalOptions& options;
  DaemonLink& daemon;
  Terminal& terminal;

  /// `result` as one line of JSON, or `text`.
  void show(const nlohmann::json& result, const std::string& text) const;
  using TextOf = std::function<std::string(const nlohmann::json& answer, const Style& style)>;
  /// Calls a method and shows what it answers, or hands its failure on.
  Outcome<> show_answer(const char* method, const nlohmann::json& params, const TextOf& text_of);
  /// Whether to ask the user and wait for him.
  [[nodiscard]] bool interactive() const { return terminal.interactive() && !options.json; }
};

Outcome<> run(const command::Status& command, Session& session);
Outcome<> run(const command::Id& command, Session& session);
Outcome<> run(const command::FriendAdd& command, Session& session);
Outcome<> run(const command::FriendList& command, Session& session);
Outcome<> run(const command::FriendRequests& command, Session& session);
Outcome<> run(const command::FriendAnswer& command, Session& session);
Outcome<> run(const command::FriendSet& command, Session& session);
Outcome<> run(const command::FriendIntroduce& command, Session& session);
Outcome<> run(const command::FriendMerge& command, Session& session);
Outcome<> run(const command::FriendSplit& command, Session& session);
Outcome<> run(const command::FriendClaims& command, Session& session);
Outcome<> run(const command::FriendClaim& command, Session& session);
Outcome<> run(const command::Send& command, Session& session);
Outcome<> run(const command::History& command, Session& session);
Outcome<> run(const command::Search& command, Session& session);
Outcome<> run(const command::Read& command, Session& session);
Outcome<> run(const command::Outbox& command, Session& session);
Outcome<> run(const command::OutboxWithdraw& command, Session& session);
Outcome<> run(const command::OutboxSend& command, Session& session);
Outcome<> run(const command::Erase& command, Session& session);
/// Runs until SIGINT or SIGTERM, which end it well, or until the connection is lost.
Outcome<> run(const command::Watch& command, Session& session);
/// Shows a URI; unless told otherwise waits until somebody used it, asks whether the codes are the same, and waits for
/// the end.
Outcome<> run(const command::DeviceInvite& command, Session& session);
/// Unless told otherwise waits for the code, for the other side, and for the history.
Outcome<> run(const command::DeviceJoin& command, Session& session);
/// With a terminal: waits for the code, asks whether both are the same, confirms, and waits for the other side.
Outcome<> run(const command::DeviceRequest& command, Session& session);
Outcome<> run(const command::DeviceRequests& command, Session& session);
/// With a link under way its code is needed; else takes in what was put aside of a removed device.
Outcome<> run(const command::DeviceAccept& command, Session& session);
Outcome<> run(const command::DeviceCancel& command, Session& session);
Outcome<> run(const command::DeviceList& command, Session& session);
Outcome<> run(const command::DeviceRename& command, Session& session);
/// Says what it comes to and asks.
Outcome<> run(const command::DeviceRemove& command, Session& session);
/// Says what it comes to, asks, and waits until this device has left and another one knows.
Outcome<> run(const command::DeviceLeave& command, Session& session);
Outcome<> run(const command::DeviceTrustDatabase& command, Session& session);
Outcome<> run(const command::ProfileValue& command, Session& session);
Outcome<> run(const command::ProfileExport& command, Session& session);
/// Waits until it is written.
Outcome<> run(const command::Backup& command, Session& session);
/// Needs no daemon, and starts `toxtored` on this terminal.
Outcome<> run(const command::ProfileTask& task, const GlobalOptions& options);

/// Connects by itself, for the daemon need not run. A failure if anything is damaged.
Outcome<> run(const command::Doctor& command, const GlobalOptions& options, Terminal& terminal);

/// The whole program: parses, connects, runs, prints a failure. `words` without the program's name. Returns the exit
/// code.
int run_program(const std::vector<std::string>& words);

}  // namespace toxtore
