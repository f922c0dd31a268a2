// What a device knows of who holds what: its own holdings, what it was ever told, and what each own device holds.
//
// The shared ground of fetching, serving and announcing. Bounds: at most `known_logs_max` logs are taken note of, each
// with a prefix and 64 ranges (Holdings). No I/O and no time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/holdings.h"
#include "sync/roster.h"

namespace toxtore {

/// Logs that this device takes note of, over all own devices: incarnations are rare, so this is generous.
inline constexpr std::size_t known_logs_max = 4'096;

/// Ranges of one log that another device is known to hold. It has 64 at a time, and tells of changed ones one by one,
/// while those that they replace are still known here.
inline constexpr std::size_t told_ranges_max = 4 * ranges_ahead_max;

/// An own device for the length of a connection.
struct ConnectedPeer {
  /// It understands `holdings` and `page` and serves several ranges of a log (hello's capability `ranges`). One that
  /// does not is of the first form: it knows prefixes only, and takes a log in ascending order without gaps.
  bool takes_ranges = false;
  /// Its hello's capability `log_states`: of a log of which we hold a prefix it is asked only once that was found to be
  /// the same there (`agreed`), so that no two branches of a log are mixed.
  bool takes_states = false;
  std::set<LogId> agreed;
  std::set<LogId> disputed;   ///< found to be another branch there
  bool report_ended = false;  ///< its first report is complete
  Holdings theirs;            ///< what it is known to hold
};

class Knowledge {
 public:
  using Peers = std::map<PublicKey, ConnectedPeer>;

  /// `told`: for each log the greatest number that anyone ever said to hold; what is held counts too.
  Knowledge(const PublicKey& self, Holdings held, VectorClock told);

  /// The own devices, those that were removed, and how far the logs of both count. Logs of other keys, and what lies
  /// behind a cut, are none of our business. Gives the logs of which another part counts now; what was known of those
  /// is to be learned anew, beyond what counts and, where more counts, as others tell it again.
  std::set<LogId> set_devices(std::set<PublicKey> members, std::set<PublicKey> removed, LogLimits limits);
  /// The log that this device writes now; none: its last one is closed, and no other is open.
  void set_open_log(std::optional<LogId> log);
  void connect(const PublicKey& peer, bool takes_ranges, bool takes_states);
  void disconnect(const PublicKey& peer);

  /// An event is held from now on.
  void hold(const Dot& dot);
  /// A connected peer holds these. True if that told us of events that nobody had told us of. What a peer says of the
  /// log that this device writes is noted of the peer, and is no news: nobody knows better how far it goes.
  bool learn(const PublicKey& peer, const LogId& log, const NumberRanges::Range& range);
  /// A connected peer asks for these, so it lacks them, whatever its acknowledgements made us think.
  void unlearn(const PublicKey& peer, const LogId& log, const NumberRanges::Range& range);
  void end_report(const PublicKey& peer);

  // --- Branches (engine/log_states.h).

  void set_agreed(const PublicKey& peer, const LogId& log, bool agreed);
  /// Its log is another branch than ours. Until it is agreed on, or cut back.
  void set_disputed(const PublicKey& peer, const LogId& log);
  /// Whether a connected peer may be asked for events of that log.
  [[nodiscard]] bool may_ask(const PublicKey& key, const LogId& log) const;
  /// A connected peer holds nothing of that log beyond that number, whatever it said.
  void cut_back(const PublicKey& peer, const LogId& log, std::uint32_t number);
  /// What is held is this from now on: events got other names, were put aside or taken in.
  void set_held(Holdings held);
  /// Of the logs of that device, what was told of one branch is not to be expected of the other: only what is held,
  /// or known to be held by somebody, counts as told. True if that is less.
  bool reconsider_told(const PublicKey& device);

  [[nodiscard]] const PublicKey& self() const { return self_; }
  /// A log that this device wrote, now or before it was closed.
  [[nodiscard]] bool is_own(const LogId& log) const { return log.device == self_; }
  /// All of these that are held, with how far without a gap.
  [[nodiscard]] std::vector<Dot> own_prefixes() const;
  [[nodiscard]] const std::set<PublicKey>& members() const { return members_; }
  /// Whether anything of that log counts.
  [[nodiscard]] bool counts(const LogId& log) const { return last_counting(log) > 0; }
  /// The last number of a log that counts; 0: none, `open_end` - 1: all.
  [[nodiscard]] std::uint32_t last_counting(const LogId& log) const;
  /// Whether nothing more will come of it, since it counts up to some number only.
  [[nodiscard]] bool is_cut(const LogId& log) const { return last_counting(log) < open_end - 1; }
  [[nodiscard]] const Holdings& held() const { return held_; }
  [[nodiscard]] const VectorClock& told() const { return told_; }
  [[nodiscard]] const Peers& peers() const { return peers_; }
  /// Null if it is not connected.
  [[nodiscard]] const ConnectedPeer* peer(const PublicKey& key) const;
  /// What a device is known to hold: on this connection, or at the end of its last one since the program started. Null
  /// if nothing is known.
  [[nodiscard]] const Holdings* known_of(const PublicKey& device) const;
  [[nodiscard]] bool may_come(const LogId& log) const;

  [[nodiscard]] bool is_open(const LogId& log) const { return open_log_ == log; }
  /// Logs that are to be fetched: those of every member, and every one that counts and that we were told of, but the
  /// one that is written here.
  [[nodiscard]] std::set<LogId> wanted_logs() const;
  /// What is lacking of a log, as far as we were told.
  [[nodiscard]] NumberRanges missing(const LogId& log) const;

 private:
  [[nodiscard]] std::set<LogId> all_logs() const;
  void forget_beyond(const LogId& log);

  PublicKey self_;
  std::optional<LogId> open_log_;
  std::set<PublicKey> members_;
  std::set<PublicKey> removed_;
  LogLimits limits_;
  Holdings held_;
  VectorClock told_;
  Peers peers_;
  std::map<PublicKey, Holdings> last_known_;
};

}  // namespace toxtore
