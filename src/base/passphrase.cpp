#include "base/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace toxtore {
namespace {

/// Closes what it opened itself.
class Descriptor {
 public:
  Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_ && number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
  bool owned_;
};

/// Shows nothing of what is typed while it lives. Ctrl-C arrives as a character, so that it cannot end the program
/// with the terminal left mute.
class MuteTerminal {
 public:
  explicit MuteTerminal(int descriptor) : descriptor_(descriptor) {
    if (::tcgetattr(descriptor_, &before_) != 0) return;
    termios mute = before_;
    mute.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    muted_ = ::tcsetattr(descriptor_, TCSAFLUSH, &mute) == 0;
  }
  MuteTerminal(const MuteTerminal&) = delete;
  MuteTerminal& operator=(const MuteTerminal&) = delete;
  ~MuteTerminal() {
    if (muted_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }
  [[nodiscard]] bool muted() const { return muted_; }

 private:
  int descriptor_;
  termios before_{};
  bool muted_ = false;
};

Error system_error(const std::string& what) {
  const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return {kind, what + ": " + std::strerror(errno)};
}

/// Up to the first line end, which is left out, or the end of the data.
Result<SecretText> read_line(int descriptor, const std::string& name) {
  SecretText line;
  char c = 0;
  while (true) {
    const ssize_t got = ::read(descriptor, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("cannot read " + name));
    if (got == 0 || c == '\n') break;
    if (line.view().size() == passphrase_size_max)
      return fail(ErrorKind::too_long, "the first line of " + name + " is longer than a passphrase may be (" +
                                           std::to_string(passphrase_size_max) + " bytes)");
    line.append(c);
  }
  if (line.view().ends_with('\r')) line.drop_last();
  return line;
}

constexpr char ctrl_c = 3;

}  // namespace

Result<SecretText> read_passphrase(const PassphraseSource& source) {
  const std::string name =
      source.file ? source.file->string() : "file descriptor " + std::to_string(source.descriptor.value_or(-1));
  const Descriptor descriptor(source.file ? ::open(source.file->c_str(), O_RDONLY | O_CLOEXEC) : *source.descriptor,
                              source.file.has_value());
  if (descriptor.number() < 0) return fail(system_error("cannot open " + name));
  auto line = read_line(descriptor.number(), name);
  if (!line) return line;
  if (line->empty())
    return fail(ErrorKind::invalid_argument, name + " holds no passphrase; its first line must not be empty");
  if (line->view().find('\0') != std::string_view::npos)
    return fail(ErrorKind::invalid_argument, name + " holds a zero byte, so it is not a passphrase in text");
  return line;
}

bool at_terminal() { return ::isatty(STDIN_FILENO) == 1; }

Result<SecretText> ask_passphrase(const std::string& question) {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), true);
  if (terminal.number() < 0) return fail(system_error("cannot ask on the terminal"));
  const auto say = [&](const std::string& text) {
    return ::write(terminal.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  Result<SecretText> line;
  {
    // Mute before the question is there: what is typed at once is neither shown nor lost.
    const MuteTerminal mute(terminal.number());
    if (!say(question)) return fail(system_error("cannot ask on the terminal"));
    if (!mute.muted()) return fail(system_error("cannot hide what is typed on the terminal"));
    line = read_line(terminal.number(), "the terminal");
  }
  say("\n");  // the one that was typed was not shown
  if (line && line->view().find(ctrl_c) != std::string_view::npos) return fail(ErrorKind::denied, "broken off");
  return line;
}

Result<std::optional<SecretText>> ask_new_passphrase(const std::string& question) {
  std::string intro = question;
  while (true) {
    auto first = ask_passphrase(intro);
    if (!first) return fail(first.error());
    if (first->empty()) return std::optional<SecretText>();
    const auto second = ask_passphrase("The same again: ");
    if (!second) return fail(second.error());
    if (first->view() == second->view()) return std::optional<SecretText>(std::move(*first));
    intro = "These were not the same. " + question;
  }
}

}  // namespace toxtore
