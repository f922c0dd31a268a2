// A bootstrap node for this machine alone: a toxcore instance on 127.0.0.1 that speaks UDP and relays TCP.
//
//   bootstrap_node [--port N] [--tcp-port N] [--nodes-json FILE]
//
// Ports that are 0 or left out are chosen. Prints `node 127.0.0.1 UDPPORT TCPPORT KEY` when it can be used, and writes
// itself to FILE in the format of https://nodes.tox.chat/json. Runs until standard input ends or SIGTERM comes.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "plain_tox.h"

namespace {

struct Settings {
  std::uint16_t port = 0;
  std::uint16_t tcp_port = 0;
  std::string nodes_json;
};

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--nodes-json") {
      settings.nodes_json = argv[i + 1];
      continue;
    }
    const auto port = plain::number_from<std::uint16_t>(argv[i + 1]);
    if (!port || (name != "--port" && name != "--tcp-port")) return std::nullopt;
    (name == "--port" ? settings.port : settings.tcp_port) = *port;
  }
  if (argc % 2 == 0) return std::nullopt;
  return settings;
}

/// A port that was free a moment ago, for SOCK_DGRAM or SOCK_STREAM.
std::uint16_t free_port(int type) {
  const int descriptor = socket(AF_INET, type, 0);
  if (descriptor < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0;
  close(descriptor);
  return found ? ntohs(address.sin_port) : 0;
}

struct Node {
  plain::ToxHandle tox;
  std::uint16_t port = 0;
  std::uint16_t tcp_port = 0;
};

/// Tries again with other ports if one that was to be chosen was taken meanwhile.
Node start(const Settings& settings) {
  constexpr int attempts_max = 10;
  Node node;
  for (int attempt = 0; attempt < attempts_max && !node.tox; ++attempt) {
    node.port = settings.port != 0 ? settings.port : free_port(SOCK_DGRAM);
    node.tcp_port = settings.tcp_port != 0 ? settings.tcp_port : free_port(SOCK_STREAM);
    const auto options = plain::local_options();
    tox_options_set_start_port(options.get(), node.port);
    tox_options_set_end_port(options.get(), node.port);
    tox_options_set_tcp_port(options.get(), node.tcp_port);
    node.tox.reset(tox_new(options.get(), nullptr));
  }
  return node;
}

bool write_nodes_json(const std::string& file, const Node& node, const std::string& key) {
  std::ofstream out(file);
  out << R"({"last_scan": 1, "last_refresh": 1, "nodes": [{"ipv4": "127.0.0.1", "ipv6": "-", "port": )" << node.port
      << R"(, "tcp_ports": [)" << node.tcp_port << R"(], "public_key": ")" << key
      << R"(", "maintainer": "local", "location": "XX", "status_udp": true, "status_tcp": true, "version": "1", )"
      << R"("motd": "", "last_ping": 1}]})" << '\n';
  out.close();
  return out.good();
}

/// Waits that long for the end of standard input; what comes in is ignored.
bool input_ends_within(int wait_ms) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, wait_ms) <= 0) return false;
  std::array<char, 256> ignored{};
  return read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = read_settings(argc, argv);
  if (!settings) {
    std::cerr << "usage: bootstrap_node [--port N] [--tcp-port N] [--nodes-json FILE]\n";
    return 2;
  }
  plain::stop_on_signals();
  const Node node = start(*settings);
  if (!node.tox) {
    std::cerr << "bootstrap_node: port " << node.port << " (UDP) or " << node.tcp_port << " (TCP) is taken\n";
    return 1;
  }
  std::array<std::uint8_t, TOX_PUBLIC_KEY_SIZE> dht_key{};
  tox_self_get_dht_id(node.tox.get(), dht_key.data());
  const std::string key = plain::to_hex(dht_key.data(), dht_key.size());
  if (!settings->nodes_json.empty() && !write_nodes_json(settings->nodes_json, node, key)) {
    std::cerr << "bootstrap_node: cannot write " << settings->nodes_json << '\n';
    return 1;
  }
  std::cout << "node 127.0.0.1 " << node.port << ' ' << node.tcp_port << ' ' << key << std::endl;
  while (plain::stop_asked == 0 && !input_ends_within(static_cast<int>(tox_iteration_interval(node.tox.get())))) {
    tox_iterate(node.tox.get(), nullptr);
  }
  return 0;
}
