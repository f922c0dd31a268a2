// What the two sides of an invitation show (docs/RPC.md: invitation, link, status) for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/style.h"

namespace toxtore {

/// What to do with an invitation that was made; with a QR code if `picture` is of a terminal. `waits`: the command
/// waits for who uses it.
std::string invitation_text(const nlohmann::json& invitation, bool waits, const Style& picture);

/// How much of the history is here. `reported`: another device has told what it holds.
std::string history_text(const nlohmann::json& status, bool reported);

/// The code on each side, and what the user is to do about it.
std::string invited_code_text(const nlohmann::json& link, const Style& style);
std::string joined_code_text(const nlohmann::json& link, const Style& style);

/// What device.join has begun.
std::string joining_text(const nlohmann::json& link);

}  // namespace toxtore
