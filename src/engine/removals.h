// Taking devices out: from another one, or by themselves; and what becomes of what they logged (DESIGN 8).
//
// Private to src/engine. What a removal means is in sync/roster.h, what is put aside in cuts.h.
//
// 1. The cut of each log of the removed device is the greatest number that this device holds or that a device which
//    stays has told it. What the removed one says of itself does not count.
//    Kept are all other devices that ever were in, for what the removed ones added goes by their own removals, and may
//    be what links those that stay with each other; and the adds by which it brought a device back.
// 2. Whoever removes a device takes over the raises that rest on its word, or they would fall with it.
// 3. A device that finds itself removed, or left, closes its log and delivers nothing any more: what waits is the
//    business of those that stay, and it cannot hear what becomes of it. It keeps what it has, goes on to log what
//    friends send, and when it is linked anew that counts.
// 4. A removed device stays in toxcore's list until it knows, so that it can be told; at most 30 days, and at most a
//    minute of one connection, for a hostile one never says that it knows.
// 5. Leaving waits until other devices hold all that is held here, as far as they told, unless the user wants it at
//    once. It is this device's own statement, so it goes out before the sessions end, and later to whoever connects.
//    It is over when another device has said that this one is none of its user's.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/core.h"
#include "engine/devices.h"
#include "engine/sessions.h"

namespace toxtore {

/// Rule 4.
inline constexpr std::uint64_t removed_kept_ms = std::uint64_t{30} * 24 * 3'600 * 1'000;
inline constexpr std::uint64_t removed_connected_ms_max = 60'000;

class Removals {
 public:
  Removals(Core& core, Devices& devices) : core_(core), devices_(devices) {}

  /// At the start: the log of a removed device is closed.
  void begin() { close_log(); }

  [[nodiscard]] Result<RemovalInfo> look(const PublicKey& key) const;
  Result<void> remove(const std::vector<PublicKey>& keys, Instant now);
  Result<std::uint64_t> take_in(const PublicKey& key, Instant now);
  Result<LeavingInfo> leave(bool at_once, Instant now);
  Result<void> stay();
  /// Nothing unless this device is leaving, or has left.
  [[nodiscard]] std::optional<LeavingInfo> leaving() const;

  /// A removed device says which keys are its user's.
  void on_devices(const PublicKey& from, const packet::MyDevices& list);
  /// Once a turn, after its commit.
  void step(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return deadline_ms_; }

 private:
  [[nodiscard]] Result<void> check(const std::vector<PublicKey>& keys) const;
  [[nodiscard]] std::vector<PublicKey> staying_without(const std::vector<PublicKey>& keys) const;
  [[nodiscard]] std::vector<Head> kept_of(const PublicKey& key) const;
  [[nodiscard]] std::vector<LogCut> cuts_of(const PublicKey& key, const std::vector<PublicKey>& staying) const;
  [[nodiscard]] std::uint64_t only_there(const PublicKey& key) const;
  void state_removal(const PublicKey& key, const std::vector<PublicKey>& staying, Instant now);
  void state_raise(const PublicKey& key, const std::vector<LogCut>& cuts, Instant now);
  void state(const Statement& statement);
  Result<void> commit();
  void go_if_ready(Instant now);
  void close_log();
  void give_up_telling(Instant now);
  void knows(const PublicKey& key, const Bytes& how);

  Core& core_;
  Devices& devices_;
  bool closed_while_out_ = false;
  enum class Leaving { no, when_held_elsewhere, at_once } leaving_ = Leaving::no;
  std::map<PublicKey, std::uint64_t>
      telling_since_ms_;  ///< monotonic, of keys that are connected and not to be for long
  std::optional<std::uint64_t> deadline_ms_;
};

/// Whether that key, which is no own device any more, is to be in toxcore's list for a while yet: rule 4.
bool is_to_be_told(const Core& core, const PublicKey& key, std::uint64_t wall_ms);

}  // namespace toxtore
