// The outbox: delivers messages that are queued in the view, whoever of the user's devices wrote them (DESIGN 7).
//
// Private to src/engine. What the devices know of a queued message are events, so all of them show the same state.
//
// 1. A message is sent for another device only while this device is caught up on it: of all that it was ever told of
//    it holds what is later than the message, so it would know if another had delivered it. What is still missing of a
//    long absence, newest first, holds back only what is as old. What this device wrote itself does not wait for the
//    log of a device that is not known to hold it, once nobody who is connected can bring that log: it may be gone for
//    good.
//    A device in doubt about its database (doubt.h) is caught up on nothing.
// 2. A message typed while this device is connected to the friend goes at once, as its own `sending`, if nothing
//    older still waits for the same friend but for rule 1 or an unsure message's ten minutes.
// 3. Otherwise a device connected to the friend logs one `sending` for up to 32 messages in view order, and hands
//    them over when every own device connected to it has acknowledged that event or lost the connection. One that is
//    still fetching a long absence is not waited for: it is told how far this log goes, so it knows that it is not
//    caught up until it has the event, and rule 1 keeps it from sending. If it then holds another's open sending of one
//    of the messages, the `sending` with the lower hash goes on as a whole, and the other takes nothing; the lower one
//    hands over when it has heard so, since two that are not connected do not wait for each other. Behind a message
//    that another device has in hand nothing is begun, so that all arrive in the order of the view. The device that the
//    friend last wrote to begins at once, the others after they could have for 2 s; who has some in hand goes on with
//    the next.
// 4. Another's open sending is left alone while its device is connected, and for 90 s after it came. Then whoever
//    wants to go on logs for it that it ended unsure. What is unsure goes to a stock friend again at most every ten
//    minutes, since each time may be one that he sees; and to a friend with Toxtore at once, since he shows one only.
// 5. To a friend with Toxtore a message goes in `message` packets, and his `received` is `done`; to a stock friend in
//    Tox messages, and toxcore's receipts for all of them are `done` (handovers.h). Receipts are forgotten on
//    disconnect: what was handed over without one is unsure, and waits to be sent again. So is what was open when this
//    program last stopped.
// 6. Until it is clear what a key speaks on this connection nothing is handed over to it (hello_wait.h), nor at once.
// 7. What the user withdrew or erased is not sent by any device that knows of it. If one has handed it over already,
//    its `done` still counts.
// 8. The user may say of a message that it is to go anyway: then this device, once, waits neither for what it lacks
//    (1), nor for acknowledgements and what is before it (3), nor for the end of a device that is not connected (4),
//    nor ten minutes (4), nor for room (10).
// 9. A message goes to any key of the contact that it names: of those that are connected to the one last heard. The
//    friend's own devices bring it to the others. To a friend from whom the devices are withheld goes only what this
//    device wrote.
// 10. To one key at most 64 messages, and 1 MiB of them, are in hand at a time: begun, and neither delivered nor ended.
//    The others wait for their turn, also what is typed meanwhile. So a friend who takes nothing costs bounded memory,
//    and when his connection goes few messages are unsure.
//
// States of one sending of this device: logged -> (acknowledged by all) -> handed over -> receipt -> done.
// docs/DELIVERY.md draws them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/core.h"
#include "engine/handovers.h"
#include "engine/hello_wait.h"
#include "view/attempts.h"
#include "wire/body.h"

namespace toxtore {

/// The devices that the friend did not last write to wait so long, so that answers come from the right window.
inline constexpr std::uint64_t other_device_wait_ms = 2'000;
/// 32 s for which toxcore shows a dead peer, 40 s to hand over, and slack.
inline constexpr std::uint64_t foreign_sending_ms = 90'000;
/// A sending that could not be handed over by then took nothing.
inline constexpr std::uint64_t hand_over_ms_max = 40'000;
/// When toxcore's queue is full, a moment for it to empty; doubled each time that it still is, up to half a minute,
/// since each try is an event for ever.
inline constexpr std::uint64_t refused_wait_ms = 1'000;
inline constexpr std::uint64_t refused_wait_ms_max = 32'000;

/// A stock friend sees each copy: the doubt costs him one copy in ten minutes at most.
inline constexpr std::uint64_t unsure_wait_ms = 600'000;

/// In hand for one key: two sendings, so that the devices agree on the next while one is on its way. A friend 0.2 s
/// away gets 300 messages a second.
inline constexpr std::size_t in_hand_messages_max = 2 * sending_messages_max;
/// One sending of the longest messages; what toxcore sends within seconds. What waits in its queue is in memory.
inline constexpr std::size_t in_hand_bytes_max = std::size_t{1024} * 1024;

class Outbox {
 public:
  explicit Outbox(Core& core) : core_(core), hello_wait_(core), handovers_(core) {}

  /// A key of a contact that is connected and of which it is clear what it speaks.
  struct Way {
    PublicKey to;
    bool as_packet = false;
  };

  /// At start. What was being sent when the program stopped is unsure.
  Result<void> start(Instant now);

  /// The way of a message to that contact that is written now, if it can go at once.
  [[nodiscard]] std::optional<Way> way_at_once(const PublicKey& to, Instant now);
  void send_at_once(const MessageRow& row, const Way& way, Instant now);

  void on_disconnected(const PublicKey& key, Instant now);
  void on_handed_over(const input::HandedOver& answer, Instant now);
  void on_receipt(const input::Receipt& receipt, Instant now);
  /// A friend with Toxtore has that message.
  void on_received(const PublicKey& from, const Dot& message, Instant now);

  /// The user's word that this message, which waits, is to go anyway.
  Result<void> send_anyway(const Dot& message);

