// The Tox network of one test: a bootstrap node on 127.0.0.1, and nothing beyond.
#pragma once

#include <filesystem>
#include <string>

#include "harness/process.h"
#include "harness/temp_folder.h"

namespace toxtore {

class Bootstrap {
 public:
  /// Starts the node and waits until it can be used. The folder must outlive it.
  explicit Bootstrap(const TempFolder& folder);

  /// For toxtored --nodes and toxic -n: the format of nodes.tox.chat/json.
  [[nodiscard]] const std::filesystem::path& nodes_file() const { return nodes_file_; }
  /// For stock_friend --bootstrap: HOST:PORT:KEY.
  [[nodiscard]] const std::string& host_port_key() const { return host_port_key_; }

 private:
  std::filesystem::path nodes_file_;
  Process node_;
  std::string host_port_key_;
};

}  // namespace toxtore
