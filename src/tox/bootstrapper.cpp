#include "tox/bootstrapper.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace toxtore {

namespace {

/// A number below `end`. The modulus favours small ones by less than one in a million for a list of nodes.
std::size_t random_below(Random& random, std::size_t end) {
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value % end;
}

}  // namespace

Bootstrapper::Bootstrapper(std::vector<BootstrapNode> nodes, bool udp, Random& random)
    : nodes_(std::move(nodes)), random_(random) {
  if (!udp) std::erase_if(nodes_, [](const BootstrapNode& node) { return node.tcp_ports.empty(); });
  if (nodes_.empty()) due_ms_.reset();
  shuffle();
}

std::vector<BootstrapNode> Bootstrapper::take_due(bool online, std::uint64_t mono_ms) {
  if (online || nodes_.empty()) {
    due_ms_.reset();
    return {};
  }
  if (due_ms_ && mono_ms < *due_ms_) return {};
  due_ms_ = mono_ms + ask_again_ms;
  std::vector<BootstrapNode> due;
  while (due.size() < std::min(asked_at_once, nodes_.size())) {
    // A shuffle in the middle of a round may bring up one that is in it already.
    BootstrapNode node = draw();
    if (std::ranges::find(due, node) == due.end()) due.push_back(std::move(node));
  }
  return due;
}

BootstrapNode Bootstrapper::draw() {
  if (drawn_ == nodes_.size()) shuffle();
  return nodes_[drawn_++];
}

void Bootstrapper::shuffle() {
  for (std::size_t left = nodes_.size(); left > 1; --left) {
    std::swap(nodes_[left - 1], nodes_[random_below(random_, left)]);
  }
  drawn_ = 0;
}

}  // namespace toxtore
