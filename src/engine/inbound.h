// The packet path: what toxcore reports goes to the part of the engine that it concerns.
//
// Private to src/engine. What a peer may send is checked here and in the parts: from a peer that has not said hello
// nothing but a hello counts, and what only own devices may send is dropped from others and counted.
#pragma once

#include "engine/claims.h"
#include "engine/contacts.h"
#include "engine/core.h"
#include "engine/devices.h"
#include "engine/friend_messages.h"
#include "engine/guests.h"
#include "engine/messages.h"
#include "engine/outbox.h"
#include "engine/presence.h"
#include "engine/removals.h"
#include "engine/requests.h"
#include "engine/sessions.h"
#include "engine/strangers.h"

namespace toxtore {

class Inbound {
 public:
  struct Parts {
    Core& core;
    Sessions& sessions;
    LogStates& log_states;
    Devices& devices;
    Contacts& contacts;
    Claims& claims;
    Outbox& outbox;
    Messages& messages;
    Requests& requests;
    Strangers& strangers;
    FriendMessages& friend_messages;
    Presence& presence;
    Guests& guests;
    Removals& removals;
  };
  explicit Inbound(const Parts& parts) : parts_(parts) {}

  void handle(const Input& input, Instant now);

 private:
  void on(const input::SelfConnection& input, Instant now);
  void on(const input::PeerConnection& input, Instant now);
  void on(const input::FriendRequest& input, Instant now);
  void on(const input::Message& input, Instant now);
  void on(const input::Offer& input, Instant now);
  void on(const input::PacketArrived& input, Instant now);
  void on(const input::PeerName& input, Instant now);
  void on(const input::HandedOver& input, Instant now);
  void on(const input::Receipt& input, Instant now);
  bool refuse_outsider(const PublicKey& from);
  void dispatch(const PublicKey& from, const Packet& packet, Instant now);

  Parts parts_;
};

}  // namespace toxtore
