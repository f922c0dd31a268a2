#include "daemon/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "base/hash.h"
#include "base/utf8.h"
#include "wire/roster_statement.h"

namespace toxtore {
namespace {

constexpr std::size_t profile_name_size_max = 64;
constexpr std::size_t folder_mark_size = 8;     // of a hash: enough to tell a user's folders apart
constexpr std::size_t tox_name_size_max = 128;  // TOX_MAX_NAME_LENGTH

constexpr const char* description =
    "toxtored keeps one device of a Tox user: its friends, its history, its connection to the Tox network and to the\n"
    "user's other devices. The program toxtore and others talk to it through its control socket.";

constexpr const char* footer =
    "Examples:\n"
    "  toxtored                                        the profile \"default\"\n"
    "  toxtored --profile work --always-on yes         a second one, on a machine that is always on\n"
    "  toxtored --import-profile ~/.config/tox/me.tox  go on with a Tox ID that you have\n"
    "  toxtored --passphrase-file \"$CREDENTIALS_DIRECTORY/toxtore\"   as a systemd service\n"
    "\n"
    "When it is ready it prints one line on standard output: \"toxtored: ready, socket PATH\". SIGTERM and SIGINT end "
    "it\n"
    "cleanly. What it logs goes to standard error.\n"
    "\n"
    "Exit codes: 0 ended cleanly; 1 another error; 2 wrong usage; 3 wrong passphrase; 4 another copy is running;\n"
    "5 the data is damaged, of another program or of a newer Toxtore; 6 the disk is full or cannot be written.";

std::optional<std::filesystem::path> folder_of(const char* variable) {
  const char* value = std::getenv(variable);
  // The XDG rules: a path that is not absolute is to be ignored.
  if (value == nullptr || *value != '/') return std::nullopt;
  return std::filesystem::path(value);
}

std::filesystem::path default_data_folder() {
  if (const auto data = folder_of("XDG_DATA_HOME")) return *data / "toxtore";
  if (const auto home = folder_of("HOME")) return *home / ".local" / "share" / "toxtore";
  return {};
}

/// Profiles of one name in several data folders have a file each. What is in the default one needs no mark.
std::string folder_mark(const std::filesystem::path& data_folder) {
  std::error_code ignored;
  if (data_folder == default_data_folder()) return "";
  const std::string path = std::filesystem::absolute(data_folder, ignored).lexically_normal().string();
  return "-" + to_hex(ByteView(hash_of({as_bytes(path)})).first(folder_mark_size));
}

std::filesystem::path default_state_file(const std::string& profile, const std::filesystem::path& data_folder) {
  const std::string name = profile + folder_mark(data_folder) + ".last";
  if (const auto state = folder_of("XDG_STATE_HOME")) return *state / "toxtore" / name;
  if (const auto home = folder_of("HOME")) return *home / ".local" / "state" / "toxtore" / name;
  return {};
}

std::filesystem::path default_socket(const std::string& profile) {
  const auto runtime = folder_of("XDG_RUNTIME_DIR");
  const auto folder =
      runtime ? *runtime / "toxtore" : std::filesystem::path("/tmp/toxtore-" + std::to_string(::getuid()));
  return folder / (profile + ".sock");
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "device";
  const std::string text = to_valid_utf8(name.data());
  return text.substr(0, device_name_size_max);  // host names are ASCII, at most 64 on Linux
}

// --- Checks of single values. CLI11 shows the text of a validator's answer, or takes an empty one as success.

std::string check_profile_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  const bool good = !name.empty() && name.size() <= profile_name_size_max && name.front() != '.' &&
                    std::all_of(name.begin(), name.end(), fits);
  return good ? "" : "a profile's name is 1 to 64 letters, digits, dots, '_' and '-', and does not begin with a dot";
}

std::string check_device_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= device_name_size_max && is_utf8(name);
  return good ? "" : "a device's name is 1 to 64 bytes of UTF-8";
}

std::string check_tox_name(const std::string& name) {
  return name.size() <= tox_name_size_max && is_utf8(name) ? "" : "a name has at most 128 bytes of UTF-8";
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value == 0 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

/// `A:B`.
bool read_port_range(const std::string& text, ToxOptions& tox) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return false;
  const auto first = port_of(std::string_view(text).substr(0, colon));
  const auto last = port_of(std::string_view(text).substr(colon + 1));
  if (!first || !last || *first > *last) return false;
  tox.start_port = *first;
  tox.end_port = *last;
  return true;
}