  /// What waits, for all friends, in order (outbox_list.cpp).
  [[nodiscard]] std::vector<Waiting> list(Instant now) const;

  /// Once a turn, after its commit, before the notifier takes the news away: since when others have messages in hand.
  void note_news(Instant now);
  /// Once a turn, after its commit. Costs nothing in a turn in which nothing came and nothing is due.
  void step(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const { return deadline_ms_; }

 private:
  struct Sending {
    Way way;
    Dot logged;  ///< the event that all connected own devices must have
    std::uint64_t logged_ms = 0;
    std::size_t bytes = 0;  ///< of the text
    bool handed = false;    ///< out of this device's hands, or just on the way out
  };
  /// How much is in hand for one key, or may be.
  struct Amount {
    std::size_t messages = 0;
    std::size_t bytes = 0;
  };
  /// What may be begun of the messages to one key.
  struct Queue {
    Way way;
    std::vector<MessageRow> messages;  ///< in order, as many as may be begun together
    Amount room;                       ///< for more of them
    bool full = false;                 ///< the next has no room, so the rest must wait
    bool behind_other = false;         ///< another device has one in hand that stands before the rest
  };
  struct Refusal {
    std::uint64_t until_ms = 0;
    std::uint64_t wait_ms = 0;  ///< the last one
  };
  /// One attempt to deliver a message: the message, and what began it.
  using AttemptId = std::pair<Dot, OrderKey>;

  void close_old_sendings(Instant now);
  void forget_names(Instant now);
  void drop_settled_wishes();
  void forget_wish(const Dot& message);
  [[nodiscard]] Waiting why(const MessageRow& row, Instant now) const;
  [[nodiscard]] Waiting why_of_own(const MessageRow& row, const Sending& sending) const;
  [[nodiscard]] Waiting why_not_sent(const MessageRow& row, const Contact& contact, Instant now) const;
  void hand_over(const MessageRow& row, Sending& sending);
  void hand_over_acknowledged(Instant now);
  [[nodiscard]] bool is_given_up(const MessageRow& row, const Sending& sending, Instant now) const;
  [[nodiscard]] bool can_hand_over(const MessageRow& row, const Sending& sending, Instant now);
  void end_refused(Instant now);
  [[nodiscard]] std::map<PublicKey, Queue> queues(Instant now);
  void add(Queue& queue, const MessageRow& row, Instant now);
  void begin_waiting(Instant now);
  void begin(const Queue& queue, Instant now);
  void end_dead(Instant now);
  void end_overtaken(Instant now);
  void end(const PublicKey& device, const std::vector<Dot>& messages, SendingOutcome outcome, Instant now);
  void done(const Dot& message, Instant now);
  void read_rows(Instant now);
  void forget_settled();
  [[nodiscard]] std::vector<MessageRow> rows_to_deliver(const Contact& contact) const;
  [[nodiscard]] std::optional<Way> way_to(const Contact& contact, Instant now);
  [[nodiscard]] bool may_go(const MessageRow& row, const Way& way, Instant now);
  [[nodiscard]] const std::vector<Attempt>& attempts_of(const Dot& message) const;
  [[nodiscard]] bool refused(const PublicKey& to, Instant now) const;
  [[nodiscard]] bool holds_up(const MessageRow& row, const Way& way, Instant now);
  [[nodiscard]] bool has_logged_sending(const PublicKey& to) const;
  /// Whether messages to that key are in this device's hands.
  [[nodiscard]] bool is_serving(const PublicKey& to) const;
  [[nodiscard]] Amount room_for(const PublicKey& to) const;
  bool acknowledged_by_all(const Dot& event);
  [[nodiscard]] bool yields_to_other(const Dot& message, const Sending& sending) const;
  [[nodiscard]] bool other_is_to_yield(const Dot& message) const;
  [[nodiscard]] std::uint64_t wait_ms(const PublicKey& to) const;
  [[nodiscard]] std::uint64_t again_ms(const Dot& message, Instant now);
  [[nodiscard]] std::uint64_t pause_over_ms(const Dot& message, Instant now) const;
  bool is_later(std::uint64_t due_ms, Instant now);
  [[nodiscard]] bool caught_up_on(const MessageRow& row) const;
  [[nodiscard]] bool is_only_here(const MessageRow& row) const;

  Core& core_;
  HelloWait hello_wait_;
  Handovers handovers_;
  std::vector<MessageRow> rows_;  // undelivered ones of connected friends, in order; read when the view changed
  std::map<PublicKey, Way> way_;  // by the key that a message names
  std::map<Dot, Sending> own_;    // this device's open sendings, by message
  mutable std::map<Dot, std::vector<Attempt>> attempts_;  // as far as they were asked for since rows_ was read
  std::map<PublicKey, std::uint64_t> ready_since_ms_;     // by the key to send to: since when one could be begun
  std::map<AttemptId, std::uint64_t> foreign_since_ms_;   // others' attempts: since when they are known
  std::map<AttemptId, std::uint64_t> again_ms_;           // unsure ones: when they may go again
  std::size_t kept_attempts_ = 0;                         // in both, when they were looked through last
  std::set<Dot> anyway_;                                  // the user's word; the store remembers them too
  std::map<PublicKey, Refusal> refusals_;                 // by friend, while toxcore's queue is full
  std::map<SendingOutcome, std::vector<Dot>> refused_;    // in this turn
  std::optional<OrderKey> caught_up_from_;                // Core::caught_up_from, of this step
  std::optional<std::uint64_t> hello_due_ms_;             // when it is clear what the next key speaks
  std::optional<std::uint64_t> deadline_ms_;
};

}  // namespace toxtore
