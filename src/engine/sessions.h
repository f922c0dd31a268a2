// Sessions with own devices: hello, roster, clocks, and the events that go back and forth (DESIGN 5 and 6).
//
// Private to src/engine. A session begins when a peer has said hello and is in our roster, whichever is later. Then
// the whole roster goes out; the clock follows as soon as the peer's roster came in, since only then does it listen.
// After that each side sends the statements that the other is not known to have, whenever there are any.
#pragma once

#include "engine/core.h"
#include "engine/log_states.h"
#include "engine/lost_texts.h"
#include "engine/pages.h"

namespace toxtore {

class Sessions {
 public:
  Sessions(Core& core, LogStates& log_states) : core_(core), log_states_(log_states), pages_(core), texts_(core) {}

  /// A key came or went. Says hello to whoever comes.
  void on_connection(const PublicKey& key, Connection connection, Instant now);
  /// True if the peer is new to Toxtore on this connection and speaks a version that we do.
  bool on_hello(const PublicKey& from, const packet::Hello& hello);
  /// The roster of a peer; true if it holds statements that are new to us.
  bool on_roster(const PublicKey& from, const packet::Roster& roster);
  void on_clock(const PublicKey& from, const packet::Clock& clock);
  void on_holdings(const PublicKey& from, const packet::Holdings& holdings);
  void on_texts(const PublicKey& from, const packet::Texts& texts) { texts_.on_texts(from, texts); }
  void on_page(const PublicKey& from, const packet::Page& page);
  void on_fetch(const PublicKey& from, const packet::Fetch& fetch);
  void on_committed(const PublicKey& from, const packet::Committed& committed);
  void on_event(const PublicKey& from, const Event& event);
  void on_bundle(const PublicKey& from, const packet::Bundle& bundle);

  /// Who is in the roster changed: begins sessions, and tells everyone who should know.
  void on_roster_changed();
  /// Tells a Toxtore peer which keys are this user's.
  void send_my_devices(const PublicKey& to);
  /// Once a turn, when the view changed: tells the peers for whom the user changed what they may know.
  void tell_changed_devices();
  /// Begins the session if it can begin and has not.
  void begin(const PublicKey& key);

  /// After the turn's commit: asks, sends, acknowledges.
  void pump(Instant now);
  [[nodiscard]] std::optional<std::uint64_t> deadline_ms() const;

 private:
  [[nodiscard]] bool are_devices_withheld(const PublicKey& from) const;
  [[nodiscard]] std::uint64_t withholdings_of(const PublicKey& key) const;
  [[nodiscard]] std::vector<PublicKey> removed_to_tell(std::size_t keys_told) const;
  Peer* session_with(const PublicKey& key);
  /// Tells a key what it must know to find that it was removed, or that this device left, if that is so.
  void tell_removed(const PublicKey& key);
  void end(const PublicKey& key, Peer& peer);
  [[nodiscard]] bool adds_us(const PublicKey& by, ByteView statement) const;
  void send_statements(const PublicKey& to, const std::vector<Bytes>& statements);
  void send_lacking_statements(const PublicKey& to, Peer& peer);
  void send_report(const PublicKey& to, Peer& peer);
  void on_broken(const PublicKey& from, Peer& peer, const packet::Bundle& last);
  void give_up(const PublicKey& key, Peer& peer);
  void send_events(const PublicKey& to, const std::vector<Event>& events, packet::Bundle::Class cls);
  bool serve_piece(const PublicKey& to, packet::Bundle::Class cls);
  bool serve_page(const PublicKey& to);
  bool serve_texts(const PublicKey& to);
  bool serve_next(const PublicKey& to);
  void serve();

  Core& core_;
  LogStates& log_states_;
  Pages pages_;
  LostTexts texts_;
};

}  // namespace toxtore
