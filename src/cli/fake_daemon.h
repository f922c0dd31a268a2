// A daemon in name only: it listens on a socket and answers each method as the test says.
//
// It serves one connection after the other on a thread of its own, and keeps what it was asked.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/program.h"

namespace toxtore::test {

class FakeDaemon {
 public:
  /// The answer to one request. Without result and error the connection is closed.
  struct Answer {
    std::optional<nlohmann::json> result;
    std::optional<nlohmann::json> error;  ///< the object, with code, message and data
    // NOLINTNEXTLINE(readability-redundant-member-init): without it g++ wants it in every initializer
    std::vector<nlohmann::json> notifications = {};  ///< written behind the answer
    bool close_after = false;
  };
  using Method = std::function<Answer(const nlohmann::json& params)>;
  struct Request {
    std::string method;
    nlohmann::json params;
  };

  /// Methods that are not named are refused as unknown.
  explicit FakeDaemon(std::map<std::string, Method> methods);
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon();

  [[nodiscard]] std::string socket() const { return folder_.file("fake.sock"); }
  /// `toxtore` with `--socket` of this daemon and these words.
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& words) const;
  [[nodiscard]] Finished toxtore(const std::vector<std::string>& words, const std::string& input = "") const;
  /// All that was asked until now.
  [[nodiscard]] std::vector<Request> requests() const;

 private:
  void serve();
  void serve_connection(int connection);
  bool answer(int connection, const std::string& line);

  TestFolder folder_;
  std::map<std::string, Method> methods_;
  int listener_ = -1;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;  ///< guards `requests_`
  std::vector<Request> requests_;
  std::thread thread_;
};

/// An answer with this result.
FakeDaemon::Answer answer(nlohmann::json result);
/// An answer that refuses, with this `data.kind`.
FakeDaemon::Answer refusal(const std::string& kind, const std::string& message,
                           nlohmann::json candidates = nlohmann::json());

}  // namespace toxtore::test
