// For tests: replicators of one user's devices with links that deliver in order after a delay, on virtual time.
//
// Plays the engine's part: judges, serves, acknowledges. Notes what must not happen: a number that is asked for a
// second time although the one that was asked is still connected, and events that come although they are held. Knows no
// contents and no store; the engine's tests do. A node may be of the first form: it and its peers then speak as to one
// (no holdings, no pages, one range a log).
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/replicator.h"

namespace toxtore {

class Net {
 public:
  struct Node {
    std::unique_ptr<Replicator> replicator;
    bool first_form = false;
    std::uint32_t logged = 0;
    std::vector<Dot> taken;  ///< in the order in which they came
    std::size_t held_already = 0;
    std::size_t unasked = 0;
  };

  explicit Net(std::size_t size, const std::set<std::size_t>& first_form = {});

  static PublicKey name(std::size_t i);
  static LogId log_of(std::size_t i) { return {name(i), 0}; }
  Node& node(std::size_t i) { return nodes_[i]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// What was asked for twice, for the message of a failed test; empty if nothing was.
  [[nodiscard]] const std::string& asked_twice() const { return asked_twice_; }
  [[nodiscard]] std::size_t packets() const { return packets_; }

  void log(std::size_t i, std::uint32_t count = 1);
  void set_link(std::size_t i, std::size_t j, bool up);
  /// The program ends and starts again: only what is held and was told stays.
  void restart(std::size_t i);
  /// What every link delivers after; 0 to begin with.
  void set_delay(std::size_t i, std::size_t j, std::uint64_t delay_ms) { delays_[{i, j}] = delay_ms; }
  /// A node that takes nothing in and says nothing, though it is connected.
  void set_silent(std::size_t i, bool silent) { silent ? void(silent_.insert(i)) : void(silent_.erase(i)); }
  /// Events that a node is asked for and loses on the way.
  std::function<bool(std::size_t from, const Dot&)> loses = [](std::size_t, const Dot&) { return false; };

  void turn(std::uint64_t ms = 100);
  void run_for(std::uint64_t ms, std::uint64_t turn_ms = 100);
  [[nodiscard]] bool all_hold_all() const;

 private:
  using Pair = std::pair<std::size_t, std::size_t>;
  struct OnItsWay {
    std::uint64_t at_ms;
    std::function<void()> arrive;
  };

  static std::size_t index(const PublicKey& key) { return key.bytes[0] - 1U; }
  [[nodiscard]] bool linked(std::size_t i, std::size_t j) const { return links_.contains(std::minmax(i, j)); }
  [[nodiscard]] bool both_take_ranges(std::size_t i, std::size_t j) const;
  void make_replicator(std::size_t i, Holdings held, VectorClock told);
  void send(std::size_t from, std::size_t to, std::function<void()> arrive);
  void send_packet(std::size_t from, std::size_t to, const Packet& packet);
  void receive(std::size_t from, std::size_t to, const Packet& packet);
  void receive_event(std::size_t from, std::size_t to, const Dot& dot);
  void note_fetch(std::size_t from, std::size_t to, const packet::Fetch& fetch);
  void serve(std::size_t from, std::size_t to, Replicator::Class cls);
  void act(std::size_t i);

  std::vector<Node> nodes_;
  std::set<Pair> links_;
  std::map<Pair, std::deque<OnItsWay>> queues_;
  std::map<Pair, std::uint64_t> delays_;
  std::set<std::size_t> silent_;
  std::map<Pair, std::map<LogId, NumberRanges>> asked_;
  std::string asked_twice_;
  std::uint64_t now_ms_ = 0;
  std::size_t packets_ = 0;
};

}  // namespace toxtore
