// device.*: the devices of this user; linking another one, and taking one out.
#include <algorithm>

#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/method.h"
#include "rpc/names.h"

namespace toxtore {

using nlohmann::json;

namespace {

constexpr Noun link_noun{"device being linked", "device.requests"};
constexpr Noun device_noun{"device", "device.list"};

tl::expected<PublicKey, RpcError> resolve_link(const Call& call) {
  std::vector<Named> candidates;
  for (const LinkInfo& link : call.engine.link_requests())
    candidates.push_back({link.key, to_valid_utf8(to_text(link.name))});
  return resolve_name(call.text("device"), candidates, link_noun);
}

/// This device too, if it was removed itself: it stands alone.
bool is_in(const DeviceInfo& device) { return device.self || !device.removed; }
bool has_put_aside(const DeviceInfo& device) { return device.put_aside > 0; }

/// Of those that are `wanted`; what fits none of them may mean another one that is or was a device. So a name that a
/// removed device had is free for a new one.
tl::expected<PublicKey, RpcError> resolve_device(const Engine& engine, std::string_view given,
                                                 bool (*wanted)(const DeviceInfo&)) {
  std::vector<Named> candidates;
  std::vector<Named> all;
  for (const DeviceInfo& device : engine.devices()) {
    all.push_back({device.key, to_valid_utf8(device.name)});
    if (wanted(device)) candidates.push_back(all.back());
  }
  auto found = resolve_name(given, candidates, device_noun);
  const bool none = !found && found.error().kind == kind_name(ErrorKind::not_found);
  return none ? resolve_name(given, all, device_noun) : found;
}

std::optional<DeviceInfo> find_device(const Engine& engine, const PublicKey& key) {
  const auto devices = engine.devices();
  const auto found = std::find_if(devices.begin(), devices.end(), [&](const auto& each) { return each.key == key; });
  return found == devices.end() ? std::nullopt : std::optional(*found);
}

Answer list_devices(const Call& call) {
  json devices = json::array();
  for (const DeviceInfo& device : call.engine.devices()) devices.push_back(to_json(device));
  return json{{"devices", std::move(devices)}};
}

Answer list_requests(const Call& call) {
  json requests = json::array();
  for (const LinkInfo& link : call.engine.link_requests()) requests.push_back(to_json(link));
  return json{{"requests", std::move(requests)}};
}

Answer request_device(const Call& call) {
  const auto key = resolve_friend(call.engine, call.text("friend"));
  if (!key) return refuse(key.error());
  const auto link = call.engine.request_device(*key, call.now);
  if (!link) return refuse(link.error());
  return to_json(*link);
}

Answer invite_device(const Call& call) {
  const auto invitation =
      call.engine.invite_device(call.flag("confirmed").value_or(false), call.text_or("name", ""), call.now);
  if (!invitation) return refuse(invitation.error());
  return to_json(*invitation);
}

Answer list_invitations(const Call& call) {
  json invitations = json::array();
  for (const InvitationInfo& invitation : call.engine.invitations(call.now)) invitations.push_back(to_json(invitation));
  return json{{"invitations", std::move(invitations)}};
}

Answer withdraw_invitations(const Call& call) { return json{{"withdrawn", call.engine.withdraw_invitations()}}; }

Answer join_device(const Call& call) {
  const auto link = call.engine.join_device(call.text("uri"), call.flag("agreed").value_or(false), call.now);
  if (!link) return refuse(link.error());
  return to_json(*link);
}

Answer accept_device(const Call& call) {
  const auto key = resolve_link(call);
  if (!key) return refuse(key.error());
  const auto link = call.engine.accept_device(*key, call.text("code"), call.now);
  if (!link) return refuse(link.error());
  const auto device = find_device(call.engine, *key);
  if (!device || !is_in(*device)) return to_json(*link);
  return json{{"linked", true}, {"key", key->hex()}, {"name", to_valid_utf8(device->name)}};
}

Answer cancel_device(const Call& call) {
  const auto key = resolve_link(call);
  if (!key) return refuse(key.error());
  if (const auto cancelled = call.engine.cancel_device(*key, call.now); !cancelled) return refuse(cancelled.error());
  return json::object();
}

Answer rename_device(const Call& call) {
  const auto key = resolve_device(call.engine, call.text("device"), is_in);
  if (!key) return refuse(key.error());
  if (const auto renamed = call.engine.rename_device(*key, call.text("name"), call.now); !renamed)
    return refuse(renamed.error());
  return to_json(find_device(call.engine, *key).value());
}

Answer look_at_removal(const Call& call) {
  const auto key = resolve_device(call.engine, call.text("device"), is_in);
  if (!key) return refuse(key.error());
  const auto removal = call.engine.look_at_removal(*key);
  if (!removal) return refuse(removal.error());
  ShownNames names(call.engine);
  return to_json(*removal, names);
}

Answer remove_devices(const Call& call) {
  std::vector<PublicKey> keys;
  for (const std::string& given : call.texts("devices")) {
    const auto key = resolve_device(call.engine, given, is_in);
    if (!key) return refuse(key.error());
    if (std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(*key);
  }
  if (const auto removed = call.engine.remove_devices(keys, call.now); !removed) return refuse(removed.error());
  json removed = json::array();
  for (const PublicKey& key : keys) removed.push_back(to_json(find_device(call.engine, key).value()));
  return json{{"removed", std::move(removed)}};
}

Answer take_in(const Call& call) {
  const auto key = resolve_device(call.engine, call.text("device"), has_put_aside);
  if (!key) return refuse(key.error());
  const auto taken = call.engine.take_in(*key, call.now);
  if (!taken) return refuse(taken.error());
  return json{{"taken_in", *taken}, {"device", to_json(find_device(call.engine, *key).value())}};
}

Answer leave(const Call& call) {
  const auto leaving = call.engine.leave_devices(call.flag("at_once").value_or(false), call.now);
  if (!leaving) return refuse(leaving.error());
  return to_json(*leaving);
}

Answer stay(const Call& call) {
  if (const auto stays = call.engine.stay(); !stays) return refuse(stays.error());
  return json::object();
}

Answer trust_database(const Call& call) {
  if (const auto trusted = call.engine.trust_database(); !trusted) return refuse(trusted.error());
  return json::object();
}

}  // namespace

std::vector<Method> device_methods() {
  return {{"device.list", {}, list_devices},
          {"device.rename", {{"device"}, {"name"}}, rename_device},
          {"device.invite",
           {{"confirmed", Parameter::Type::flag, false}, {"name", Parameter::Type::text, false}},
           invite_device},
          {"device.invitations", {}, list_invitations},
          {"device.uninvite", {}, withdraw_invitations},
          {"device.join", {{"uri"}, {"agreed", Parameter::Type::flag, false}}, join_device},
          {"device.request", {{"friend"}}, request_device},
          {"device.requests", {}, list_requests},
          {"device.accept", {{"device"}, {"code"}}, accept_device},
          {"device.cancel", {{"device"}}, cancel_device},
          {"device.removal", {{"device"}}, look_at_removal},
          {"device.remove", {{"devices", Parameter::Type::texts}}, remove_devices},
          {"device.take_in", {{"device"}}, take_in},
          {"device.leave", {{"at_once", Parameter::Type::flag, false}}, leave},
          {"device.stay", {}, stay},
          {"device.trust_database", {}, trust_database}};
}

}  // namespace toxtore
