// The store: the log, the rows of the view, and what this device alone needs to remember.
//
// Two implementations keep the contract below: MemoryStore (naive, for tests and simulation) and SqlStore (SQLCipher).
// One test suite runs against both.
//
// Transactions. Every change happens inside `transact`, all of it or nothing, and is durable when `transact` returns
// success. Reads inside see the changes made so far. `work` may run twice (when the disk was full at the first try and
// the reserve was then freed), so it must change nothing but the store. A store has one user and one thread.
//
// Failure. A read cannot say that the disk failed without making every caller carry that; so a failed read returns
// what "not there" returns and sets `fault()`, which stays. A transaction in which a read or write failed is rolled
// back and returns the fault. Whoever acts on reads outside of a transaction looks at `fault()` before letting
// anything out. After a fault the store is to be closed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/event.h"
#include "model/holdings.h"
#include "model/vector_clock.h"
#include "view/row_hash.h"
#include "view/rows.h"
#include "view/subject.h"

namespace toxtore {

/// The number that an event got when it was stored on this device, from 1, rising, never used again. The cursor of
/// `events.subscribe`.
using Arrival = std::uint64_t;

/// What is written with one person: the messages of all keys of a contact, in one order. Which keys those are is the
/// view's business (view/contact_graph.h); a single key is a conversation too.
class Conversation {
 public:
  Conversation() = default;
  Conversation(const PublicKey& key) : keys_{key} {}   // NOLINT(google-explicit-constructor): most have one key
  explicit Conversation(std::vector<PublicKey> keys);  ///< in any order; one that stands twice counts once

  [[nodiscard]] const std::vector<PublicKey>& keys() const { return keys_; }  ///< ascending
  [[nodiscard]] bool has(const PublicKey& key) const;

 private:
  std::vector<PublicKey> keys_;
};

/// The rows of a conversation, each message once: a row that is a copy of an earlier one is left out, and what the
/// copies say together stands in the first. `copies_of` gives all rows of an identity.
template <class CopiesOf>
std::vector<MessageRow> each_message_once(const std::vector<MessageRow>& rows, const Conversation& conversation,
                                          CopiesOf copies_of) {
  std::vector<MessageRow> shown;
  for (const MessageRow& row : rows) {
    if (!row.identity) {
      shown.push_back(row);
      continue;
    }
    std::vector<MessageRow> copies = copies_of(*row.identity);
    std::erase_if(copies, [&](const MessageRow& copy) { return !conversation.has(copy.conversation); });
    if (MessageRow first = merged(copies); first.id == row.id) shown.push_back(std::move(first));
  }
  return shown;
}

/// A page of a conversation, newest last. Rows are in the view's one order.
struct HistoryQuery {
  Conversation conversation;
  std::optional<OrderKey> before;  ///< only rows before this one; none: from the newest
  std::size_t limit = 50;
};

/// Full-text search. `words` is split at white space; a row is found if it has all of them, in any order and case, with
/// or without accents; each word also finds words that begin with it. Letters and digits make words, all else stands
/// between them: quotes and operators mean nothing special, a word with a hyphen finds its parts side by side, and
/// without any letter or digit nothing is found. A text is searched up to its first NUL, if it has one.
struct SearchQuery {
  std::string words;
  std::optional<Conversation> conversation;  ///< none: all
  std::optional<OrderKey> before;
  std::size_t limit = 50;
};

/// Of a search's words, so many count and the rest is passed over: a bound on the work that a caller can ask for.
inline constexpr std::size_t search_words_max = 64;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Hands on what `work` returned, or the fault; an exception out of `work` goes on to the caller. In both cases
  /// nothing was changed.
  virtual Result<void> transact(const std::function<Result<void>()>& work) = 0;
  /// The first failure of a read or write, if any.
  [[nodiscard]] virtual std::optional<Error> fault() const = 0;

  // --- Log. Writes only inside `transact` (an assertion).

