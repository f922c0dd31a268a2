// Whether own devices hold the same logs: chains are compared, and where one log was gone on with twice, both lives get
// a name (DESIGN 9; docs/RESTORE.md draws it).
//
// Private to src/engine.
//
// 1. Each report, and each clock after it, comes with the chains of its prefixes (`log state`). Whoever holds a log as
//    far as the other's number compares; one that holds less is answered at its number.
// 2. Of a log of which we hold a prefix, a peer is asked for more only once its chain was found to be ours at that
//    prefix (sync/knowledge.h): else events of two branches would come to stand in one log. Nothing is asked for that
//    where the peer holds nothing that we lack.
// 3. Chains differ: FORK. The first number f at which they do is found by asking for the chain in the middle, again and
//    again. f is found where chain(f-1) is ours and the event's hash is not: an answer holds that hash, so this can be
//    seen from one packet.
// 4. The branch whose event f has the smaller hash keeps the log's name. Whoever holds the other one calls its events
//    from f on by the branch's name (wire/branch.h), in one transaction, says so (`cut back`), and fetches what now
//    lacks like anything else. Who holds the one that stays tells the other what it holds at f, and does nothing. So no
//    device needs the author, and all come to the same names in whatever order they meet.
// 5. A device whose own log forked closes it, whichever branch it holds, and is in doubt (doubt.h). So is one of whose
//    open log, with the same chain, a peer holds more; but only once that peer has sent the next event, for a claim is
//    no proof.
//
// A peer's states of at most `known_logs_max` logs are kept; those of others are refused.
//
// Not noticed: two branches that came to be mixed in one log because a device held later numbers of one before any of
// its sources could be compared with another (a newcomer in the middle of its first fetch). Nothing is lost then; an
// event may stand in the log of two branches.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/chains.h"
#include "engine/core.h"
#include "engine/doubt.h"

namespace toxtore {

class LogStates {
 public:
  LogStates(Core& core, Doubt& doubt) : core_(core), doubt_(doubt), chains_(core.store) {}

  /// What goes with a report or a clock to that peer: the chains of these logs, as far as they are known.
  void send_reports(const PublicKey& to, const std::vector<Dot>& prefixes);
  void on_state(const PublicKey& from, const packet::LogState& state);
  void on_disconnected(const PublicKey& key);
  /// An event came; whether it was one that others know of our open log is seen here.
  void on_event(const PublicKey& from, const Event& event);

  /// Once a turn, after its commit and before anything is asked for.
  void step(Instant now);
  /// When there is more to do without any other cause.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return deadline_ms_; }

 private:
  using State = packet::LogState;
  struct Compared {
    std::optional<State> told;   // beyond what we know the chain of
    std::uint32_t equal = 0;     // the greatest number at which the chains are equal
    std::uint32_t differ = 0;    // the least at which they are not; 0: none
    std::uint32_t asked = 0;     // in search of the first; 0: nothing
    std::uint32_t asked_at = 0;  // for agreement
    unsigned questions = 0;      // asked in search of it
    bool told_fork = false;      // the peer was told what we hold at the fork
  };
  struct Fork {
    PublicKey peer;
    Dot at;
    Hash event{};
  };

  [[nodiscard]] std::uint32_t known(const LogId& log);
  [[nodiscard]] State state_at(const LogId& log, std::uint32_t number, State::What what);
  [[nodiscard]] bool takes_states(const PublicKey& key) const;
  [[nodiscard]] bool has_room_for(const PublicKey& peer, const LogId& log) const;
  void compare(const PublicKey& from, const State& state, Compared& of);
  [[nodiscard]] bool is_fork(const State& state);
  void forget_recounted();
  void extend_chains(Instant now);
  void compare_told();
  void search();
  void seek_agreement();
  void ask_for_proof(const PublicKey& peer, const LogId& open);
  void settle(const Fork& fork, Instant now);
  [[nodiscard]] bool is_taken(const LogId& branch, const LogId& log, std::uint32_t from) const;
  bool call_by_branch(const LogId& log, std::uint32_t from);
  void save_checkpoints();

  Core& core_;
  Doubt& doubt_;
  Chains chains_;
  std::map<std::pair<PublicKey, LogId>, Compared> compared_;
  std::vector<Fork> forks_;
  std::map<PublicKey, Dot> proof_asked_;
  bool proven_ = false;
  std::optional<std::uint64_t> deadline_ms_;
};

}  // namespace toxtore
