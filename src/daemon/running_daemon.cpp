#include "daemon/running_daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace toxtore {
namespace {

constexpr std::chrono::milliseconds limit_ms{30'000};

/// In the child: descriptor 0 is nothing, 1 the pipe, 2 the log, 3 the passphrase or nothing.
[[noreturn]] void become_daemon(std::vector<std::string> arguments, int output, const std::string& log, int secret,
                                std::optional<std::size_t> file_bytes_max) {
  if (file_bytes_max) {
    const rlimit limit{*file_bytes_max, *file_bytes_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
  if (secret >= 0) ::dup2(secret, 3);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

/// The reading end of a pipe with the text in it.
int pipe_with(const std::string& text) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const bool written = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(ends[1]);
  if (!written) throw std::runtime_error("pipe");
  // Not descriptor 3 itself: dup2 onto itself would leave it to be closed by exec.
  const int high = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 10);
  ::close(ends[0]);
  return high;
}

}  // namespace

RunningDaemon::RunningDaemon(const TestFolder& folder, const std::vector<std::string>& arguments,
                             const std::optional<std::string>& passphrase, std::optional<std::size_t> file_bytes_max)
    : socket_(folder / "toxtored.sock"), log_(folder / "log") {
  static std::atomic<int> started = 0;
  log_ += std::to_string(++started);
  std::vector<std::string> all = {TOXTORED,
                                  "--data-dir",
                                  (folder / "data").string(),
                                  "--state-file",
                                  (folder / "state").string(),
                                  "--socket",
                                  socket_,
                                  "--no-udp",
                                  "--no-local-discovery",
                                  "--nodes",
                                  folder.file("no_nodes.json", R"({"nodes": []})")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const int secret = passphrase ? pipe_with(*passphrase) : -1;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  output_ = ends[0];
  process_ = ::fork();
  if (process_ == 0) become_daemon(all, ends[1], log_.string(), secret, file_bytes_max);
  ::close(ends[1]);
  if (secret >= 0) ::close(secret);
}

RunningDaemon::~RunningDaemon() {
  if (!exit_code_) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(output_);
}

bool RunningDaemon::ready() {
  std::string output;
  while (!output.ends_with("\n")) {
    pollfd waited{output_, POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(limit_ms.count())) <= 0) return false;
    char buffer[256];
    const ssize_t got = ::read(output_, buffer, sizeof buffer);
    if (got <= 0) return false;
    output.append(buffer, static_cast<std::size_t>(got));
  }
  return output == "toxtored: ready, socket " + socket_.string() + "\n";
}

void RunningDaemon::signal(int number) const { ::kill(process_, number); }

std::optional<int> RunningDaemon::exit_code() {
  int status = 0;
  const auto ended = [&] { return ::waitpid(process_, &status, WNOHANG) == process_; };
  if (!exit_code_ && eventually(ended, limit_ms)) exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return exit_code_;
}

std::optional<int> RunningDaemon::stop() {
  signal(SIGTERM);
  return exit_code();
}

RpcClient RunningDaemon::client() const {
  auto client = RpcClient::connect(socket_);
  if (!client) throw std::runtime_error(client.error().message);
  return std::move(*client);
}

std::string RunningDaemon::log() const {
  std::stringstream text;
  text << std::ifstream(log_).rdbuf();
  return text.str();
}

nlohmann::json call(RpcClient& client, const std::string& method, const nlohmann::json& params) {
  auto result = client.call(method, params);
  if (!result) throw std::runtime_error(method + ": " + result.error().message);
  return std::move(*result);
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace toxtore
