// Notifications: each device that gets a new message while it is new tells of it once, and takes that back when the
// message is read on any device.
//
// Private to src/engine. Notices only: no view and no packet is made from what is decided here.
// - What was behind the end mark of a connection's first report is history that this device catches up on: silent.
// - What its sender's hint calls read is held back until this device has caught up with that sender, and then told of
//   only if it is unread all the same.
// - What a friend writes who is muted or blocked is silent, and so is who is no friend.
// - What was told of in an earlier run of the program is not told of again, nor taken back.
// - A message that comes once more by the name of a branch (wire/branch.h), or by the one that it had, is the same one.
#pragma once

#include <deque>

#include "engine/core.h"

namespace toxtore {

/// Notifications that may still be taken back. With more unread than this nobody looks at single ones.
inline constexpr std::size_t notified_max = 1'024;

class Notifier {
 public:
  explicit Notifier(Core& core) : core_(core) {}

  /// Once a turn, after its commit.
  void step();

 private:
  void look_at(const Fresh& fresh);
  [[nodiscard]] bool is_told_of(const PublicKey& key) const;
  void notify(const Dot& message);
  [[nodiscard]] bool was_told_of(const Event& event) const;
  [[nodiscard]] bool was_told_of_copy(const MessageRow& row) const;
  void notify_request(const Dot& request);
  void release_held_back();
  void take_back_read();

  Core& core_;
  struct Notified {
    Dot message;
    Hash event;
  };
  std::deque<Notified> notified_;
  std::vector<Fresh> held_back_;
};

}  // namespace toxtore
