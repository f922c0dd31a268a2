// The engine: one device of one user, without I/O.
//
// It takes inputs (what toxcore reports) and commands (what the user asks), each with the time, changes the store, and
// hands out outputs and one deadline. It owns no socket, thread, clock or random source. The daemon, the tests and the
// simulator drive the same code:
//
//   engine.handle(input, now);        // for each thing that happened in a turn of the loop
//   engine.finish_turn(now);          // commits what came in; also when `deadline()` has passed
//   for (Output& o : engine.take_outputs()) …
//
// Durable before visible: outputs, query results and command results rest on committed transactions only. Events of
// linked devices are committed together at the end of the turn; a stock friend's message before `handle` returns, a
// command before it returns.
//
// Failure: when the store fails, `fault()` is set, nothing more comes out, and the engine must be dropped; a new one
// on the reopened store goes on where the last commit was. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/command.h"
#include "engine/input.h"
#include "engine/output.h"
#include "engine/witness.h"
#include "store/store.h"

namespace toxtore {

struct EngineConfig {
  ToxAddress address;             ///< this device's Tox ID
  std::string device_name;        ///< for a new roster entry, 1 to 64 bytes of UTF-8
  std::optional<bool> always_on;  ///< what to tell the other devices; none: leave as it is
  /// The keys of toxcore's friend list as it was loaded: the engine brings it in line with the view.
  std::vector<PublicKey> toxcore_friends;
  /// Friends to take over with an imported profile (they are in `toxcore_friends` too).
  std::vector<PublicKey> imported_friends;
  /// The user's name and status message as toxcore has them: the first values, if no device ever said others.
  Bytes name = {};
  Bytes status_message = {};
  /// What is told how far this device's log goes; it must outlive the engine. None: a database that is set back is
  /// noticed only when another own device is met.
  Witness* witness = nullptr;
};

class Engine {
 public:
  /// The store and random source must outlive the engine. Logs what is new about this device. Errors: the store's.
  static Result<std::unique_ptr<Engine>> start(EngineConfig config, Store& store, Random& random, Instant now);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  void handle(const Input& input, Instant now);
  void finish_turn(Instant now);
  std::vector<Output> take_outputs();
  /// When `finish_turn` must be called again at the latest, on the `mono_ms` scale; none: only after an input.
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;
  [[nodiscard]] std::optional<Error> fault() const;

  // --- Commands. Each returns after its transaction is durable; its outputs come with the next `take_outputs`.

