// send, history, search, read, outbox and erase.
#include "base/bytes.h"
#include "base/random.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/message_text.h"
#include "cli/outbox_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// Enough that two never meet.
constexpr std::size_t token_size_bytes = 16;

std::string new_token() {
  Bytes token(token_size_bytes);
  SystemRandom().fill(token);
  return to_hex(token);
}

/// Sends once more if the connection broke before the answer: with the same token that is not a second message.
Outcome<json> send(const json& params, Session& session) {
  auto sent = session.daemon.call("message.send", params);
  if (sent || sent.error().kind != "connection_lost") return sent;
  if (auto again = DaemonLink::connect(session.options)) {
    session.daemon = *std::move(again);
    sent = session.daemon.call("message.send", params);
  }
  if (!sent && sent.error().kind == "connection_lost")
    sent.error().message += "; whether the message is on its way is not known, `toxtore history` will show it if it is";
  return sent;
}

/// A word as a shell takes it back.
std::string shell_word(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

json page_params(const command::Page& page) {
  json params = {{"limit", page.limit}};
  if (!page.before.empty()) params["before"] = page.before;
  return params;
}

}  // namespace

Outcome<> run(const command::Send& command, Session& session) {
  std::string text = command.text;
  if (command.from_stdin) {
    auto input = Terminal::read_input();
    if (!input) return refuse(input.error());
    text = *std::move(input);
  }
  if (!is_utf8(text)) return refuse(ExitCode::failed, "invalid_argument", "the message is not UTF-8 text");
  const auto message = send(
      {{"friend", command.to}, {"text", text}, {"kind", command.action ? "action" : "normal"}, {"token", new_token()}},
      session);
  if (!message) return refuse(message.error());
  session.show(*message, sent_text(*message, session.terminal.style()));
  return {};
}

Outcome<> run(const command::History& command, Session& session) {
  json params = page_params(command.page);
  params["friend"] = command.with;
  return session.show_answer("message.history", params, [&](const json& found, const Style& style) {
    const std::string older = "toxtore history " + shell_word(command.with);
    return messages_text(found, {.mixed = false, .ids = command.page.ids}, older, style);
  });
}

Outcome<> run(const command::Search& command, Session& session) {
  json params = page_params(command.page);
  params["words"] = command.words;
  if (!command.with.empty()) params["friend"] = command.with;
  return session.show_answer("message.search", params, [&](const json& found, const Style& style) {
    const std::string older = "toxtore search " +
                              (command.with.empty() ? "" : "--friend " + shell_word(command.with) + " ") +
                              shell_word(command.words);
    return messages_text(found, {.mixed = true, .ids = command.page.ids}, older, style);
  });
}

Outcome<> run(const command::Read& command, Session& session) {
  const json params = command.id.empty() ? json{{"friend", command.with}} : json{{"id", command.id}};
  return session.show_answer("message.read", params, [&](const json& done, const Style&) {
    const std::uint64_t marked = number_in(done, "marked");
    return counted(marked, "message") + " marked as read.\n";
  });
}

Outcome<> run(const command::Outbox& /*command*/, Session& session) {
  return session.show_answer("message.outbox", json::object(), outbox_text);
}

Outcome<> run(const command::OutboxWithdraw& command, Session& session) {
  return session.show_answer("message.withdraw", {{"id", command.id}}, sent_text);
}

Outcome<> run(const command::OutboxSend& command, Session& session) {
  return session.show_answer("message.send_anyway", {{"id", command.id}}, [](const json& message, const Style& style) {
    return sent_text(message, style) +
           "It goes from this device as soon as that reaches the friend, who may then have it twice.\n";
  });
}

Outcome<> run(const command::Erase& command, Session& session) {
  std::vector<json> wanted;
  if (!command.with.empty()) wanted.push_back({{"friend", command.with}});
  for (const std::string& id : command.ids) wanted.push_back({{"id", id}});
  std::uint64_t erased = 0;
  for (const json& params : wanted) {
    const auto done = session.daemon.call("message.erase", params);
    if (!done) return refuse(done.error());
    erased += number_in(*done, "erased");
  }
  session.show({{"erased", erased}},
               counted(erased, "message") +
                   " erased here; on your other devices as soon as they are connected. Friends keep what they have.\n");
  return {};
}

}  // namespace toxtore
