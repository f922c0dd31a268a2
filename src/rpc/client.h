// A blocking client of the control socket (docs/RPC.md): for the command line and the tests.
//
// One connection, one thread. Every wait has a deadline. Notifications that arrive while `call` waits for its answer
// are kept for `next_notification`; what was refused by the daemon comes back as a CallError with the kind that the
// daemon named (`data.kind`), its message and its candidates.
//
// Errors of the connection itself: offline (no daemon listens there, or it closed the connection), busy (no answer
// within the time; the request may still be carried out), malformed (the other side does not speak this protocol),
// denied (the socket belongs to another user), io.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace toxtore {

/// How long `call` waits unless told otherwise: longer than the slowest disk needs to commit.
inline constexpr std::chrono::milliseconds rpc_timeout_ms{30'000};
/// For waits that end only with an answer or the connection (about 24 days).
inline constexpr std::chrono::milliseconds rpc_forever_ms{INT32_MAX};

/// Why a call has no result.
struct CallError : Error {
  /// What a name that is ambiguous can mean, as the daemon wrote it.
  struct Candidate {
    std::string key;
    std::string name;
  };
  bool refused = false;      ///< the daemon answered so; else the connection failed
  std::string refused_kind;  ///< `data.kind`, also one that this program does not know
  std::vector<Candidate> candidates;
};

/// The `error` object of an answer. What is not there or of another form gets an `internal` error's words.
CallError refusal_of(const nlohmann::json& error_object);

class RpcClient {
 public:
  static Result<RpcClient> connect(const std::filesystem::path& socket);
  RpcClient(RpcClient&& other) noexcept;
  RpcClient& operator=(RpcClient&& other) noexcept;
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;
  ~RpcClient();

  /// Sends one request and waits for its `result`. `params` is an object.
  tl::expected<nlohmann::json, CallError> call(std::string_view method, const nlohmann::json& params,
                                               std::chrono::milliseconds timeout = rpc_timeout_ms);
  /// The same for a method without parameters.
  tl::expected<nlohmann::json, CallError> call(std::string_view method);

  /// The next notification, whole (`method` "event" or "notice", `params`): a kept one, or the first to arrive.
  /// Error busy if none came within the time.
  Result<nlohmann::json> next_notification(std::chrono::milliseconds timeout);

  // --- The line level, for tests and for many requests in flight. Lines are without their "\n".

  Result<void> send_line(std::string_view line, std::chrono::milliseconds timeout = rpc_timeout_ms);
  Result<std::string> read_line(std::chrono::milliseconds timeout = rpc_timeout_ms);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  explicit RpcClient(int descriptor) : descriptor_(descriptor) {}
  Result<void> wait_for(short events, Deadline deadline);
  Result<void> send_until(std::string_view line, Deadline deadline);
  Result<std::string> read_until(Deadline deadline);

  int descriptor_ = -1;
  std::uint64_t last_id_ = 0;
  std::string received_;                   ///< what has arrived of the next lines
  std::deque<std::string> notifications_;  ///< lines that came while an answer was waited for
};

}  // namespace toxtore
