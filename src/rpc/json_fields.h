// Fields of the daemon's answers, taken so that no answer can make a client fall over: what is missing or of another
// type is empty, zero, false or an empty list.
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

}  // namespace toxtore
