// The outbox for people: the messages that wait, and below each its id and what it waits for.
//
//   Wed 2024-05-01
//     17:42  me to Anna: See you at eight  (queued)
//            3F2A…:17
//            Anna is not connected to this device
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/style.h"

namespace toxtore {

/// Result of message.outbox.
std::string outbox_text(const nlohmann::json& result, const Style& style);

}  // namespace toxtore
