// A program that a test runs: its output in files, its input a pipe, ended and reaped with the object.
//
// Standard output and error are appended to NAME.out and NAME.err in the test's folder. Files and not pipes: a program
// that writes much can never be held up by a test that does not read just then, and what a killed one wrote is kept.
// If the test program itself is killed, the kernel kills what it started (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/waiting.h"

namespace toxtore {

/// The path of a program that was built into the same folder as this test.
std::filesystem::path built_program(const std::string& name);

struct ProcessOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::filesystem::path log_folder;                              ///< must outlive the process
  std::string log_name;                                          ///< NAME of NAME.out and NAME.err
  std::vector<std::pair<std::string, std::string>> environment;  ///< set in addition to the test's own
};

class Process {
 public:
  /// Starts it. Throws if there is no such program.
  explicit Process(const ProcessOptions& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  /// SIGTERM if it runs still; SIGKILL if that does not end it within a few seconds.
  ~Process();

  /// Writes one line to its standard input. Throws if it does not read any more.
  void write_line(const std::string& line);

  /// All whole lines that it has written to standard output since its start.
  const std::vector<std::string>& lines();
  /// The first line, among those not given out by an earlier call, for which `fits` holds. Throws when none comes in
  /// time or the program ends before.
  std::string wait_for_line(const std::string& what, const std::function<bool(std::string_view)>& fits,
                            std::chrono::milliseconds patience = connection_patience);

  /// SIGTERM, and the exit code; throws if it does not end in time or ends by a signal.
  int terminate();
  /// SIGKILL: as a crash of the machine would end it. Returns when it is gone.
  void kill();
  /// SIGSTOP, as if its machine slept; and SIGCONT.
  void pause();
  void resume();
  /// Whether it is running still.
  [[nodiscard]] bool running();
  [[nodiscard]] pid_t id() const { return id_; }

 private:
  void run_child(const ProcessOptions& options, int input, int output, int error) const;
  /// How it ended, as waitpid says, once it has.
  std::optional<int> ended();

  std::string name_;
  std::filesystem::path output_path_;
  pid_t id_ = -1;
  int input_ = -1;
  std::optional<int> status_;
  std::uintmax_t read_until_;  ///< offset in the output's file behind the last whole line read
  std::vector<std::string> lines_;
  std::size_t next_line_ = 0;  ///< the first that wait_for_line has not looked at
};

}  // namespace toxtore
