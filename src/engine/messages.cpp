#include "engine/messages.h"

#include <utility>

#include "base/utf8.h"
#include "wire/body.h"

namespace toxtore {
namespace {

Result<void> check(const SendMessage& command) {
  if (command.text.empty()) return fail(ErrorKind::invalid_argument, "an empty message cannot be sent");
  if (!is_utf8(command.text)) return fail(ErrorKind::invalid_argument, "the message is not UTF-8 text");
  if (command.text.size() > message_size_max) {
    return fail(ErrorKind::too_long, "the message has " + std::to_string(command.text.size()) +
                                         " bytes, and a Tox message holds at most " + std::to_string(message_size_max) +
                                         ": send it in parts");
  }
  if (command.token.size() > token_size_max) {
    return fail(ErrorKind::too_long, "a token must not be longer than " + std::to_string(token_size_max) + " bytes");
  }
  return {};
}

}  // namespace

// A token counts together with what it was given for: the same token with another text is the caller's mistake, and
// losing the text would be worse than sending it.
std::optional<MessageRow> Messages::sent_before(const SendMessage& command) const {
  if (command.token.empty()) return std::nullopt;
  for (const Event& event : core_.store.about(Subject::token(as_bytes(command.token)))) {
    const auto row = core_.store.message(event.dot);
    if (row && row->conversation == command.to && row->kind == command.kind && to_text(row->text) == command.text) {
      return row;
    }
  }
  return std::nullopt;
}

Result<MessageRow> Messages::send(const SendMessage& command, Instant now) {
  if (const auto checked = check(command); !checked) return fail(checked.error());
  if (auto row = sent_before(command)) return *row;
  if (!contacts_.is_friend(command.to) || core_.is_own(command.to)) {
    return fail(ErrorKind::not_found, "this key is not in your friend list");
  }
  const bool at_once = outbox_.can_send_at_once(command.to);
  const auto logged =
      core_.log({TrySend{command.to, command.kind, to_bytes(command.text), at_once, to_bytes(command.token)}}, now);
  if (!logged) return fail(logged.error());
  auto row = core_.store.message(logged->front().dot);
  if (!row) return fail(core_.store.fault().value_or(Error{}));
  if (at_once) outbox_.send_at_once(*row, now);
  return *row;
}

Result<std::size_t> Messages::mark_conversation_read(const PublicKey& conversation, Instant now) {
  std::vector<Body> marks;
  for (const MessageRow& row : core_.store.unread(conversation)) marks.emplace_back(MarkRead{row.id});
  if (marks.empty()) return std::size_t{0};
  const auto logged = core_.log(marks, now);
  if (!logged) return fail(logged.error());
  return logged->size();
}

Result<void> Messages::mark_read(const Dot& message, Instant now) {
  const auto row = core_.store.message(message);
  if (!row) return fail(ErrorKind::not_found, "there is no message with this id");
  if (row->read) return {};
  const auto logged = core_.log({MarkRead{message}}, now);
  return logged ? Result<void>{} : fail(logged.error());
}

void Messages::on_message(const input::Message& message, Instant now) {
  // A failure is kept by the core as its fault.
  (void)core_.log({Received{message.from, message.kind, message.text}}, now);
}

}  // namespace toxtore
