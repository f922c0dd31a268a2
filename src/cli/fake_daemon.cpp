#include "cli/fake_daemon.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <system_error>

namespace toxtore::test {
namespace {

using nlohmann::json;

/// How soon the thread sees that it is to stop.
constexpr int look_interval_ms = 20;

bool readable(int descriptor) {
  pollfd waited{descriptor, POLLIN, 0};
  return ::poll(&waited, 1, look_interval_ms) > 0;
}

void write_line(int connection, const json& value) {
  const std::string line = value.dump() + "\n";
  // A client that is gone already is the client's business.
  [[maybe_unused]] const auto sent = ::send(connection, line.data(), line.size(), MSG_NOSIGNAL);
}

}  // namespace

FakeDaemon::FakeDaemon(std::map<std::string, Method> methods) : methods_(std::move(methods)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket().c_str(), sizeof address.sun_path - 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 8) != 0)
    throw std::system_error(errno, std::generic_category(), "listen");
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> FakeDaemon::command(const std::vector<std::string>& words) const {
  std::vector<std::string> command = {TOXTORE, "--socket", socket()};
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

Finished FakeDaemon::toxtore(const std::vector<std::string>& words, const std::string& input) const {
  Process process(command(words));
  if (!input.empty()) process.type(input);
  process.end_input();
  return process.finish();
}

std::vector<FakeDaemon::Request> FakeDaemon::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void FakeDaemon::serve() {
  while (!stop_) {
    if (!readable(listener_)) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    serve_connection(connection);
    ::close(connection);
  }
}

void FakeDaemon::serve_connection(int connection) {
  std::string received;
  std::array<char, 4096> piece{};
  while (!stop_) {
    if (!readable(connection)) continue;
    const ssize_t got = ::recv(connection, piece.data(), piece.size(), 0);
    if (got <= 0) return;
    received.append(piece.data(), static_cast<std::size_t>(got));
    for (auto end = received.find('\n'); end != std::string::npos; end = received.find('\n')) {
      if (!answer(connection, received.substr(0, end))) return;
      received.erase(0, end + 1);
    }
  }
}

bool FakeDaemon::answer(int connection, const std::string& line) {
  const json request = json::parse(line);
  const auto name = request.at("method").get<std::string>();
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({name, request.at("params")});
  }
  const auto method = methods_.find(name);
  const Answer made =
      method == methods_.end() ? refusal("unknown_method", "no method " + name) : method->second(request.at("params"));
  json reply = {{"jsonrpc", "2.0"}, {"id", request.at("id")}};
  if (made.result) reply["result"] = *made.result;
  if (made.error) reply["error"] = *made.error;
  if (made.result || made.error) write_line(connection, reply);
  for (const json& each : made.notifications) write_line(connection, each);
  return (made.result || made.error) && !made.close_after;
}

FakeDaemon::Answer answer(json result) { return {.result = std::move(result), .error = {}}; }

FakeDaemon::Answer refusal(const std::string& kind, const std::string& message, json candidates) {
  json data = {{"kind", kind}};
  if (!candidates.is_null()) data["candidates"] = std::move(candidates);
  return {.result = {}, .error = json{{"code", 1}, {"message", message}, {"data", data}}};
}

}  // namespace toxtore::test
