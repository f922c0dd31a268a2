// toxtored: see options.cpp for what it says of itself, daemon.h for what it does.
#include <sys/stat.h>

#include <csignal>

#include "daemon/daemon.h"
#include "daemon/upkeep.h"

namespace {

toxtore::ExitCode run(int argc, char** argv) {
  const auto parsed = toxtore::parse_options(argc, argv);
  if (const auto* exit = std::get_if<toxtore::ExitNow>(&parsed)) return exit->code;
  const auto& options = std::get<toxtore::Options>(parsed);
  toxtore::log::set_level(options.log_level);
  if (options.upkeep.task != toxtore::Upkeep::Task::none) return toxtore::run_upkeep(options);
  const auto daemon = toxtore::Daemon::start(options);
  if (!daemon) {
    toxtore::log::error(daemon.error().message);
    return toxtore::exit_code_of(daemon.error().kind);
  }
  return (*daemon)->run();
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(0077);  // whatever it writes is the user's alone
  // A reader of standard output that went away, or a limit on the size of files (an error of the write then, which is
  // treated like a full disk), is no reason to be killed.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return static_cast<int>(run(argc, argv));
}
