#include "rpc/dispatcher.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "rpc/json.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// So much of a name that is unknown is said again in the message.
constexpr std::size_t quoted_bytes_max = 64;

std::string quoted(const std::string& name) {
  return "“" + to_valid_utf8(std::string_view(name).substr(0, quoted_bytes_max)) + "”";
}

RpcError invalid_request(std::string message) { return {protocol_kind::invalid_request, std::move(message)}; }

/// Whether brackets outside of strings are open more than `json_depth_max` deep. Of what is no JSON anything may come
/// out; the parser has the last word.
bool nested_too_deep(std::string_view line) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > json_depth_max) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// What makes a request one, apart from its id.
std::optional<RpcError> check_request(const json& request) {
  const auto version = request.find("jsonrpc");
  if (version == request.end() || *version != "2.0") return invalid_request("“jsonrpc” must be \"2.0\"");
  const auto method = request.find("method");
  if (method == request.end() || !method->is_string()) return invalid_request("“method” must be a string");
  return std::nullopt;
}

bool is_of_type(const json& value, Parameter::Type type) {
  switch (type) {
    case Parameter::Type::text: return value.is_string();
    case Parameter::Type::number: return value.is_number_unsigned();
    case Parameter::Type::flag: return value.is_boolean();
    case Parameter::Type::texts:
      return value.is_array() && !value.empty() &&
             std::all_of(value.begin(), value.end(), [](const json& each) { return each.is_string(); });
  }
  return false;
}

std::string_view type_words(Parameter::Type type) {
  switch (type) {
    case Parameter::Type::text: return "a string";
    case Parameter::Type::number: return "an integer, 0 or greater";
    case Parameter::Type::flag: return "true or false";
    case Parameter::Type::texts: return "a list of one or more strings";
  }
  return "";
}

std::optional<RpcError> check_params(const Method& method, const json& params) {
  const auto wrong = [](std::string message) {
    return RpcError(kind_name(ErrorKind::invalid_argument), std::move(message));
  };
  if (!params.is_object()) return wrong("parameters have names: “params” must be an object");
  for (const auto& [name, value] : params.items()) {
    const auto known = std::find_if(method.parameters.begin(), method.parameters.end(),
                                    [&wanted = name](const Parameter& p) { return p.name == wanted; });
    if (known == method.parameters.end()) return wrong(std::string(method.name) + " has no parameter " + quoted(name));
    if (!is_of_type(value, known->type))
      return wrong(quoted(name) + " must be " + std::string(type_words(known->type)) + ", not " + value.type_name());
  }
  for (const Parameter& parameter : method.parameters) {
    if (parameter.required && !params.contains(parameter.name))
      return wrong(std::string(method.name) + " needs the parameter “" + std::string(parameter.name) + "”");
  }
  return std::nullopt;
}

std::string answer_line(const json& id, Answer answer) {
  json line = {{"jsonrpc", "2.0"}, {"id", id}};
  if (answer) {
    line["result"] = std::move(*answer);
  } else {
    line["error"] = to_json(answer.error());
  }
  return line_of(line);
}

}  // namespace

Dispatcher::Dispatcher(Engine& engine, Host& host) : engine_(engine), host_(host) {
  for (const auto& methods : {contact_methods(), device_methods(), event_methods(), friend_methods(), message_methods(),
                              profile_methods(), upkeep_methods()}) {
    for (const Method& method : methods) methods_.emplace(method.name, method);
  }
}

std::optional<std::string> Dispatcher::answer(std::string_view line, Session& session, Instant now) {
  if (nested_too_deep(line)) return error_line({protocol_kind::parse, "the line is nested deeper than any request is"});
  const json request = json::parse(line, nullptr, false);
  if (request.is_discarded())
    return error_line({protocol_kind::parse, "the line is not JSON in UTF-8; send one object per line"});
  if (request.is_array()) return error_line(invalid_request("no batches: send each request on a line of its own"));
  if (!request.is_object()) return error_line(invalid_request("a request is an object"));

  const auto id = request.find("id");
  const bool notification = id == request.end();
  if (!notification && !id->is_string() && !id->is_number() && !id->is_null())
    return error_line(invalid_request("“id” must be a string, a number or null"));

  if (auto wrong = check_request(request)) {
    return notification ? error_line(*wrong) : answer_line(*id, refuse(std::move(*wrong)));
  }
  Answer answer = run(request, session, now);
  if (notification) return std::nullopt;
  return answer_line(*id, std::move(answer));
}

Answer Dispatcher::run(const json& request, Session& session, Instant now) {
  const auto& name = request["method"].get_ref<const std::string&>();
  const auto method = methods_.find(name);
  if (method == methods_.end())
    return refuse(RpcError(protocol_kind::unknown_method, "there is no method " + quoted(name)));
  static const json no_params = json::object();
  const auto given = request.find("params");
  const json& params = given == request.end() ? no_params : *given;
  if (auto error = check_params(method->second, params)) return refuse(std::move(*error));
  return method->second.run(Call{engine_, host_, session, params, now});
}

}  // namespace toxtore
