// Which log this device writes, and how it is closed (DESIGN 4 and 9).
//
// Private to src/engine, but for what writes events in the engine's stead. A device's life begins in incarnation 0.
// When it cannot be sure that it knows the end of its log, or is linked anew after a removal, that log is closed:
// nothing is ever added to it by this device, and the next own event opens another one, in an incarnation drawn at
// random. The number is drawn only then, and stored with that event in one transaction: two copies of a database whose
// log is closed open two logs.
//
// Drawn are numbers of 1 to 2^31 - 1. 0 is the first life, and the upper half belongs to branches (DESIGN 9).
#pragma once

#include <cstdint>
#include <optional>

#include "base/random.h"
#include "model/dot.h"
#include "model/vector_clock.h"
#include "store/store.h"

namespace toxtore {

class OwnLog {
 public:
  /// As the store remembers it.
  OwnLog(const PublicKey& self, const Store& store);

  /// The log that the next own event belongs to; none: it is closed, and another is to be opened.
  [[nodiscard]] std::optional<LogId> open() const { return open_; }

  /// A log that is not among `known`, in which all are listed that anybody ever told of.
  [[nodiscard]] LogId draw(const VectorClock& known, Random& random) const;

  /// To be done inside `store.transact`, and here after it is durable.
  static void remember_open(Store& store, const LogId& log);
  static void remember_closed(Store& store);
  void opened(const LogId& log) { open_ = log; }
  void closed() { open_.reset(); }

 private:
  PublicKey self_;
  std::optional<LogId> open_;
};

}  // namespace toxtore
