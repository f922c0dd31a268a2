#include "engine/friend_messages.h"

#include <algorithm>
#include <set>

#include "base/planted.h"
#include "engine/conversation.h"
#include "wire/body.h"

namespace toxtore {
namespace {

/// The messages that a stored event erases, or the one that it is.
std::vector<Dot> messages_of(const Store& store, const Dot& dot) {
  const auto event = store.event(dot);
  const ReadEvent read = event ? read_event(*event) : ReadEvent{};
  const auto* erased = std::get_if<ContentErased>(&read.body);
  return erased == nullptr ? std::vector{dot} : erased->messages;
}

}  // namespace

std::vector<MessageRow> FriendMessages::held(const PublicKey& from, const Hash& identity) const {
  auto copies = core_.store.copies(identity);
  if (planted(PlantedBug::trusts_any_dot)) return copies;
  const Conversation contact = core_.conversation_with(from);
  std::erase_if(copies, [&](const MessageRow& copy) { return !contact.has(copy.conversation); });
  return copies;
}

// Who is blocked hears no more of it than from toxcore: his messages are taken, and go nowhere.
void FriendMessages::on_part(const PublicKey& from, const packet::Message& part, Instant now) {
  const auto message = parts_[from].add(part);
  if (!message) return;
  const Hash identity = message_identity(message->dot, message->kind, message->text);
  if (!core_.is_blocked(from) && held(from, identity).empty()) {
    Received body{from, message->kind, message->text, message->dot, std::nullopt};
    if (message->written_ms < timestamp_ms_end) body.written_ms = message->written_ms;
    if (!core_.log({body}, now)) return;
  }
  core_.send(from, packet::Received{message->dot});
}

void FriendMessages::erase_copies(Instant now) {
  std::set<Dot> lacking;
  for (const Fresh& fresh : core_.fresh) {
    if (fresh.type != EventType::received_message && fresh.type != EventType::content_erased) continue;
    for (const Dot& dot : messages_of(core_.store, fresh.dot)) {
      const auto row = core_.store.message(dot);
      if (!row || !row->identity) continue;
      const auto copies = held(row->conversation, *row->identity);
      if (std::ranges::none_of(copies, &MessageRow::erased)) continue;
      for (const MessageRow& copy : copies) {
        if (!copy.erased) lacking.insert(copy.id);
      }
    }
  }
  if (!lacking.empty()) (void)core_.log(erasures({lacking.begin(), lacking.end()}), now);
}

}  // namespace toxtore
