// Words for friends, requests, devices and links: the lists of docs/RPC.md for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cli/style.h"

namespace toxtore {

/// The name of a friend, device or link, harmless; without one the first 8 digits of the key.
std::string shown_name(const nlohmann::json& person);

/// "connected over UDP", "connected over a TCP relay", "not connected".
std::string connection_words(std::string_view connection);

/// " at server, attic": the devices in `seen_by`, which a friend is connected to; nothing without any.
std::string seen_at(const nlohmann::json& value);

/// "493 027": six digits in a form that can be read out. Anything else comes back harmless.
std::string spaced_code(std::string_view code);

/// Result of friend.list, friend.requests, device.list and device.requests.
std::string friends_text(const nlohmann::json& result, const Style& style);
/// Keys that friends say are theirs and that do not count as theirs.
std::string claims_text(const nlohmann::json& result, const Style& style);
std::string friend_requests_text(const nlohmann::json& result, const Style& style);
std::string devices_text(const nlohmann::json& result, const Style& style);
std::string links_text(const nlohmann::json& result, const Style& style);

/// The code of a link in large form in a frame, on lines of its own.
std::string framed_code(const nlohmann::json& link, const Style& style);

/// The same, and what to do with it on the other device.
std::string code_text(const nlohmann::json& link, const Style& style);

/// For a link with someone who is connected and does not speak as Toxtore does; else nothing.
std::string stock_client_hint(const nlohmann::json& link);

/// A link as device.request and device.accept give it: what is done, and what is left to do.
std::string link_state_text(const nlohmann::json& link, const Style& style);

}  // namespace toxtore
