#include "view/rules.h"

#include <algorithm>
#include <string_view>

#include "base/utf8.h"
#include "view/attempts.h"
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

// What keeps a message from being sent: the user's word, his friend's removal, or its length. A word of the user beats
// the removal.
struct Stop {
  Delivery state;
  DeliveryFailure failure;
};
std::optional<Stop> stopped(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  using Reason = MessageWithdrawn::Reason;
  std::optional<Stop> stop;
  for (const ReadEvent* event : in_order<MessageWithdrawn>(references)) {
    if (std::get<MessageWithdrawn>(event->body).reason == Reason::user)
      return Stop{Delivery::withdrawn, DeliveryFailure::none};
    stop = Stop{Delivery::failed, DeliveryFailure::no_friend};
  }
  if (is_erased(message, references)) return Stop{Delivery::withdrawn, DeliveryFailure::none};
  const auto* sent = std::get_if<TrySend>(&message.body);
  if (sent != nullptr && sent->text.size() > long_message_size_max)
    return Stop{Delivery::failed, DeliveryFailure::too_long};
  return stop;
}

// `done` beats everything; then what stops a message; then an attempt that runs; then one that ended unsure, for its
// message may have arrived.
void derive_delivery(const ReadEvent& message, const std::vector<ReadEvent>& references,
                     const std::vector<ReadEvent>& ambiguous, MessageRow& row) {
  const auto all = attempts(message, references, ambiguous);
  if (const Attempt* done = first_done(all)) {
    row.delivery = may_be_doubled(all) ? Delivery::perhaps_doubled : Delivery::delivered;
    row.device = done->device;
    row.delivered_ms = done->done_ms;
    row.delivered_to = done->to;
  } else if (const auto stop = stopped(message, references)) {
    row.delivery = stop->state;
    row.failure = stop->failure;
    if (const Attempt* risk = may_have_arrived(all)) row.device = risk->device;
  } else if (const auto open = open_attempts(all); !open.empty()) {
    row.delivery = Delivery::sending;
    row.device = open.front().device;
  } else if (const Attempt* unsure = last_unsure(all)) {
    row.delivery = Delivery::unsure;
    row.device = unsure->device;
  } else {
    row.delivery = Delivery::queued;
  }
}

bool is_device_name(std::string_view name) {
  return !name.empty() && name.size() <= device_name_size_max && is_utf8(name);
}

}  // namespace

TouchedRows touched_by(const ReadEvent& event) {
  TouchedRows rows;
  std::visit(TouchedBy{rows, event}, event.body);
  if (event.origin) rows.messages.push_back(*event.origin);
  return rows;
}

std::optional<PublicKey> conversation_of(const ReadEvent& event) {
  if (const auto* sent = std::get_if<TrySend>(&event.body)) return sent->to;
  if (const auto* received = std::get_if<Received>(&event.body)) return received->from;
  if (const auto* offer = std::get_if<OfferReceived>(&event.body)) return offer->from;
  return std::nullopt;
}

std::optional<MessageRow> derive_message(const ReadEvent& message, const std::vector<ReadEvent>& references,
                                         std::uint32_t read_to, const std::vector<ReadEvent>& ambiguous) {
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
    derive_delivery(message, references, ambiguous, row);
  } else if (const auto* received = std::get_if<Received>(&message.body)) {
    row.kind = received->kind;
    row.text = received->text;
    row.identity = message.identity;
    row.shown_ms = received->written_ms.value_or(row.shown_ms);
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
