// Whether own devices hold the same logs: chains are compared, and where one log was gone on with twice, both lives get
// a name (DESIGN 9; docs/RESTORE.md draws it).
//
// Private to src/engine.
//
// 1. Each report, and each clock after it, comes with the chains of its prefixes (`log state`). Whoever holds a log as
//    far as the other's number compares; one that holds less is answered at its number.
// 2. A log is followed at one peer at a time, whose chain was found to be ours at our prefix, and another one is asked
//    only as far as its chain is known to be that of the one that is followed (sync/fetching.h): else events of two
//    branches would come to stand in one log. Nothing is asked for that where the peer holds nothing that we lack.
// 3. Chains differ: FORK. The first number f at which they do is found by asking for the chain in the middle, again and
//    again. f is found where chain(f-1) is ours and the event's hash is not: an answer holds that hash, so this can be
//    seen from one packet.
// 4. The branch whose event f has the smaller hash keeps the log's name. Whoever holds the other one calls its events
//    from f on by the branch's name (wire/branch.h), in one transaction, says so (`cut back`), and fetches what now
//    lacks like anything else. Who holds the one that stays tells the other what it holds at f, and does nothing. So no
//    device needs the author, and all come to the same names in whatever order they meet. A name may be in use for
//    another branch that began alike (branch_names.h).
// 5. Whoever learns of a branch calls what it holds of it by that name too: somebody saw that it lost the other one.
//    From a peer that has not heard of it yet it takes nothing of that log.
// 6. A device whose own log forked closes it, whichever branch it holds, and is in doubt (doubt.h). So is one of whose
//    open log, with the same chain, a peer holds more; but only once that peer has sent the next event, for a claim is
//    no proof.
//
// A peer's states of at most `known_logs_max` logs are kept; those of others are refused.
//
// Not noticed: two branches that came to be mixed in one log because the peer that was followed went away when a device
// had only later numbers from it, and not those between its prefix and them, and it goes on with one that agrees at its
// prefix and holds another branch. Nobody else may ever bring the numbers between. Nothing is lost then; an event may
// stand in the logs of two branches.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/branch_names.h"
#include "engine/chains.h"
#include "engine/core.h"
#include "engine/doubt.h"

namespace toxtore {

class LogStates {
 public:
  LogStates(Core& core, Doubt& doubt);

  /// What goes with a report or a clock to that peer: the chains of these logs, as far as they are known.
  void send_reports(const PublicKey& to, const std::vector<Dot>& prefixes);
  void on_state(const PublicKey& from, const packet::LogState& state);
  void on_disconnected(const PublicKey& key);
  /// An event came; whether it was one that others know of our open log is seen here.
  void on_event(const PublicKey& from, const Event& event);
  /// Whether an event comes by a name that it lost: it is not to be taken. Its sender has not heard of it yet.
  bool is_outdated(const PublicKey& from, const Event& event);

  /// Once a turn, after its commit and before anything is asked for.
  void step(Instant now);
  /// After it is clear whom to ask for a log: who else holds the same.
  void note_twins();
  /// When there is more to do without any other cause.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return deadline_ms_; }

 private:
  using State = packet::LogState;
  struct Compared {
    std::map<std::uint32_t, State> told;  // beyond what we know the chain of, by number
    std::uint32_t equal = 0;              // the greatest number at which the chains are equal
    std::uint32_t differ = 0;             // the least at which they are not; 0: none
    std::uint32_t asked = 0;              // in search of the first; 0: nothing
    std::uint32_t asked_at = 0;           // for agreement
    std::uint32_t owed = 0;               // asked by the peer, and not answered; 0: nothing
    unsigned questions = 0;               // asked in search of it
    bool told_fork = false;               // the peer was told what we hold at the fork
  };
  struct Fork {
    PublicKey peer;
    Dot at;
    Hash event{};
  };

  [[nodiscard]] std::uint32_t known(const LogId& log);
  [[nodiscard]] State state_at(const LogId& log, std::uint32_t number, State::What what);
  [[nodiscard]] bool takes_states(const PublicKey& key) const;
  void answer(const PublicKey& to, const LogId& log, Compared& of);
  [[nodiscard]] bool has_room_for(const PublicKey& peer, const LogId& log) const;
  void compare(const PublicKey& from, const State& state, Compared& of);
  [[nodiscard]] bool is_fork(const State& state);
  void forget_recounted();
  void extend_chains(Instant now);
  void compare_told();
  void search();
  void seek_agreement(Instant now);
  void compare_peers(const PublicKey& one, const PublicKey& other, const LogId& log);
  void ask_for_proof(const PublicKey& peer, const LogId& open);
  void settle(const Fork& fork, Instant now);
  bool call_by_branch(const LogId& log, std::uint32_t from);
  void tell_renamed(const Renamed& renamed);
  void adopt_names(Instant now);
  void save_checkpoints();

  Core& core_;
  Doubt& doubt_;
  Chains chains_;
  std::map<std::pair<PublicKey, LogId>, Compared> compared_;
  std::vector<Fork> forks_;
  std::set<LogId> branches_;  // whose first events came, and may go by another name here
  std::map<PublicKey, Dot> proof_asked_;
  bool proven_ = false;
  std::optional<std::uint64_t> deadline_ms_;
};

}  // namespace toxtore
