// For tests: the real toxtored as a child process, without any network, in a folder of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/test_folder.h"
#include "rpc/client.h"

namespace toxtore {

class RunningDaemon {
 public:
  /// Starts it with these arguments besides those for the folder's data, the socket in it and no network. `passphrase`
  /// comes to it over file descriptor 3. Its files cannot grow beyond `file_bytes_max`, as on a full disk.
  RunningDaemon(const TestFolder& folder, const std::vector<std::string>& arguments,
                const std::optional<std::string>& passphrase = std::nullopt,
                std::optional<std::size_t> file_bytes_max = std::nullopt);
  RunningDaemon(const RunningDaemon&) = delete;
  RunningDaemon& operator=(const RunningDaemon&) = delete;
  ~RunningDaemon();

  /// Waits for the line that it is ready; false if it ended first.
  bool ready();
  void signal(int number) const;
  /// Waits for its end; none if it lives too long, -1 if a signal ended it.
  std::optional<int> exit_code();
  /// SIGTERM, and then its exit code.
  std::optional<int> stop();

  [[nodiscard]] RpcClient client() const;
  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }
  /// What it logged so far.
  [[nodiscard]] std::string log() const;

 private:
  std::filesystem::path socket_;
  std::filesystem::path log_;
  pid_t process_ = -1;
  int output_ = -1;
  std::optional<int> exit_code_;
};

/// A result, or a failed test.
nlohmann::json call(RpcClient& client, const std::string& method,
                    const nlohmann::json& params = nlohmann::json::object());

/// Waits for a condition; false if it does not hold in time.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::milliseconds(20'000));

}  // namespace toxtore
