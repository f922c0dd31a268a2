// Doubt: this device cannot be sure that its database is the newest state of its log (DESIGN 9; docs/RESTORE.md draws
// it).
//
// Private to src/engine. At start the database is compared with what the witness was told last (witness.h):
//
// - CONTINUE if that names this database and this machine, and an event that is held; and where nothing was ever told:
//   a first start, or the first one with a version that has a witness. A database remembers that it was told of.
// - Else DOUBT: the log is closed, the next own event opens another incarnation (own_log.h), and the outbox waits.
//
// Doubt outlives a restart. It ends once this device holds all that a connected own device holds, or when the user says
// that it is to go on; the new incarnation stays. What waits then may have been delivered by this device in the life
// that its database forgot, and so may what another device has delivered since: that is logged, so that all devices
// show it as unsure, or perhaps doubled. Unless the last event that the witness was told of is here again, and so
// everything of that life. At most one doubt begins in a run of
// the program; in that, another device may be the reason, which knows more of the open log (log_states.h).
#pragma once

#include "engine/core.h"

namespace toxtore {

class Doubt {
 public:
  /// Of the life that the database forgot.
  struct Forgotten {
    Arrival arrival = 0;      ///< in the store, when the doubt began
    std::optional<Dot> last;  ///< the last event, if the witness knows
  };

  explicit Doubt(Core& core) : core_(core) {}

  /// At start, before anything is logged.
  Result<void> begin(Instant now);
  /// Once a turn, after its commit.
  void step(Instant now);
  /// While it runs: this device's open log, if any, is closed, and it is in doubt, but once in a run.
  Result<void> enter(DoubtReason why, Instant now);
  /// The user's word that this device is to go on with what it has. Errors: not_found (there is no doubt).
  Result<void> trust_database();

 private:
  void recall();
  void end();
  [[nodiscard]] std::vector<Dot> waiting() const;
  [[nodiscard]] std::vector<Dot> delivered_meanwhile() const;
  [[nodiscard]] std::vector<Body> perhaps_delivered() const;
  [[nodiscard]] bool caught_up_with_any() const;
  [[nodiscard]] OrderKey last_of_closed_logs() const;

  Core& core_;
  Instant now_;           ///< of the last turn
  bool entered_ = false;  ///< since the program began
  Forgotten forgotten_;
};

/// Whether to doubt, by what the witness said.
/// `witnessed`: the witness was told of this database before. `open`: the log that goes on; none: it is closed already.
std::optional<DoubtReason> reason_to_doubt(const std::optional<LastWords>& words, const LastWords& here, bool witnessed,
                                           const std::optional<LogId>& open, const Holdings& held);

}  // namespace toxtore
