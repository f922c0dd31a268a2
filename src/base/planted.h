// Bugs that the simulator plants to test itself (docs/TESTING.md). Everywhere else this is a constant false, and what
// hangs on it is no part of the program.
#pragma once

namespace toxtore {

enum class PlantedBug {
  none,
  // In the engine and below.
  keeps_hints,            ///< the hint flags of a received event are stored
  clamps_clock,           ///< an own event is stamped with the wall clock, whatever is held
  reads_by_position,      ///< "read up to" covers all that is held of the log, not the prefix that it names
  merges_on_one_claim,    ///< two keys are one contact when one of them says so
  last_arrival_wins,      ///< of two settings the one that came later counts
  never_yields,           ///< two devices that begin one delivery both go on
  ignores_what_it_lacks,  ///< a device that is not caught up delivers what others wrote
  forgets_strangers,      ///< whose request toxcore dropped, since a friend claims his key, is never shown
  volatile_claim,         ///< another's open sending counts for two seconds only, connected or not
  hands_over_early,       ///< a message goes out before the others know of it
  plain_before_hello,     ///< a Tox message goes out before it is clear whether the peer says hello
  keeps_authors_order,    ///< messages wait in a line for each device that wrote them, not in the view's order
  trusts_any_dot,         ///< a message counts as held whoever's key it came from
  keeps_no_witness,       ///< own events are logged, and the witness outside of the database is not told
  trusts_old_database,    ///< what the witness says is not looked at
  sends_in_doubt,         ///< a device in doubt about its database sends what waits
  hides_lost_life,        ///< what waited through a doubt counts as never sent
  first_come_keeps_name,  ///< of two branches of a log each device lets the one that it has keep the name
  reopens_log,            ///< a closed log is gone on with
  takes_used_secret,      ///< an invitation that is used up or over lets the next one in
  takes_replayed_proof,   ///< a proof that one key gave holds for another that repeats it
  fills_queues,           ///< all that waits for a friend is handed over at once
  sends_without_window,   ///< whatever another device asks for is sent at once
  hides_doubt,            ///< a message whose receipt was lost counts as never handed over
  serves_behind_cut,      ///< what a removed device logged behind its cut stays in the log
  hears_removed,          ///< a session with a device goes on when that is removed
  comes_back,             ///< the add by which a device was linked once counts, whatever removals stand
  keeps_log_open,         ///< a removed device goes on with its log, also once it is linked anew
  cuts_own_short,         ///< a removal cuts off the last event that the remover holds
  // In what the simulator puts around the engine.
  drops_acknowledgements,  ///< `committed` packets are not sent
  skips_durability,        ///< the last commit is lost in a crash
  commits_after_callback,  ///< a friend's message is durable only after toxcore acknowledged it
  set_back,                ///< a crash sets the disk back by several commits, so that numbers are used again
  asks_again_for_opaque,   ///< an event that does not parse is not kept, and asked for again
  forgets_relay,           ///< only own events are served
  drops_receipts,          ///< toxcore's receipts are not looked at
  forgets_row,             ///< a row is not written when its event is
  forgets_reading,         ///< a row that was read becomes unread at a later event
  forgets_roster,          ///< what others said about devices is not stored
  forgets_token,           ///< the same command given twice makes two messages
  two_events_one_dot,      ///< an event is sent with another timestamp than it was stored with
  reads_unseen,            ///< marking a conversation marks what arrives a moment later too
  chatters,                ///< a clock is told every few seconds though nothing is new
  tells_strangers,         ///< packets for own devices also go to a stock friend
  falls_over_bad_bytes,    ///< a packet that does not parse is treated as a failure of the disk
};

#ifdef TOXTORE_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::none;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
#else
constexpr bool planted(PlantedBug /*bug*/) { return false; }
#endif

}  // namespace toxtore
