// Messages: what the user writes and reads, and what friends write.
//
// Private to src/engine.
#pragma once

#include "engine/core.h"
#include "engine/outbox.h"

namespace toxtore {

/// Messages that are erased in one transaction: 32 events, and rows of at most 2 MiB, which is less than the disk
/// reserve.
inline constexpr std::size_t erased_at_once_max = 1'024;

class Messages {
 public:
  Messages(Core& core, Outbox& outbox) : core_(core), outbox_(outbox) {}

  Result<MessageRow> send(const SendMessage& command, Instant now);
  Result<std::size_t> mark_conversation_read(const PublicKey& conversation, Instant now);
  Result<void> mark_read(const Dot& message, Instant now);
  Result<MessageRow> withdraw(const Dot& message, Instant now);
  Result<MessageRow> send_anyway(const Dot& message);
  Result<void> erase(const Dot& message, Instant now);
  Result<std::size_t> erase_conversation(const PublicKey& conversation, Instant now);
  [[nodiscard]] std::vector<MessageRow> search(SearchQuery query) const;
  void on_message(const input::Message& message, Instant now);
  void on_offer(const input::Offer& offer, Instant now);

 private:
  [[nodiscard]] std::optional<MessageRow> sent_before(const SendMessage& command) const;
  [[nodiscard]] bool same_contact(const PublicKey& one, const PublicKey& other) const;
  [[nodiscard]] Result<void> check_recipient(const PublicKey& to) const;

  Core& core_;
  Outbox& outbox_;
};

}  // namespace toxtore
