#include "harness/device.h"

#include <algorithm>
#include <array>
#include <utility>

namespace toxtore {

using nlohmann::json;

namespace {

constexpr std::size_t history_page = 1000;  // the most that message.history gives at once

/// The element of a list whose member has this value; null if there is none.
json find_by(const json& list, const char* member, const std::string& value) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const json& item) { return item.at(member) == value; });
  return found == list.end() ? json() : *found;
}

}  // namespace

Device::Device(const TempFolder& folder, const Bootstrap& bootstrap, DeviceOptions options)
    : folder_(folder),
      bootstrap_(bootstrap),
      options_(std::move(options)),
      socket_(folder.path() / (options_.device_name + ".sock")) {
  start();
  const json id = rpc("id.get");
  tox_id_ = id.at("tox_id");
  key_ = id.at("key");
}

std::filesystem::path Device::data_folder() const { return folder_.path() / options_.device_name; }

void Device::start() {
  std::vector<std::string> arguments{"--data-dir",    data_folder(),
                                     "--state-file",  folder_.path() / (options_.device_name + ".last"),
                                     "--socket",      socket_,
                                     "--device-name", options_.device_name,
                                     "--nodes",       bootstrap_.nodes_file(),
                                     "--always-on",   options_.always_on ? "yes" : "no",
                                     "--no-ipv6",     "--no-local-discovery",
                                     "--verbose"};
  if (!options_.tox_name.empty()) arguments.insert(arguments.end(), {"--name", options_.tox_name});
  process_.emplace(ProcessOptions{.program = built_program("toxtored"),
                                  .arguments = arguments,
                                  .log_folder = folder_.path(),
                                  .log_name = options_.device_name,
                                  .environment = {}});
  process_->wait_for_line("to be ready", [](std::string_view line) { return line.starts_with("toxtored: ready"); });
  client_.emplace(connect());
}

void Device::stop() {
  client_.reset();
  const int code = process_->terminate();
  if (code != 0) throw TestFailure(options_.device_name + " ended with exit code " + std::to_string(code));
}

void Device::kill() {
  client_.reset();
  process_->kill();
}

RpcClient Device::connect() const {
  auto client = RpcClient::connect(socket_);
  if (!client) throw TestFailure("no connection to " + options_.device_name + ": " + client.error().message);
  return std::move(*client);
}

json Device::rpc(const std::string& method, const json& params) {
  auto result = client_->call(method, params);
  if (!result) throw TestFailure(options_.device_name + " " + method + " failed: " + result.error().message);
  return std::move(*result);
}

Error Device::refused(const std::string& method, const json& params) {
  const auto result = client_->call(method, params);
  if (result) throw TestFailure(options_.device_name + " " + method + " should have been refused");
  return result.error();
}

json Device::wait_for(const std::string& what, const std::string& method, const json& params,
                      const std::function<bool(const json&)>& fits, std::chrono::milliseconds patience) {
  json result;
  try {
    wait_until(options_.device_name + ": " + what, [&] { return fits(result = rpc(method, params)); }, patience);
  } catch (const TestFailure& failure) {
    throw TestFailure(std::string(failure.what()) + "\nlast answer to " + method + ": " + result.dump(1));
  }
  return result;
}

// --- What tests ask again and again.

std::uint64_t Device::events() { return rpc("status.get").at("events"); }

json Device::history(const std::string& friend_key) {
  json params{{"friend", friend_key}, {"limit", history_page}};
  json all = json::array();
  for (bool more = true; more;) {
    json page = rpc("message.history", params);
    more = page.at("more");
    json messages = std::move(page.at("messages"));
    if (more) params["before"] = messages.at(0).at("id");
    messages.insert(messages.end(), all.begin(), all.end());
    all = std::move(messages);
  }
  return all;
}

json Device::wait_for_history(const std::string& friend_key, std::size_t count) {
  json all;
  wait_until(options_.device_name + ": " + std::to_string(count) + " messages",
             [&] { return (all = history(friend_key)).size() >= count; });
  if (all.size() > count) throw TestFailure(options_.device_name + " has more messages than there are: " + all.dump(1));
  return all;
}

