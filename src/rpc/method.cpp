#include "rpc/method.h"

namespace toxtore {

const std::string& Call::text(std::string_view name) const { return params.find(name)->get_ref<const std::string&>(); }

std::string Call::text_or(std::string_view name, std::string_view otherwise) const {
  return has(name) ? text(name) : std::string(otherwise);
}

std::uint64_t Call::number_or(std::string_view name, std::uint64_t otherwise) const {
  return has(name) ? params.find(name)->get<std::uint64_t>() : otherwise;
}

std::vector<std::string> Call::texts(std::string_view name) const {
  return params.find(name)->get<std::vector<std::string>>();
}

std::optional<bool> Call::flag(std::string_view name) const {
  return has(name) ? std::optional(params.find(name)->get<bool>()) : std::nullopt;
}

tl::unexpected<RpcError> refuse(ErrorKind kind, std::string message) {
  return tl::unexpected(RpcError(kind_name(kind), std::move(message)));
}

}  // namespace toxtore
