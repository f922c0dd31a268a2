#include "cli/program.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace toxtore::test {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void become(const std::vector<std::string>& command) {
  ::setenv("TZ", "UTC", 1);
  ::unsetenv("NO_COLOR");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  std::_Exit(127);
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return ends;
}

void close_and_forget(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// False at the end. A terminal whose other side is gone gives an error there.
bool append_from(int descriptor, std::string& text) {
  std::array<char, 4096> piece{};
  const ssize_t got = ::read(descriptor, piece.data(), piece.size());
  if (got > 0) text.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, On on) {
  ::signal(SIGPIPE, SIG_IGN);  // a process that ends early must not take the tests with it
  start_child(command, on);
}

void Process::start_child(const std::vector<std::string>& command, On on) {
  if (on == On::terminal) {
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 60;
    child_ = ::forkpty(&output_, nullptr, nullptr, &size);
    if (child_ == 0) become(command);
    input_ = ::dup(output_);
    return;
  }
  const auto in = make_pipe();
  const auto out = make_pipe();
  const auto err = make_pipe();
  child_ = ::fork();
  if (child_ == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    become(command);
  }
  for (const int theirs : {in[0], out[1], err[1]}) ::close(theirs);
  input_ = in[1];
  output_ = out[0];
  errors_ = err[0];
}

Process::~Process() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  for (int* descriptor : {&input_, &output_, &errors_}) close_and_forget(*descriptor);
}

void Process::type(const std::string& text) const {
  if (::write(input_, text.data(), text.size()) < 0) throw std::system_error(errno, std::generic_category(), "type");
}

void Process::end_input() { close_and_forget(input_); }

void Process::signal(int number) const { ::kill(child_, number); }

bool Process::read_some(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  std::array<pollfd, 2> waited = {{{output_, POLLIN, 0}, {errors_, POLLIN, 0}}};
  if (left <= 0 || ::poll(waited.data(), waited.size(), static_cast<int>(left)) <= 0) return false;
  if (waited[0].revents != 0 && !append_from(output_, read_output_)) close_and_forget(output_);
  if (waited[1].revents != 0 && !append_from(errors_, read_errors_)) close_and_forget(errors_);
  return output_ >= 0 || errors_ >= 0;
}

bool Process::wait_for(const std::string& expected) {
  const auto deadline = steady_clock::now() + patience;
  while (read_output_.find(expected) == std::string::npos) {
    if (!read_some(deadline)) return read_output_.find(expected) != std::string::npos;
  }
  return true;
}

Finished Process::finish() {
  const auto deadline = steady_clock::now() + patience;
  while (read_some(deadline)) {
  }
  if (steady_clock::now() >= deadline) ::kill(child_, SIGKILL);
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_output_, read_errors_};
}

Finished toxtore(const std::vector<std::string>& words, const std::string& input) {
  std::vector<std::string> command = {TOXTORE};
  command.insert(command.end(), words.begin(), words.end());
  Process process(command);
  if (!input.empty()) process.type(input);
  process.end_input();
  return process.finish();
}

}  // namespace toxtore::test
