// Whom to ask for a way into the network, and when. Decides only; the owner calls ToxNode::bootstrap.
//
// - While offline, `asked_at_once` nodes are due at the start and then every `ask_again_ms`. toxcore sends each one a
//   few packets and drops those that stay silent, so asking more of them or more often only makes noise.
// - They are drawn at random, so that no node gets the burden of all; and each node of the list once before any is
//   drawn again, so that a few live ones among many dead ones are found in a bounded time.
// - While online none is due: toxcore keeps its own list of neighbours then. Who was online and is no more asks
//   again at once.
// - Without UDP only nodes that relay TCP can help; the others are left out.
//
// One thread; time is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "tox/bootstrap_nodes.h"

namespace toxtore {

inline constexpr std::size_t asked_at_once = 4;
inline constexpr std::uint64_t ask_again_ms = 5'000;

class Bootstrapper {
 public:
  /// `random` must outlive this. Without nodes nothing is ever due.
  Bootstrapper(std::vector<BootstrapNode> nodes, bool udp, Random& random);

  /// The nodes to ask now; call it when `deadline_ms` has passed or the connection has changed.
  std::vector<BootstrapNode> take_due(bool online, std::uint64_t mono_ms);

  /// When to call again on the `mono_ms` scale; none while online.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return due_ms_; }

 private:
  BootstrapNode draw();
  void shuffle();

  std::vector<BootstrapNode> nodes_;  ///< shuffled anew when all were drawn
  std::size_t drawn_ = 0;             ///< nodes before this one were drawn since the last shuffle
  Random& random_;
  std::optional<std::uint64_t> due_ms_ = 0;
};

}  // namespace toxtore
