// Where the program reads and writes: standard input, output and error of the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/outcome.h"
#include "cli/style.h"

namespace toxtore {

/// The longest text that is read from standard input, 1 MiB: as long as a line of the control socket.
inline constexpr std::size_t input_size_max_bytes = 1024UL * 1024UL;

class Terminal {
 public:
  /// Looks at what the standard files are. Colours if standard output is a terminal and NO_COLOR is not set.
  Terminal();

  /// Whether someone can be asked: standard input and output are terminals.
  [[nodiscard]] bool interactive() const { return interactive_; }
  [[nodiscard]] const Style& style() const { return style_; }
  /// As `style`, but the colours do not depend on NO_COLOR: for a QR code they are the content.
  [[nodiscard]] Style style_of_pictures() const { return {output_is_terminal_, style_.columns}; }

  /// Writes and flushes at once, so that who follows a pipe sees each line when it is written.
  void print(std::string_view text);
  /// To standard error: what is no result.
  static void remark(std::string_view text);
  /// A failure if any `print` did not reach its destination (a full disk).
  [[nodiscard]] Outcome<> printed_all() const;

  /// Asks, and reads a line without its end. Nothing at the end of input.
  std::optional<std::string> ask(std::string_view question);

  /// All of standard input, less one newline at its end. Failures: too_long, io.
  static Outcome<std::string> read_input();

 private:
  bool interactive_ = false;
  bool output_is_terminal_ = false;
  bool output_failed_ = false;
  Style style_;
};

}  // namespace toxtore
