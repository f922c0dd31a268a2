#include "tox/bootstrap_nodes.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace toxtore {
namespace {

const std::string key_hex = "7E5668E0EE09E19F320AD47902419331FFEE147BB3606769CFBE921A2A2FD34C";

std::string file_of(const std::string& entries) { return R"({"last_scan": 1, "nodes": [)" + entries + "]}"; }

/// An entry of the public list with one field put in another way, or left out with an empty `value`.
std::string entry_with(const std::string& name = "", const std::string& value = "") {
  const std::vector<std::pair<std::string, std::string>> fields{{"ipv4", "\"192.0.2.7\""},
                                                                {"ipv6", "\"2001:db8::7\""},
                                                                {"port", "33445"},
                                                                {"tcp_ports", "[443, 3389]"},
                                                                {"public_key", '"' + key_hex + '"'},
                                                                {"maintainer", "\"x\""},
                                                                {"status_udp", "true"},
                                                                {"status_tcp", "true"},
                                                                {"motd", "\"\\u00e9\""}};
  std::string entry;
  for (const auto& [field, usual] : fields) {
    const std::string& shown = field == name ? value : usual;
    if (shown.empty()) continue;
    entry += entry.empty() ? "{\"" : ", \"";
    entry += field;
    entry += "\": ";
    entry += shown;
  }
  return entry + "}";
}

std::vector<BootstrapNode> parsed(const std::string& entries) {
  const auto nodes = parse_bootstrap_nodes(file_of(entries));
  EXPECT_TRUE(nodes) << (nodes ? "" : nodes.error().message);
  return nodes.value_or(std::vector<BootstrapNode>());
}

void expect_error(const std::string& text, ErrorKind kind, const std::string& words) {
  const auto nodes = parse_bootstrap_nodes(text);
  ASSERT_FALSE(nodes) << words;
  EXPECT_EQ(nodes.error().kind, kind) << nodes.error().message;
  EXPECT_NE(nodes.error().message.find(words), std::string::npos) << nodes.error().message;
}

TEST(BootstrapNodes, reads_every_field) {
  const BootstrapNode expected{"192.0.2.7", "2001:db8::7", 33445, {443, 3389}, true, *PublicKey::from_hex(key_hex)};
  EXPECT_EQ(parsed(entry_with()), std::vector<BootstrapNode>{expected});
}

TEST(BootstrapNodes, knows_the_signs_for_no_host) {
  for (const std::string none : {"\"-\"", "\"NONE\"", "\"\"", "null", ""}) {
    EXPECT_EQ(parsed(entry_with("ipv6", none)).at(0).ipv6, "") << none;
    EXPECT_EQ(parsed(entry_with("ipv4", none)).at(0).ipv4, "") << none;
  }
}

TEST(BootstrapNodes, skips_what_cannot_help) {
  const std::string no_host = R"({"ipv4": "-", "ipv6": "NONE", "port": 1, "public_key": ")" + key_hex + "\"}";
  const std::string unreached = R"({"ipv4": "192.0.2.1", "port": 1, "public_key": ")" + key_hex +
                                R"(", "tcp_ports": [1], "status_udp": false, "status_tcp": false})";
  EXPECT_EQ(parsed(no_host + "," + unreached + "," + entry_with()).size(), 1U);
  expect_error(file_of(no_host), ErrorKind::not_found, "No node");
  expect_error(file_of(""), ErrorKind::not_found, "No node");
}

TEST(BootstrapNodes, relays_only_where_tcp_was_reached) {
  EXPECT_TRUE(parsed(entry_with("status_tcp", "false")).at(0).tcp_ports.empty());
  EXPECT_FALSE(parsed(entry_with("status_udp", "false")).at(0).udp);
  EXPECT_EQ(parsed(entry_with("status_tcp", "")).at(0).tcp_ports.size(), 2U);
  EXPECT_TRUE(parsed(entry_with("status_udp", "")).at(0).udp);
}

