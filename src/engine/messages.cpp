#include "engine/messages.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "engine/conversation.h"
#include "wire/body.h"

namespace toxtore {
namespace {

Result<void> check(const SendMessage& command) {
  if (command.text.empty()) return fail(ErrorKind::invalid_argument, "an empty message cannot be sent");
  if (!is_utf8(command.text)) return fail(ErrorKind::invalid_argument, "the message is not UTF-8 text");
  if (command.text.size() > long_message_size_max) {
    return fail(ErrorKind::too_long, "the message has " + std::to_string(command.text.size()) +
                                         " bytes, and one message holds at most " +
                                         std::to_string(long_message_size_max) + ": send it in parts");
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
    // Of one whose text was erased meanwhile the token alone must tell.
    if (row && same_contact(row->conversation, command.to) && row->kind == command.kind &&
        (row->erased || to_text(row->text) == command.text)) {
      return row;
    }
  }
  return std::nullopt;
}

bool Messages::same_contact(const PublicKey& one, const PublicKey& other) const {
  const Contact* contact = core_.contacts().of(one);
  return one == other || (contact != nullptr && contact == core_.contacts().of(other));
}

Result<void> Messages::check_recipient(const PublicKey& to) const {
  if (core_.is_removed()) {
    return fail(
        ErrorKind::denied,
        "this device was removed from your devices, so it sends nothing: write from one of those that are still "
        "yours, or link this one again (`toxtore device join`)");
  }
  const Contact* contact = core_.contacts().friend_of(to);
  if (contact == nullptr) return fail(ErrorKind::not_found, "this key is not in your friend list");
  if (contact->blocked) return fail(ErrorKind::denied, "this friend is blocked; unblock him to write to him");
  const auto knows_this_device = [&](const PublicKey& key) {
    return core_.contacts().row(key)->is_known_by(core_.self);
  };
  if (contact->devices_withheld && std::none_of(contact->keys.begin(), contact->keys.end(), knows_this_device)) {
    return fail(ErrorKind::denied,
                "your devices are withheld from this friend, and he does not know this one: write to him from a device "
                "that he knows");
  }
  return {};
}

Result<MessageRow> Messages::send(const SendMessage& command, Instant now) {
  if (const auto checked = check(command); !checked) return fail(checked.error());
  if (auto row = sent_before(command)) return *row;
  if (const auto checked = check_recipient(command.to); !checked) return fail(checked.error());
  const auto at_once = outbox_.way_at_once(command.to, now);
  const auto logged = core_.log({TrySend{at_once ? at_once->to : command.to, command.kind, to_bytes(command.text),
                                         at_once.has_value(), to_bytes(command.token), at_once && at_once->as_packet}},
                                now);
  if (!logged) return fail(logged.error());
  auto row = core_.store.message(logged->front().dot);
  if (!row) return fail(core_.store.fault().value_or(Error{}));
  if (at_once) outbox_.send_at_once(*row, *at_once, now);
  return *row;
}

Result<std::size_t> Messages::mark_conversation_read(const PublicKey& conversation, Instant now) {
  const Conversation all = core_.conversation_with(conversation);
  const std::size_t unread = core_.store.unread_count(all);
  if (unread == 0) return unread;
  std::vector<Body> marks;
  for (const PublicKey& key : all.keys()) {
    const auto of_key = marks_for_all(core_, key);
    marks.insert(marks.end(), of_key.begin(), of_key.end());
  }
  const auto logged = core_.log(marks, now);
  if (!logged) return fail(logged.error());
  return unread;
}

Result<void> Messages::mark_read(const Dot& message, Instant now) {
  const auto row = core_.store.message(message);
  if (!row) return fail(ErrorKind::not_found, "there is no message with this id");
  if (row->read) return {};
  const auto logged = core_.log({MarkRead{message}}, now);
  return logged ? Result<void>{} : fail(logged.error());
}

// What is being handed over may be at the friend already, so there is nothing to take back until that is known.
Result<MessageRow> Messages::withdraw(const Dot& message, Instant now) {
  auto row = core_.store.message(message);
  if (!row) return fail(ErrorKind::not_found, "there is no message with this id");
  switch (row->delivery) {
    case Delivery::withdrawn: return *row;
    case Delivery::none: return fail(ErrorKind::denied, "only a message that you wrote can be withdrawn");
    case Delivery::failed: return fail(ErrorKind::denied, "the message has failed: no device sends it any more");
    case Delivery::delivered:
    case Delivery::perhaps_doubled:
      return fail(ErrorKind::denied, "the message is delivered; it cannot be withdrawn any more");
    case Delivery::sending:
      return fail(ErrorKind::busy,
                  "the message is being handed over right now; see what becomes of it, then try again");
    case Delivery::queued:
    case Delivery::unsure: break;
  }
  const auto logged = core_.log({MessageWithdrawn{message}}, now);
  if (!logged) return fail(logged.error());
  row = core_.store.message(message);
  return row ? Result<MessageRow>(*row) : fail(core_.store.fault().value_or(Error{}));
}

Result<MessageRow> Messages::send_anyway(const Dot& message) {
  auto row = core_.store.message(message);
  if (!row) return fail(ErrorKind::not_found, "there is no message with this id");
  switch (row->delivery) {
    case Delivery::queued:
    case Delivery::sending:
    case Delivery::unsure: break;
    default:
      return fail(ErrorKind::denied, "this message does not wait to be sent; `toxtore outbox` lists those that do");
  }
  if (const auto checked = check_recipient(row->conversation); !checked) return fail(checked.error());
  if (core_.contacts().of(row->conversation)->devices_withheld && row->id.device != core_.self) {
    return fail(ErrorKind::denied,
                "your devices are withheld from this friend: only the device that wrote it sends it");
  }
  if (const auto noted = outbox_.send_anyway(message); !noted) return fail(noted.error());
  return *row;
}

Result<void> Messages::erase(const Dot& message, Instant now) {
  const auto row = core_.store.message(message);
  if (!row) return fail(ErrorKind::not_found, "there is no message with this id");
  if (row->erased) return {};
  const auto logged = core_.log(erasures(core_.copies_of(*row)), now);
  return logged ? Result<void>{} : fail(logged.error());
}

Result<std::size_t> Messages::erase_conversation(const PublicKey& conversation, Instant now) {
  std::size_t erased = 0;
  HistoryQuery query{core_.conversation_with(conversation), std::nullopt, erased_at_once_max};
  for (auto rows = core_.store.history(query); !rows.empty(); rows = core_.store.history(query)) {
    std::vector<Dot> messages;
    for (const MessageRow& row : rows) {
      if (row.erased) continue;
      const auto copies = core_.copies_of(row);
      messages.insert(messages.end(), copies.begin(), copies.end());
    }
    query.before = rows.front().order();
    if (messages.empty()) continue;
    const auto logged = core_.log(erasures(messages), now);
    if (!logged) return fail(logged.error());
    erased += messages.size();
  }
  return erased;
}

// The store cannot know which copies are of one contact, so it may give fewer messages than rows, and is asked on.
std::vector<MessageRow> Messages::search(SearchQuery query) const {
  const std::size_t limit = query.limit;
  std::vector<MessageRow> shown;
  while (shown.size() < limit) {
    const auto found = core_.store.search(query);
    std::vector<MessageRow> once;
    for (const MessageRow& row : found) {
      const auto stands = row.identity ? core_.shown(row.id) : std::optional(row);
      if (stands && stands->id == row.id) once.push_back(*stands);
    }
    shown.insert(shown.begin(), once.begin(), once.end());
    if (found.size() < query.limit) break;
    query.before = found.front().order();
  }
  if (shown.size() > limit) shown.erase(shown.begin(), shown.end() - static_cast<std::ptrdiff_t>(limit));
  return shown;
}

void Messages::on_message(const input::Message& message, Instant now) {
  if (core_.is_blocked(message.from)) return;
  // A failure is kept by the core as its fault.
  (void)core_.log({Received{message.from, message.kind, message.text}}, now);
}

void Messages::on_offer(const input::Offer& offer, Instant now) {
  if (core_.is_blocked(offer.from)) return;
  (void)core_.log({OfferReceived{offer.from, offer.what, offer.size, offer.name}}, now);
}

}  // namespace toxtore