/// `socks5://host:port` or `http://host:port`; an IPv6 address stands in brackets.
bool read_proxy(std::string_view text, ToxOptions& tox) {
  constexpr std::string_view socks = "socks5://";
  constexpr std::string_view http = "http://";
  const bool is_socks = text.starts_with(socks);
  if (!is_socks && !text.starts_with(http)) return false;
  text.remove_prefix(is_socks ? socks.size() : http.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = port_of(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!port || host.empty() || host.size() > 254) return false;
  tox.proxy = is_socks ? ProxyType::socks5 : ProxyType::http;
  tox.proxy_host = host;
  tox.proxy_port = *port;
  return true;
}

/// What a value may be stands in an option's description, in words.
CLI::Validator undescribed(CLI::Validator validator) { return validator.description(""); }

/// Shows an option and the kind of its value; what excludes what is said when it happens.
class ShortFormatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return type.empty() ? "" : " " + type;
  }
};

/// The raw values of the command line, before they mean something together.
struct Raw {
  Options options;
  std::string data_folder, state_file, socket, passphrase_file, import_file, import_passphrase_file, nodes;
  std::string name, always_on, port_range, proxy;
  std::string new_passphrase_file, restore_file;
  int new_passphrase_fd = -1;
  bool change_passphrase = false;
  bool examine = false;
  int passphrase_fd = -1;
  int import_passphrase_fd = -1;
  std::uint16_t port = 0;
  bool no_udp = false;
  bool no_ipv6 = false;
  bool no_local_discovery = false;
};

void add_profile_options(CLI::App& app, Raw& raw) {
  const auto group = "Profile";
  app.add_option("--profile", raw.options.profile, "name of the profile (default: default)")
      ->check(check_profile_name)
      ->type_name("NAME")
      ->group(group);
  app.add_option("--data-dir", raw.data_folder,
                 "folder of all profiles (default: $XDG_DATA_HOME/toxtore or ~/.local/share/toxtore)")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--state-file", raw.state_file,
                 "what this device logged last, kept apart from its data so that an old copy of them is noticed "
                 "(default: $XDG_STATE_HOME/toxtore/PROFILE.last or ~/.local/state/toxtore/PROFILE.last; with "
                 "--data-dir the name has a "
                 "mark of that folder)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--socket", raw.socket,
                 "control socket (default: $XDG_RUNTIME_DIR/toxtore/PROFILE.sock or /tmp/toxtore-UID/PROFILE.sock)")
      ->type_name("PATH")
      ->group(group);
}

void add_passphrase_options(CLI::App& app, Raw& raw) {
  const auto group = "Profile";
  auto* fd = app.add_option("--passphrase-fd", raw.passphrase_fd,
                            "read the passphrase from this file descriptor, its first line (default: ask)")
                 ->check(undescribed(CLI::NonNegativeNumber))
                 ->type_name("N")
                 ->group(group);
  app.add_option("--passphrase-file", raw.passphrase_file,
                 "read the passphrase from this file, its first line; for a systemd credential, say")
      ->type_name("FILE")
      ->excludes(fd)
      ->group(group);
}

void add_first_start_options(CLI::App& app, Raw& raw) {
  const auto group = "Profile";
  app.add_option("--device-name", raw.options.device_name,
                 "what your other devices call this one; only at the first start (default: the host's name)")
      ->check(check_device_name)
      ->type_name("NAME")
      ->group(group);
  app.add_option("--name", raw.name,
                 "your name as friends see it, if you have none yet; `toxtore profile name` changes it")
      ->check(check_tox_name)
      ->type_name("NAME")
      ->group(group);
  app.add_option("--always-on", raw.always_on,
                 "whether this device is always on, so that its Tox ID is the one to hand out (yes, no)")
      ->check(undescribed(CLI::IsMember({"yes", "no"})))
      ->type_name("yes|no")
      ->group(group);
}

