// Packets and events that are right in their bytes, of few keys, texts and small numbers, so that they mean something
// to one another.
#pragma once

#include "choices.h"
#include "device.h"
#include "wire/packet.h"

namespace toxtore::fuzz {

Who any_who(Choices& choices);
/// Whom toxcore can report something of: it knows no friend with its own key.
Who any_peer(Choices& choices);
Body any_body(Choices& choices);
Event any_event(Choices& choices);
Packet any_packet(Choices& choices);

}  // namespace toxtore::fuzz
