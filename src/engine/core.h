// What the parts of the engine share: the store, the clocks, who is connected, and the way into the log.
//
// Private to src/engine. Every change of the log goes through `log` (own events, committed at once) or `arrived`
// (events of linked devices, committed together by `commit_turn`).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/command.h"
#include "engine/engine.h"
#include "engine/output.h"
#include "engine/own_log.h"
#include "engine/witness.h"
#include "model/hybrid_clock.h"
#include "store/store.h"
#include "sync/replicator.h"
#include "sync/roster.h"
#include "view/contact_graph.h"
#include "wire/bundle.h"
#include "wire/packet.h"

namespace toxtore {

/// A key that is connected, for the length of the connection.
struct Peer {
  Connection connection = Connection::none;
  std::uint64_t since_ms = 0;   ///< monotonic
  bool toxtore = false;         ///< it said hello
  bool session = false;         ///< an own device, and both sides' logs are being brought together
  bool began = false;           ///< it sent its roster: it takes us for its device, and hears what we report
  bool reported = false;        ///< we sent our clock and end mark
  bool takes_ranges = false;    ///< its hello's capability `ranges`
  bool takes_messages = false;  ///< `messages`
  bool befriended_us = false;   ///< and `befriended`
  bool broken = false;          ///< it sent a bundle that does not decode: nothing more is taken on this connection
  std::set<Hash> statements;    ///< roster statements that it surely has
  BundleReader live;
  BundleReader backfill;
  std::optional<bool> told_alone;  ///< whether `my devices`, as it was told last, held this device only; none: not yet
  bool takes_states = false;       ///< its hello's capability `log_states` (log_states.h)
  bool takes_presence = false;     ///< its hello's capability `presence` (presence.h)
  std::set<Dot> texts_asked;       ///< events without text that it was asked for (lost_texts.h)
  std::set<Dot> texts_wanted;      ///< and those that it asked for and was not sent, at most `texts_wanted_max`
  bool texts_to_look = false;      ///< one of these may be here now
  std::set<PublicKey> told_connected;  ///< friends' keys that it was told are connected to us
  std::set<PublicKey> sees;            ///< keys that it told are connected to it, at most `presence_keys_max`
};

/// An event that was just stored, for who tells the user of news.
struct Fresh {
  PublicKey from;  ///< the device that sent it, or this one
  Dot dot;
  EventType type{};
  bool hint = false;  ///< the sender's hint flag
};

/// A key that is in toxcore's list because it is being linked by invitation (guests.h).
struct Guest {
  std::optional<ToxAddress> address;        ///< of whom this device asks to be let in
  Bytes words;                              ///< of that request
  Bytes name;                               ///< what it calls itself, UTF-8; empty: it did not say
  std::optional<std::uint32_t> invitation;  ///< which it used; none: this device joins it
  std::string name_to_give;                 ///< by the user's wish, once it is linked; empty: none
  std::optional<std::uint64_t> leaves_ms;   ///< monotonic; none while the linking is under way

  /// It is to hear why it is not let in, and is heard no further than that.
  [[nodiscard]] bool is_turned_away() const { return !address && !invitation; }
};

class Core {
 public:
  Core(EngineConfig engine_config, Store& the_store, Random& the_random);

  EngineConfig config;
  PublicKey self;
  Store& store;
  Random& random;
  Replicator replicator;
  Roster roster;
  std::map<PublicKey, Peer> peers;
  std::map<PublicKey, Guest> guests;
  std::vector<Output> outputs;
  Counters counters;
  Connection own_connection = Connection::none;
  /// Set while this device cannot be sure of its database (doubt.h).
  std::optional<DoubtInfo> doubt;
  /// This database's name, once the witness was asked.
  DatabaseId database{};
  /// The most events that were known to be missing since none was: what a catch-up began with.
  std::uint64_t backlog = 0;
  /// What was stored since the notifier looked last.
  std::vector<Fresh> fresh;
  /// What was known to exist when a connection's first report ended: what comes of it is history.
  VectorClock reported;
  /// Something came in since the last turn was finished.
  bool heard = true;
  /// Set whenever the log or roster changed, for whoever looks at the view once a turn.
  bool view_changed = true;
  /// What removed devices logged behind their cuts (cuts.h): kept, and in no view.
  Holdings aside;
  /// Logs of which another part counts since the last look, for who knows their chains.
  std::set<LogId> recounted;

