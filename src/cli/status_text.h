// The answers of status.get and id.get (docs/RPC.md) for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/style.h"

namespace toxtore {

std::string status_text(const nlohmann::json& status, const Style& style);

/// This device's Tox ID, its QR code if `qr`, the other devices' IDs, and which one to hand out and why. A terminal
/// that is too narrow for the code gets a line that says so.
/// `picture` is the style of the code alone.
std::string id_text(const nlohmann::json& id, bool qr, const Style& style, const Style& picture);

}  // namespace toxtore
