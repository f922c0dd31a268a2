#include "view/rules.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/utf8.h"
#include "wire/roster_statement.h"

namespace toxtore {
namespace {

struct TouchedBy {
  TouchedRows& rows;
  const ReadEvent& event;

  void operator()(const FriendAdd& body) const {
    rows.friends.push_back(body.key);
    rows.requests.push_back(body.key);
  }
  void operator()(const FriendRemove& body) const { rows.removed_adds.push_back(body.add); }
  void operator()(const TrySend&) const { rows.messages.push_back(event.dot); }
  void operator()(const DoneSend& body) const { rows.messages.push_back(body.message); }
  void operator()(const Received&) const { rows.messages.push_back(event.dot); }
  void operator()(const MarkRead& body) const { rows.messages.push_back(body.message); }
  void operator()(const Sending& body) const { rows.messages = body.messages; }
  void operator()(const SendingEnded& body) const { rows.messages = body.messages; }
  void operator()(const FriendNospam& body) const { rows.friends.push_back(body.key); }
  void operator()(const FriendDevices& body) const { rows.friends.push_back(body.key); }
  void operator()(const ContactSetting& body) const { rows.friends.push_back(body.key); }
  void operator()(const ContactsMerged& body) const { rows.friends = {body.one, body.other}; }
  void operator()(const DeviceSetting& body) const { rows.devices.push_back(body.key); }
  void operator()(const MessageWithdrawn& body) const { rows.messages.push_back(body.message); }
  void operator()(const ReadUpTo& body) const {
    for (const Dot& prefix : body.prefixes) rows.read.push_back({body.conversation, prefix.log(), prefix.number()});
  }
  void operator()(const ContentErased& body) const { rows.messages = body.messages; }
  void operator()(const OfferReceived&) const { rows.messages.push_back(event.dot); }
  void operator()(const FriendRequestReceived& body) const {
    rows.friends.push_back(body.from);
    rows.requests.push_back(body.from);
  }
  void operator()(const FriendRequestDeclined& body) const { rows.declined_requests.push_back(body.request); }
  void operator()(const ProfileValue&) const { rows.profile = true; }
  // Not in any row yet.
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

bool is_erased(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  return message.erased || !in_order<ContentErased>(references).empty();
}

bool is_withdrawn(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  return !in_order<MessageWithdrawn>(references).empty() || is_erased(message, references);
}

// `done` beats everything; then `withdrawn`; then a sending that runs; then one that ended unsure, for its message may
// have arrived.
void derive_delivery(const ReadEvent& message, const std::vector<ReadEvent>& references, MessageRow& row) {
  if (const auto done = in_order<DoneSend>(references); !done.empty()) {
    row.delivery = Delivery::delivered;
    row.device = done.front()->dot.device;
    row.delivered_ms = done.front()->shown_ms();
    return;
  }
  if (is_withdrawn(message, references)) {
    row.delivery = Delivery::withdrawn;
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

bool is_device_name(std::string_view name) {
  return !name.empty() && name.size() <= device_name_size_max && is_utf8(name);
}

}  // namespace

TouchedRows touched_by(const ReadEvent& event) {
  TouchedRows rows;
  std::visit(TouchedBy{rows, event}, event.body);
  return rows;
}

std::vector<OpenSending> open_sendings(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  if (!in_order<DoneSend>(references).empty() || is_withdrawn(message, references)) return {};
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

std::optional<PublicKey> conversation_of(const ReadEvent& event) {
  if (const auto* sent = std::get_if<TrySend>(&event.body)) return sent->to;
  if (const auto* received = std::get_if<Received>(&event.body)) return received->from;
  if (const auto* offer = std::get_if<OfferReceived>(&event.body)) return offer->from;
  return std::nullopt;
}

std::optional<MessageRow> derive_message(const ReadEvent& message, const std::vector<ReadEvent>& references,
                                         std::uint32_t read_to) {
  const auto conversation = conversation_of(message);
  if (!conversation) return std::nullopt;
  MessageRow row;
  row.id = message.dot;
  row.conversation = *conversation;
  row.timestamp_ms = message.timestamp_ms;
  row.shown_ms = message.shown_ms();
  row.erased = is_erased(message, references);
  // What was erased is not left unread: there is nothing to read.
  row.read = row.erased || message.dot.number() <= read_to || !in_order<MarkRead>(references).empty();
  if (const auto* sent = std::get_if<TrySend>(&message.body)) {
    row.outgoing = true;
    row.kind = sent->kind;
    row.text = sent->text;
    row.read = true;
    derive_delivery(message, references, row);
  } else if (const auto* received = std::get_if<Received>(&message.body)) {
    row.kind = received->kind;
    row.text = received->text;
  } else if (const auto* offer = std::get_if<OfferReceived>(&message.body)) {
    row.content = offer->what == OfferReceived::What::file ? Content::file : Content::call;
    row.text = offer->name;
    row.size_bytes = offer->size;
  }
  if (row.erased) row.text.clear();
  return row;
}

std::optional<RequestRow> derive_request(const ReadEvent& request, const std::vector<ReadEvent>& references,
                                         const std::vector<AddWithReferences>& adds, bool is_friend) {
  const auto* body = std::get_if<FriendRequestReceived>(&request.body);
  if (body == nullptr) return std::nullopt;
  const bool added = std::any_of(adds.begin(), adds.end(),
                                 [&](const AddWithReferences& each) { return request.order() < each.add.order(); });
  const bool declined = !in_order<FriendRequestDeclined>(references).empty();
  return RequestRow{request.dot,          body->from,         body->message,
                    request.timestamp_ms, request.shown_ms(), !added && !declined && !is_friend};
}

ProfileRow derive_profile(const std::vector<ReadEvent>& values) {
  const auto value_of = [&](ProfileValue::What what, std::size_t size_max) -> std::optional<Bytes> {
    const auto* value = last_value<ProfileValue>(values, [&](const ReadEvent&, const ProfileValue& candidate) {
      return candidate.what == what && candidate.value.size() <= size_max;
    });
    return value == nullptr ? std::nullopt : std::optional(value->value);
  };
  return {value_of(ProfileValue::What::name, own_name_size_max),
          value_of(ProfileValue::What::status_message, status_message_size_max)};
}

DeviceRow derive_device(const PublicKey& key, const std::vector<ReadEvent>& settings) {
  DeviceRow row;
  row.key = key;
  const auto own_value_of = [&](DeviceSetting::What what) {
    return last_value<DeviceSetting>(settings, [&](const ReadEvent& event, const DeviceSetting& setting) {
      return event.dot.device == key && setting.what == what;
    });
  };
  if (const auto* address = own_value_of(DeviceSetting::What::address)) {
    row.address = ToxAddress::from_bytes(address->value);
    if (row.address && row.address->key() != key) row.address.reset();
  }
  if (const auto* always_on = own_value_of(DeviceSetting::What::always_on)) {
    row.always_on = always_on->value == Bytes{1};
  }
  const auto* name = last_value<DeviceSetting>(settings, [&](const ReadEvent&, const DeviceSetting& setting) {
    return setting.key == key && setting.what == DeviceSetting::What::name && is_device_name(to_text(setting.value));
  });
  if (name != nullptr) row.name = name->value;
  return row;
}

}  // namespace toxtore
