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
  if (const auto* task = std::get_if<command::ProfileTask>(&arguments.command)) return run(*task, arguments.global);
  if (const auto* doctor = std::get_if<command::Doctor>(&arguments.command))
    return run(*doctor, arguments.global, terminal);
  auto daemon = DaemonLink::connect(arguments.global);
  if (!daemon) return refuse(daemon.error());
  Session session{arguments.global, *daemon, terminal};
  auto done = std::visit(
      [&](const auto& command) {
        if constexpr (requires { run(command, session); }) return run(command, session);
        return Outcome<>();  // those above
      },
      arguments.command);
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

Outcome<> Session::show_answer(const char* method, const json& params, const TextOf& text_of) {
  const auto answer = daemon.call(method, params);
  if (!answer) return refuse(answer.error());
  show(*answer, text_of(*answer, terminal.style()));
  return {};
}

Outcome<> run(const command::Status& /*command*/, Session& session) {
  return session.show_answer("status.get", json::object(), status_text);
}

Outcome<> run(const command::Id& command, Session& session) {
  return session.show_answer("id.get", json::object(), [&](const json& id, const Style& style) {
    return id_text(id, command.qr, style, session.terminal.style_of_pictures());
  });
}

Outcome<> run(const command::FriendAdd& command, Session& session) {
  json params = {{"tox_id", command.tox_id}};
  if (!command.message.empty()) params["message"] = command.message;
  return session.show_answer("friend.add", params, [&](const json& added, const Style&) {
    return "Asked " + harmless_line(text_in(added, "key")) +
           ".\nThe request goes out when both of you are online; messages wait until then.\n";
  });
}

Outcome<> run(const command::FriendList& /*command*/, Session& session) {
  return session.show_answer("friend.list", json::object(), friends_text);
}

Outcome<> run(const command::FriendRequests& /*command*/, Session& session) {
  return session.show_answer("friend.requests", json::object(), friend_requests_text);
}

Outcome<> run(const command::FriendAnswer& command, Session& session) {
  using What = command::FriendAnswer::What;
  const bool accept = command.what == What::accept;
  const char* method = accept ? "friend.accept" : command.what == What::decline ? "friend.decline" : "friend.remove";
  return session.show_answer(method, {{"friend", command.name}}, [&](const json& done, const Style&) {
    const char* words = accept                          ? " is now your friend.\n"
                        : command.what == What::decline ? ": request declined.\n"
                                                        : " is removed on all your devices; the history stays.\n";
    return harmless_line(text_in(done, "key")) + words;
  });
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
