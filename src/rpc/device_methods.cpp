// device.*: the devices of this user, and linking another one.
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
  const auto devices = call.engine.devices();
  const auto device = std::find_if(devices.begin(), devices.end(), [&](const auto& d) { return d.key == *key; });
  if (device == devices.end()) return to_json(*link);
  return json{{"linked", true}, {"key", key->hex()}, {"name", to_valid_utf8(device->name)}};
}

Answer cancel_device(const Call& call) {
  const auto key = resolve_link(call);
  if (!key) return refuse(key.error());
  if (const auto cancelled = call.engine.cancel_device(*key, call.now); !cancelled) return refuse(cancelled.error());
  return json::object();
}

Answer rename_device(const Call& call) {
  std::vector<Named> candidates;
  for (const DeviceInfo& device : call.engine.devices()) candidates.push_back({device.key, to_valid_utf8(device.name)});
  const auto key = resolve_name(call.text("device"), candidates, device_noun);
  if (!key) return refuse(key.error());
  if (const auto renamed = call.engine.rename_device(*key, call.text("name"), call.now); !renamed)
    return refuse(renamed.error());
  const auto devices = call.engine.devices();
  return to_json(*std::find_if(devices.begin(), devices.end(), [&](const auto& each) { return each.key == *key; }));
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
          {"device.trust_database", {}, trust_database}};
}

}  // namespace toxtore
