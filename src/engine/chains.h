// Chains of the logs that this device holds (model/chain.h).
//
// Computed at need from the log, from the nearest of checkpoints that lie `checkpoint_numbers` apart and are kept with
// the store; why so: docs/decisions.md. A log that came newest first has a chain only up to its prefix, and a long one
// is gone through in pieces, so that no turn takes long.
//
// Private to src/engine. Reads the store; what it wants remembered, the owner stores (`unsaved`).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/chain.h"
#include "store/store.h"

namespace toxtore {

/// Numbers from one checkpoint to the next: a chain in between takes some 2 ms to compute.
inline constexpr std::uint32_t checkpoint_numbers = 1'024;
/// Events that are gone through in one turn: some 6 ms.
inline constexpr std::uint32_t chained_events_max = 4'096;

/// The checkpoints of that log that the store remembers, by number.
std::map<std::uint32_t, Chain> stored_checkpoints(const Store& store, const LogId& log);
/// The names of those from that number on, for `Store::forget`.
std::vector<std::string> checkpoints_from(const Store& store, const LogId& log, std::uint32_t from);

class Chains {
 public:
  explicit Chains(const Store& store) : store_(store) {}

  /// Goes on towards that number by at most so many events, as far as the store holds them without a gap: what came in
  /// this turn it may not hold yet. Gives the number up to which the chain is known then.
  std::uint32_t extend(const LogId& log, std::uint32_t prefix, std::uint32_t events_max = chained_events_max);

  /// The chain at a number that `extend` reached.
  Chain at(const LogId& log, std::uint32_t number);
  /// The hash of an event that is held.
  [[nodiscard]] Hash event(const Dot& dot) const;

  /// Events of that log from that number on are others now.
  void forget(const LogId& log, std::uint32_t from);

  /// Checkpoints that the store does not have yet, as names and values for `Store::remember`; and none after that.
  std::vector<std::pair<std::string, Bytes>> take_unsaved();

 private:
  struct Known {
    std::map<std::uint32_t, Chain> checkpoints;
    std::uint32_t number = 0;  ///< the greatest number whose chain was computed
    Chain chain{};
  };
  Known& known(const LogId& log);
  std::pair<std::uint32_t, Chain> go(const LogId& log, Known& of, std::uint32_t from, Chain chain, std::uint32_t until);

  const Store& store_;
  std::map<LogId, Known> logs_;
  std::vector<std::pair<std::string, Bytes>> unsaved_;
};

}  // namespace toxtore
