// Packets and events that are right in their bytes, of few keys, texts and small numbers, so that they mean something
// to one another.
#pragma once

#include <deque>

#include "base/hash.h"
#include "choices.h"
#include "peers.h"
#include "wire/packet.h"

namespace toxtore::fuzz {

/// Of what came up before, the last: what names something by its hash can mean it then.
struct Met {
  std::deque<Hash> events;
  std::deque<Hash> statements;
};
/// More than one step makes, and few enough to be hit.
inline constexpr std::size_t met_max = 64;
void remember(std::deque<Hash>& met, const Hash& hash);

Who any_who(Choices& choices);
/// Whom toxcore can report something of: it knows no friend with its own key.
Who any_peer(Choices& choices);
/// Any of those that this version knows, and one that it does not.
std::uint32_t any_capabilities(Choices& choices);
Event any_event(Choices& choices, const Met& met);
/// An own device says that one of the three is none any more.
packet::Roster any_removal(Choices& choices, const Met& met);
/// Statements, half of them of an own device.
packet::Roster any_roster(Choices& choices, const Met& met);
Packet any_packet(Choices& choices, const Met& met);

}  // namespace toxtore::fuzz
