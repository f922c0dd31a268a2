// status.get, id.get, profile.*: this device and its Tox ID, and what the user says of himself.
#include <sodium.h>

#include <algorithm>

#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/method.h"

namespace toxtore {

using nlohmann::json;

namespace {

std::string base64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

json doubt_json(const std::optional<DoubtInfo>& doubt) {
  if (!doubt) return nullptr;
  return {{"why", doubt_name(doubt->why)}, {"since", doubt->since_ms}};
}

template <class Info>
json json_or_null(const std::optional<Info>& info) {
  return info ? to_json(*info) : json(nullptr);
}

json devices_of(const Engine& engine, bool (*wanted)(const DeviceInfo&)) {
  json list = json::array();
  for (const DeviceInfo& device : engine.devices()) {
    if (wanted(device)) list.push_back(to_json(device));
  }
  return list;
}

bool has_put_aside(const DeviceInfo& device) { return device.put_aside > 0; }
bool removed_by_removed(const DeviceInfo& device) {
  return !device.self && device.removed && device.removed->by_removed_by && !device.removed->came_with;
}

Answer status(const Call& call) {
  const Status status = call.engine.status();
  return json{{"version", call.host.version()},
              {"profile", to_valid_utf8(call.host.profile_name())},
              {"key", status.self.hex()},
              {"device_name", to_valid_utf8(status.device_name)},
              {"connection", connection_name(status.connection)},
              {"events", status.events},
              {"events_missing", status.events_missing},
              {"backlog", status.backlog},
              {"only_here", status.only_here},
              {"full_copies", status.full_copies},
              {"undelivered", status.undelivered},
              {"unread", status.unread},
              {"devices", status.devices},
              {"devices_connected", status.devices_connected},
              {"friends", status.friends},
              {"state_check", to_hex(status.state_check)},
              {"doubt", doubt_json(status.doubt)},
              {"removed", json_or_null(status.removed)},
              {"leaving", json_or_null(status.leaving)},
              {"put_aside", status.put_aside},
              {"put_aside_of", devices_of(call.engine, has_put_aside)},
              {"removed_by_removed", devices_of(call.engine, removed_by_removed)},
              {"encrypted", call.host.encrypted()},
              {"invitations", status.invitations},
              {"proofs_refused", to_json(status.proofs_refused)},
              {"counters", to_json(status.counters)}};
}

struct HandOut {
  ToxAddress address;
  std::string why;
};

/// Which of the user's Tox IDs to give to friends. Stock friends know one device only, so it should be the one that
/// is there to receive: one that the user says is always on, of several the one that was linked first.
HandOut hand_out(const std::vector<DeviceInfo>& devices, const ToxAddress& own) {
  const DeviceInfo* best = nullptr;
  for (const DeviceInfo& device : devices) {
    if (!device.always_on || !device.address) continue;
    if (best == nullptr || device.linked_ms < best->linked_ms) best = &device;
  }
  if (best != nullptr)
    return {*best->address, "“" + to_valid_utf8(best->name) +
                                "” is always on, so it receives what friends with other programs write at any time"};
  if (devices.size() > 1)
    return {own,
            "no device is marked as always on; start toxtored with --always-on yes on the one that is, and hand "
            "out its Tox ID, because friends with other programs know one device only"};
  return {own, "it is the only device"};
}

Answer id(const Call& call) {
  auto devices = call.engine.devices();
  std::erase_if(devices, [](const DeviceInfo& device) { return device.removed && !device.self; });
  const ToxAddress own = call.host.address();
  const HandOut best = hand_out(devices, own);
  json ids = json::array();
  for (const DeviceInfo& device : devices) ids.push_back(to_json(device));
  return json{{"tox_id", own.hex()},
              {"key", own.key().hex()},
              {"device_name", to_valid_utf8(call.engine.status().device_name)},
              {"ids", std::move(ids)},
              {"hand_out", best.address.hex()},
              {"why", best.why}};
}

Answer get_profile(const Call& call) { return to_json(call.engine.store().profile()); }

Answer set_profile(const Call& call) {
  using What = ProfileValue::What;
  std::vector<ProfileValue> values;
  for (const auto& [parameter, what] :
       {std::pair("name", What::name), std::pair("status_message", What::status_message)}) {
    if (call.has(parameter)) values.push_back({what, to_bytes(call.text(parameter))});
  }
  if (const auto set = call.engine.set_profile(values, call.now); !set) return refuse(set.error());
  return get_profile(call);
}

/// Only of a device that left: whatever the others lacked they then had, or the user said that it may be lost.
Answer erase_profile(const Call& call) {
  const auto leaving = call.engine.status().leaving;
  if (!leaving || !leaving->left)
    return refuse(ErrorKind::denied,
                  "only a device that has left your other devices erases its data; `toxtore device leave --erase` does "
                  "both");
  const auto erased = call.host.erase_profile();
  if (!erased) return refuse(erased.error());
  json older = json::array();
  for (const auto& folder : erased->older) older.push_back(to_valid_utf8(folder.string()));
  return json{{"folder", to_valid_utf8(erased->folder.string())},
              {"older", std::move(older)},
              {"state_file", to_valid_utf8(erased->state_file.string())}};
}

Answer export_profile(const Call& call) {
  if (call.has("passphrase") && call.text("passphrase").empty())
    return refuse(ErrorKind::invalid_argument, "the passphrase is empty; leave it out for a plain profile");
  const auto profile = call.host.export_profile(call.text_or("passphrase", ""));
  if (!profile) return refuse(profile.error());
  return json{{"tox", base64(*profile)}};
}

}  // namespace

std::vector<Method> profile_methods() {
  return {{"status.get", {}, status},
          {"id.get", {}, id},
          {"profile.get", {}, get_profile},
          {"profile.set",
           {{"name", Parameter::Type::text, false}, {"status_message", Parameter::Type::text, false}},
           set_profile},
          {"profile.erase", {}, erase_profile},
          {"profile.export", {{"passphrase", Parameter::Type::text, false}}, export_profile}};
}

}  // namespace toxtore
