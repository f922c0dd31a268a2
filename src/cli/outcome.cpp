#include "cli/outcome.h"

#include <nlohmann/json.hpp>

#include "cli/json_line.h"
#include "cli/terminal_text.h"

namespace toxtore {
namespace {

std::string failure_json(const Failure& failure) {
  nlohmann::json error = {{"kind", failure.kind}, {"message", failure.message}};
  for (const CallError::Candidate& each : failure.candidates)
    error["candidates"].push_back({{"key", each.key}, {"name", each.name}});
  return json_line({{"error", error}});
}

}  // namespace

ExitCode exit_code_of(std::string_view kind) {
  return kind == "not_found" || kind == "ambiguous" ? ExitCode::not_found : ExitCode::failed;
}

Failure failure_of(const Error& error) {
  const std::string kind(kind_name(error.kind));
  return {exit_code_of(kind), kind, error.message};
}

std::string failure_text(const Failure& failure, bool as_json) {
  if (as_json) return failure_json(failure);
  std::string text = "toxtore: " + harmless_line(failure.message) + "\n";
  for (const CallError::Candidate& each : failure.candidates)
    text += "  " + harmless_line(each.key) + "  " + harmless_line(each.name) + "\n";
  return text;
}

}  // namespace toxtore
