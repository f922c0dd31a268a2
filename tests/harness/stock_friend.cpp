#include "harness/stock_friend.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace toxtore {

using nlohmann::json;

StockFriend::StockFriend(const TempFolder& folder, const Bootstrap& bootstrap, const std::string& name)
    : folder_(folder), bootstrap_(bootstrap), name_(name) {
  start();
}

void StockFriend::start() {
  sent_.clear();
  process_.emplace(ProcessOptions{
      .program = built_program("stock_friend"),
      .arguments = {"--bootstrap", bootstrap_.host_port_key(), "--name", name_, "--savedata",
                    folder_.path() / (name_ + ".tox")},
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

void befriend(StockFriend& stock, Device& device, const std::string& greeting) {
  stock.add(device.tox_id(), greeting);
  const json answer = device.wait_for("the friend request", "friend.requests", json::object(),
                                      [](const json& result) { return !result.at("requests").empty(); });
  const json request = answer.at("requests").at(0);
  if (request.at("key") != stock.key() || request.at("message") != greeting) {
    throw TestFailure("not the friend request that was sent: " + request.dump());
  }
  device.rpc("friend.accept", {{"friend", stock.key()}});
  device.wait_connected(stock.key());
  stock.wait_connected(device.key());
}

}  // namespace toxtore
