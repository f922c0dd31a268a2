#include "view/rules.h"

#include <algorithm>
#include <map>
#include <set>

namespace toxtore {
namespace {

struct TouchedBy {
  TouchedRows& rows;
  const ReadEvent& event;

  void operator()(const FriendAdd& body) const { rows.friends.push_back(body.key); }
  void operator()(const FriendRemove& body) const { rows.removed_adds.push_back(body.add); }
  void operator()(const TrySend&) const { rows.messages.push_back(event.dot); }
  void operator()(const DoneSend& body) const { rows.messages.push_back(body.message); }
  void operator()(const Received&) const { rows.messages.push_back(event.dot); }
  void operator()(const MarkRead& body) const { rows.messages.push_back(body.message); }
  void operator()(const Sending& body) const { rows.messages = body.messages; }
  void operator()(const SendingEnded& body) const { rows.messages = body.messages; }
  void operator()(const ContactSetting& body) const { rows.friends.push_back(body.key); }
  void operator()(const DeviceSetting& body) const { rows.devices.push_back(body.key); }
  // Not in any row yet.
  void operator()(const FriendNospam&) const {}
  void operator()(const FriendDevices&) const {}
  void operator()(const MessageWithdrawn&) const {}
  void operator()(const ReadUpTo&) const {}
  void operator()(const FriendRequestReceived&) const {}
  void operator()(const FriendRequestDeclined&) const {}
  void operator()(const ContactsMerged&) const {}
  void operator()(const ProfileValue&) const {}
  void operator()(const ContentErased&) const {}
  void operator()(const OfferReceived&) const {}
  void operator()(const Opaque&) const {}
};

// The references of type T, in the order of events.
template <class T>
std::vector<const ReadEvent*> in_order(const std::vector<ReadEvent>& events) {
  std::vector<const ReadEvent*> found;
  for (const ReadEvent& event : events) {
    if (std::holds_alternative<T>(event.body)) found.push_back(&event);
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->order() < b->order(); });
  return found;
}

// Where a thing has one value, the last in order wins.
template <class T, class Fits>
const T* last_value(const std::vector<ReadEvent>& settings, Fits fits) {
  const T* last = nullptr;
  for (const ReadEvent* event : in_order<T>(settings)) {
    const T& setting = std::get<T>(event->body);
    if (fits(*event, setting)) last = &setting;
  }
  return last;
}

// `done` beats everything; then a sending that runs; then one that ended unsure, for its message may have arrived.
void derive_delivery(const ReadEvent& message, const std::vector<ReadEvent>& references, MessageRow& row) {
  if (const auto done = in_order<DoneSend>(references); !done.empty()) {
    row.delivery = Delivery::delivered;
    row.device = done.front()->dot.device;
    row.delivered_ms = done.front()->shown_ms();
    return;
  }
  if (const auto open = open_sendings(message, references); !open.empty()) {
    row.delivery = Delivery::sending;
    row.device = open.front().device;
    return;
  }
  row.delivery = Delivery::queued;
  for (const ReadEvent* event : in_order<SendingEnded>(references)) {
    const auto& ended = std::get<SendingEnded>(event->body);
    if (ended.outcome != SendingOutcome::unsure) continue;
    row.delivery = Delivery::unsure;
    row.device = ended.device;
  }
}

}  // namespace

TouchedRows touched_by(const ReadEvent& event) {
  TouchedRows rows;
  std::visit(TouchedBy{rows, event}, event.body);
  return rows;
}

std::vector<OpenSending> open_sendings(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  if (!in_order<DoneSend>(references).empty()) return {};
  std::map<PublicKey, OrderKey> last_begun;
  if (const auto* sent = std::get_if<TrySend>(&message.body); sent != nullptr && sent->own_sending) {
    last_begun.emplace(message.dot.device, message.order());
  }
  for (const ReadEvent* event : in_order<Sending>(references)) last_begun[event->dot.device] = event->order();
  for (const ReadEvent* event : in_order<SendingEnded>(references)) {
    const auto begun = last_begun.find(std::get<SendingEnded>(event->body).device);
    if (begun != last_begun.end() && begun->second < event->order()) last_begun.erase(begun);
  }
  std::vector<OpenSending> open;
  for (const auto& [device, order] : last_begun) open.push_back({device, order});
  std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
  return open;
}

std::optional<MessageRow> derive_message(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  MessageRow row;
  row.id = message.dot;
  row.timestamp_ms = message.timestamp_ms;
  row.shown_ms = message.shown_ms();
  if (const auto* sent = std::get_if<TrySend>(&message.body)) {
    row.conversation = sent->to;
    row.outgoing = true;
    row.kind = sent->kind;
    row.text = sent->text;
    row.read = true;
    derive_delivery(message, references, row);
    return row;
  }
  if (const auto* received = std::get_if<Received>(&message.body)) {
    row.conversation = received->from;
    row.kind = received->kind;
    row.text = received->text;
    row.read = !in_order<MarkRead>(references).empty();
    return row;
  }
  return std::nullopt;
}

FriendRow derive_friend(const PublicKey& key, const std::vector<AddWithReferences>& adds,
                        const std::vector<ReadEvent>& settings) {
  FriendRow row;
  row.key = key;
  std::set<PublicKey> known_by;
  std::optional<OrderKey> earliest;
  for (const auto& [add, references] : adds) {
    if (!in_order<FriendRemove>(references).empty()) continue;
    known_by.insert(add.dot.device);
    if (!earliest || add.order() < *earliest) {
      earliest = add.order();
      row.since_ms = add.shown_ms();
    }
  }
  row.known_by.assign(known_by.begin(), known_by.end());
  const auto* name = last_value<ContactSetting>(settings, [](const ReadEvent&, const ContactSetting& setting) {
    return setting.what == ContactSetting::What::name;
  });
  if (name != nullptr) row.name = name->value;
  return row;
}

DeviceRow derive_device(const PublicKey& key, const std::vector<ReadEvent>& settings) {
  DeviceRow row;
  row.key = key;
  const auto value_of = [&](DeviceSetting::What what) {
    return last_value<DeviceSetting>(settings, [&](const ReadEvent& event, const DeviceSetting& setting) {
      return event.dot.device == key && setting.what == what;
    });
  };
  if (const auto* address = value_of(DeviceSetting::What::address)) {
    row.address = ToxAddress::from_bytes(address->value);
    if (row.address && row.address->key() != key) row.address.reset();
  }
  if (const auto* always_on = value_of(DeviceSetting::What::always_on)) row.always_on = always_on->value == Bytes{1};
  return row;
}

}  // namespace toxtore