TEST(BootstrapNodes, names_what_is_wrong_with_an_entry) {
  const std::vector<std::array<std::string, 3>> cases{
      {"ipv4", "4", "\"ipv4\" is not a text"},
      {"ipv6", "[]", "\"ipv6\" is not a text"},
      {"ipv4", '"' + std::string(255, 'a') + '"', "\"ipv4\" is too long"},
      {"ipv4", R"("a\u0000b")", "\"ipv4\" contains a zero byte"},
      {"port", "", "\"port\""},
      {"port", "0", "\"port\""},
      {"port", "65536", "\"port\""},
      {"port", "-1", "\"port\""},
      {"port", "33445.5", "\"port\""},
      {"port", "\"33445\"", "\"port\""},
      {"tcp_ports", "443", "\"tcp_ports\" is not a list"},
      {"tcp_ports", "[443, 70000]", "\"tcp_ports\" is not a port"},
      {"public_key", "", "\"public_key\" is missing"},
      {"public_key", "7", "\"public_key\" is missing"},
      {"public_key", "\"7E56\"", "\"public_key\" is not 64"},
      {"status_udp", "1", "\"status_udp\""},
      {"status_tcp", "\"yes\"", "\"status_tcp\""},
  };
  for (const auto& [field, value, words] : cases) {
    const std::string text = file_of(entry_with() + "," + entry_with(field, value));
    expect_error(text, ErrorKind::malformed, words);
    expect_error(text, ErrorKind::malformed, "Node 2 ");
  }
  expect_error(file_of("7"), ErrorKind::malformed, "not an object");
}

TEST(BootstrapNodes, refuses_what_is_no_node_file) {
  expect_error("", ErrorKind::malformed, "not JSON");
  expect_error("<html>", ErrorKind::malformed, "not JSON");
  expect_error(file_of(entry_with()).substr(0, 100), ErrorKind::malformed, "not JSON");
  expect_error("[]", ErrorKind::malformed, "\"nodes\"");
  expect_error("{}", ErrorKind::malformed, "\"nodes\"");
  expect_error(R"({"nodes": {}})", ErrorKind::malformed, "\"nodes\"");
  expect_error(std::string(node_file_size_max + 1, ' '), ErrorKind::too_long, "1 MiB");
  expect_error(std::string(node_file_size_max, '['), ErrorKind::malformed, "not JSON");
}

TEST(BootstrapNodes, keeps_lists_within_bounds) {
  std::string entries = "0";
  for (std::size_t i = 0; i < node_entries_max; ++i) entries += ",0";
  expect_error(file_of(entries), ErrorKind::too_long, "4096");
  EXPECT_EQ(parsed(entry_with("tcp_ports", "[1,2,3,4,5,6,7,8,9]")).at(0).tcp_ports.size(), node_tcp_ports_max);
}

RC_GTEST_PROP(BootstrapNodes, survives_any_damage, ()) {
  std::string text = file_of(entry_with());
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = *rc::gen::arbitrary<char>();
  const auto nodes = parse_bootstrap_nodes(text);
  if (!nodes) RC_ASSERT(!nodes.error().message.empty());  // RC_ASSERT looks at both sides of an "or"
}

TEST(BootstrapNodes, the_shipped_ones_are_usable) {
  const auto nodes = parse_bootstrap_nodes(default_nodes_json);
  ASSERT_TRUE(nodes) << nodes.error().message;
  EXPECT_EQ(default_bootstrap_nodes(), *nodes);
  EXPECT_GE(nodes->size(), 6U);
  std::set<PublicKey> keys;
  for (const auto& node : *nodes) {
    keys.insert(node.key);
    EXPECT_FALSE(node.tcp_ports.empty());
    in_addr address{};
    EXPECT_EQ(inet_pton(AF_INET, node.ipv4.c_str(), &address), 1) << node.ipv4 << " is a name";
  }
  EXPECT_EQ(keys.size(), nodes->size());
}

}  // namespace
}  // namespace toxtore