void add_import_options(CLI::App& app, Raw& raw) {
  const auto group = "Import";
  auto* import = app.add_option("--import-profile", raw.import_file,
                                "begin a new profile with the Tox ID and friends of a .tox file; do not run the old "
                                "copy any more")
                     ->type_name("FILE")
                     ->group(group);
  auto* fd = app.add_option("--import-passphrase-fd", raw.import_passphrase_fd,
                            "the .tox file's passphrase, from a file descriptor (default: ask)")
                 ->check(undescribed(CLI::NonNegativeNumber))
                 ->type_name("N")
                 ->needs(import)
                 ->group(group);
  app.add_option("--import-passphrase-file", raw.import_passphrase_file, "the .tox file's passphrase, from a file")
      ->type_name("FILE")
      ->needs(import)
      ->excludes(fd)
      ->group(group);
}

/// `toxtore passphrase`, `toxtore restore` and `toxtore doctor` give these.
void add_upkeep_options(CLI::App& app, Raw& raw) {
  const auto group = "Instead of running (`toxtore passphrase`, `restore` and `doctor` use these)";
  auto* change = app.add_flag("--change-passphrase", raw.change_passphrase,
                              "give the profile another passphrase; also while toxtored runs")
                     ->group(group);
  auto* fd = app.add_option("--new-passphrase-fd", raw.new_passphrase_fd,
                            "the new passphrase, from a file descriptor (default: ask)")
                 ->check(undescribed(CLI::NonNegativeNumber))
                 ->type_name("N")
                 ->needs(change)
                 ->group(group);
  auto* file = app.add_option("--new-passphrase-file", raw.new_passphrase_file, "the new passphrase, from a file")
                   ->type_name("FILE")
                   ->needs(change)
                   ->excludes(fd)
                   ->group(group);
  app.add_flag("--remove-passphrase", raw.options.upkeep.remove_passphrase, "take the passphrase away")
      ->needs(change)
      ->excludes(fd)
      ->excludes(file)
      ->group(group);
  app.add_flag("--new-key", raw.options.upkeep.new_key, "and encrypt the database anew; toxtored must not run")
      ->needs(change)
      ->group(group);
  auto* restore =
      app.add_option("--restore", raw.restore_file, "put a backup in the profile's place; toxtored must not run")
          ->type_name("FILE")
          ->excludes(change)
          ->group(group);
  app.add_flag("--force", raw.options.upkeep.force, "also where the profile is there, which is kept under another name")
      ->needs(restore)
      ->group(group);
  auto* doctor = app.add_flag("--doctor", raw.examine, "look whether the profile is all right; prints JSON")
                     ->excludes(change)
                     ->excludes(restore)
                     ->group(group);
  app.add_flag("--repair", raw.options.upkeep.repair, "and put right what can be")->needs(doctor)->group(group);
}

void add_network_options(CLI::App& app, Raw& raw) {
  const auto group = "Network";
  app.add_option("--nodes", raw.nodes,
                 "bootstrap nodes, in the format of https://nodes.tox.chat/json (default: a list that comes with it)")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("--no-udp", raw.no_udp, "TCP relays only")->group(group);
  auto* port = app.add_option("--port", raw.port, "UDP port (default: the first free one of 33445 to 33545)")
                   ->check(undescribed(CLI::Range(1, 65535)))
                   ->type_name("PORT")
                   ->group(group);
  app.add_option("--port-range", raw.port_range, "UDP ports to try")->type_name("A:B")->excludes(port)->group(group);
  app.add_option("--tcp-relay-port", raw.options.tox.tcp_relay_port, "relay TCP for others on this port")
      ->check(undescribed(CLI::Range(1, 65535)))
      ->type_name("PORT")
      ->group(group);
  app.add_option("--proxy", raw.proxy, "socks5://HOST:PORT or http://HOST:PORT")->type_name("URL")->group(group);
  app.add_flag("--no-local-discovery", raw.no_local_discovery, "do not look for Tox on the local network")
      ->group(group);
  app.add_flag("--no-ipv6", raw.no_ipv6, "IPv4 only")->group(group);
}

