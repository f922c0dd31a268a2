// What a seed stands for: who takes part, how the network behaves, and every step of the users and of misfortune.
//
// A plan is made from the seed before the run, and a run draws nothing that steers it. So a step can be taken out and
// the rest stays what it was: that is how a failing run is cut down (shrink.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/network.h"

namespace toxtore::sim {

struct Step {
  std::uint64_t after_ms = 0;  ///< after the step before it
  std::size_t action = 0;      ///< in `actions()`
  std::array<std::uint32_t, 4> numbers{};
};

struct Plan {
  std::uint64_t seed = 0;
  std::size_t own_devices = 2;       ///< 2 to 6, of the user that it is about
  std::size_t late_devices = 0;      ///< so many of them are linked only later
  std::vector<std::size_t> friends;  ///< 1 to 3: the number of his devices; 0: a stock client
  std::uint64_t newer_devices = 0;   ///< a bit for each device: speaks like a later version
  bool sql = false;                  ///< the first two devices are on the real database
  NetworkSettings network;           ///< while there are faults
  std::vector<Step> steps;
};

Plan make_plan(std::uint64_t seed);

/// Much is written at once, short and long, to friends who are away and come back, and a device is linked later: what
/// `make_plan` does not do, since it takes its time.
Plan flood_plan(std::uint64_t seed);

/// The plan as text: what is printed of a failing run, and kept in seeds.txt. A seed means another plan once the tables
/// of actions change; the text means the same as long as its actions' names exist.
///
///   plan seed 7 own 3 late 1 friends 0,2 newer 0 sql 0 delay 20-300 loss 10
///   45 4131467670 3471475018 2 9 friend writes
///   end
std::string text_of(const Plan& plan);
/// All plans of a text; lines that begin with # and empty ones are passed over. Nothing if it is no such text, or names
/// an action that does not exist.
std::optional<std::vector<Plan>> plans_from_text(const std::string& text);

}  // namespace toxtore::sim
