// Who takes part: one device, and the others around it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/ids.h"
#include "wire/branch.h"

namespace toxtore::fuzz {

/// `device` is an own device once it was linked, `relayed` one that it vouches for.
enum class Who : std::uint8_t { self, device, relayed, toxtore_friend, stock_friend, stranger };
inline constexpr std::size_t peers = 6;
ToxAddress address_of(Who who);
PublicKey key_of(Who who);

/// Each of them has three logs: of its first life, of a later one, and of a branch.
inline constexpr std::uint32_t incarnations[] = {0, 7, branch_incarnation_min + 7};
/// So many events of each log the devices claim to hold.
inline constexpr std::uint32_t claimed_events = 32;

}  // namespace toxtore::fuzz
