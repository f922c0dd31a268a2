#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace toxtore {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::size_t columns_of_output() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

Terminal::Terminal() : output_is_terminal_(::isatty(STDOUT_FILENO) == 1) {
  interactive_ = output_is_terminal_ && ::isatty(STDIN_FILENO) == 1;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  style_.colour = output_is_terminal_ && (no_color == nullptr || *no_color == '\0');
  style_.columns = output_is_terminal_ ? columns_of_output() : 0;
}

void Terminal::print(std::string_view text) { output_failed_ |= !write_all(STDOUT_FILENO, text); }

void Terminal::remark(std::string_view text) { write_all(STDERR_FILENO, text); }

Outcome<> Terminal::printed_all() const {
  if (output_failed_)
    return refuse(ExitCode::failed, "io", "the output could not be written; what was asked for is done");
  return {};
}

std::optional<std::string> Terminal::ask(std::string_view question) {
  print(question);
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    if (c == '\n') return line;
    if (line.size() < input_size_max_bytes) line += c;
  }
  print("\n");
  return line.empty() ? std::nullopt : std::optional(line);
}

Outcome<std::string> Terminal::read_input() {
  std::string text;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return refuse(ExitCode::failed, "io", std::string("standard input cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > input_size_max_bytes)
      return refuse(ExitCode::failed, "too_long", "standard input is longer than a message can be");
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace toxtore
