// The Tox network as toxcore shows it to its programs, on virtual time.
//
// What it plays (reference: toxcore 0.2.18, and the rules of src/tox/tox_node.h):
// - A connection between two keys that have each other in their lists, both running, with no way cut between them,
//   comes about within seconds. On it custom packets and messages arrive in order, after a delay.
// - A way can be cut, each direction on its own. What is under way then waits, and arrives if the cut ends within
//   32 s; else the side that hears nothing sees the other go, and all that was not delivered is lost, receipts too.
// - A program that dies is shown to others as connected for 32 s, unless it comes back earlier. One that stops in
//   order is gone at once. What is sent to a dead one vanishes; a message to it is taken and gets a number.
// - Messages and custom packets are two ways in: while a way is congested custom packets wait and messages pass, and
//   while its queue is full messages are refused and custom packets wait.
// - A message's receipt goes out when the receiver's callback has returned, so it dies with a process that dies inside
//   the callback. It may overtake what is under way. It is lost with the connection.
// - Friend requests are sent again and again until the friend is connected. A request of a key that was seen is
//   dropped, while the process lives, until that key is deleted; and so is one of a key in the list.
//
// Not played: how a network comes about (bootstrap, NAT, relays), packet loss below toxcore, rates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/input.h"
#include "engine/output.h"
#include "sim/dice.h"
#include "sim/timeline.h"
#include "sim/trace.h"

namespace toxtore::sim {

/// FRIEND_CONNECTION_TIMEOUT and what comes before it: so long toxcore shows a vanished peer as connected.
inline constexpr std::uint64_t dead_peer_ms = 32'000;
/// A new connection takes at most so long on this network.
inline constexpr std::uint64_t connect_ms_max = 3'000;
/// An unanswered friend request is sent again after that.
inline constexpr std::uint64_t request_again_ms = 20'000;
/// toxcore remembers so many keys that sent a request (MAX_RECEIVED_STORED).
inline constexpr std::size_t seen_requests_max = 32;

/// toxcore's friend list, as it is saved: the keys, and the words of requests that were not answered.
using FriendList = std::map<PublicKey, std::optional<Bytes>>;

/// For the receipt of a message.
struct Ticket {
  PublicKey from;
  std::uint64_t connection = 0;
  std::uint32_t receipt_id = 0;
};

/// What toxcore has for a program, for its next `tox_iterate`.
struct Incoming {
  Input input;
  std::optional<Ticket> ticket;  ///< to be given to `Network::processed` when the callback has returned
};

/// A program with a toxcore instance.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;
  virtual void arrive(Incoming incoming) = 0;
};

struct NetworkSettings {
  std::uint64_t delay_ms_min = 10;
  std::uint64_t delay_ms_max = 100;
  unsigned receipt_loss_percent = 0;  ///< so many receipts meet the end of the connection
};

class Network {
 public:
  /// All must outlive it.
  Network(Timeline& timeline, Trace& trace, std::uint64_t seed) : timeline_(timeline), trace_(trace), seed_(seed) {}

  NetworkSettings settings;

  /// The endpoint must outlive the network. `name` is what its user calls himself.
  void add(const PublicKey& key, Endpoint& endpoint, std::string name);

  // --- The life of a process.

  void up(const PublicKey& key, const FriendList& saved);
  void down(const PublicKey& key, bool in_order);
  [[nodiscard]] bool is_up(const PublicKey& key) const { return nodes_[index_of(key)].up; }

  // --- What a process asks of its toxcore.

  void send_packet(const PublicKey& from, const output::SendPacket& packet);
  /// Whether it was taken.
  bool hand_over(const PublicKey& from, const output::HandOver& message);
  void add_peer(const PublicKey& from, const output::AddPeer& peer);
  void remove_peer(const PublicKey& from, const PublicKey& peer);
  void offer(const PublicKey& from, const PublicKey& to, const input::Offer& offer);
  void set_name(const PublicKey& key, const std::string& name);
  void processed(const PublicKey& key, const Ticket& ticket);
  [[nodiscard]] const FriendList& list(const PublicKey& key) const { return nodes_[index_of(key)].list; }

  // --- What the world does to it.

