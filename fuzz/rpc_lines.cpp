#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/test_profile.h"
#include "targets.h"

namespace toxtore::fuzz {
namespace {

void check_line(const std::string& line) {
  require(is_utf8(line) && line.find('\n') == std::string::npos, "an answer is one line of UTF-8");
  const auto json = nlohmann::json::parse(line, nullptr, false);
  require(json.is_object() && json.value("jsonrpc", "") == "2.0", "an answer is an object of JSON-RPC 2.0");
}

}  // namespace

void rpc_lines(ByteView input) {
  TestProfile profile;
  profile.add_friend(0xBB, "Bob");
  profile.receive(0xBB, "hello\xFF");
  std::string_view rest(reinterpret_cast<const char*>(input.data()), input.size());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto answer = profile.line(std::string(rest.substr(0, end)))) check_line(*answer);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    profile.engine->finish_turn(profile.now);
    for (const Output& output : profile.engine->take_outputs()) {
      if (const auto* notice = std::get_if<output::Notice>(&output)) check_line(notice_line(*notice));
    }
    if (!profile.session.subscription) continue;
    for (const std::string& line : profile.session.subscription->next_batch(*profile.engine)) check_line(line);
  }
  require(!profile.engine->fault(), "no line breaks the engine");
}

}  // namespace toxtore::fuzz
