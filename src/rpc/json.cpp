#include "rpc/json.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// Digits of a key that stand for a friend without a name.
constexpr std::size_t short_key_digits = 8;

std::string shown(ByteView bytes) { return to_valid_utf8(to_text(bytes)); }

json keys_json(const std::vector<PublicKey>& keys) {
  json list = json::array();
  for (const PublicKey& key : keys) list.push_back(key.hex());
  return list;
}

template <class T, class Form>
json optional_json(const std::optional<T>& value, Form form) {
  return value ? json(form(*value)) : json(nullptr);
}

std::string_view state_name(Delivery delivery) {
  switch (delivery) {
    case Delivery::none: return "received";
    case Delivery::queued: return "queued";
    case Delivery::sending: return "sending";
    case Delivery::unsure: return "unsure";
    case Delivery::delivered: return "delivered";
    case Delivery::withdrawn: return "withdrawn";
    case Delivery::perhaps_doubled: return "perhaps_doubled";
    case Delivery::failed: return "failed";
  }
  return "queued";
}

json failure_json(DeliveryFailure failure) {
  switch (failure) {
    case DeliveryFailure::none: return nullptr;
    case DeliveryFailure::no_friend: return "no_friend";
    case DeliveryFailure::too_long: return "too_long";
  }
  return nullptr;
}

std::string_view content_name(Content content) {
  switch (content) {
    case Content::text: return "text";
    case Content::file: return "file";
    case Content::call: return "call";
  }
  return "text";
}

/// The size of a file that was offered, if the friend told it.
json size_json(const MessageRow& row) {
  constexpr std::uint64_t unknown = ~std::uint64_t{0};
  return row.content == Content::file && row.size_bytes != unknown ? json(row.size_bytes) : json(nullptr);
}

std::string_view notice_name(output::Notice::What what) {
  using What = output::Notice::What;
  switch (what) {
    case What::message: return "message";
    case What::notification_cleared: return "notification_cleared";
    case What::friend_request: return "friend_request";
    case What::link_request: return "link_request";
    case What::link_code: return "link_code";
    case What::link_ended: return "link_ended";
    case What::doubt: return "doubt";
    case What::doubt_over: return "doubt_over";
    case What::invitation_ended: return "invitation_ended";
    case What::log_forked: return "log_forked";
    case What::device_linked: return "device_linked";
    case What::device_removed: return "device_removed";
    case What::events_put_aside: return "events_put_aside";
    case What::peer_connection: return "peer_connection";
    case What::friend_presence: return "friend_presence";
  }
  return "peer_connection";
}

}  // namespace

std::string dot_text(const Dot& dot) { return dot.device.hex() + ":" + std::to_string(dot.seq); }