json Device::message(const std::string& friend_key, const std::string& text) {
  json found;
  for (const json& row : history(friend_key)) {
    if (row.at("text") != text) continue;
    if (!found.is_null()) throw TestFailure(options_.device_name + " shows twice: " + row.dump());
    found = row;
  }
  return found;
}

json Device::wait_for_message(const std::string& friend_key, const std::string& text,
                              const std::function<bool(const json&)>& fits) {
  json row;
  wait_until(options_.device_name + ": the message “" + text + "” as it should be", [&] {
    row = message(friend_key, text);
    return !row.is_null() && (!fits || fits(row));
  });
  return row;
}

void Device::send(const std::string& friend_key, const std::string& text) {
  rpc("message.send", {{"friend", friend_key}, {"text", text}});
}

json Device::friend_row(const std::string& friend_key) {
  return find_by(rpc("friend.list").at("friends"), "key", friend_key);
}

json Device::wait_for_request() {
  const json answer = wait_for("a friend request", "friend.requests", json::object(),
                               [](const json& result) { return !result.at("requests").empty(); });
  return answer.at("requests").at(0);
}

std::string Device::accept_friend(const std::string& friend_key) {
  json request;
  wait_until(options_.device_name + ": the friend request of " + friend_key.substr(0, 8), [&] {
    request = find_by(rpc("friend.requests").at("requests"), "key", friend_key);
    return !request.is_null();
  });
  rpc("friend.accept", {{"friend", friend_key}});
  return request.at("message");
}

std::string Device::connection_to(const std::string& peer_key) {
  const json device = find_by(rpc("device.list").at("devices"), "key", peer_key);
  const json row = device.is_null() ? friend_row(peer_key) : device;
  return row.is_null() ? "none" : row.at("connection").get<std::string>();
}

void Device::wait_connected(const std::string& peer_key, bool connected) {
  wait_until(
      options_.device_name + (connected ? " to be connected to " : " to see the end of ") + peer_key.substr(0, 8),
      [&] { return (connection_to(peer_key) != "none") == connected; });
}

// --- Two devices.

void link(Device& asker, Device& asked) {
  asker.rpc("friend.add", {{"tox_id", asked.tox_id()}, {"message", "Link me"}});
  asked.accept_friend(asker.key());
  asker.wait_connected(asked.key());

  asker.rpc("device.request", {{"friend", asked.key()}});
  const auto has_code = [](const json& answer) {
    return answer.at("requests").size() == 1 && answer.at("requests").at(0).at("code").is_string();
  };
  const auto code_on = [&](Device& device) {
    const json answer = device.wait_for("the code to compare", "device.requests", json::object(), has_code);
    return answer.at("requests").at(0).at("code").get<std::string>();
  };
  const std::string code = code_on(asker);
  if (code != code_on(asked)) throw TestFailure("the two devices show different codes");
  asker.rpc("device.accept", {{"device", asked.key()}, {"code", code}});
  asked.rpc("device.accept", {{"device", asker.key()}, {"code", code}});

  const auto both_listed = [&](const json& answer) {
    const json& rows = answer.at("devices");
    return std::ranges::all_of(std::array{asker.key(), asked.key()}, [&](const std::string& key) {
      return std::ranges::any_of(rows, [&](const json& row) { return row.at("key") == key; });
    });
  };
  for (Device* device : {&asker, &asked}) {
    device->wait_for("both devices listed", "device.list", json::object(), both_listed);
  }
  asker.wait_connected(asked.key());
  asked.wait_connected(asker.key());
}

json wait_for_equal_histories(Device& a, Device& b, const std::string& friend_key) {
  json of_a, of_b;
  try {
    wait_until(
        "equal histories",
        [&] {
          if (a.events() != b.events()) return false;  // cheaper to ask, and not equal before
          of_a = a.history(friend_key);
          of_b = b.history(friend_key);
          return of_a == of_b;
        },
        reconnection_patience);
  } catch (const TestFailure& failure) {
    throw TestFailure(std::string(failure.what()) + "\ndifference: " + json::diff(of_a, of_b).dump(1));
  }
  return of_a;
}

}  // namespace toxtore
