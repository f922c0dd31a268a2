// A device with its engine, surrounded by peers that send whatever they like, and the rules that hold all the same.
//
// It plays toxcore's side: connections, answers to what is handed over, time. Everything that the engine lets out is
// checked as it comes.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/engine.h"
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

/// Who takes part. `device` is an own device once `link_device` was called, `relayed` one that it vouches for.
enum class Who : std::uint8_t { self, device, relayed, toxtore_friend, stock_friend, stranger };
inline constexpr std::size_t peers = 6;
/// So many events of each log the devices claim to hold.
inline constexpr std::uint32_t claimed_events = 32;
ToxAddress address_of(Who who);
PublicKey key_of(Who who);

class Device {
 public:
  Device();

  /// Befriends `device`, `toxtore_friend` and `stock_friend`, and links the first, which speaks of these capabilities.
  void link_device(std::uint32_t capabilities);

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
  /// Stops at once and starts again on the same store.
  void restart();
  /// Answers the oldest message that was handed over: with a number, or that toxcore did not take it.
  void answer_hand_over(bool taken);

  /// The whole view must be what its events add up to, in whatever order they come.
  void check_view() const;
  /// Left alone, the engine must not ask to be called again at once for ever.
  void check_rest();

  Engine& engine() { return *engine_; }
  [[nodiscard]] Instant now() const { return now_; }

 private:
  void check(const Output& output);
  void check(const output::SendPacket& packet);
  void keep_original(const Event& event);
  [[nodiscard]] Event original_of(const Event& stored) const;

  std::unique_ptr<Store> store_;
  CountingRandom random_;
  Instant now_{1'700'000'000'000, 1'000};
  std::unique_ptr<Engine> engine_;
  /// Events as they came or were logged, before any text was erased, by what names their content.
  std::map<Hash, Event> originals_;
  Arrival last_arrival_ = 0;
  std::set<PublicKey> connected_;
  std::set<PublicKey> said_hello_;  // on this connection
  std::deque<output::HandOver> handed_over_;
  std::uint32_t receipts_ = 0;
  std::size_t bytes_out_ = 0;  // of this turn
};

}  // namespace toxtore::fuzz
