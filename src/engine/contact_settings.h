// What the user says of a friend: alias, mute, block, what to do about claims; which keys are one person and which not.
//
// Private to src/engine. A setting is written for each key of the contact, so that each part keeps it when the contact
// is split; all are events, so every own device heeds them.
#pragma once

#include "engine/contacts.h"
#include "engine/core.h"

namespace toxtore {

class ContactSettings {
 public:
  ContactSettings(Core& core, Contacts& contacts) : core_(core), contacts_(contacts) {}

  Result<void> change(const PublicKey& key, const ContactChange& change, Instant now);
  Result<void> merge(const PublicKey& one, const PublicKey& other, Instant now);
  Result<void> split(const PublicKey& key, Instant now);
  Result<void> answer_claim(const PublicKey& key, const PublicKey& claimed, bool agrees, Instant now);

 private:
  Result<void> log(const std::vector<Body>& bodies, Instant now);

  Core& core_;
  Contacts& contacts_;
};

}  // namespace toxtore
