// Fields of the daemon's answers, taken so that no answer can make the command line fall over: what is missing or of
// another type is empty, zero, false or an empty list. And JSON on one line, as --json prints it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace toxtore {

std::string text_in(const nlohmann::json& object, std::string_view field);
std::uint64_t number_in(const nlohmann::json& object, std::string_view field);
bool flag_in(const nlohmann::json& object, std::string_view field);
/// The array of that name, or an empty one. The reference lives as long as `object`.
const nlohmann::json& list_in(const nlohmann::json& object, std::string_view field);
/// The field, or null. The reference lives as long as `object`.
const nlohmann::json& field_in(const nlohmann::json& object, std::string_view field);

/// The value on one line, ended by "\n": UTF-8, but with the code points of `is_harmful` escaped as \uXXXX, so that
/// JSON that lands on a terminal cannot steer it either. A JSON reader sees the same strings.
std::string json_line(const nlohmann::json& value);

}  // namespace toxtore
