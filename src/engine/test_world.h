// For tests: devices of one user and stock friends on virtual time, in one thread.
//
// Real engines and the real packet codec, with toxcore played by plain queues: links that deliver in order after a
// delay, receipts, friend requests. Nodes can be switched off, crash (what was not committed is gone), and be cut off
// from each other. It plays toxcore no tricks; that is the simulator's business.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/test_random.h"
#include "engine/engine.h"
#include "store/store.h"

namespace toxtore {

/// What the device's state file is on disk.
class TestWitness final : public Witness {
 public:
  [[nodiscard]] Bytes read() const override { return words; }
  Result<void> write(ByteView written) override {
    words.assign(written.begin(), written.end());
    return {};
  }
  [[nodiscard]] DatabaseId machine() const override { return on_machine; }

  Bytes words;
  DatabaseId on_machine{1};
};

class World {
 public:
  struct Text {
    PublicKey from;
    std::string text;
    bool operator==(const Text&) const = default;
  };
  /// One node: a device with an engine, or a stock friend without.
  struct Node {
    std::string name;
    ToxAddress address;
    bool stock = false;
    /// Speaks as the first form did, which knew neither ranges nor pages: its hello says so, it is spoken to as such,
    /// and what it would not have known does not reach it.
    bool first_form = false;
    bool online = false;
    std::unique_ptr<Store> store;
    std::unique_ptr<SeededRandom> random;
    std::unique_ptr<TestWitness> witness = std::make_unique<TestWitness>();
    std::unique_ptr<Engine> engine;
    std::set<PublicKey> toxcore_list;
    std::uint32_t next_receipt = 0;
    // What a stock friend sees.
    std::vector<Text> texts;
    std::size_t packets = 0;
    // What a device showed.
    std::vector<output::Notice> notices;
    // What toxcore was told.
    ProfileRow profile;
    std::vector<PublicKey> removed_peers;

    [[nodiscard]] PublicKey key() const { return address.key(); }
  };

  std::uint64_t delay_ms = 50;
  /// Receipts of stock friends are on their way for so long; none: they never come.
  std::optional<std::uint64_t> receipt_delay_ms = 50;

  Node& add_device(const std::string& name);
  Node& add_stock(const std::string& name);
  void start(Node& node);
  /// Goes offline in order.
  void stop(Node& node);
  /// Goes away at once; what the engine had not committed is lost.
  void crash(Node& node) { stop(node); }
  void cut(const Node& a, const Node& b, bool cut);

  /// A stock friend adds a device with its Tox ID, or writes to it.
  void request(Node& from, const Node& to, const std::string& text);
  void write(Node& from, const Node& to, const std::string& text);
  /// Makes two nodes friends: the first asks, the second accepts.
  void befriend(Node& a, Node& b);
  /// Links two devices: befriends them, asks, compares the code and confirms on both.
  void link(Node& asks, Node& accepts);

  /// Runs until the condition holds; false if it does not within the time.
  bool run_until(const std::function<bool()>& condition, std::uint64_t limit_ms = 60'000);
  void run_for(std::uint64_t ms);
  [[nodiscard]] Instant now() const { return {epoch_ms + time_ms_, time_ms_}; }
  /// Takes what a device's engine wants done; after a command.
  void pump(Node& node);
  /// Packets on their way or delivered since the start.
  [[nodiscard]] std::size_t packets_sent() const { return packets_sent_; }
  std::size_t bytes_sent = 0;

  /// What happens to a packet on its way; nothing.
  std::function<void(const Node& from, Bytes& packet)> mangle = [](const Node&, Bytes&) {};

  static constexpr std::uint64_t epoch_ms = 1'700'000'000'000;

 private:
  struct Delivery {
    std::uint64_t at_ms;
    std::function<void()> act;
  };
  using Pair = std::pair<PublicKey, PublicKey>;

  Node& add(const std::string& name, bool stock);
  Node& node(const PublicKey& key) { return *nodes_.at(key); }
  [[nodiscard]] bool connected(const Node& a, const Node& b) const;
  void update_connections();
  void disconnect(Node& from, const PublicKey& key);
  void give(Node& to, const Input& input);
  void act(Node& from, const Output& output);
  void hand_over(Node& from, const output::HandOver& message);
  void arrive(const Node& from, Node& to, Bytes bytes);
  void later(std::uint64_t after_ms, std::function<void()> act);
  bool step(std::uint64_t until_ms);

  std::uint64_t time_ms_ = 0;
  std::size_t packets_sent_ = 0;
  std::map<PublicKey, std::unique_ptr<Node>> nodes_;
  std::set<Pair> cuts_;
  std::map<Pair, std::uint64_t> connections_;  // with the number of the connection, so that nothing outlives it
  std::uint64_t connection_count_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> deliveries_;
  std::map<Pair, std::string> greetings_;
};

/// All messages of a conversation, as "< text" or "> text [state]", oldest first.
std::vector<std::string> history_of(const World::Node& device, const PublicKey& conversation);

}  // namespace toxtore
