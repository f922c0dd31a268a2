// Bootstrap nodes: public Tox instances through which a new one finds the network.
//
// They come from a file in the format of https://nodes.tox.chat/json, of which this reads, per entry of "nodes":
// "ipv4" and "ipv6" (an address or a host name; "-", "NONE" or "" if there is none), "port" (UDP), "tcp_ports",
// "public_key" (64 hexadecimal digits), "status_udp" and "status_tcp" (whether the list's maker could reach it; both
// true if left out). Everything else in the file is ignored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

namespace toxtore {

/// 1 MiB. The public list of some 100 nodes has 40 KiB.
inline constexpr std::size_t node_file_size_max = std::size_t{1024} * 1024;
/// More entries than that are no list of Tox nodes.
inline constexpr std::size_t node_entries_max = 4096;
/// TCP ports kept of one entry; public nodes have one to four.
inline constexpr std::size_t node_tcp_ports_max = 8;
/// TOX_MAX_HOSTNAME_LENGTH without the terminating zero.
inline constexpr std::size_t node_host_size_max = 254;

struct BootstrapNode {
  std::string ipv4;  ///< address or host name; empty: none
  std::string ipv6;  ///< address or host name; empty: none. At least one of both is there.
  std::uint16_t port = 0;
  std::vector<std::uint16_t> tcp_ports;  ///< on which it relays TCP; empty unless its "status_tcp" is true
  bool udp = true;                       ///< its "status_udp"
  PublicKey key;                         ///< its DHT key, which is not the key of a Tox ID

  bool operator==(const BootstrapNode&) const = default;
};

/// Reads a node file. Entries that cannot help are skipped: those without any host, and those that the list's maker
/// could reach neither by UDP nor by TCP. An entry that is wrong (no such field, a bad key or port) makes the whole
/// file wrong, for it is then not what it seems to be. Errors: too_long, malformed (names the entry, counted from 1,
/// and the field), not_found (no entry is usable).
Result<std::vector<BootstrapNode>> parse_bootstrap_nodes(std::string_view text);

/// The text of src/tox/default_nodes.json.
extern const std::string_view default_nodes_json;

/// The nodes that ship with the program, by address only: looking up a host name stops the caller's loop.
std::vector<BootstrapNode> default_bootstrap_nodes();

}  // namespace toxtore
