#include "harness/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace toxtore {
namespace {

/// How long a program may take to end when it is asked to: toxtored saves its profile.
constexpr std::chrono::seconds end_patience{20};

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) throw TestFailure("cannot open " + path.string() + ": " + std::strerror(errno));
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::uintmax_t size_of(const std::filesystem::path& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  return none ? 0 : size;
}

}  // namespace

std::filesystem::path built_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

Process::Process(const ProcessOptions& options)
    : name_(options.log_name),
      output_path_(options.log_folder / (options.log_name + ".out")),
      read_until_(size_of(output_path_)) {
  if (::access(options.program.c_str(), X_OK) != 0) {
    throw TestFailure("there is no program " + options.program.string() + "; build all targets");
  }
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw TestFailure("no pipe: " + std::string(std::strerror(errno)));
  const Descriptor output(output_path_, O_WRONLY | O_CREAT | O_APPEND);
  const Descriptor error(options.log_folder / (options.log_name + ".err"), O_WRONLY | O_CREAT | O_APPEND);
  input_ = pipe[1];
  id_ = ::fork();
  if (id_ == 0) run_child(options, pipe[0], output.number(), error.number());
  ::close(pipe[0]);
  if (id_ < 0) throw TestFailure("cannot start " + name_ + ": " + std::strerror(errno));
}

// The test programs have one thread when they start others, so the child may allocate before it becomes the program.
void Process::run_child(const ProcessOptions& options, int input, int output, int error) const {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words{options.program.string()};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> pointers(words.size() + 1);  // ends with a null pointer
  std::transform(words.begin(), words.end(), pointers.begin(), [](std::string& word) { return word.data(); });
  ::execv(options.program.c_str(), pointers.data());
  ::_exit(127);
}

Process::~Process() {
  if (input_ >= 0) ::close(input_);
  if (ended()) return;
  ::kill(id_, SIGTERM);
  try {
    wait_until(name_ + " to end", [this] { return ended().has_value(); }, end_patience);
  } catch (const TestFailure&) {
    kill();
  }
}

std::optional<int> Process::ended() {
  if (!status_) {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) == id_) status_ = status;
  }
  return status_;
}

bool Process::running() { return !ended(); }

void Process::write_line(const std::string& line) {
  const std::string whole = line + "\n";
  std::size_t written = 0;
  while (written < whole.size()) {
    const auto count = ::write(input_, whole.data() + written, whole.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw TestFailure(name_ + " does not take “" + line + "”: " + std::strerror(errno));
    written += static_cast<std::size_t>(count);
  }
}

const std::vector<std::string>& Process::lines() {
  std::ifstream in(output_path_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(read_until_));
  for (std::string line; std::getline(in, line) && !in.eof();) {
    read_until_ += line.size() + 1;
    lines_.push_back(line);
  }
  return lines_;
}

std::string Process::wait_for_line(const std::string& what, const std::function<bool(std::string_view)>& fits,
                                   std::chrono::milliseconds patience) {
  std::optional<std::string> found;
  wait_until(
      name_ + ": " + what,
      [&] {
        const bool over = !running();  // looked at first: its last lines are read after its end
        for (const auto& all = lines(); next_line_ < all.size() && !found; ++next_line_) {
          if (fits(all[next_line_])) found = all[next_line_];
        }
        if (!found && over) throw TestFailure(name_ + " ended before: " + what);
        return found.has_value();
      },
      patience);
  return *found;
}

int Process::terminate() {
  if (!ended()) ::kill(id_, SIGTERM);
  wait_until(name_ + " to end after SIGTERM", [this] { return ended().has_value(); }, end_patience);
  if (!WIFEXITED(*status_)) throw TestFailure(name_ + " ended by signal " + std::to_string(WTERMSIG(*status_)));
  return WEXITSTATUS(*status_);
}

void Process::kill() {
  if (ended()) return;
  ::kill(id_, SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  status_ = status;
}

void Process::pause() { ::kill(id_, SIGSTOP); }

void Process::resume() { ::kill(id_, SIGCONT); }

}  // namespace toxtore
