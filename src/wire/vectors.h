// For tests: the files of docs/vectors, and their fields as values of this program. docs/vectors/README.md describes
// the format.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "model/event.h"
#include "wire/packet.h"
#include "wire/roster_statement.h"

namespace toxtore::vectors {

/// One list of one file. A missing or broken file is an exception, as is a list or field that is not there.
nlohmann::json list(const std::string& file, const std::string& name);

/// The pieces of "bytes" one after the other.
Bytes bytes_of(const nlohmann::json& vector);

/// What "fields" and "extensions" of an entry of events.json say.
ReadEvent event_of(const nlohmann::json& vector);
/// The same of packets.json and of roster_statements.json.
Packet packet_of(const nlohmann::json& vector);
Statement statement_of(const nlohmann::json& vector);

/// {device, incarnation, number, type, timestamp, body}
Event whole_event(const nlohmann::json& event);

/// Hexadecimal digits, 32 bytes.
Hash hash(const nlohmann::json& digits);

/// {device, incarnation, number}
Dot dot(const nlohmann::json& value);

}  // namespace toxtore::vectors