  /// At start: makes the view anew if it was made by other rules.
  Result<void> bring_view_up_to_date();

  /// What else a transaction changes in the store, given the events that it logs.
  using Also = std::function<void(const std::vector<Event>& logged)>;
  /// Logs own events in that order: durable, and in the view, on success. `also` is done in the same transaction, after
  /// them. On failure the engine is at its end (`fault`).
  Result<std::vector<Event>> log(const std::vector<Body>& bodies, Instant now, const Also& also = {});
  /// Closes this device's log, durably: the next own event opens one in another incarnation (own_log.h). `also`
  /// is done in the same transaction.
  Result<void> close_log(const std::function<void()>& also = [] {});
  /// The log that is gone on with; none: it is closed.
  [[nodiscard]] std::optional<LogId> open_log() const { return own_log_.open(); }
  /// Tells the witness, if there is one, that this is the last event that this device logged. On failure the engine is
  /// at its end.
  Result<void> testify(const Dot& last);
  /// Changes the store without an event, in a transaction.
  Result<void> change(const std::function<void()>& work);

  /// An event of a linked device that the replicator takes, as that device sent it.
  void arrived(const PublicKey& from, const Event& event);
  /// A roster statement; true if it is new. Then `heed_roster` is to follow.
  bool stated(ByteView statement);
  /// Who is in the roster, or how far logs count, may have changed: has the replicator know.
  void heed_roster();
  /// An event of which this device lost the text, as another one has it; it counts only if it is that event.
  void found_text(const Event& event) { found_texts_.push_back(event); }
  void told() { told_changed_ = true; }
  /// Commits what arrived since the last call. False on failure.
  bool commit_turn();
  /// Rule 1 of DESIGN 7: everything later than an event that stands there or behind is held, of every log, as far as
  /// anyone ever told. Nothing if the newest events of a log lack. Of what is committed.
  [[nodiscard]] std::optional<OrderKey> caught_up_from() const;
  /// Events that are held got other names, and the view was made anew.
  void renamed();
  /// Set then, for whoever holds names of messages.
  bool names_changed = false;
  /// The logs that keep this device from being caught up on what stands there.
  [[nodiscard]] std::vector<LogId> logs_lacking_since(const OrderKey& place) const;
  [[nodiscard]] bool has_uncommitted() const {
    return told_changed_ || !arrived_.empty() || !stated_.empty() || !found_texts_.empty();
  }

  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

  void send(const PublicKey& to, const Packet& packet);
  void notice(output::Notice::What what, const PublicKey& key, std::string text = {});
  [[nodiscard]] Peer* connected(const PublicKey& key);
  [[nodiscard]] const Peer* connected(const PublicKey& key) const;
  /// Whether this device holds all that a peer is known to hold; true if that is not connected.
  [[nodiscard]] bool caught_up_with(const PublicKey& peer) const;
  /// Whether this device's friend add of that key only answers a request that others received (requests.h): the friend
  /// does not know this device, so it is none of toxcore's business here.
  [[nodiscard]] bool answered_for_another(const PublicKey& key) const;
  /// The place of the last event of that type about a key that this device logged; none: it never did.
  [[nodiscard]] std::optional<OrderKey> last_own(const PublicKey& key, EventType type) const;
  [[nodiscard]] bool is_own(const PublicKey& key) const { return roster.contains(key); }
  [[nodiscard]] bool is_or_was_own(const PublicKey& key) const { return is_own(key) || roster.was_own(key); }
  /// Whether this device was removed from the user's devices, or left them: it keeps what it has, and stands alone.
  [[nodiscard]] bool is_removed() const { return roster.is_removed(self); }
  /// Whether a session is had with that key: it is an own device; or one that took this one in again, which was
  /// removed, and whose word on that is to come.
  [[nodiscard]] bool is_linked(const PublicKey& key) const;
  /// Whether this key is in toxcore's list for a linking only.
  [[nodiscard]] bool is_guest(const PublicKey& key) const;
  /// Whether a linking by invitation with that key is or was just under way; one that is turned away has none.
  [[nodiscard]] bool is_being_linked(const PublicKey& key) const;
  [[nodiscard]] bool is_turned_away(const PublicKey& key) const { return is_guest(key) && !is_being_linked(key); }
  /// Whether this device has asked that one, by an invitation of it, to be let in; it may take it for its own already,
  /// as one does that does not know yet that it was removed.
  [[nodiscard]] bool is_joining(const PublicKey& key) const;
  /// Who is one person, by what is committed. The reference holds until the next event or statement.
  [[nodiscard]] const ContactGraph& contacts() const;
  /// With all keys of the contact that the key is of.
  [[nodiscard]] Conversation conversation_with(const PublicKey& key) const;
  [[nodiscard]] bool is_blocked(const PublicKey& key) const;
  /// The row as which a message is shown: of a message with copies, the first of those in its contact.
  [[nodiscard]] std::optional<MessageRow> shown(const Dot& message) const;
  /// The dots of all copies of a message in its contact; its own alone if it has none.
  [[nodiscard]] std::vector<Dot> copies_of(const MessageRow& row) const;
  /// What an own device is called: the name that the user gave it last, else that with which it was linked.
  [[nodiscard]] std::string device_name(const PublicKey& key) const;

