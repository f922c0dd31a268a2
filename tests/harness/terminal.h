// A terminal on which a program runs that nobody sees: a tmux server of this test's own.
//
// The server is a child of the test, in the foreground, with its socket in the test's folder: it ends with the test,
// however that ends, takes the program with it, and no other tmux on the machine is touched.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/process.h"
#include "harness/temp_folder.h"

namespace toxtore {

/// The program on the PATH; empty if it is not installed.
std::filesystem::path installed_program(const std::string& name);

class Terminal {
 public:
  /// Runs a program, found on the PATH, with these words added to its environment. The folder must outlive it.
  Terminal(const TempFolder& folder, const std::vector<std::string>& command,
           const std::vector<std::pair<std::string, std::string>>& environment);

  /// Types a text as it stands.
  void type(const std::string& text);
  /// Presses a key by tmux's name for it, such as "Enter" or "C-p".
  void press(const std::string& key);
  void type_line(const std::string& text) {
    type(text);
    press("Enter");
  }

  /// Waits until the program has ended.
  void wait_for_end();
  /// Runs it anew, as it was first run.
  void run_again() { tmux({"respawn-pane"}); }

  /// The lines of the screen as they are now.
  std::vector<std::string> screen();
  /// How many lines of the screen hold this text.
  std::size_t count_on_screen(const std::string& text);
  /// Waits until some line holds the text; throws, with the screen, if none does in time.
  void wait_for_text(const std::string& text, std::chrono::milliseconds patience = connection_patience);

 private:
  /// Runs a tmux command on the server; its output's lines. Throws if it fails.
  std::vector<std::string> tmux(const std::vector<std::string>& words);

  const TempFolder& folder_;
  std::filesystem::path socket_;
  Process server_;
};

}  // namespace toxtore
