#include "daemon/client_connection.h"

#include "daemon/log.h"
#include "rpc/json.h"

namespace toxtore {

namespace asio = boost::asio;

void ClientConnection::read_more() {
  if (reading_ || closed_ || ending_) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
                            self->reading_ = false;
                            // All requests before the end have been taken, for only then more is read.
                            if (error == asio::error::eof) return self->end();
                            if (error) return self->close();
                            self->received_.append(self->chunk_.data(), bytes);
                            self->take_requests();
                          });
}

/// Takes what one turn may take, then reads on, or waits: for the next turn if lines are left, or for the client if
/// it has too much to read (`written` then goes on).
void ClientConnection::take_requests() {
  std::size_t taken = 0;
  while (taken < requests_per_turn_max && take_request()) ++taken;
  if (taken > 0) server_.service_.requests_done();
  if (closed_ || ending_) return;
  feed();
  if (waiting() > answer_backlog_bytes_max) return;
  if (taken < requests_per_turn_max) return read_more();
  if (taking_later_) return;
  taking_later_ = true;
  asio::post(server_.io_, [self = shared_from_this()] {
    self->taking_later_ = false;
    self->take_requests();
  });
}

/// False: no whole line is there, or none may be taken now.
bool ClientConnection::take_request() {
  if (closed_ || ending_ || waiting() > answer_backlog_bytes_max) return false;
  const std::size_t end = received_.find('\n', searched_);
  const std::size_t line_bytes = end == std::string::npos ? received_.size() : end;
  if (line_bytes > line_bytes_max) {
    refuse(error_line({protocol_kind::line_too_long, "a line has at most 1 MiB; the connection ends here"}));
    return false;
  }
  if (end == std::string::npos) {
    searched_ = received_.size();
    return false;
  }
  if (const auto answer = server_.service_.answer(std::string_view(received_).substr(0, end), session_)) send(*answer);
  received_.erase(0, end + 1);
  searched_ = 0;
  return true;
}

void ClientConnection::refuse(const std::string& line) {
  send(line);
  end();
}

void ClientConnection::end() {
  ending_ = true;
  if (waiting() == 0) close();
}

void ClientConnection::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  server_.connections_.erase(shared_from_this());
}

void ClientConnection::feed() {
  if (ending_) return;
  while (!closed_ && session_.subscription && waiting() < event_backlog_bytes_max) {
    const auto lines = server_.service_.next_events(session_);
    if (lines.empty()) return;
    for (const std::string& line : lines) send(line);
  }
}

void ClientConnection::notify(const std::string& line) {
  if (session_.subscription && !ending_ && waiting() < notice_backlog_bytes_max) send(line);
}

bool ClientConnection::stalled() const {
  const bool must_read = ending_ || waiting() > answer_backlog_bytes_max;
  return must_read && Clock::now() - last_progress_ > stalled_ms_max;
}

void ClientConnection::send(const std::string& line) {
  if (closed_) return;
  if (waiting() == 0) last_progress_ = Clock::now();
  queued_ += line;
  queued_ += '\n';
  if (sending_.empty()) write_more();
}

void ClientConnection::write_more() {
  if (sending_.empty()) std::swap(sending_, queued_);
  const auto rest = asio::buffer(sending_.data() + sent_, sending_.size() - sent_);
  socket_.async_write_some(rest,
                           [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
                             if (error) return self->close();
                             self->written(bytes);
                           });
}

void ClientConnection::written(std::size_t bytes) {
  if (closed_) return;
  const bool was_full = waiting() > answer_backlog_bytes_max;
  last_progress_ = Clock::now();
  sent_ += bytes;
  if (sent_ == sending_.size()) {
    sending_.clear();
    sent_ = 0;
  }
  if (waiting() > 0) {
    write_more();
  } else if (ending_) {
    return close();
  }
  feed();
  if (was_full && waiting() <= answer_backlog_bytes_max) take_requests();
}

}  // namespace toxtore
