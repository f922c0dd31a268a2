// The user's own devices: linking a new one, what each says of itself, and the list to show.
//
// Private to src/engine.
#pragma once

#include "engine/core.h"
#include "engine/sessions.h"
#include "sync/linking.h"

namespace toxtore {

/// Errors: invalid_argument, too_long.
Result<void> check_device_name(const std::string& name);

class Devices {
 public:
  Devices(Core& core, Sessions& sessions);

  /// At start: this device's own roster entry and settings, where they are new.
  Result<void> introduce_self(Instant now);

  Result<LinkInfo> request(const PublicKey& key, Instant now);
  /// As `request`, with the secret of an invitation and its proof.
  LinkInfo join(const PublicKey& key, const InvitationSecret& secret, const Hash& proof, Instant now);
  /// That key has used an invitation of this device.
  void invited(const PublicKey& key, const InvitationSecret& secret, bool confirmed, Instant now);
  [[nodiscard]] bool is_linking(const PublicKey& key, Instant now) const {
    return linking_.is_linking(key, now.mono_ms);
  }
  [[nodiscard]] bool has_room() const { return core_.roster.members().size() < own_devices_max; }
  [[nodiscard]] bool awaits_return(const PublicKey& peer) const;
  Result<LinkInfo> accept(const PublicKey& key, const std::string& code, Instant now);
  Result<void> cancel(const PublicKey& key, Instant now);
  Result<void> rename(const PublicKey& key, const std::string& name, Instant now);

  /// A peer said hello.
  void on_toxtore_peer(const PublicKey& key, Instant now);
  void on_disconnected(const PublicKey& key) { linking_.disconnected(key); }
  /// A linking packet of a friend.
  void on_packet(const PublicKey& from, const Packet& packet, Instant now);
  void on_roster(const PublicKey& from, const packet::Roster& roster, Instant now);

  /// Once a turn, after its commit: ends the linkings whose time is over, and tells of what was put aside.
  void step(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return linking_.deadline_ms(); }

  /// Those that are in, and then those that were and are not.
  [[nodiscard]] std::vector<DeviceInfo> list() const;
  /// Of a key that is in, or ever was.
  [[nodiscard]] DeviceInfo describe(const PublicKey& key) const;
  /// The roster has another statement: has everyone know, and tells the user who came and who went.
  void roster_changed();
  [[nodiscard]] std::vector<LinkInfo> requests() const;

 private:
  bool hear_removals(const PublicKey& from, const packet::Roster& roster, Instant now);
  [[nodiscard]] bool names_us(const PublicKey& by, const packet::Roster& roster) const;
  void take(const PublicKey& peer, const Linking::Step& step, Instant now);
  void link(const PublicKey& peer, Instant now);
  [[nodiscard]] Bytes name_of(const PublicKey& peer) const;
  [[nodiscard]] LinkInfo info(const PublicKey& peer, const Linking::Session& session) const;
  [[nodiscard]] bool is_shown(const PublicKey& peer) const;
  [[nodiscard]] Linking::Session returning(const Guest& guest) const;
  void forget_removal(const PublicKey& key);
  void tell_of_linked(const PublicKey& key, const Roster::Member& member);
  void tell_of_removed(const PublicKey& key, const Roster::Removed& removed);
  [[nodiscard]] DeviceName named(const PublicKey& key) const { return {key, core_.device_name(key)}; }
  [[nodiscard]] RemovedInfo removed_info(const PublicKey& by, std::uint64_t made_ms) const;
  [[nodiscard]] std::map<PublicKey, std::uint64_t> put_aside() const;
  void expire();
  void tell_of_put_aside();
  [[nodiscard]] std::optional<LinkInfo> find_request(const PublicKey& peer) const;

  Core& core_;
  Sessions& sessions_;
  Linking linking_;
  std::set<PublicKey> shown_in_;  ///< the devices as the user was told of them
  std::set<PublicKey> shown_removed_;
  std::map<PublicKey, std::uint64_t> shown_aside_;  ///< events that were put aside, as the user was told
  Instant now_;                                     ///< of the last input: what "now" is for a list of requests
};

}  // namespace toxtore
