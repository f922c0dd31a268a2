// The control socket: connections, lines and their limits (docs/RPC.md). What a line means, its owner says.
//
// One thread, that of the io_context. A client can make the daemon wait for nothing and hold no more than the limits
// below: a turn takes a bounded number of its requests, and while it does not read, nothing more is made for it.
#pragma once

#include <utility>  // Boost.Asio 1.74 uses std::exchange without including it

#include <boost/asio.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rpc/method.h"

namespace toxtore {

/// 1 MiB: more than any request needs; a message has 32 KiB, in JSON six times as many at most.
inline constexpr std::size_t line_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::size_t connections_max = 64;
/// Requests of one connection in one turn of the loop; the others wait for the next.
inline constexpr std::size_t requests_per_turn_max = 64;
/// While more waits for a client to read, it gets no more events (they keep) ...
inline constexpr std::size_t event_backlog_bytes_max = std::size_t{256} * 1024;
/// ... no notices (they are lost to it) ...
inline constexpr std::size_t notice_backlog_bytes_max = std::size_t{1024} * 1024;
/// ... and its requests are not taken. The greatest single answer, a page of 1,000 messages, is about as large.
inline constexpr std::size_t answer_backlog_bytes_max = std::size_t{8} * 1024 * 1024;
/// A client with more than that waiting which reads nothing for so long is disconnected.
inline constexpr std::chrono::milliseconds stalled_ms_max{5'000};

/// What the server's owner does with lines. None of it may throw.
class LineService {
 public:
  LineService() = default;
  LineService(const LineService&) = delete;
  LineService& operator=(const LineService&) = delete;
  virtual ~LineService() = default;

  /// The answer to a line, if it has one. Nothing may be let out after a fault: then none.
  virtual std::optional<std::string> answer(std::string_view line, Session& session) = 0;
  /// The next lines of a subscription; none if there are none.
  virtual std::vector<std::string> next_events(Session& session) = 0;
  /// Some requests were answered: time to do what they brought about.
  virtual void requests_done() = 0;
};

class ClientConnection;

class Server {
 public:
  /// Listens at the path, mode 0600. A missing folder is made, mode 0700; the default one in /tmp must be ours alone.
  /// A socket file on which nobody listens is replaced. Errors: locked (someone listens there), already_exists (a file
  /// that is no socket), denied (the folder is not ours), too_long (the path), read_only, io. `io` and `service` must
  /// outlive the server.
  static Result<std::unique_ptr<Server>> listen(boost::asio::io_context& io, const std::filesystem::path& path,
                                                LineService& service);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Closes every connection and removes the socket file.
  ~Server();

  /// Gives subscribers what is new to them.
  void feed_subscribers();
  /// A notice for all subscribers.
  void notify(const std::string& line);
  /// To be called about once a second: ends connections that do not read.
  void drop_stalled();
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  friend class ClientConnection;
  using Protocol = boost::asio::local::stream_protocol;

  Server(boost::asio::io_context& io, std::filesystem::path path, LineService& service);
  void accept_next();
  void accepted(Protocol::socket socket);
  /// A copy, since connections end while one goes through them.
  [[nodiscard]] std::vector<std::shared_ptr<ClientConnection>> all() const;

  boost::asio::io_context& io_;
  std::filesystem::path path_;
  LineService& service_;
  Protocol::acceptor acceptor_;
  boost::asio::steady_timer accept_pause_;
  std::set<std::shared_ptr<ClientConnection>> connections_;
};

}  // namespace toxtore
