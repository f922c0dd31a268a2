#include "rpc/client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "rpc/json_fields.h"
#include "rpc/rpc_error.h"

namespace toxtore {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t read_size_bytes = std::size_t{64} * 1024;

Error connect_error(const std::filesystem::path& socket, int error) {
  const std::string where = socket.string();
  switch (error) {
    case ENOENT:
    case ECONNREFUSED: return {ErrorKind::offline, "no toxtored listens on " + where + "; start it first"};
    case EACCES:
    case EPERM: return {ErrorKind::denied, where + " belongs to another user"};
    case EAGAIN: return {ErrorKind::busy, "too many clients wait for " + where + "; try again"};
    default: return {ErrorKind::io, "cannot connect to " + where + ": " + std::strerror(error)};
  }
}

/// In a folder that others can write, someone else may listen where our daemon would.
bool same_user(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

Error closed_error() { return {ErrorKind::offline, "toxtored closed the connection"}; }

Result<nlohmann::json> parse_object(const std::string& line) {
  auto parsed = nlohmann::json::parse(line, nullptr, false);
  if (!parsed.is_object()) return fail(ErrorKind::malformed, "what answers on the control socket is not toxtored");
  return parsed;
}

/// Kinds of the protocol itself (docs/RPC.md), which no part below the control socket knows.
ErrorKind kind_of(std::string_view name) {
  if (const auto kind = kind_named(name)) return *kind;
  if (name == protocol_kind::parse) return ErrorKind::malformed;
  if (name == protocol_kind::line_too_long) return ErrorKind::too_long;
  if (name == protocol_kind::invalid_request || name == protocol_kind::unknown_method)
    return ErrorKind::invalid_argument;
  return ErrorKind::internal;
}

}  // namespace

CallError refusal_of(const nlohmann::json& error_object) {
  CallError refusal{{ErrorKind::internal, "toxtored gave an error without a message"}, true, "internal", {}};
  if (const std::string message = text_in(error_object, "message"); !message.empty()) refusal.message = message;
  const nlohmann::json& data = field_in(error_object, "data");
  if (const std::string kind = text_in(data, "kind"); !kind.empty()) refusal.refused_kind = kind;
  refusal.kind = kind_of(refusal.refused_kind);
  for (const nlohmann::json& each : list_in(data, "candidates")) {
    refusal.candidates.push_back({text_in(each, "key"), text_in(each, "name")});
  }
  return refusal;
}

Result<RpcClient> RpcClient::connect(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::too_long, "the socket's path is longer than the system allows (107 bytes): " + path);
  std::memcpy(address.sun_path, path.data(), path.size());

  RpcClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (client.descriptor_ < 0) return fail(ErrorKind::io, std::string("cannot open a socket: ") + std::strerror(errno));
  if (::connect(client.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(connect_error(socket, errno));
  if (!same_user(client.descriptor_)) return fail(connect_error(socket, EACCES));
  ::fcntl(client.descriptor_, F_SETFL, O_NONBLOCK);  // after connecting: from here every wait has its deadline
  return client;
}

RpcClient::RpcClient(RpcClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      last_id_(other.last_id_),
      received_(std::move(other.received_)),
      notifications_(std::move(other.notifications_)) {}

RpcClient& RpcClient::operator=(RpcClient&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(last_id_, other.last_id_);
  std::swap(received_, other.received_);
  std::swap(notifications_, other.notifications_);
  return *this;
}

RpcClient::~RpcClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

tl::expected<nlohmann::json, CallError> RpcClient::call(std::string_view method, const nlohmann::json& params,
                                                        milliseconds timeout) {
  const auto broken = [](const Error& error) { return tl::unexpected(CallError{error, false, {}, {}}); };
  const auto deadline = steady_clock::now() + timeout;
  const std::uint64_t id = ++last_id_;
  const nlohmann::json request = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
  if (const auto sent = send_until(request.dump(), deadline); !sent) return broken(sent.error());
  while (true) {
    auto line = read_until(deadline);
    if (!line) return broken(line.error());
    auto answer = parse_object(*line);
    if (!answer) return broken(answer.error());
    if (!answer->contains("id")) {
      notifications_.push_back(std::move(*line));
      continue;
    }
    const nlohmann::json& answered = (*answer)["id"];
    // An answer to an earlier call that ran out of time is of no use any more; an error without an id (null) is about
    // the line as a whole, and so about this one.
    if (answered != id && !answered.is_null()) continue;
    if (answer->contains("error")) return tl::unexpected(refusal_of((*answer)["error"]));
    return std::move((*answer)["result"]);
  }
}

tl::expected<nlohmann::json, CallError> RpcClient::call(std::string_view method) {
  return call(method, nlohmann::json::object());
}

Result<nlohmann::json> RpcClient::next_notification(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (notifications_.empty()) {
    auto line = read_until(deadline);
    if (!line) return fail(line.error());
    auto object = parse_object(*line);
    if (!object || !object->contains("id")) return object;
  }
  const std::string line = std::move(notifications_.front());
  notifications_.pop_front();
  return parse_object(line);
}

Result<void> RpcClient::send_line(std::string_view line, milliseconds timeout) {
  return send_until(line, steady_clock::now() + timeout);
}

Result<std::string> RpcClient::read_line(milliseconds timeout) { return read_until(steady_clock::now() + timeout); }

Result<void> RpcClient::wait_for(short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    if (left < 0) return fail(ErrorKind::busy, "toxtored did not answer in time");
    pollfd waited{descriptor_, events, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min<long>(left, INT32_MAX)));
    if (ready > 0) return {};
    if (ready == 0) return fail(ErrorKind::busy, "toxtored did not answer in time");
    if (errno != EINTR) return fail(ErrorKind::io, std::string("waiting for toxtored: ") + std::strerror(errno));
  }
}

Result<void> RpcClient::send_until(std::string_view line, Deadline deadline) {
  std::string rest(line);
  rest += '\n';
  std::string_view left = rest;
  while (!left.empty()) {
    const ssize_t sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    // A daemon that ends a connection writes why before it closes. That is still there to be read, and after it the
    // reading finds the end of the connection.
    if (errno == EPIPE || errno == ECONNRESET) return {};
    if (errno != EAGAIN && errno != EINTR)
      return fail(ErrorKind::io, std::string("writing to toxtored: ") + std::strerror(errno));
    if (auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
  }
  return {};
}

Result<std::string> RpcClient::read_until(Deadline deadline) {
  std::size_t searched = 0;
  while (true) {
    if (const auto end = received_.find('\n', searched); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    searched = received_.size();
    received_.resize(searched + read_size_bytes);
    const ssize_t got = ::recv(descriptor_, received_.data() + searched, read_size_bytes, 0);
    received_.resize(searched + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) continue;
    if (got == 0 || errno == ECONNRESET) return fail(closed_error());
    if (errno != EAGAIN && errno != EINTR)
      return fail(ErrorKind::io, std::string("reading from toxtored: ") + std::strerror(errno));
    if (auto ready = wait_for(POLLIN, deadline); !ready) return fail(ready.error());
  }
}

}  // namespace toxtore
