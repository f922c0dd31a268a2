// What can happen in a run: the one table of the users' commands, of what friends do, and of faults.
//
// To add an operation, add its function and its line in workload.cpp (or faults.cpp). A run's random numbers are in its
// step; what cannot be done at that moment is passed over.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sim/plan.h"

namespace toxtore::sim {

class World;

struct Action {
  std::string_view name;
  unsigned weight = 1;          ///< how often, beside the others
  unsigned plans_percent = 90;  ///< so many plans have it at all
  void (*act)(World& world, const Step& step) = nullptr;
};

/// The users' commands and the friends' doings.
std::span<const Action> workload();
/// Misfortunes.
std::span<const Action> faults();
/// Both, in that order: what `Step::action` counts.
const std::vector<Action>& actions();

}  // namespace toxtore::sim
