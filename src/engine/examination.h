// What `doctor` finds in the log and the view: whether each is what it should be, by the events alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"

namespace toxtore {

/// Something that is not as it should be, for the user. `advice` says what to do about it.
struct Finding {
  enum class Severity : std::uint8_t {
    warning,  ///< nothing is lost or shown wrongly
    damage,   ///< something is
  };
  Severity severity = Severity::warning;
  std::string what;
  std::string advice;
};

/// Events from so much later than the clock on the wall are named: a day, since zones and sleepy clocks differ by less.
inline constexpr std::uint64_t future_ms_max = std::uint64_t{24} * 60 * 60 * 1000;

/// Looks at all events and rows: logs are held as the store says, their events make the chains that were noted when
/// they came (chains.h), branches have the names that their events give them (wire/branch.h), timestamps rise within
/// each log and are not from the future, and the view is what a view made anew from the log in `anew`, an empty store,
/// comes to, row for row. Reads all of `store` and takes as long as receiving the log did. If `store` fails meanwhile,
/// its fault says so, and what was found is worth nothing. Errors: of `anew`.
Result<std::vector<Finding>> examine(const Store& store, Store& anew, std::uint64_t wall_ms);

}  // namespace toxtore
