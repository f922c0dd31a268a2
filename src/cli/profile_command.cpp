// profile: the user's name and status message, and the Tox profile as a file for other clients.
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/passphrase.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// Nothing: a plain file is wanted. Failures: usage, if there is no one to ask.
Outcome<std::optional<SecretText>> passphrase_for(const command::ProfileExport& command) {
  if (command.plain) return std::nullopt;
  PassphraseSource source{command.passphrase_fd, std::nullopt};
  if (!command.passphrase_file.empty()) source.file = command.passphrase_file;
  if (source.given()) {
    auto read = read_passphrase(source);
    if (!read) return refuse(failure_of(read.error()));
    return *std::move(read);
  }
  if (!at_terminal())
    return refuse_usage("no one can be asked for a passphrase; give --passphrase-file, --passphrase-fd or --plain");
  auto typed = ask_new_passphrase("Passphrase for the file (empty: none): ");
  if (!typed) return refuse(failure_of(typed.error()));
  return *std::move(typed);
}

Outcome<Bytes> from_base64(const std::string& text) {
  Bytes bytes(text.size());
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0)
    return refuse(ExitCode::failed, "malformed", "toxtored answered with something that is not a profile");
  bytes.resize(size);
  return bytes;
}

Failure file_failure(const std::string& file, const char* what, int error) {
  if (error == EEXIST)
    return {ExitCode::failed, "already_exists", file + " is there already; give the name of a new file"};
  return {ExitCode::failed, "io", std::string(what) + " " + file + ": " + std::strerror(error)};
}

/// 0, or the error number.
int write_all(int descriptor, const Bytes& bytes) {
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t more = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (more < 0 && errno != EINTR) return errno;
    if (more > 0) written += static_cast<std::size_t>(more);
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

/// To a new file that only the user can read: it holds the secret key. What could not be written whole is taken away.
Outcome<> write_new_file(const std::string& file, const Bytes& bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return refuse(file_failure(file, "cannot create", errno));
  const int error = write_all(descriptor, bytes);
  ::close(descriptor);
  if (error == 0) return {};
  ::unlink(file.c_str());
  return refuse(file_failure(file, "cannot write", error));
}

}  // namespace

Outcome<> run(const command::ProfileExport& command, Session& session) {
  const auto passphrase = passphrase_for(command);
  if (!passphrase) return refuse(passphrase.error());
  const json params = *passphrase ? json{{"passphrase", (*passphrase)->view()}} : json::object();
  const auto profile = session.daemon.call("profile.export", params);
  if (!profile) return refuse(profile.error());
  if (command.file.empty()) {
    session.show(*profile, "");
    return {};
  }
  const auto bytes = from_base64(text_in(*profile, "tox"));
  if (!bytes) return refuse(bytes.error());
  if (auto written = write_new_file(command.file, *bytes); !written) return written;
  session.show({{"file", command.file}},
               "Written to " + command.file +
                   ".\nDo not use it while toxtored runs: two copies of one Tox ID fight for the connection.\n");
  return {};
}

Outcome<> run(const command::ProfileValue& command, Session& session) {
  const bool is_name = command.what == command::ProfileValue::What::name;
  const char* field = is_name ? "name" : "status_message";
  const json params = command.value ? json{{field, *command.value}} : json::object();
  return session.show_answer(
      command.value ? "profile.set" : "profile.get", params, [&](const json& profile, const Style&) {
        const std::string value = harmless_line(text_in(profile, field));
        return value.empty() ? (is_name ? "No name is set.\n" : "No status message is set.\n") : value + "\n";
      });
}

}  // namespace toxtore
