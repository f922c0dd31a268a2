// Friends: adding and removing them, their names, and toxcore's friend list (DESIGN 7).
//
// Private to src/engine. The view says who is a friend. toxcore's list on this device holds the own devices and those
// friends that this device added or accepted itself: a stock friend knows no other. `reconcile` brings that list in
// line with the view whenever that changed, so a crash between the two heals at the next start.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "engine/core.h"

namespace toxtore {

/// A friend's new name is logged at most once a minute, since every event stays for ever on every device.
inline constexpr std::uint64_t name_interval_ms = 60'000;

class Contacts {
 public:
  explicit Contacts(Core& core);

  /// At start: events for the friends of an imported profile.
  Result<void> take_over_imported(Instant now);

  Result<void> add(const ToxAddress& address, const std::string& greeting, Instant now);
  Result<void> remove(const PublicKey& key, Instant now);

  /// A key asks this device to be a friend. True if it need not be asked about: an own device, or a friend already,
  /// who is accepted at once on any device (DESIGN 7).
  bool admit(const PublicKey& key, Instant now);
  void on_name(const input::PeerName& name, Instant now);
  void on_connected(const PublicKey& key);

  /// Once a turn, when the view changed.
  void reconcile(Instant now);
  /// Logs the names that friends gave themselves and that are not logged yet, if it is time.
  void log_names(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

  [[nodiscard]] bool is_friend(const PublicKey& key) const;
  [[nodiscard]] std::vector<FriendInfo> list() const;

 private:
  void add_to_toxcore(const PublicKey& key);
  void remove_from_toxcore(const PublicKey& key);
  void read_what_it_wrote(const PublicKey& device, Instant now);
  void withdraw_what_waits(const PublicKey& key, Instant now);

  Core& core_;
  struct HeardName {
    std::optional<Bytes> name;  ///< not logged yet
    std::uint64_t not_before_ms = 0;
  };

  std::set<PublicKey> in_toxcore_;
  std::map<PublicKey, HeardName> heard_;
};

}  // namespace toxtore
