// What delivery costs: how many messages come twice or are unsure under one kind of misfortune, and how long one takes
// that waited for the friend. docs/TESTING.md has the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/plan.h"
#include "sim/world.h"

namespace toxtore::sim {

/// The rows of the first table, by name.
std::vector<std::string_view> misfortunes_to_measure();

/// A plan in which the friends, one with a stock client and one with two devices, come and go, and the user writes to
/// them from three devices, online or not. Nothing but that misfortune happens, now and then.
Plan delivery_plan(std::string_view misfortune, std::uint64_t seed);

/// After so long, virtual, each of `messages` messages arrived that waited when the friend came online: milliseconds
/// since he was first connected to one of the user's devices, ascending. He knows two of them, if there are so many.
std::vector<std::uint64_t> arrival_times_ms(std::size_t own_count, std::uint64_t delay_ms, bool stock,
                                            std::size_t messages);

}  // namespace toxtore::sim
