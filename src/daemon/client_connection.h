// One client of the control socket.
//
// Lives while an operation on its socket is under way or the server lists it. `close` ends both.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "daemon/server.h"

namespace toxtore {

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  ClientConnection(Server& server, Socket socket) : server_(server), socket_(std::move(socket)) {}

  void start() { read_more(); }
  /// Sends a last line and ends.
  void refuse(const std::string& line);
  void close();

  void feed();
  void notify(const std::string& line);
  /// Whether it has too much waiting and has not read any of it for too long.
  [[nodiscard]] bool stalled() const;

 private:
  using Clock = std::chrono::steady_clock;

  void read_more();
  /// Takes no more requests, and closes when all that waits has been written.
  void end();
  void take_requests();
  bool take_request();
  void send(const std::string& line);
  void write_more();
  void written(std::size_t bytes);
  [[nodiscard]] std::size_t waiting() const { return queued_.size() + sending_.size() - sent_; }

  Server& server_;
  Socket socket_;
  Session session_;
  std::array<char, std::size_t{64} * 1024> chunk_{};
  std::string received_;       ///< not yet taken requests
  std::size_t searched_ = 0;   ///< of `received_`, without a line's end
  bool reading_ = false;       ///< a read is under way
  bool taking_later_ = false;  ///< take_requests is posted
  bool ending_ = false;        ///< closes when all is written
  bool closed_ = false;
  std::string queued_;   ///< waits behind `sending_`
  std::string sending_;  ///< belongs to the write that is under way, if it is not empty
  std::size_t sent_ = 0;
  Clock::time_point last_progress_ = Clock::now();
};

}  // namespace toxtore
