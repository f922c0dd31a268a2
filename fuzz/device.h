// A device with its engine, surrounded by peers that send whatever they like, and the rules that hold all the same.
//
// It plays toxcore's side: connections, answers to what is handed over, time. Everything that the engine lets out is
// checked as it comes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "any_packet.h"
#include "engine/engine.h"
#include "machine.h"
#include "peers.h"
#include "wire/invitation.h"
#include "wire/packet.h"

namespace toxtore::fuzz {

/// Repeats itself, which is all that a fuzzer needs of it.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(next_++ * 151 >> 2);
  }

 private:
  std::uint32_t next_ = 1;
};

/// What happened to a device's machine while it did not run.
enum class While : std::uint8_t { nothing, state_file_lost, moved, set_back, whole_machine_set_back };

class Device {
 public:
  Device();

  /// Befriends `device`, `toxtore_friend` and `stock_friend`, and links the first, which speaks of these capabilities.
  void link_device(std::uint32_t capabilities);

  /// Lets the bearer of its newest invitation in, who confirms whatever is shown and speaks of these capabilities. It
  /// comes to nothing where the engine has reason to refuse.
  void let_in(Who who, std::uint32_t capabilities);
  /// Makes an invitation, if not too many are open.
  void invite(bool confirmed);
  /// The proof of the newest invitation, of one that is not the engine's if there is none.
  [[nodiscard]] Hash proof_for(Who who) const;

  /// What an own device tells when a connection begins: that `relayed` is a device too, and that it holds a number of
  /// events of each log, so that the engine asks for them.
  void begin_session(Who who, std::uint32_t capabilities);

  void give(const Input& input);
  void connect(Who who, Connection connection);
  void receive(Who from, Bytes bytes);
  void receive(Who from, const Packet& packet) { receive(from, encode_packet(packet)); }
  /// Commits and takes what comes out.
  void finish_turn();
  void pass(std::uint64_t mono_ms, std::int64_t wall_jump_ms);
  /// Stops at once and starts again on what its machine has then.
  void restart(While happened = While::nothing);
  void back_up() { machine_.back_up(); }
  /// The user's word that this message is to go.
  void send_anyway(const Dot& message);
  /// Answers the oldest message that was handed over: with a number, or that toxcore did not take it.
  void answer_hand_over(bool taken);

  /// What an own device that holds the same says of the chain of the log at that place among those that are held, or,
  /// with another event at the end, one that holds another life of it. Nothing if no log is held.
  [[nodiscard]] std::optional<packet::LogState> log_state(std::size_t log, std::size_t number,
                                                          const std::optional<Hash>& other_event) const;

  /// The whole view must be what its events add up to, in whatever order they come.
  void check_view() const;
  /// Left alone, the engine must not ask to be called again at once for ever.
  void check_rest();

  Engine& engine() { return *engine_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const Met& met() const { return met_; }

 private:
  void look_at_silence();
  void check(const Output& output);
  void check(const output::SendPacket& packet);
  void check_may_go(const Dot& message) const;
  void note(const Packet& packet);
  void keep_original(const Event& event);
  [[nodiscard]] Event original_of(const Event& stored) const;

  Machine machine_;
  CountingRandom random_;
  Instant now_{1'700'000'000'000, 1'000};
  std::unique_ptr<Engine> engine_;
  /// Events as they came or were logged, before any text was erased, by what names their content.
  std::map<Hash, Event> originals_;
  Arrival last_arrival_ = 0;
  Met met_;
  std::optional<InvitationSecret> invitation_;  // the newest
  std::set<PublicKey> in_toxcore_;              // its friend list, as it is saved
  std::set<PublicKey> connected_;
  std::set<PublicKey> said_hello_;  // on this connection
  std::deque<output::HandOver> handed_over_;
  std::uint32_t receipts_ = 0;
  std::size_t bytes_out_ = 0;  // of this turn
  bool was_removed_ = false;   // when the last turn ended
  bool is_silent_ = false;     // so it was, and it is still
  std::set<Dot> held_back_;    // what waited when a doubt began, while it lasts
};

}  // namespace toxtore::fuzz
