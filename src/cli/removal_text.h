// Words for devices that are removed, or leave (docs/RPC.md: device, removal, leaving).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "cli/style.h"

namespace toxtore {

/// As it can be typed: the name, if a shell leaves it as it is, else the key.
std::string as_argument(const nlohmann::json& person);

/// Whether a device of device.list is one of the user's now; this one stands in its own list always.
bool is_in(const nlohmann::json& device);

/// What the removal of one device comes to: device.removal. `together`: the keys of all that are to be removed with it.
std::string removal_text(const nlohmann::json& removal, const std::set<std::string>& together, const Style& style);
/// The answer of device.remove.
std::string removed_text(const nlohmann::json& answer, const Style& style);
/// The answer of device.take_in.
std::string taken_in_text(const nlohmann::json& answer, const Style& style);
/// The rows of device.list that are no more, with a heading; nothing if there are none.
std::string removed_devices_text(const nlohmann::json& devices, const Style& style);
/// "5 events are not known to be on another device", of what is here.
std::string unknown_elsewhere(std::uint64_t count);
/// "left", "removed by laptop", and whether that one was removed itself, or what the key came with: of a `removed`.
std::string who_removed(const nlohmann::json& removed, const std::string& key);
/// "3 events of phone (removed by laptop, 2024-05-01 17:42)": of a device of which something is put aside.
std::string put_aside_words(const nlohmann::json& device);
/// "removed by laptop, 2024-05-01 17:42": as above, with when.
std::string removed_words(const nlohmann::json& removed, const std::string& key);

/// What `device leave` is told by the user, and what it found before it asks.
struct LeavePlan {
  std::string name;  ///< of this device
  std::string profile;
  bool now = false;
  bool erase = false;
  bool others_connected = false;
  bool has_left = false;        ///< it did before, and is to be erased
  std::uint64_t put_aside = 0;  ///< events that are in no view here
};

/// What leaving comes to: device.removal of this device.
std::string leave_text(const nlohmann::json& removal, const LeavePlan& plan, const Style& style);
/// How far it is, from status.get: one line.
std::string leaving_words(const nlohmann::json& leaving, std::uint64_t others_connected);
/// What has come of it.
std::string left_text(const nlohmann::json& leaving, const LeavePlan& plan, const Style& style);

}  // namespace toxtore
