#include <algorithm>

#include "targets.h"
#include "tox/bootstrap_nodes.h"

namespace toxtore::fuzz {

void nodes(ByteView input) {
  const auto nodes = parse_bootstrap_nodes(to_text(input));
  if (!nodes) return require(!nodes.error().message.empty(), "a file that is refused is refused with a reason");
  require(!nodes->empty() && nodes->size() <= node_entries_max, "a list has at least one node, and not too many");
  for (const BootstrapNode& node : *nodes) {
    require(!node.ipv4.empty() || !node.ipv6.empty(), "a node has a host");
    require(std::max(node.ipv4.size(), node.ipv6.size()) <= node_host_size_max, "a host's name fits toxcore");
    require(node.port != 0 && node.tcp_ports.size() <= node_tcp_ports_max, "ports are ports, and few");
    require(node.udp || !node.tcp_ports.empty(), "a node can be reached");
  }
}

}  // namespace toxtore::fuzz