  /// Stores an event under its subjects. Any number that is not held, in any order; one that is held is an assertion
  /// failure. How many gaps a log may have is the engine's business.
  virtual void append(const Event& event, const std::vector<Subject>& subjects) = 0;
  /// Puts another body in the place of the one of an event that is held: its text was erased.
  virtual void rewrite(const Event& event) = 0;
  /// Takes the events of a log from that number on out of it, as if they had never come; their arrivals are not used
  /// again. The view is to be made anew.
  virtual void cut(const LogId& log, std::uint32_t from) = 0;
  /// As `cut`, but the events are kept: a removal put them aside (DESIGN 8). They are in nothing here but the
  /// three below.
  virtual void put_aside(const LogId& log, std::uint32_t from) = 0;
  /// All numbers that are put aside. Costs as much as there are events.
  virtual Holdings aside() const = 0;
  /// The first `limit` events of a log that are put aside, ascending, none beyond `until`.
  virtual std::vector<Event> aside_range(const LogId& log, std::uint32_t until, std::size_t limit) const = 0;
  /// Keeps those of a log up to that number no longer: they are taken in.
  virtual void forget_aside(const LogId& log, std::uint32_t until) = 0;
  virtual std::optional<Event> event(const Dot& dot) const = 0;
  /// Events of one log with numbers in (after, until], ascending, those that are held. Stops after `events_max`
  /// events, or before the event with which the bodies would exceed `bytes_max` together (but always gives the first).
  virtual std::vector<Event> log_range(const LogId& log, std::uint32_t after, std::uint32_t until,
                                       std::size_t events_max, std::size_t bytes_max) const = 0;
  /// For each log the number up to which it is held without a gap; a log of which only later ones are held is not
  /// listed.
  virtual VectorClock clock() const = 0;
  /// All numbers that are held. Costs as much as there are gaps, however long the logs are.
  virtual Holdings holdings() const = 0;
  /// The greatest timestamp below 2^48 of all events held, 0 if there is none.
  virtual std::uint64_t latest_timestamp_ms() const = 0;
  /// All events stored under a subject, in order of arrival.
  virtual std::vector<Event> about(const Subject& subject) const = 0;
  /// Events in order of arrival, from the one after `since`; at most `limit`.
  virtual std::vector<std::pair<Arrival, Event>> arrived(Arrival since, std::size_t limit) const = 0;
  /// The last arrival, 0 in an empty log.
  virtual Arrival last_arrival() const = 0;

  /// Empties the view: all rows, and which events are about which subjects. The log stays, and `index` and `put` make
  /// the view anew from it.
  virtual void clear_view() = 0;
  /// Files an event that is held under its subjects, as `append` does.
  virtual void index(const Dot& dot, const std::vector<Subject>& subjects) = 0;

  // --- Rows. Writes only inside `transact`. A row replaces the one with the same id.

  virtual void put(const MessageRow& row) = 0;
  virtual void put(const FriendRow& row) = 0;
  virtual void put(const DeviceRow& row) = 0;
  virtual void put(const RequestRow& row) = 0;
  virtual void put(const ReadMark& mark) = 0;
  virtual void put(const ProfileRow& row) = 0;
  virtual std::optional<MessageRow> message(const Dot& id) const = 0;
  virtual std::optional<FriendRow> friend_row(const PublicKey& key) const = 0;
  virtual std::optional<DeviceRow> device_row(const PublicKey& key) const = 0;
  /// All friend rows, also of keys that are no friends (any more), ascending by key.
  virtual std::vector<FriendRow> friend_rows() const = 0;
  /// All open ones, in order.
  virtual std::vector<RequestRow> open_requests() const = 0;
  virtual std::size_t open_request_count() const = 0;
  /// How far that log is read in that conversation; 0 if it has no mark.
  virtual std::uint32_t read_mark(const PublicKey& conversation, const LogId& log) const = 0;
  virtual ProfileRow profile() const = 0;
  /// Copies of one message that stand in the conversation are one row (view/rows.h, `merged`).
  virtual std::vector<MessageRow> history(const HistoryQuery& query) const = 0;
  /// Newest last, and copies as one row, as `history`; without a conversation each copy is a row of its own, since the
  /// store does not know which keys are one person.
  virtual std::vector<MessageRow> search(const SearchQuery& query) const = 0;
  /// Incoming rows of a conversation that are not read, in order; each copy for itself.
  virtual std::vector<MessageRow> unread(const Conversation& conversation) const = 0;
  /// As the user counts them: copies as one, which is read if any of them is.
  virtual std::size_t unread_count(const Conversation& conversation) const = 0;
  /// All rows of that identity, of whichever conversation, in order.
  virtual std::vector<MessageRow> copies(const Hash& identity) const = 0;
  /// Outgoing rows of all conversations that are neither delivered nor withdrawn nor failed, in order. Reads and sorts
  /// all: for the start, and for who asks for the list.
  virtual std::vector<MessageRow> undelivered() const = 0;
  /// Those of one conversation; it does not matter how many wait in others.
  virtual std::vector<MessageRow> undelivered_to(const Conversation& conversation) const = 0;
  virtual std::size_t undelivered_count() const = 0;
  /// The newest incoming row of a conversation.
  virtual std::optional<MessageRow> last_received(const Conversation& conversation) const = 0;

  /// Every row of the view, in an order of no meaning. Reads all; `look` must not ask this store anything.
  virtual void each_row(const std::function<void(const ViewRow&)>& look) const = 0;
  /// The hashes of all rows, combined (view/row_hash.h). Kept as rows are put, so it costs nothing to ask.
  [[nodiscard]] virtual RowsHash rows_hash() const = 0;

  // --- What only this device remembers: a map of names to bytes. Writes only inside `transact`.

  virtual void remember(std::string_view name, ByteView value) = 0;
  virtual void forget(std::string_view name) = 0;
  virtual std::optional<Bytes> remembered(std::string_view name) const = 0;
  /// All names that begin with `prefix`, ascending, with their values.
  virtual std::vector<std::pair<std::string, Bytes>> remembered_under(std::string_view prefix) const = 0;
};

}  // namespace toxtore
