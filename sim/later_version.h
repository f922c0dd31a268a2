// What a device of a later version of Toxtore says and writes: things that this version must keep, relay and survive.
#pragma once

#include "model/event.h"
#include "sim/dice.h"
#include "wire/packet.h"

namespace toxtore::sim {

/// An event of an unknown type, one whose body does not parse, one from beyond the end of time, or one with an
/// extension that nobody knows.
Event event_of_a_later_version(const Dot& dot, std::uint64_t timestamp_ms, Dice& dice);

/// The packet as a later version sends it: a hello of more versions and capabilities, hint flags as the sender's view
/// has them, extensions that nobody knows.
Bytes as_a_later_version_says(const Packet& packet, Dice& dice);

/// A packet of a type that nobody knows yet.
Bytes packet_of_a_later_version(Dice& dice);

}  // namespace toxtore::sim
