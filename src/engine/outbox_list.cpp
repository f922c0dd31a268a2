// What waits in the outbox, and for what: the same rules as in outbox.cpp, in words instead of deeds.
#include <algorithm>
#include <set>

#include "engine/outbox.h"
#include "engine/presence.h"

namespace toxtore {
namespace {

using For = Waiting::For;

std::uint64_t wall_ms(std::uint64_t mono_ms, Instant now) {
  return now.wall_ms + mono_ms - std::min(mono_ms, now.mono_ms);
}

std::vector<PublicKey> devices_of(const std::vector<LogId>& logs) {
  std::set<PublicKey> devices;
  for (const LogId& log : logs) devices.insert(log.device);
  return {devices.begin(), devices.end()};
}

/// The user's other devices to which the friend is connected, as they say.
std::vector<PublicKey> elsewhere(const Core& core, const Contact& contact) {
  std::set<PublicKey> devices;
  for (const PublicKey& key : contact.keys) {
    for (const DeviceName& device : seen_by(core, key)) devices.insert(device.key);
  }
  return {devices.begin(), devices.end()};
}

}  // namespace

std::vector<Waiting> Outbox::list(Instant now) const {
  std::vector<Waiting> waiting;
  for (const MessageRow& row : core_.store.undelivered()) waiting.push_back(why(row, now));
  return waiting;
}

Waiting Outbox::why(const MessageRow& row, Instant now) const {
  if (const auto own = own_.find(row.id); own != own_.end()) return why_of_own(row, own->second);
  const Contact* contact = core_.contacts().of(row.conversation);
  if (contact == nullptr || !contact->present) return {row, For::friend_here, {}, {}};
  if (contact->blocked) return {row, For::unblocking, {}, {}};
  if (row.delivery == Delivery::sending && row.device) {
    Waiting waiting{row, For::device, {*row.device}, {}};
    for (const Attempt& open : open_attempts(attempts_of(row.id))) {
      const auto since = foreign_since_ms_.find({row.id, open.begun});
      if (open.device != *row.device || since == foreign_since_ms_.end() || core_.connected(open.device)) continue;
      waiting.until_ms = wall_ms(since->second + foreign_sending_ms, now);
    }
    return waiting;
  }
  if (contact->devices_withheld && row.id.device != core_.self) return {row, For::author, {row.id.device}, {}};
  return why_not_sent(row, *contact, now);
}

Waiting Outbox::why_of_own(const MessageRow& row, const Sending& sending) const {
  if (sending.handed) return {row, For::receipt, {}, {}};
  std::vector<PublicKey> deaf;
  for (const PublicKey& peer : core_.replicator.connected_peers()) {
    if (!core_.replicator.has_acknowledged(peer, sending.logged) && !core_.replicator.is_behind(peer)) {
      deaf.push_back(peer);
    }
  }
  if (!deaf.empty()) return {row, For::acknowledgement, std::move(deaf), {}};
  if (core_.doubt) return {row, For::doubt, {}, {}};
  if (!caught_up_on(row)) return {row, For::log, devices_of(core_.logs_lacking_since(row.order())), {}};
  return {row, For::turn, {}, {}};
}

Waiting Outbox::why_not_sent(const MessageRow& row, const Contact& contact, Instant now) const {
  std::optional<std::uint64_t> hello_ms;
  for (const PublicKey& key : contact.keys) {
    if (core_.connected(key) != nullptr)
      hello_ms = std::min(hello_ms.value_or(~std::uint64_t{0}), hello_wait_.due_ms(key));
  }
  if (!hello_ms) return {row, For::friend_here, elsewhere(core_, contact), {}};
  const auto way = way_.find(row.conversation);
  if (way == way_.end()) return {row, For::hello, {}, wall_ms(*hello_ms, now)};
  if (anyway_.contains(row.id)) return {row, For::turn, {}, {}};
  if (core_.doubt) return {row, For::doubt, {}, {}};
  if (!caught_up_on(row)) return {row, For::log, devices_of(core_.logs_lacking_since(row.order())), {}};
  if (row.delivery == Delivery::unsure && !way->second.as_packet) {
    const std::uint64_t over_ms = pause_over_ms(row.id, now);
    if (over_ms > now.mono_ms) return {row, For::pause, {}, wall_ms(over_ms, now)};
  }
  return {row, For::turn, {}, {}};
}

}  // namespace toxtore
