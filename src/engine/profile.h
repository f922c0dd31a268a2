// What the user says of himself to his friends: name and status message, set on one device, applied on all.
//
// Private to src/engine.
#pragma once

#include "engine/core.h"

namespace toxtore {

class Profile {
 public:
  explicit Profile(Core& core) : core_(core) {}

  /// At start: what the configuration brings becomes the first value of what the user never said on any device.
  Result<void> begin(Instant now);

  /// All of them or none.
  Result<void> set(const std::vector<ProfileValue>& values, Instant now);

  /// Once a turn, when the view changed: tells toxcore what is new.
  void settle();

 private:
  void tell(ProfileValue::What what, const std::optional<Bytes>& value, std::optional<Bytes>& told);

  Core& core_;
  ProfileRow told_;  ///< what toxcore was told since the start
};

}  // namespace toxtore
