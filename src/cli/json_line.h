// JSON on one line, as --json prints it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace toxtore {

/// The value on one line, ended by "\n": UTF-8, but with the code points of `is_harmful` escaped as \uXXXX, so that
/// JSON that lands on a terminal cannot steer it either. A JSON reader sees the same strings.
std::string json_line(const nlohmann::json& value);

}  // namespace toxtore
