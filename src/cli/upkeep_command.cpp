// backup and doctor, through the daemon; and what toxtored does to a profile without running it.
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/passphrase.h"
#include "cli/commands.h"
#include "cli/json_line.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds ask_again{200};

/// The passphrase to give the backup: none where the profile's own is to open it, or none is wanted.
Outcome<std::optional<SecretText>> passphrase_for(const command::Backup& command, bool encrypted) {
  if (command.plain) return std::nullopt;
  PassphraseSource source{command.passphrase_fd, std::nullopt};
  if (!command.passphrase_file.empty()) source.file = command.passphrase_file;
  if (source.given()) {
    auto read = read_passphrase(source);
    if (!read) return refuse(failure_of(read.error()));
    return *std::move(read);
  }
  if (encrypted) return std::nullopt;
  if (!at_terminal())
    return refuse_usage(
        "the profile has no passphrase: give one for the backup with --passphrase-file or "
        "--passphrase-fd, or --plain for none");
  auto typed = ask_new_passphrase("Passphrase for the backup: ");
  if (!typed) return refuse(failure_of(typed.error()));
  if (!*typed) return refuse_usage("for a backup without a passphrase give --plain");
  return *std::move(typed);
}

/// Asks until it runs no more; then what it came to.
Outcome<json> wait_for(DaemonLink& daemon, const char* state_method) {
  while (true) {
    auto state = daemon.call(state_method);
    if (!state) return refuse(state.error());
    if (const json& error = field_in(*state, "error"); error.is_object())
      return refuse(ExitCode::failed, text_in(error, "kind"), text_in(error, "message"));
    if (!flag_in(*state, "running")) return *std::move(state);
    std::this_thread::sleep_for(ask_again);
  }
}

/// The one beside this program, else the one in the path.
std::string path_of_toxtored() {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto beside = self.parent_path() / "toxtored";
  return !failed && ::access(beside.c_str(), X_OK) == 0 ? beside.string() : "toxtored";
}

/// Its exit status, or -1 if it cannot be started.
/// `output`: the descriptor that is to be its standard output.
int run_and_wait(std::vector<std::string> words, int output = STDOUT_FILENO) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (output != STDOUT_FILENO) ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::string> words_for_toxtored(const GlobalOptions& options, const std::vector<std::string>& task) {
  std::vector<std::string> words{path_of_toxtored(), "--profile", options.profile};
  words.insert(words.end(), task.begin(), task.end());
  return words;
}

/// toxtored has said on standard error what went wrong.
Outcome<> outcome_of(int status) {
  if (status == 0) return {};
  if (status < 0) return refuse(ExitCode::failed, "io", "toxtored could not be run; is it installed beside toxtore?");
  const bool usage = status == static_cast<int>(ExitCode::usage);
  return refuse(usage ? ExitCode::usage : ExitCode::failed, usage ? "usage" : "failed",
                "it could not be done; what toxtored said above tells why");
}

/// The file's whole content from its beginning.
std::string content_of(int descriptor) {
  std::string text;
  std::array<char, 4096> piece{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), at);
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

/// `{"findings": […]}`, from the daemon, or from one started for it where none runs.
Outcome<json> findings(const command::Doctor& command, const GlobalOptions& options) {
  auto daemon = DaemonLink::connect(options);
  if (daemon && command.repair)
    return refuse(ExitCode::failed, "busy", "toxtored runs on this profile; stop it, then give --repair again");
  if (daemon) {
    if (const auto begun = daemon->call("doctor.start"); !begun) return refuse(begun.error());
    auto state = wait_for(*daemon, "doctor.state");
    if (!state) return state;
    return json{{"findings", field_in(*state, "findings")}};
  }
  const int output = ::memfd_create("findings", MFD_CLOEXEC);
  if (output < 0) return refuse(ExitCode::failed, "io", "there is no memory for what toxtored finds");
  const auto done = outcome_of(run_and_wait(words_for_toxtored(options, command.words), output));
  const std::string text = content_of(output);
  ::close(output);
  if (!done) return refuse(done.error());
  json found = json::parse(text, nullptr, false);
  if (!found.is_object()) return refuse(ExitCode::failed, "malformed", "toxtored answered with something else");
  return found;
}

std::string findings_text(const json& found, const Style& style) {
  std::string text;
  for (const json& finding : list_in(found, "findings")) {
    const bool damage = text_in(finding, "severity") == "damage";
    text += style.paint(damage ? Tone::warning : Tone::strong, damage ? "Damaged: " : "Warning: ") +
            harmless_line(text_in(finding, "what")) + "\n  " + harmless_line(text_in(finding, "advice")) + "\n";
  }
  return text.empty() ? "Nothing is wrong.\n" : text;
}

}  // namespace

Outcome<> run(const command::Backup& command, Session& session) {
  const auto status = session.daemon.call("status.get");
  if (!status) return refuse(status.error());
  const auto passphrase = passphrase_for(command, flag_in(*status, "encrypted"));
  if (!passphrase) return refuse(passphrase.error());
  const std::string file = std::filesystem::absolute(command.file).string();
  json params = {{"file", file}, {"force", command.force}, {"plain", command.plain}};
  if (*passphrase) params["passphrase"] = (*passphrase)->view();
  if (const auto begun = session.daemon.call("backup.start", params); !begun) return refuse(begun.error());
  if (const auto done = wait_for(session.daemon, "backup.state"); !done) return refuse(done.error());
  session.show({{"file", file}}, "Written to " + file + ".\n`toxtore restore` puts it in place.\n");
  return {};
}

Outcome<> run(const command::ProfileTask& task, const GlobalOptions& options) {
  if (options.json) return refuse_usage("this command has no --json");
  return outcome_of(run_and_wait(words_for_toxtored(options, task.words)));
}

Outcome<> run(const command::Doctor& command, const GlobalOptions& options, Terminal& terminal) {
  const auto found = findings(command, options);
  if (!found) return refuse(found.error());
  terminal.print(options.json ? json_line(*found) : findings_text(*found, terminal.style()));
  for (const json& finding : list_in(*found, "findings")) {
    if (text_in(finding, "severity") == "damage")
      return refuse(ExitCode::failed, "corrupt", "the profile is damaged; what to do is said above");
  }
  return terminal.printed_all();
}

}  // namespace toxtore
