// Vector clock: for each log, the number up to which it is held without a gap (its prefix).
#pragma once

#include <cstdint>
#include <map>

#include "model/dot.h"

namespace toxtore {

class VectorClock {
 public:
  using Map = std::map<LogId, std::uint32_t>;

  /// 0 for a log that is not listed.
  [[nodiscard]] std::uint32_t prefix(const LogId& log) const;

  /// Takes the greater of what is there and `number`; true if that changed something. 0 is never listed.
  bool raise(const LogId& log, std::uint32_t number);

  /// Takes the lesser of what is there and `number`.
  void lower(const LogId& log, std::uint32_t number);

  /// For each log the greater of both; true if that changed something.
  bool merge(const VectorClock& other);

  /// Whether every prefix of `other` is reached here.
  [[nodiscard]] bool covers(const VectorClock& other) const;
  [[nodiscard]] bool covers(const Dot& dot) const { return prefix(dot.log()) >= dot.number(); }

  [[nodiscard]] const Map& logs() const& { return logs_; }
  const Map& logs() const&& = delete;  // a loop over a temporary's logs would run over freed memory
  bool operator==(const VectorClock&) const = default;

 private:
  Map logs_;
};

}  // namespace toxtore
