// Friends: adding and removing them, their names, and toxcore's friend list (DESIGN 7).
//
// Private to src/engine. The view says who is a friend. toxcore's list on this device holds the own devices and what
// peer_list.h says. `reconcile` brings that list in line with the view whenever that changed, so a crash between the
// two heals at the next start.
#pragma once

#include <optional>
#include <set>

#include "engine/core.h"
#include "engine/throttle.h"

namespace toxtore {

/// A friend's new name is logged at most once a minute, since every event stays for ever on every device.
inline constexpr std::uint64_t name_interval_ms = 60'000;

/// toxcore's list is compared with what it should be so often even if no event came.
inline constexpr std::uint64_t reconcile_interval_ms = 3'600'000;

/// Whether anybody can have this key: as toxcore's public_key_valid, the highest bit of a curve point is not used. And
/// zero is nobody's.
inline bool is_possible(const PublicKey& key) { return key != PublicKey{} && key.bytes.back() < 128; }

class Contacts {
 public:
  explicit Contacts(Core& core);

  /// At start: events for the friends of an imported profile.
  Result<void> take_over_imported(Instant now);

  Result<void> add(const ToxAddress& address, const std::string& greeting, Instant now);
  Result<void> remove(const PublicKey& key, Instant now);
  /// This device sends a stock friend a friend request, so that he knows it too.
  Result<void> introduce(const PublicKey& key, const std::string& greeting, Instant now);

  /// At the start: asks those once more who have been asked and never came. A crash may have kept the request from
  /// toxcore, and for a key that is in its list, since a friend claims it, nothing would ever send it.
  void ask_again();
  /// A key asks this device to be a friend. True if the user need not be asked about it: an own device, a friend
  /// already, who is accepted at once on any device (DESIGN 7), or one who is blocked.
  bool admit(const input::FriendRequest& request, Instant now);
  /// Makes toxcore ask a guest (core.h), unless it is connected.
  void ask_guest(const PublicKey& key, Instant now);
  /// Makes toxcore forget the request of a key that was refused, so that it can ask again.
  void forget_request(const PublicKey& key);
  void on_name(const input::PeerName& name, Instant now);
  void on_connected(const PublicKey& key);

  /// Once a turn, when the view changed, and when `is_due`: a claim is not tried for ever.
  void reconcile(Instant now);
  [[nodiscard]] bool is_due(Instant now) const { return now.mono_ms >= reconciled_ms_ + reconcile_interval_ms; }
  /// Logs the names that friends gave themselves and that are not logged yet, if it is time.
  void log_names(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return names_.deadline_ms(); }

  /// What makes that key a friend, its add first: a contact that was removed comes back with all its keys, and one that
  /// was blocked is so no more, since whom the user adds he wants to hear.
  [[nodiscard]] std::vector<Body> adds_of_all(const PublicKey& key) const;
  [[nodiscard]] std::vector<FriendInfo> list() const;
  /// Of a friend, or of who was one.
  [[nodiscard]] std::optional<FriendInfo> find(const PublicKey& key) const;

 private:
  [[nodiscard]] bool is_added(const PublicKey& key) const;
  [[nodiscard]] FriendInfo describe(const Contact& contact) const;
  void add_to_toxcore(const PublicKey& key);
  void remove_from_toxcore(const PublicKey& key);
  void read_what_it_wrote(const PublicKey& device, Instant now);
  void hear_unblocked();
  void withdraw_what_waits(Instant now);

  Core& core_;
  std::uint64_t reconciled_ms_ = 0;  ///< monotonic
  std::set<PublicKey> in_toxcore_;
  std::set<PublicKey> asked_while_blocked_;  ///< since the start, as long as toxcore remembers their requests
  /// Not logged yet. A key that a friend claims tells its name before it is a friend, and toxcore reports it once a
  /// connection, so it is kept until then.
  Throttle<Bytes> names_;
};

}  // namespace toxtore
