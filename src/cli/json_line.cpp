#include "cli/json_line.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/terminal_text.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// The length of a UTF-8 sequence by its first byte.
std::size_t sequence_length(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

/// All harmful code points beyond ASCII take two or three bytes.
char32_t short_code_point(std::string_view bytes) {
  if (bytes.size() == 2) return ((bytes[0] & 0x1FU) << 6) | (bytes[1] & 0x3FU);
  if (bytes.size() == 3) return ((bytes[0] & 0x0FU) << 12) | ((bytes[1] & 0x3FU) << 6) | (bytes[2] & 0x3FU);
  return static_cast<unsigned char>(bytes[0]);
}

}  // namespace

std::string json_line(const json& value) {
  const std::string dumped = value.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string line;
  line.reserve(dumped.size() + 1);
  for (std::string_view rest = dumped; !rest.empty();) {
    const std::string_view bytes = rest.substr(0, sequence_length(static_cast<unsigned char>(rest[0])));
    rest.remove_prefix(bytes.size());
    // dump() has escaped the controls below U+0020 already; those left can stand only inside a string.
    const char32_t c = bytes.size() == 4 ? 0x10000 : short_code_point(bytes);
    if (!is_harmful(c)) {
      line += bytes;
      continue;
    }
    std::array<char, 8> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
    line += escaped.data();
  }
  return line + "\n";
}

}  // namespace toxtore