std::optional<Dot> dot_from_text(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto device = PublicKey::from_hex(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  std::uint64_t seq = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  if (!device || digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Dot{*device, seq};
}

std::string_view connection_name(Connection connection) {
  switch (connection) {
    case Connection::none: return "none";
    case Connection::tcp: return "tcp";
    case Connection::udp: return "udp";
  }
  return "none";
}

ShownNames::ShownNames(const Engine& engine)
    : ShownNames(engine.contacts(), [&engine](const PublicKey& key) { return engine.device_name(key); }) {}

const std::string& ShownNames::of_device(const PublicKey& key) {
  const auto known = devices_.find(key);
  if (known != devices_.end()) return known->second;
  const std::string name = to_valid_utf8(device_names_(key));
  return devices_.emplace(key, name.empty() ? key.hex().substr(0, short_key_digits) : name).first->second;
}

std::string_view doubt_name(DoubtReason why) {
  switch (why) {
    case DoubtReason::set_back: return "set_back";
    case DoubtReason::no_words: return "no_state_file";
    case DoubtReason::other_database: return "other_database";
    case DoubtReason::other_machine: return "other_machine";
    case DoubtReason::known_elsewhere: return "known_elsewhere";
    case DoubtReason::forked: return "forked";
  }
  return "set_back";
}

const std::string& ShownNames::of(const PublicKey& key) {
  const auto known = names_.find(key);
  if (known != names_.end()) return known->second;
  const Contact* contact = contacts_.of(key);
  const FriendRow* row = contacts_.row(key);
  Bytes name;
  if (contact != nullptr) {
    name = contact->shown_name();
  } else if (row != nullptr) {
    name = row->name.value;  // an own device that was a friend before
  }
  return names_.emplace(key, name.empty() ? key.hex().substr(0, short_key_digits) : shown(name)).first->second;
}

PublicKey ShownNames::contact_of(const PublicKey& key) const {
  const Contact* contact = contacts_.of(key);
  return contact == nullptr ? key : contact->id;
}

json to_json(const MessageRow& row, ShownNames& names) {
  return {{"id", dot_text(row.id)},
          {"conversation", names.contact_of(row.conversation).hex()},
          {"key", row.conversation.hex()},
          {"friend", names.of(row.conversation)},
          {"outgoing", row.outgoing},
          {"kind", row.kind == MessageKind::action ? "action" : "normal"},
          {"content", content_name(row.content)},
          {"text", shown(row.text)},
          {"size", size_json(row)},
          {"erased", row.erased},
          {"time", row.shown_ms},
          {"order", row.timestamp_ms},
          {"read", row.read},
          {"state", state_name(row.delivery)},
          {"device", optional_json(row.device, [](const PublicKey& key) { return key.hex(); })},
          {"device_name", optional_json(row.device, [&](const PublicKey& key) { return names.of_device(key); })},
          {"delivered_to", optional_json(row.delivered_to, [](const PublicKey& key) { return key.hex(); })},
          {"failure", failure_json(row.failure)},
          {"delivered_time", optional_json(row.delivered_ms, [](std::uint64_t time) { return time; })}};
}

namespace {

std::string_view waits_for_name(Waiting::For what) {
  switch (what) {
    case Waiting::For::friend_here: return "friend";
    case Waiting::For::unblocking: return "unblocking";
    case Waiting::For::doubt: return "doubt";
    case Waiting::For::author: return "author";
    case Waiting::For::device: return "device";
    case Waiting::For::acknowledgement: return "acknowledgement";
    case Waiting::For::hello: return "hello";
    case Waiting::For::log: return "log";
    case Waiting::For::receipt: return "receipt";
    case Waiting::For::pause: return "pause";
    case Waiting::For::turn: return "turn";
  }
  return "turn";
}

}  // namespace

json to_json(const Waiting& waiting, ShownNames& names) {
  json others = json::array();
  for (const PublicKey& key : waiting.devices) {
    others.push_back({{"key", key.hex()}, {"name", names.of_device(key)}});
  }
  return {{"message", to_json(waiting.message, names)},
          {"waits_for", waits_for_name(waiting.what)},
          {"devices", std::move(others)},
          {"until", optional_json(waiting.until_ms, [](std::uint64_t time) { return time; })}};
}

namespace {

std::string_view standing_name(Claim::Standing standing) {
  switch (standing) {
    case Claim::Standing::followed: return "followed";
    case Claim::Standing::asked: return "asked";
    case Claim::Standing::refused: return "refused";
  }
  return "refused";
}

json claims_json(const std::vector<Claim>& claims) {
  json list = json::array();
  for (const Claim& claim : claims) {
    list.push_back({{"key", claim.key.hex()},
                    {"by", claim.by.hex()},
                    {"time", claim.heard_ms},
                    {"state", standing_name(claim.standing)}});
  }
  return list;
}

json devices_json(const std::vector<DeviceName>& devices) {
  json list = json::array();
  for (const DeviceName& device : devices) {
    list.push_back({{"key", device.key.hex()}, {"name", to_valid_utf8(device.name)}});
  }
  return list;
}

json friend_keys_json(const std::vector<FriendKeyInfo>& keys) {
  json list = json::array();
  for (const FriendKeyInfo& key : keys) {
    list.push_back({{"key", key.row.key.hex()},
                    {"name", shown(key.row.name.value)},
                    {"connection", connection_name(key.connection)},
                    {"seen_by", devices_json(key.seen_by)},
                    {"toxtore", key.toxtore || key.row.devices},
                    {"known_by", keys_json(key.row.known_by)},
                    {"here", key.in_toxcore}});
  }
  return list;
}

}  // namespace

std::string_view claim_policy_name(ClaimPolicy policy) {
  switch (policy) {
    case ClaimPolicy::accept: return "accept";
    case ClaimPolicy::ask: return "ask";
    case ClaimPolicy::never: return "never";
  }
  return "never";
}

json to_json(const FriendInfo& info) {
  const Contact& contact = info.contact;
  const bool here = std::any_of(info.keys.begin(), info.keys.end(), [](const auto& key) { return key.in_toxcore; });
  const bool toxtore = std::any_of(info.keys.begin(), info.keys.end(), [](const auto& key) { return key.toxtore; });
  return {{"key", contact.id.hex()},
          {"keys", friend_keys_json(info.keys)},
          {"name", shown(contact.shown_name())},
          {"own_name", shown(contact.name)},
          {"alias", shown(contact.alias)},
          {"unread", info.unread},
          {"connection", connection_name(info.connection())},
          {"online", info.online()},
          {"seen_by", devices_json(info.seen_by())},
          {"toxtore", toxtore || contact.toxtore},
          {"since", contact.since_ms},
          {"known_by", keys_json(info.known_by())},
          {"here", here},
          {"muted", contact.muted},
          {"blocked", contact.blocked},
          {"devices_withheld", contact.devices_withheld},
          {"claims", claim_policy_name(contact.claims_policy)},
          {"claimed", claims_json(contact.claims)}};
}

json to_json(const DeviceName& device) { return {{"key", device.key.hex()}, {"name", to_valid_utf8(device.name)}}; }

json to_json(const RemovedInfo& info) {
  const auto named = [](const DeviceName& device) { return to_json(device); };
  return {{"by", to_json(info.by)},
          {"time", info.time_ms},
          {"by_removed_by", optional_json(info.by_removed_by, named)},
          {"came_with", optional_json(info.came_with, named)}};
}

json to_json(const DeviceInfo& info) {
  const auto removal = [](const RemovedInfo& removed) { return to_json(removed); };
  return {{"key", info.key.hex()},
          {"name", to_valid_utf8(info.name)},
          {"self", info.self},
          {"tox_id", optional_json(info.address, [](const ToxAddress& address) { return address.hex(); })},
          {"always_on", info.always_on},
          {"connection", connection_name(info.connection)},
          {"linked_by", info.linked_by.hex()},
          {"linked_time", info.linked_ms},
          {"known", info.known},
          {"we_lack", info.we_lack},
          {"coming", info.coming},
          {"it_lacks", info.it_lacks},
          {"removed", optional_json(info.removed, removal)},
          {"last_removal", optional_json(info.last_removal, removal)},
          {"put_aside", info.put_aside}};
}

json to_json(const RemovalInfo& info, ShownNames& names) {
  json added = json::array();
  for (const DeviceInfo& device : info.added) added.push_back(to_json(device));
  json friends = json::array();
  for (const PublicKey& key : info.stock_friends) friends.push_back({{"key", key.hex()}, {"name", names.of(key)}});
  return {{"device", to_json(info.device)},
          {"only_there", info.only_there},
          {"added", std::move(added)},
          {"stock_friends", std::move(friends)}};
}

json to_json(const LeavingInfo& info) {
  return {{"left", info.left}, {"only_here", info.only_here}, {"devices_told", info.devices_told}};
}

json to_json(const LinkInfo& info) {
  return {{"key", info.key.hex()},
          {"name", shown(info.name)},
          {"connection", connection_name(info.connection)},
          {"toxtore", info.toxtore},
          {"asked_here", info.asked_here},
          {"by_invitation", info.by_invitation},
          {"invitation", optional_json(info.invitation, [](std::uint32_t id) { return id; })},
          {"code", optional_json(info.code, [](const std::string& code) { return code; })},
          {"confirmed_here", info.confirmed_here},
          {"confirmed_there", info.confirmed_there},
          {"expires", info.expires_ms}};
}

json to_json(const InvitationInfo& info) {
  json form = {
      {"id", info.id}, {"confirmed", info.confirmed}, {"name", to_valid_utf8(info.name)}, {"expires", info.expires_ms}};
  if (!info.uri.empty()) form["uri"] = info.uri;
  return form;
}

json to_json(const ProofsRefused& refused) {
  return {{"wrong", refused.wrong},
          {"used", refused.used},
          {"expired", refused.expired},
          {"unreadable", refused.unreadable}};
}

json to_json(const FriendRequestInfo& info) {
  return {{"key", info.key.hex()}, {"message", shown(info.message)}, {"time", info.received_ms}};
}

json to_json(const ProfileRow& row) {
  const auto text = [](const Bytes& value) { return shown(value); };
  return {{"name", optional_json(row.name, text)}, {"status_message", optional_json(row.status_message, text)}};
}

json to_json(const Counters& counters) {
  return {{"packets_malformed", counters.packets_malformed},
          {"packets_unknown", counters.packets_unknown},
          {"packets_refused", counters.packets_refused},
          {"events_unasked", counters.events_unasked},
          {"events_opaque", counters.events_opaque}};
}

json to_json(const std::vector<Finding>& findings) {
  json list = json::array();
  for (const Finding& finding : findings) {
    const bool damage = finding.severity == Finding::Severity::damage;
    list.push_back({{"severity", damage ? "damage" : "warning"},
                    {"what", to_valid_utf8(finding.what)},
                    {"advice", to_valid_utf8(finding.advice)}});
  }
  return {{"findings", list}};
}

json to_json(const RpcError& error) {
  json data = {{"kind", error.kind}};
  if (!error.candidates.empty()) {
    json& candidates = data["candidates"] = json::array();
    for (const Named& candidate : error.candidates)
      candidates.push_back({{"key", candidate.key.hex()}, {"name", candidate.name}});
  }
  return {{"code", error.code()}, {"message", error.message}, {"data", std::move(data)}};
}

std::string line_of(const json& value) {
  // No text here should be anything but UTF-8; if one is, a replaced character is better than an exception.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string notice_line(const output::Notice& notice) {
  json params = {{"what", notice_name(notice.what)}, {"key", notice.key.hex()}, {"text", to_valid_utf8(notice.text)}};
  if (notice.message) params["id"] = dot_text(*notice.message);
  if (notice.what == output::Notice::What::friend_presence) params["seen_by"] = devices_json(notice.seen_by);
  if (notice.by) {
    const bool linked = notice.what == output::Notice::What::device_linked;
    params[linked ? "linked_by" : "removed_by"] = to_json(*notice.by);
    params["time"] = notice.time_ms;
  }
  if (notice.what == output::Notice::What::events_put_aside) params["count"] = notice.count;
  return line_of({{"jsonrpc", "2.0"}, {"method", "notice"}, {"params", std::move(params)}});
}

std::string error_line(const RpcError& error) {
  return line_of({{"jsonrpc", "2.0"}, {"id", nullptr}, {"error", to_json(error)}});
}

}  // namespace toxtore
