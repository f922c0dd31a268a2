#include "tox/bootstrapper.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/test_random.h"

namespace toxtore {
namespace {

std::vector<BootstrapNode> nodes(std::size_t count, const std::vector<std::uint16_t>& tcp_ports = {443}) {
  std::vector<BootstrapNode> list;
  for (std::size_t i = 0; i < count; ++i) {
    BootstrapNode node{"10.0.0." + std::to_string(i), "", 33445, tcp_ports, true, {}};
    node.key.bytes[0] = static_cast<std::uint8_t>(i);
    list.push_back(node);
  }
  return list;
}

TEST(Bootstrapper, asks_a_few_at_once_and_again_while_offline) {
  SeededRandom random(1);
  Bootstrapper bootstrapper(nodes(10), true, random);
  EXPECT_EQ(bootstrapper.take_due(false, 1'000).size(), asked_at_once);
  EXPECT_EQ(bootstrapper.deadline_ms(), 1'000 + ask_again_ms);
  EXPECT_TRUE(bootstrapper.take_due(false, 1'000 + ask_again_ms - 1).empty());
  EXPECT_EQ(bootstrapper.take_due(false, 1'000 + ask_again_ms).size(), asked_at_once);
}

TEST(Bootstrapper, is_quiet_while_online_and_asks_at_once_when_that_ends) {
  SeededRandom random(1);
  Bootstrapper bootstrapper(nodes(10), true, random);
  EXPECT_FALSE(bootstrapper.take_due(false, 0).empty());
  EXPECT_TRUE(bootstrapper.take_due(true, 100).empty());
  EXPECT_EQ(bootstrapper.deadline_ms(), std::nullopt);
  EXPECT_TRUE(bootstrapper.take_due(true, 1'000'000).empty());
  EXPECT_EQ(bootstrapper.take_due(false, 1'000'001).size(), asked_at_once);
}

TEST(Bootstrapper, asks_each_node_once_before_any_twice) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    Bootstrapper bootstrapper(nodes(12), true, random);
    std::map<PublicKey, int> asked;
    for (std::uint64_t round = 0; round < 3; ++round) {
      for (const auto& node : bootstrapper.take_due(false, round * ask_again_ms)) ++asked[node.key];
    }
    EXPECT_EQ(asked.size(), 12U) << "seed " << seed;
  }
}

TEST(Bootstrapper, never_names_a_node_twice_in_a_round) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    Bootstrapper bootstrapper(nodes(5), true, random);  // a round spans two shuffles
    for (std::uint64_t round = 0; round < 10; ++round) {
      std::set<PublicKey> asked;
      for (const auto& node : bootstrapper.take_due(false, round * ask_again_ms)) asked.insert(node.key);
      EXPECT_EQ(asked.size(), asked_at_once) << "seed " << seed;
    }
  }
}

TEST(Bootstrapper, draws_differently_with_another_seed) {
  std::set<std::string> firsts;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    firsts.insert(Bootstrapper(nodes(10), true, random).take_due(false, 0).front().ipv4);
  }
  EXPECT_GT(firsts.size(), 3U);
}

TEST(Bootstrapper, takes_all_of_a_short_list) {
  SeededRandom random(1);
  Bootstrapper bootstrapper(nodes(2), true, random);
  EXPECT_EQ(bootstrapper.take_due(false, 0).size(), 2U);
  EXPECT_EQ(bootstrapper.take_due(false, ask_again_ms).size(), 2U);
}

TEST(Bootstrapper, asks_only_relays_without_udp) {
  SeededRandom random(1);
  auto list = nodes(3, {});
  list[1].tcp_ports = {3389};
  Bootstrapper bootstrapper(list, false, random);
  EXPECT_EQ(bootstrapper.take_due(false, 0), std::vector<BootstrapNode>{list[1]});
  Bootstrapper no_relay(nodes(3, {}), false, random);
  EXPECT_EQ(no_relay.deadline_ms(), std::nullopt);
  EXPECT_TRUE(no_relay.take_due(false, 0).empty());
}

}  // namespace
}  // namespace toxtore
