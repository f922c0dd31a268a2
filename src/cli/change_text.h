// What `toxtore watch` prints: the notifications of docs/RPC.md, one or a few lines each.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/message_text.h"
#include "cli/style.h"

namespace toxtore {

class ChangeText {
 public:
  explicit ChangeText(Style style) : style_(style), transcript_(style, {.mixed = true, .ids = false}) {}

  /// Remembers the name of a friend or device: notices carry keys only.
  void learn(const nlohmann::json& person);

  /// The notification's lines; empty for an event that shows nowhere.
  std::string add(const nlohmann::json& notification);

 private:
  std::string event(const nlohmann::json& params);
  std::string friend_line(const nlohmann::json& person) const;
  std::string device_line(const nlohmann::json& device) const;
  std::string request_line(const nlohmann::json& request) const;
  std::string conversation_line(const nlohmann::json& conversation) const;
  std::string profile_line(const nlohmann::json& profile) const;
  std::string notice(const nlohmann::json& params) const;
  std::string named(const nlohmann::json& params) const;
  std::string marked(const std::string& text) const;

  Style style_;
  Transcript transcript_;
  std::map<std::string, std::string> names_;  ///< by key; one entry per friend and device
};

}  // namespace toxtore
