#include "rpc/subscription.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "rpc/json.h"
#include "rpc/method.h"
#include "view/rules.h"
#include "wire/body.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// Makes the changes of one batch. What the engine lists is asked for once, and only if an event needs it.
class Changes {
 public:
  explicit Changes(const Engine& engine) : engine_(engine), store_(engine.store()), names_(engine) {}

  /// What the event belongs to, as it is now: one or more values of `change`.
  std::vector<json> of(const Event& event) {
    const ReadEvent read = read_event(event);
    const TouchedRows touched = touched_by(read);
    std::vector<json> changes;
    std::set<Dot> shown;
    for (const Dot& id : touched.messages) {
      const auto row = engine_.message(id);
      if (row && is_known(engine_, row->conversation) && shown.insert(row->id).second) add_message(*row, changes);
    }
    // A request changes nothing that is shown of a friend, and who asks is none.
    if (!std::holds_alternative<FriendRequestReceived>(read.body)) {
      for (const PublicKey& key : touched.friends) add_friend(key, changes);
    }
    for (const Dot& add : touched.removed_adds) {
      const auto added = store_.event(add);
      if (!added) continue;
      if (const ReadEvent add_event = read_event(*added); const auto* body = std::get_if<FriendAdd>(&add_event.body))
        add_friend(body->key, changes);
    }
    for (const PublicKey& key : touched.devices) add_device(key, changes);
    if (!touched.read.empty()) add_conversation(touched.read.front().conversation, changes);
    add_request(read, changes);
    for (const Dot& declined : touched.declined_requests) {
      if (const auto request = store_.event(declined)) add_request(read_event(*request), changes);
    }
    if (touched.profile) changes.push_back({{"profile", to_json(store_.profile())}});
    if (changes.empty()) changes.push_back(json::object());
    return changes;
  }

 private:
  // A copy may come that stands before those that were told of: then the message has another id from now on.
  void add_message(const MessageRow& row, std::vector<json>& changes) {
    json change = {{"message", to_json(row, names_)}};
    for (const Dot& copy : engine_.copies_of(row)) {
      if (copy != row.id) change["copies"].push_back(dot_text(copy));
    }
    changes.push_back(std::move(change));
  }

  void add_friend(const PublicKey& key, std::vector<json>& changes) {
    if (const auto info = engine_.find_friend(key)) changes.push_back({{"friend", to_json(*info)}});
  }

  void add_device(const PublicKey& key, std::vector<json>& changes) {
    if (!devices_) devices_ = engine_.devices();
    const auto info = std::find_if(devices_->begin(), devices_->end(),
                                   [&](const DeviceInfo& candidate) { return candidate.key == key; });
    if (info != devices_->end()) changes.push_back({{"device", to_json(*info)}});
  }

  void add_conversation(const PublicKey& key, std::vector<json>& changes) {
    const Contact* contact = engine_.contacts().of(key);
    const Conversation all(engine_.contacts().keys_with(key));
    const PublicKey& id = contact == nullptr ? key : contact->id;
    changes.push_back(
        {{"conversation", {{"key", id.hex()}, {"friend", names_.of(id)}, {"unread", store_.unread_count(all)}}}});
  }

  void add_request(const ReadEvent& event, std::vector<json>& changes) const {
    const auto* request = std::get_if<FriendRequestReceived>(&event.body);
    if (request == nullptr) return;
    const auto open = store_.open_requests();
    json shown = to_json(FriendRequestInfo{request->from, request->message, event.shown_ms()});
    shown["open"] = std::any_of(open.begin(), open.end(), [&](const RequestRow& row) { return row.id == event.dot; });
    changes.push_back({{"request", std::move(shown)}});
  }

  const Engine& engine_;
  const Store& store_;
  ShownNames names_;
  std::optional<std::vector<DeviceInfo>> devices_;
};

std::string event_line(Arrival cursor, const Dot& event, json change) {
  return line_of({{"jsonrpc", "2.0"},
                  {"method", "event"},
                  {"params", {{"cursor", cursor}, {"event", dot_text(event)}, {"change", std::move(change)}}}});
}

}  // namespace

std::vector<std::string> Subscription::next_batch(const Engine& engine) {
  std::vector<std::string> lines;
  Changes changes(engine);
  for (const auto& [arrival, event] : engine.store().arrived(cursor_, subscription_batch_events)) {
    std::vector<json> of_event = changes.of(event);
    for (std::size_t i = 0; i < of_event.size(); ++i) {
      const bool last = i + 1 == of_event.size();
      lines.push_back(event_line(last ? arrival : cursor_, event.dot, std::move(of_event[i])));
    }
    cursor_ = arrival;
  }
  return lines;
}

}  // namespace toxtore
