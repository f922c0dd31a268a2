// The short commands, and the way from words to an exit code.
#include "cli/commands.h"

#include "cli/json_line.h"
#include "cli/person_text.h"
#include "cli/status_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

Outcome<> run_command(const Arguments& arguments, Terminal& terminal) {
  auto daemon = DaemonLink::connect(arguments.global);
  if (!daemon) return refuse(daemon.error());
  Session session{arguments.global, *daemon, terminal};
  auto done = std::visit([&](const auto& command) { return run(command, session); }, arguments.command);
  return done ? terminal.printed_all() : done;
}

int report(const Failure& failure, bool as_json) {
  Terminal::remark(failure_text(failure, as_json));
  return static_cast<int>(failure.code);
}

}  // namespace

void Session::show(const json& result, const std::string& text) const {
  terminal.print(options.json ? json_line(result) : text);
}

Outcome<> run(const command::Status& /*command*/, Session& session) {
  const auto status = session.daemon.call("status.get");
  if (!status) return refuse(status.error());
  session.show(*status, status_text(*status, session.terminal.style()));
  return {};
}

Outcome<> run(const command::Id& command, Session& session) {
  const auto id = session.daemon.call("id.get");
  if (!id) return refuse(id.error());
  session.show(*id, id_text(*id, command.qr, session.terminal.style(), session.terminal.style_of_pictures()));
  return {};
}

Outcome<> run(const command::FriendAdd& command, Session& session) {
  json params = {{"tox_id", command.tox_id}};
  if (!command.message.empty()) params["message"] = command.message;
  const auto added = session.daemon.call("friend.add", params);
  if (!added) return refuse(added.error());
  session.show(*added, "Asked " + harmless_line(text_in(*added, "key")) +
                           ".\nThe request goes out when both of you are online; messages wait until then.\n");
  return {};
}

Outcome<> run(const command::FriendList& /*command*/, Session& session) {
  const auto friends = session.daemon.call("friend.list");
  if (!friends) return refuse(friends.error());
  session.show(*friends, friends_text(*friends, session.terminal.style()));
  return {};
}

Outcome<> run(const command::FriendRequests& /*command*/, Session& session) {
  const auto requests = session.daemon.call("friend.requests");
  if (!requests) return refuse(requests.error());
  session.show(*requests, friend_requests_text(*requests, session.terminal.style()));
  return {};
}

Outcome<> run(const command::FriendAnswer& command, Session& session) {
  using What = command::FriendAnswer::What;
  const bool accept = command.what == What::accept;
  const char* method = accept ? "friend.accept" : command.what == What::decline ? "friend.decline" : "friend.remove";
  const auto done = session.daemon.call(method, {{"friend", command.name}});
  if (!done) return refuse(done.error());
  const char* words = accept                          ? " is now your friend.\n"
                      : command.what == What::decline ? ": request declined.\n"
                                                      : " is removed on all your devices; the history stays.\n";
  session.show(*done, harmless_line(text_in(*done, "key")) + words);
  return {};
}

int run_program(const std::vector<std::string>& words) {
  Terminal terminal;
  const auto parsed = parse_arguments(words);
  if (const auto* failure = std::get_if<Failure>(&parsed)) return report(*failure, asks_for_json(words));
  if (const auto* information = std::get_if<Information>(&parsed)) {
    terminal.print(information->text);
    return static_cast<int>(terminal.printed_all() ? ExitCode::ok : ExitCode::failed);
  }
  const auto& arguments = std::get<Arguments>(parsed);
  const auto done = run_command(arguments, terminal);
  return done ? static_cast<int>(ExitCode::ok) : report(done.error(), arguments.global.json);
}

}  // namespace toxtore
