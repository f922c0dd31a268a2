#include "tox/bootstrap_nodes.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace toxtore {

namespace {

using Json = nlohmann::json;

/// A field's value, or what is wrong with it; the caller knows the place.
template <class T>
using Field = tl::expected<T, std::string>;

tl::unexpected<std::string> wrong(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

bool stands_for_none(const std::string& host) { return host.empty() || host == "-" || host == "NONE"; }

/// Empty if the field is missing or says that there is none.
Field<std::string> read_host(const Json& entry, const char* name) {
  const auto field = entry.find(name);
  if (field == entry.end() || field->is_null()) return std::string();
  if (!field->is_string()) return wrong(std::string("\"") + name + "\" is not a text");
  auto host = field->get<std::string>();
  if (stands_for_none(host)) return std::string();
  if (host.size() > node_host_size_max) return wrong(std::string("\"") + name + "\" is too long for a host name");
  if (host.find('\0') != std::string::npos) return wrong(std::string("\"") + name + "\" contains a zero byte");
  return host;
}

Field<std::uint16_t> read_port(const Json& value, const char* name) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > 65535) {
    return wrong(std::string("\"") + name + "\" is not a port number from 1 to 65535");
  }
  return value.get<std::uint16_t>();
}

Field<std::vector<std::uint16_t>> read_tcp_ports(const Json& entry) {
  std::vector<std::uint16_t> ports;
  const auto field = entry.find("tcp_ports");
  if (field == entry.end() || field->is_null()) return ports;
  if (!field->is_array()) return wrong("\"tcp_ports\" is not a list");
  for (const Json& value : *field) {
    const auto port = read_port(value, "tcp_ports");
    if (!port) return wrong(port.error());
    if (ports.size() < node_tcp_ports_max) ports.push_back(*port);
  }
  return ports;
}

Field<bool> read_status(const Json& entry, const char* name) {
  const auto field = entry.find(name);
  if (field == entry.end()) return true;
  if (!field->is_boolean()) return wrong(std::string("\"") + name + "\" is neither true nor false");
  return field->get<bool>();
}

Field<PublicKey> read_key(const Json& entry) {
  const auto field = entry.find("public_key");
  if (field == entry.end() || !field->is_string()) return wrong("\"public_key\" is missing");
  const auto key = PublicKey::from_hex(field->get_ref<const std::string&>());
  if (!key) return wrong("\"public_key\" is not 64 hexadecimal digits");
  return *key;
}

/// Nothing for an entry that is right but of no use.
Field<std::optional<BootstrapNode>> read_node(const Json& entry) {
  if (!entry.is_object()) return wrong("it is not an object");
  BootstrapNode node;
  auto ipv4 = read_host(entry, "ipv4");
  if (!ipv4) return wrong(ipv4.error());
  auto ipv6 = read_host(entry, "ipv6");
  if (!ipv6) return wrong(ipv6.error());
  const auto port = read_port(entry.value("port", Json()), "port");
  if (!port) return wrong(port.error());
  auto tcp_ports = read_tcp_ports(entry);
  if (!tcp_ports) return wrong(tcp_ports.error());
  const auto key = read_key(entry);
  if (!key) return wrong(key.error());
  const auto udp = read_status(entry, "status_udp");
  if (!udp) return wrong(udp.error());
  const auto tcp = read_status(entry, "status_tcp");
  if (!tcp) return wrong(tcp.error());

  if (!*tcp) tcp_ports->clear();
  if (ipv4->empty() && ipv6->empty()) return std::nullopt;
  if (!*udp && tcp_ports->empty()) return std::nullopt;
  return BootstrapNode{std::move(*ipv4), std::move(*ipv6), *port, std::move(*tcp_ports), *udp, *key};
}

}  // namespace

Result<std::vector<BootstrapNode>> parse_bootstrap_nodes(std::string_view text) {
  if (text.size() > node_file_size_max) {
    return fail(ErrorKind::too_long, "The node file is larger than 1 MiB; give one like https://nodes.tox.chat/json.");
  }
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return fail(ErrorKind::malformed, "The node file is not JSON.");
  if (!json.is_object() || !json.contains("nodes") || !json["nodes"].is_array()) {
    return fail(ErrorKind::malformed,
                "The node file has no list \"nodes\"; give one like https://nodes.tox.chat/json.");
  }
  const Json& entries = json["nodes"];
  if (entries.size() > node_entries_max) {
    return fail(ErrorKind::too_long, "The node file has more than 4096 nodes; shorten its list \"nodes\".");
  }
  std::vector<BootstrapNode> nodes;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto node = read_node(entries[i]);
    if (!node) {
      return fail(ErrorKind::malformed, "Node " + std::to_string(i + 1) + " of the node file: " + node.error() + ".");
    }
    if (*node) nodes.push_back(std::move(**node));
  }
  if (nodes.empty()) {
    return fail(ErrorKind::not_found, "No node of the node file is usable: each lacks a host or was out of reach.");
  }
  return nodes;
}

std::vector<BootstrapNode> default_bootstrap_nodes() {
  return parse_bootstrap_nodes(default_nodes_json).value_or(std::vector<BootstrapNode>());
}

}  // namespace toxtore
