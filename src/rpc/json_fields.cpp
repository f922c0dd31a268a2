#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

const json& field_in(const json& object, std::string_view field) {
  static const json null;
  if (!object.is_object()) return null;
  const auto found = object.find(field);
  return found == object.end() ? null : *found;
}

std::string text_in(const json& object, std::string_view field) {
  const json& value = field_in(object, field);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t number_in(const json& object, std::string_view field) {
  const json& value = field_in(object, field);
  const bool negative = !value.is_number_unsigned() && value.is_number_integer() && value.get<std::int64_t>() < 0;
  return value.is_number_integer() && !negative ? value.get<std::uint64_t>() : 0;
}

bool flag_in(const json& object, std::string_view field) {
  const json& value = field_in(object, field);
  return value.is_boolean() && value.get<bool>();
}

const json& list_in(const json& object, std::string_view field) {
  static const json none = json::array();
  const json& value = field_in(object, field);
  return value.is_array() ? value : none;
}

}  // namespace toxtore