  void cut(const PublicKey& from, const PublicKey& to, bool cut);
  void congest(const PublicKey& from, const PublicKey& to, std::uint64_t ms);
  void fill(const PublicKey& from, const PublicKey& to, std::uint64_t ms);
  /// Ends all of that, and makes the delays short.
  void heal();

  // --- What is.

  /// Whether there is a connection that works both ways.
  [[nodiscard]] bool connected(const PublicKey& a, const PublicKey& b) const;
  /// For how long they have been connected with nothing in the way; 0 if they are not.
  [[nodiscard]] std::uint64_t calm_ms(const PublicKey& a, const PublicKey& b) const;
  /// For how long they have been connected, whatever is in the way; 0 if they are not.
  [[nodiscard]] std::uint64_t connected_ms(const PublicKey& a, const PublicKey& b) const;
  /// Whether `who` is shown `other` as connected.
  [[nodiscard]] bool shows(const PublicKey& who, const PublicKey& other) const;
  [[nodiscard]] bool knows(const PublicKey& key) const { return indices_.contains(key); }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t last_packet_ms() const { return last_packet_ms_; }

 private:
  struct Node {
    PublicKey key;
    Endpoint* endpoint = nullptr;
    std::string name;
    bool up = false;
    std::uint64_t lives = 0;  ///< processes so far
    FriendList list;
    std::deque<PublicKey> seen_requests;
  };
  struct Item {
    std::uint64_t due_ms = 0;
    Incoming incoming;
  };
  /// Things that arrive in order.
  struct Lane {
    std::deque<Item> items;
    std::uint64_t last_due_ms = 0;
    bool armed = false;
  };
  /// One direction between two nodes.
  struct Way {
    bool cut = false;
    std::uint64_t cut_count = 0;
    std::uint64_t trouble_ms = 0;  ///< when it was last cut or mended
    std::uint64_t congested_until_ms = 0;
    std::uint64_t full_until_ms = 0;
    std::uint64_t shown = 0;  ///< the connection that `from` sees to `to`; 0: none
    std::uint32_t next_receipt = 0;
    Lane data;
    Lane receipts;
    std::deque<Bytes> waiting;  ///< custom packets that toxcore does not take now
  };
  struct Link {
    std::uint64_t connection = 0;
    std::uint64_t since_ms = 0;
    bool connecting = false;
  };
  using Index = std::size_t;

  [[nodiscard]] Index index_of(const PublicKey& key) const { return indices_.at(key); }
  Way& way(Index from, Index to) { return ways_.at({from, to}); }
  [[nodiscard]] const Way& way(Index from, Index to) const { return ways_.at({from, to}); }
  Link& link(Index a, Index b) { return links_.at({std::min(a, b), std::max(a, b)}); }
  [[nodiscard]] const Link& link(Index a, Index b) const { return links_.at({std::min(a, b), std::max(a, b)}); }
  [[nodiscard]] bool wanted(Index a, Index b) const;
  [[nodiscard]] std::uint64_t delay_ms();

  void evaluate(Index a, Index b);
  void connect(Index a, Index b);
  void show(Index who, Index other, std::uint64_t connection);
  void hide(Index who, Index other, std::uint64_t connection);
  void hide_later(Index who, Index other, std::uint64_t ms);
  void lose(Index a, Index b);
  static void clear(Way& one);
  void timed_out(Index from, Index to, std::uint64_t cut_count, std::uint64_t connection);
  void put(Index from, Index to, bool receipt, Incoming incoming);
  void arm(Index from, Index to, bool receipt);
  void deliver(Index from, Index to, bool receipt);
  void send_waiting(Index from, Index to);
  void request(Index from, Index to, std::uint64_t life);
  void take_request(Index from, Index to);
  void give(Index to, Incoming incoming);

  Timeline& timeline_;
  Trace& trace_;
  std::uint64_t seed_;
  Dice dice_{seed_, "network"};
  std::vector<Node> nodes_;
  std::map<PublicKey, Index> indices_;
  std::map<std::pair<Index, Index>, Way> ways_;
  std::map<std::pair<Index, Index>, Link> links_;
  std::uint64_t connections_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t last_packet_ms_ = 0;
};

}  // namespace toxtore::sim