 private:
  Event draft(const Body& body, const Dot& dot, Instant now);
  bool failed(const Result<void>& result);
  void recount();
  void forget_contacts(const std::vector<Event>& events);

  HybridClock clock_;
  OwnLog own_log_;
  std::vector<Event> arrived_;
  std::vector<Fresh> arriving_;
  std::vector<Bytes> stated_;
  std::vector<Event> found_texts_;
  bool told_changed_ = false;
  std::optional<Error> fault_;
  mutable std::optional<ContactGraph> contacts_;  ///< none: to be made anew
};

/// Names under which the engine remembers things (Store::remember). On disk, never reused.
namespace remembered_name {
inline constexpr std::string_view told = "told";          ///< dots: of each log the greatest number ever told
inline constexpr std::string_view own_log = "own_log";    ///< u32: incarnation of the log that is open; empty: none is
inline constexpr std::string_view database = "database";  ///< the database's id, 16 bytes, once the witness knows it
inline constexpr std::string_view doubt = "doubt";        ///< doubt.cpp
inline constexpr std::string_view chain = "chain/";    ///< + log and number in hex: 16 bytes, a checkpoint (chains.h)
inline constexpr std::string_view view = "view";       ///< u32: the view_version that the view was made by
inline constexpr std::string_view roster = "roster/";  ///< + hash: a statement
/// + key: nothing; the device with which a removed one was linked anew, until it is in again (removals.h)
inline constexpr std::string_view rejoined = "rejoined/";
/// + key: u8; a removed device that is known to know it, or for which that was given up (removals.h)
inline constexpr std::string_view knows_removal = "knows_removal/";
inline constexpr std::string_view asked = "asked/";  ///< + key: address 38, greeting
/// + key: dot of our friend add, which only answers a request; keys of the devices that received that
inline constexpr std::string_view answered = "answered/";
/// + key: dot of our friend add, which no user asked for; dot of another add of the contact; if the key's request was
/// what it was for: u8 1, the words (friend_adds.h)
inline constexpr std::string_view by_itself = "by_itself/";
/// + key: u64 ms of wall clock when it first connected: a stranger of whom it is not known whether he asks
/// (strangers.h)
inline constexpr std::string_view stranger = "stranger/";
inline constexpr std::string_view lost_text = "lost_text/";  ///< + dot in hex: the dot (lost_texts.h)
inline constexpr std::string_view anyway = "anyway/";  ///< + dot in hex: the dot, of what the user wants sent anyway
inline constexpr std::string_view hello = "hello/";    ///< + key: u8, what it turned out to speak (hello_wait.cpp)

/// The name of what is remembered about a key.
inline std::string of(std::string_view prefix, const PublicKey& key) { return std::string(prefix) + key.hex(); }
/// The key that such a name is about.
inline std::optional<PublicKey> key_of(std::string_view prefix, std::string_view name) {
  return PublicKey::from_hex(name.substr(prefix.size()));
}
}  // namespace remembered_name

}  // namespace toxtore