  /// The new message's row. Errors: not_found (no friend), too_long, invalid_argument (empty, not UTF-8).
  Result<MessageRow> send_message(const SendMessage& command, Instant now);
  /// Marks all messages of that key's contact read that are in view now; gives their number.
  Result<std::size_t> mark_conversation_read(const PublicKey& conversation, Instant now);
  /// Marks one received message read; it is no error if it was. Errors: not_found.
  Result<void> mark_message_read(const Dot& message, Instant now);
  /// Takes a message back that waits to be delivered: no device sends it any more. It is no error if it was withdrawn.
  /// Errors: not_found, busy (it is being handed over), denied (delivered, or not the user's own).
  Result<MessageRow> withdraw_message(const Dot& message, Instant now);
  /// The user's word that a message which waits is to go from this device as soon as it reaches the friend, once,
  /// though it may already have been delivered: outbox.h, rule 8. Errors: not_found, denied (nothing waits, or this
  /// device may not send it).
  Result<MessageRow> send_anyway(const Dot& message);
  /// Erases the text of a message or the name of an offered file on all devices. One that is not delivered yet is
  /// withdrawn thereby. It is no error if it was erased. Errors: not_found.
  Result<void> erase_message(const Dot& message, Instant now);
  /// Erases all of a conversation that is in view now; gives the number of messages.
  Result<std::size_t> erase_conversation(const PublicKey& conversation, Instant now);
  /// What the user says of himself to his friends, on all devices: all of it or nothing. Errors: too_long,
  /// invalid_argument (not UTF-8).
  Result<void> set_profile(const std::vector<ProfileValue>& values, Instant now);
  /// What the user calls one of his devices, on all of them. Errors: not_found, invalid_argument, too_long.
  Result<void> rename_device(const PublicKey& key, const std::string& name, Instant now);
  /// Sends a friend request. Errors: already_exists, invalid_argument (own address, empty greeting), too_long.
  Result<void> add_friend(const ToxAddress& address, const std::string& greeting, Instant now);
  /// Accepts a request that waits, whichever device it came to. Errors: not_found.
  Result<void> accept_friend(const PublicKey& key, Instant now);
  /// Drops a request that waits, whichever device it came to. Errors: not_found.
  Result<void> decline_friend(const PublicKey& key, Instant now);
  /// Removes a friend with all his keys on all devices and withdraws what waits for him; the history stays. Errors:
  /// not_found.
  Result<void> remove_friend(const PublicKey& key, Instant now);
  /// This device sends a stock friend a friend request of its own, so that it reaches him too. Errors: not_found (no
  /// friend, or his Tox ID was never given), already_exists (he knows this device, or has Toxtore), invalid_argument,
  /// too_long.
  Result<void> introduce_to_friend(const PublicKey& key, const std::string& greeting, Instant now);
  /// On all devices, for all keys of the contact. Errors: not_found, invalid_argument, too_long.
  Result<void> change_contact(const PublicKey& key, const ContactChange& change, Instant now);
  /// The user says that two friends are one person. Errors: not_found, already_exists.
  Result<void> merge_contacts(const PublicKey& one, const PublicKey& other, Instant now);
  /// The user says that this key is not the person with whose other keys it is shown. Errors: not_found,
  /// invalid_argument (it stands alone).
  Result<void> split_contact(const PublicKey& key, Instant now);
  /// Whether `claimed` may be a key of that contact, who says that it is his. Errors: not_found.
  Result<void> answer_claim(const PublicKey& key, const PublicKey& claimed, bool agrees, Instant now);
  /// Asks a friend to become one of the user's devices, or begins anew if that is under way. Errors: not_found,
  /// already_exists.
  Result<LinkInfo> request_device(const PublicKey& key, Instant now);
  /// The user's word, on either side, that both devices show this code. Errors: not_found, code_mismatch, offline (no
  /// code yet).
  Result<LinkInfo> accept_device(const PublicKey& key, const std::string& code, Instant now);
  /// Makes an invitation (sync/invitations.h) and its URI, a secret. `confirmed`: the user's word in advance, for
  /// whoever uses it; else he is asked, and `accept_device` is the answer. `name`: what to call the device that joins;
  /// empty: what it calls itself. It ends with this engine. Errors: busy (too many are open), too_long,
  /// invalid_argument.
  Result<InvitationInfo> invite_device(bool confirmed, const std::string& name, Instant now);
  /// Takes back all that are open; gives their number.
  std::size_t withdraw_invitations();
  /// Makes this device one of those of the device that made the URI. `agreed`: the user's word that the other may have
  /// all that this device holds; a device that holds nothing needs none. Ends another join. Errors: invalid_argument
  /// (no URI, mistyped, or of this device), already_exists, denied (`agreed` is needed), too_long.
  Result<LinkInfo> join_device(const std::string& uri, bool agreed, Instant now);
  /// Ends a linking that is under way. Errors: not_found.
  Result<void> cancel_device(const PublicKey& key, Instant now);
  /// What removing that device, or leaving if it is this one, comes to. Errors: not_found, already_exists (it is
  /// removed).
  [[nodiscard]] Result<RemovalInfo> look_at_removal(const PublicKey& key) const;
  /// Takes devices out of the user's, together: what one of them says of another does not count. What they log from
  /// then on enters no view. Errors: not_found, already_exists, invalid_argument (this device), denied (this device is
  /// removed itself).
  Result<void> remove_devices(const std::vector<PublicKey>& keys, Instant now);
  /// Takes in what a removed device logged behind its cut, as far as it is here; gives the number of events. Errors:
  /// not_found (there is nothing), denied.
  Result<std::uint64_t> take_in(const PublicKey& key, Instant now);
  /// This device leaves the user's devices once the others hold all that it holds, or at once. How far it is:
  /// `status().leaving`. Given again, it is how far it is. Errors: not_found (there are no others).
  Result<LeavingInfo> leave_devices(bool at_once, Instant now);
  /// It does not, after all. Errors: not_found (it is not leaving, or has left).
  Result<void> stay();
  /// The user's word that this device is to go on with the database that it has, though it is in doubt (doubt.h).
  /// Errors: not_found (it is not).
  Result<void> trust_database();

  // --- Queries that need more than the store. Rows of one conversation: ask `store()`.

  /// The row as which a message is shown: of copies of one message (view/rows.h) the one that stands for them.
  [[nodiscard]] std::optional<MessageRow> message(const Dot& id) const;
  /// All copies of that message in its contact, itself among them.
  [[nodiscard]] std::vector<Dot> copies_of(const MessageRow& row) const;
  /// As the store's search, and copies as one row also where no conversation is given.
  [[nodiscard]] std::vector<MessageRow> search(const SearchQuery& query) const;
  /// What waits to be delivered, in order, and for what.
  [[nodiscard]] std::vector<Waiting> outbox(Instant now) const;
  [[nodiscard]] Status status() const;
  [[nodiscard]] std::vector<DeviceInfo> devices() const;
  /// What an own device is called; empty if it has no name that is known.
  [[nodiscard]] std::string device_name(const PublicKey& key) const;
  [[nodiscard]] std::vector<FriendInfo> friends() const;
  /// The friend whose key this is, or who was one; nothing if no event is about the key, and for own devices.
  [[nodiscard]] std::optional<FriendInfo> find_friend(const PublicKey& key) const;
  /// Who is one person. The reference holds until the engine is given anything to do.
  [[nodiscard]] const ContactGraph& contacts() const;
  [[nodiscard]] std::vector<FriendRequestInfo> friend_requests() const;
  [[nodiscard]] std::vector<LinkInfo> link_requests() const;
  /// Those that are open, without their URIs.
  [[nodiscard]] std::vector<InvitationInfo> invitations(Instant now) const;
  [[nodiscard]] const Store& store() const;

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace toxtore
