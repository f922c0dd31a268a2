// Messages: what the user writes and reads, and what friends write.
//
// Private to src/engine.
#pragma once

#include "engine/contacts.h"
#include "engine/core.h"
#include "engine/outbox.h"

namespace toxtore {

class Messages {
 public:
  Messages(Core& core, Contacts& contacts, Outbox& outbox) : core_(core), contacts_(contacts), outbox_(outbox) {}

  Result<MessageRow> send(const SendMessage& command, Instant now);
  Result<std::size_t> mark_conversation_read(const PublicKey& conversation, Instant now);
  Result<void> mark_read(const Dot& message, Instant now);
  void on_message(const input::Message& message, Instant now);

 private:
  [[nodiscard]] std::optional<MessageRow> sent_before(const SendMessage& command) const;

  Core& core_;
  Contacts& contacts_;
  Outbox& outbox_;
};

}  // namespace toxtore
