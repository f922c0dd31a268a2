// The values of docs/RPC.md as JSON, and back where parameters need it.
//
// Texts from peers are bytes; JSON is UTF-8, so what is not becomes U+FFFD here and nowhere else.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/command.h"
#include "engine/engine.h"
#include "engine/examination.h"
#include "engine/output.h"
#include "rpc/rpc_error.h"
#include "store/store.h"

namespace toxtore {

/// `"<key>:<seq>"`, seq in decimal.
std::string dot_text(const Dot& dot);
std::optional<Dot> dot_from_text(std::string_view text);

/// "none", "tcp", "udp".
std::string_view connection_name(Connection connection);

/// "set_back", "no_state_file", "other_database", "other_machine", "known_elsewhere", "forked".
std::string_view doubt_name(DoubtReason why);

/// "accept", "ask", "never".
std::string_view claim_policy_name(ClaimPolicy policy);

/// The names to show for conversations and own devices, each looked up once. Borrows the contacts; for one answer.
class ShownNames {
 public:
  /// What an own device is called; empty for one without a name.
  using DeviceNames = std::function<std::string(const PublicKey&)>;

  ShownNames(const ContactGraph& contacts, DeviceNames device_names)
      : contacts_(contacts), device_names_(std::move(device_names)) {}
  explicit ShownNames(const Engine& engine);
  /// The alias, else the friend's name or, without one, the first 8 digits of the key.
  const std::string& of(const PublicKey& key);
  /// The device's name or, without one, the first 8 digits of the key.
  const std::string& of_device(const PublicKey& key);
  /// The key under which the contact is known, whichever of his keys this is.
  [[nodiscard]] PublicKey contact_of(const PublicKey& key) const;

 private:
  const ContactGraph& contacts_;
  DeviceNames device_names_;
  std::map<PublicKey, std::string> names_;
  std::map<PublicKey, std::string> devices_;
};

nlohmann::json to_json(const MessageRow& row, ShownNames& names);
nlohmann::json to_json(const Waiting& waiting, ShownNames& names);
nlohmann::json to_json(const FriendInfo& info);
nlohmann::json to_json(const RemovedInfo& info);
nlohmann::json to_json(const DeviceInfo& info);
nlohmann::json to_json(const RemovalInfo& info, ShownNames& names);
nlohmann::json to_json(const LeavingInfo& info);
nlohmann::json to_json(const LinkInfo& info);
nlohmann::json to_json(const InvitationInfo& info);  ///< "uri" only if it is there
nlohmann::json to_json(const ProofsRefused& refused);
nlohmann::json to_json(const FriendRequestInfo& info);
nlohmann::json to_json(const ProfileRow& row);
nlohmann::json to_json(const Counters& counters);
/// `{"findings": […]}`
nlohmann::json to_json(const std::vector<Finding>& findings);
nlohmann::json to_json(const RpcError& error);

/// One line each, without its "\n".
std::string line_of(const nlohmann::json& value);
std::string notice_line(const output::Notice& notice);
/// The answer to what could not be read as a request.
std::string error_line(const RpcError& error);

}  // namespace toxtore
