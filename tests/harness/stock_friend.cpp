#include "harness/stock_friend.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace toxtore {

StockFriend::StockFriend(const TempFolder& folder, const Bootstrap& bootstrap, const std::string& name)
    : folder_(folder), bootstrap_(bootstrap), name_(name) {
  start();
}

void StockFriend::start() {
  sent_.clear();
  process_.emplace(ProcessOptions{.program = built_program("stock_friend"),
                                  .arguments = {"--bootstrap", bootstrap_.host_port_key(), "--name", name_,
                                                "--savedata", folder_.path() / (name_ + ".tox")},
                                  .log_folder = folder_.path(),
                                  .log_name = name_,
                                  .environment = {}});
  tox_id_ = process_->wait_for_line("its Tox ID", [](auto line) { return line.starts_with("id "); }).substr(3);
}

void StockFriend::stop() {
  if (process_->terminate() != 0) throw TestFailure(name_ + " did not end cleanly");
}

void StockFriend::add(const std::string& tox_id, const std::string& greeting) {
  command("add " + tox_id + " " + one_line(greeting));
}

void StockFriend::accept(const std::string& key) { command("accept " + key); }

void StockFriend::send(const std::string& key, const std::string& text) {
  command("send " + key + " " + one_line(text));
  sent_.push_back(text);
}

void StockFriend::act(const std::string& key, const std::string& text) {
  command("action " + key + " " + one_line(text));
  sent_.push_back(text);
}

std::vector<std::string> StockFriend::events(const std::string& beginning) {
  std::vector<std::string> found;
  const auto& lines = process_->lines();
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(found),
               [&](const std::string& line) { return line == beginning || line.starts_with(beginning + " "); });
  return found;
}

void StockFriend::wait_for_events(const std::string& beginning, std::size_t count) {
  wait_until(name_ + ": " + std::to_string(count) + " times “" + beginning + "”",
             [&] { return events(beginning).size() >= count; });
}

void StockFriend::wait_answered() {
  wait_until(name_ + " to deal with every message",
             [&] { return events("sent").size() + events("error").size() >= sent_.size(); });
}

// Every message is answered in turn, by `sent KEY N` or by an error; and later, perhaps, by `receipt KEY N`.
std::vector<std::string> StockFriend::acknowledged_texts() {
  std::set<std::string> receipts;
  for (const std::string& line : events("receipt")) receipts.insert(line.substr(line.find(' ')));
  std::vector<std::string> texts;
  std::size_t answered = 0;
  for (const std::string& line : process_->lines()) {
    if (!line.starts_with("sent ") && !line.starts_with("error ")) continue;
    if (line.starts_with("sent ") && receipts.contains(line.substr(line.find(' ')))) texts.push_back(sent_[answered]);
    ++answered;
  }
  return texts;
}

std::vector<std::string> StockFriend::messages_from(const std::string& key) {
  const std::string beginning = "message " + key;
  std::vector<std::string> texts;
  for (const std::string& line : events(beginning)) texts.push_back(unescaped(line.substr(beginning.size() + 1)));
  return texts;
}

void StockFriend::wait_connected(const std::string& key, bool connected) {
  wait_until(name_ + (connected ? " to be connected to " : " to see the end of ") + key.substr(0, 8), [&] {
    const auto changes = events("friend " + key);
    return !changes.empty() && changes.back().ends_with(connected ? " online" : " offline");
  });
}

std::size_t StockFriend::connections_to(const std::string& key) {
  std::size_t connections = 0;
  bool online = false;
  for (const std::string& line : events("friend " + key)) {
    const bool now = line.ends_with(" online");
    if (now && !online) ++connections;
    online = now;
  }
  return connections;
}

void StockFriend::wait_reconnected(const std::string& key, std::size_t connections_before) {
  wait_until(
      name_ + " to be connected anew to " + key.substr(0, 8), [&] { return connections_to(key) > connections_before; },
      reconnection_patience);
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else {
      if (c == '\\') line += '\\';
      line += c;
    }
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escape = line[i] == '\\' && i + 1 < line.size();
    if (escape) ++i;
    text += escape && line[i] == 'n' ? '\n' : line[i];
  }
  return text;
}

void befriend(StockFriend& stock, Device& device) {
  const std::string greeting = "Hello, it is me";
  stock.add(device.tox_id(), greeting);
  if (device.accept_friend(stock.key()) != greeting) throw TestFailure("the friend request has other words");
  device.wait_connected(stock.key());
  stock.wait_connected(device.key());
}

}  // namespace toxtore
