// A friend with a stock client: the program stock_friend (tests/tools), plain toxcore without any of Toxtore's code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/bootstrap.h"
#include "harness/device.h"
#include "harness/process.h"
#include "harness/temp_folder.h"

namespace toxtore {

class StockFriend {
 public:
  /// Starts it and waits for its Tox ID. Folder and bootstrap must outlive it.
  StockFriend(const TempFolder& folder, const Bootstrap& bootstrap, const std::string& name);

  /// Gone for a while, and back with the same Tox ID and friends.
  void stop();
  void start();
  /// His client stands still, and goes on: what came meanwhile it gets then.
  void pause() { process_->pause(); }
  void resume() { process_->resume(); }

  [[nodiscard]] const std::string& tox_id() const { return tox_id_; }
  [[nodiscard]] std::string key() const { return tox_id_.substr(0, 64); }

  void add(const std::string& tox_id, const std::string& greeting);
  void accept(const std::string& key);
  void send(const std::string& key, const std::string& text);
  void act(const std::string& key, const std::string& text);
  /// Any command, as stock_friend's usage has it.
  void command(const std::string& line) { process_->write_line(line); }

  /// All events since the last start.
  const std::vector<std::string>& events_all() { return process_->lines(); }
  /// The events since the last start that begin with these words, in order: "message KEY" gives all from that key.
  std::vector<std::string> events(const std::string& beginning);
  /// Waits until there are so many of them.
  void wait_for_events(const std::string& beginning, std::size_t count);
  /// Waits until its toxcore has taken or refused every message that was sent.
  void wait_answered();
  /// The texts sent since the last start for which a receipt came: the other side's toxcore has taken them, so this
  /// client will not send them again. In the order in which they were sent.
  std::vector<std::string> acknowledged_texts();
  /// The texts of all normal messages from a key, in order.
  std::vector<std::string> messages_from(const std::string& key);
  void wait_connected(const std::string& key, bool connected = true);
  /// How many connections to a key there were since the last start. toxcore tells a change between UDP and TCP like a
  /// new connection; it is one only after "offline".
  std::size_t connections_to(const std::string& key);
  /// Waits for a connection after those that there were.
  void wait_reconnected(const std::string& key, std::size_t connections_before);

 private:
  const TempFolder& folder_;
  const Bootstrap& bootstrap_;
  std::string name_;
  std::optional<Process> process_;
  std::string tox_id_;
  std::vector<std::string> sent_;  ///< the texts of all messages since the last start
};

/// Line feeds and backslashes as stock_friend writes and reads them.
std::string one_line(std::string_view text);
std::string unescaped(std::string_view line);

/// The friend adds the device by its Tox ID, and the device accepts. Returns when they are connected.
void befriend(StockFriend& stock, Device& device);

}  // namespace toxtore
