// Cuts a failing plan down: takes out steps as long as what is left still violates the same promise.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/plan.h"
#include "sim/run.h"

namespace toxtore::sim {

/// The promise that a plan violates, if any.
using Judge = std::function<std::optional<std::string>(const Plan&)>;

/// Runs the plan in this process.
std::optional<std::string> promise_violated(const Plan& plan);

/// The plan with as few steps as were found; the plan as it is if `judge` finds nothing.
Plan shrink(Plan plan, const Judge& judge = promise_violated);

}  // namespace toxtore::sim
