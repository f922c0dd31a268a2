#include "harness/bootstrap.h"

#include <sstream>

namespace toxtore {

Bootstrap::Bootstrap(const TempFolder& folder)
    : nodes_file_(folder.path() / "nodes.json"),
      node_({.program = built_program("bootstrap_node"),
             .arguments = {"--nodes-json", nodes_file_.string()},
             .log_folder = folder.path(),
             .log_name = "bootstrap",
             .environment = {}}) {
  std::istringstream line(
      node_.wait_for_line("its address", [](std::string_view text) { return text.starts_with("node "); }));
  std::string word, host, port, tcp_port, key;
  line >> word >> host >> port >> tcp_port >> key;
  host_port_key_ = host + ":" + port + ":" + key;
}

}  // namespace toxtore