void add_output_options(CLI::App& app, Raw& raw) {
  auto* verbose =
      app.add_flag_callback("--verbose", [&raw] { raw.options.log_level = log::Level::verbose; }, "log more");
  app.add_flag_callback(
         "--quiet", [&raw] { raw.options.log_level = log::Level::quiet; }, "log warnings and errors only")
      ->excludes(verbose);
  app.set_version_flag("--version", "toxtored " TOXTORE_VERSION);
}

PassphraseSource source_of(int descriptor, const std::string& file) {
  PassphraseSource source;
  if (descriptor >= 0) source.descriptor = descriptor;
  if (!file.empty()) source.file = file;
  return source;
}

/// Puts the values together; throws what CLI11 throws for one that cannot be.
Options options_of(Raw raw) {
  Options options = std::move(raw.options);
  options.data_folder = raw.data_folder.empty() ? default_data_folder() : std::filesystem::path(raw.data_folder);
  if (options.data_folder.empty())
    throw CLI::ValidationError("--data-dir", "neither XDG_DATA_HOME nor HOME is set; give --data-dir");
  options.state_file = raw.state_file.empty() ? default_state_file(options.profile, options.data_folder)
                                              : std::filesystem::absolute(raw.state_file);
  if (options.state_file.empty())
    throw CLI::ValidationError("--state-file", "neither XDG_STATE_HOME nor HOME is set; give --state-file");
  options.socket = raw.socket.empty() ? default_socket(options.profile) : std::filesystem::path(raw.socket);
  options.passphrase = source_of(raw.passphrase_fd, raw.passphrase_file);
  options.upkeep.new_passphrase = source_of(raw.new_passphrase_fd, raw.new_passphrase_file);
  if (raw.change_passphrase) options.upkeep.task = Upkeep::Task::change_passphrase;
  if (raw.examine) options.upkeep.task = Upkeep::Task::examine;
  if (!raw.restore_file.empty()) {
    options.upkeep.task = Upkeep::Task::restore;
    options.upkeep.backup = raw.restore_file;
  }
  options.import_passphrase = source_of(raw.import_passphrase_fd, raw.import_passphrase_file);
  if (!raw.import_file.empty()) options.import_file = raw.import_file;
  if (!raw.nodes.empty()) options.nodes = raw.nodes;
  if (!raw.name.empty()) options.name = raw.name;
  if (!raw.always_on.empty()) options.always_on = raw.always_on == "yes";
  if (options.device_name.empty()) options.device_name = host_name();
  options.tox.udp = !raw.no_udp;
  options.tox.ipv6 = !raw.no_ipv6;
  options.tox.local_discovery = !raw.no_local_discovery;
  if (raw.port != 0) options.tox.start_port = options.tox.end_port = raw.port;
  if (!raw.port_range.empty() && !read_port_range(raw.port_range, options.tox))
    throw CLI::ValidationError("--port-range", "give two ports, the lower first: 33445:33545");
  if (!raw.proxy.empty() && !read_proxy(raw.proxy, options.tox))
    throw CLI::ValidationError("--proxy", "give socks5://HOST:PORT or http://HOST:PORT");
  return options;
}

}  // namespace

ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::wrong_passphrase: return ExitCode::wrong_passphrase;
    case ErrorKind::locked: return ExitCode::locked;
    case ErrorKind::foreign_file:
    case ErrorKind::newer_schema:
    case ErrorKind::malformed:
    case ErrorKind::corrupt: return ExitCode::data;
    case ErrorKind::disk_full:
    case ErrorKind::read_only: return ExitCode::disk;
    default: return ExitCode::other;
  }
}

std::variant<Options, ExitNow> parse_options(int argc, const char* const* argv) {
  CLI::App app(description, "toxtored");
  app.footer(footer);
  app.formatter(std::make_shared<ShortFormatter>());
  app.get_formatter()->column_width(34);
  Raw raw;
  add_profile_options(app, raw);
  add_passphrase_options(app, raw);
  add_first_start_options(app, raw);
  add_import_options(app, raw);
  add_upkeep_options(app, raw);
  add_network_options(app, raw);
  add_output_options(app, raw);
  try {
    app.parse(argc, argv);
    return options_of(std::move(raw));
  } catch (const CLI::ParseError& error) {
    return ExitNow{app.exit(error) == 0 ? ExitCode::clean : ExitCode::usage};
  }
}

}  // namespace toxtore
