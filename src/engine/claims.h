// What friends' devices say of themselves: `my devices` packets become events, and a key that so turns out to be a
// friend's becomes a friend of its own (DESIGN 7, Contacts).
//
// Private to src/engine. The rules of who is one person are the view's (view/contact_graph.h); here is what this device
// logs because of what it heard.
#pragma once

#include <optional>

#include "engine/core.h"
#include "engine/throttle.h"

namespace toxtore {

/// A device's new list is logged at most once a minute, since every event stays for ever on every device.
inline constexpr std::uint64_t device_list_interval_ms = 60'000;

class Claims {
 public:
  explicit Claims(Core& core) : core_(core) {}

  void on_devices(const PublicKey& from, const packet::MyDevices& list, Instant now);
  /// Logs the lists that came and are not logged yet, if it is time.
  void log_lists(Instant now);
  /// Once a turn, when the view changed: a key that came to a contact by claims becomes a friend of its own, so that
  /// the user keeps the friend when the key that he once added is lost. The device that heard the key's list logs the
  /// add. Only once per key: whom the user removed comes back by his word alone.
  void adopt(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return lists_.deadline_ms(); }

 private:
  [[nodiscard]] bool is_news(const PublicKey& from, const packet::MyDevices& list) const;

  Core& core_;
  Throttle<packet::MyDevices> lists_{device_list_interval_ms};  ///< not logged yet
};

}  // namespace toxtore
