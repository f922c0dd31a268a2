#include "daemon/server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "daemon/client_connection.h"
#include "daemon/log.h"
#include "rpc/json.h"

namespace toxtore {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds accept_pause_ms{1'000};

Error system_error(const std::string& what, int error) {
  ErrorKind kind = ErrorKind::io;
  if (error == EACCES || error == EPERM) kind = ErrorKind::denied;
  if (error == EROFS) kind = ErrorKind::read_only;
  if (error == ENOSPC) kind = ErrorKind::disk_full;
  return {kind, what + ": " + std::strerror(error)};
}

/// In a folder that others can write, such as /tmp, someone else may have made ours first.
Result<void> prepare_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder.parent_path(), code);
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return fail(system_error("cannot make the folder " + folder.string(), errno));
  struct stat info{};
  if (::lstat(folder.c_str(), &info) != 0) return fail(system_error("cannot look at " + folder.string(), errno));
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return fail(ErrorKind::denied, folder.string() + " belongs to another user; give another place with --socket");
  return {};
}

/// Makes way where a dead daemon left its socket.
Result<void> remove_dead(const fs::path& path, const asio::local::stream_protocol::endpoint& endpoint) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode))
    return fail(ErrorKind::already_exists,
                path.string() + " is a file and no socket; give another place with --socket");
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return fail(system_error("cannot open a socket", errno));
  const int refused = ::connect(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 ? 0 : errno;
  ::close(probe);
  if (refused != ECONNREFUSED)
    return fail(ErrorKind::locked, "another toxtored listens on " + path.string() + "; stop it, or give --socket");
  ::unlink(path.c_str());
  return {};
}

bool same_user(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace

Server::Server(asio::io_context& io, fs::path path, LineService& service)
    : io_(io), path_(std::move(path)), service_(service), acceptor_(io), accept_pause_(io) {}

Result<std::unique_ptr<Server>> Server::listen(asio::io_context& io, const fs::path& path, LineService& service) {
  constexpr std::size_t path_bytes_max = 107;  // sockaddr_un holds 108 with the terminating zero
  const fs::path absolute = fs::absolute(path);
  if (absolute.string().size() > path_bytes_max)
    return fail(ErrorKind::too_long,
                "the socket's path has more than 107 bytes, the most that the system takes: " + absolute.string());
  if (auto folder = prepare_folder(absolute.parent_path()); !folder) return fail(folder.error());
  const Protocol::endpoint endpoint(absolute.string());
  if (auto free = remove_dead(absolute, endpoint); !free) return fail(free.error());

  std::unique_ptr<Server> server(new Server(io, absolute, service));
  boost::system::error_code error;
  server->acceptor_.open(endpoint.protocol(), error);
  const mode_t before = ::umask(0177);  // 0600 from the first moment on
  if (!error) server->acceptor_.bind(endpoint, error);
  ::umask(before);
  if (!error) server->acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(system_error("cannot listen on " + absolute.string(), error.value()));
  server->accept_next();
  return server;
}

Server::~Server() {
  boost::system::error_code ignored;
  const bool bound = acceptor_.is_open() && !acceptor_.local_endpoint(ignored).path().empty();
  acceptor_.close(ignored);
  if (bound) ::unlink(path_.c_str());
  for (const auto& connection : all()) connection->close();
}

std::vector<std::shared_ptr<ClientConnection>> Server::all() const {
  return {connections_.begin(), connections_.end()};
}

void Server::accept_next() {
  acceptor_.async_accept([this](const boost::system::error_code& error, Protocol::socket socket) {
    if (error == asio::error::operation_aborted) return;  // the server is gone
    if (!error) {
      accepted(std::move(socket));
      return accept_next();
    }
    log::warning("control socket: " + error.message());  // out of descriptors, most likely: that takes time to pass
    accept_pause_.expires_after(accept_pause_ms);
    accept_pause_.async_wait([this](const boost::system::error_code& aborted) {
      if (!aborted) accept_next();
    });
  });
}

void Server::accepted(Protocol::socket socket) {
  if (!same_user(socket.native_handle())) {
    log::warning("control socket: turned away a process of another user");
    return;  // closes it
  }
  const auto connection = std::make_shared<ClientConnection>(*this, std::move(socket));
  const bool room = connections_.size() < connections_max;
  connections_.insert(connection);
  if (room) return connection->start();
  connection->refuse(error_line(
      RpcError(kind_name(ErrorKind::busy), std::to_string(connections_max) + " clients are connected; try again")));
}

void Server::feed_subscribers() {
  for (const auto& connection : all()) connection->feed();
}

void Server::notify(const std::string& line) {
  for (const auto& connection : all()) connection->notify(line);
}

void Server::drop_stalled() {
  for (const auto& connection : all()) {
    if (!connection->stalled()) continue;
    log::warning("control socket: disconnected a client that does not read its answers");
    connection->close();
  }
}

}  // namespace toxtore
