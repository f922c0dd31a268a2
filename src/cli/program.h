// Runs `toxtore` and `toxtored` as a user would: as processes, with pipes or on a terminal of their own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/test_folder.h"

namespace toxtore::test {

/// After this a test gives up; far beyond what anything here takes.
inline constexpr std::chrono::seconds patience{30};

struct Finished {
  int exit_code = -1;  ///< -1: ended by a signal or out of time
  std::string output;
  std::string errors;
};

/// A process with pipes, killed at the latest when this goes.
class Process {
 public:
  enum class On { pipes, terminal };
  /// On a terminal of 80 columns standard input, output and error are all that terminal. NO_COLOR is unset and the time
  /// zone is UTC.
  Process(const std::vector<std::string>& command, On on = On::pipes);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void type(const std::string& text) const;
  void end_input();
  void signal(int number) const;
  /// Reads until `expected` has been printed on standard output; false when out of time or at the end.
  bool wait_for(const std::string& expected);
  /// Reads to the end and waits.
  Finished finish();

 private:
  void start_child(const std::vector<std::string>& command, On on);
  bool read_some(std::chrono::steady_clock::time_point deadline);

  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::string read_output_;
  std::string read_errors_;
};

/// `toxtore` with these words and this standard input, to its end.
Finished toxtore(const std::vector<std::string>& words, const std::string& input = "");

}  // namespace toxtore::test
