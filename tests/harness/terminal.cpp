#include "harness/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace toxtore {
namespace {

/// Longer than any line that the tests write, so that none is broken.
constexpr const char* width = "200";
constexpr const char* height = "50";

ProcessOptions server_options(const TempFolder& folder, const std::filesystem::path& socket,
                              const std::vector<std::pair<std::string, std::string>>& environment) {
  return {.program = installed_program("tmux"),
          .arguments = {"-S", socket, "-f", "/dev/null", "-u", "-D"},
          .log_folder = folder.path(),
          .log_name = "tmux",
          .environment = environment};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

std::filesystem::path installed_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (std::filesystem::exists(std::filesystem::path(folder) / name)) return std::filesystem::path(folder) / name;
  }
  return {};
}

Terminal::Terminal(const TempFolder& folder, const std::vector<std::string>& command,
                   const std::vector<std::pair<std::string, std::string>>& environment)
    : folder_(folder), socket_(folder.path() / "tmux.sock"), server_(server_options(folder, socket_, environment)) {
  wait_until("tmux to listen", [this] { return std::filesystem::exists(socket_); });
  std::vector<std::string> words{"new-session", "-d", "-x", width, "-y", height, "--"};
  words.insert(words.end(), command.begin(), command.end());
  tmux(words);
  // What a program that ended wrote stays to be looked at.
  tmux({"set-option", "-g", "remain-on-exit", "on"});
}

std::vector<std::string> Terminal::tmux(const std::vector<std::string>& words) {
  std::vector<std::string> arguments{"-S", socket_};
  arguments.insert(arguments.end(), words.begin(), words.end());
  Process client({.program = installed_program("tmux"),
                  .arguments = arguments,
                  .log_folder = folder_.path(),
                  .log_name = "tmux-client",
                  .environment = {}});
  wait_until("tmux " + words.front(), [&] { return !client.running(); });
  return client.lines();
}

void Terminal::type(const std::string& text) { tmux({"send-keys", "-l", "--", text}); }

void Terminal::wait_for_end() {
  wait_until("the program to end", [this] { return tmux({"display-message", "-p", "#{pane_dead}"}).at(0) == "1"; });
}

void Terminal::press(const std::string& key) { tmux({"send-keys", key}); }

std::vector<std::string> Terminal::screen() { return tmux({"capture-pane", "-p"}); }

std::size_t Terminal::count_on_screen(const std::string& text) {
  const auto lines = screen();
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

void Terminal::wait_for_text(const std::string& text, std::chrono::milliseconds patience) {
  try {
    wait_until("“" + text + "” on the screen", [&] { return count_on_screen(text) > 0; }, patience);
  } catch (const TestFailure& failure) {
    throw TestFailure(std::string(failure.what()) + "\nthe screen:\n" + joined(screen()));
  }
}

}  // namespace toxtore
