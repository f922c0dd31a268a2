#include "daemon/daemon.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/utf8.h"
#include "daemon/doctor.h"
#include "rpc/json.h"
#include "store/backup.h"
#include "store/profile_swap.h"
#include "tox/profile_file.h"

namespace toxtore {
namespace {

constexpr std::uint64_t stall_check_ms = 1'000;
/// 10 s between two scrubs at the least.
constexpr std::uint64_t scrub_pause_ms = 10'000;

Result<std::vector<BootstrapNode>> read_nodes(const std::optional<std::filesystem::path>& file) {
  if (!file) return default_bootstrap_nodes();
  std::ifstream in(*file, std::ios::binary);
  if (!in) return fail(ErrorKind::not_found, "cannot read the node file " + file->string());
  std::string text(node_file_size_max + 1, '\0');  // one more, so that what is too long shows
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto nodes = parse_bootstrap_nodes(text);
  if (nodes) return nodes;
  if (nodes.error().kind != ErrorKind::not_found)
    return fail(ErrorKind::invalid_argument, "the node file " + file->string() + ": " + nodes.error().message);
  log::warning("the node file " + file->string() + " names no usable node: only the local network is searched");
  return std::vector<BootstrapNode>();
}

/// In a thread of its own. The key behind the database: as the profile has it, or wrapped for this file.
Result<bool> write_profile_backup(const ProfileFolder& files, const DatabaseKey& key, const BackupRequest& request) {
  SystemRandom random;
  constexpr std::size_t key_file_size_max = 4096;
  Result<SecretBytes> key_file = fail(ErrorKind::internal, "");
  if (request.plain || request.passphrase) {
    const auto passphrase = request.passphrase ? std::optional(request.passphrase->view()) : std::nullopt;
    key_file = key_file_bytes(key, passphrase, random);
  } else {
    key_file =
        read_small_file(files.key(), key_file_size_max).map([](Bytes bytes) { return SecretBytes(std::move(bytes)); });
  }
  if (!key_file) return fail(key_file.error());
  const auto overwrite = request.force ? Overwrite::allowed : Overwrite::never;
  return write_backup(files.database(), key, key_file->view(), request.file, overwrite).map([] { return true; });
}

std::string advice(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::disk_full: return "Make room on the disk and start toxtored again; nothing that was shown is lost.";
    case ErrorKind::read_only: return "Make the folder writable and start toxtored again.";
    case ErrorKind::corrupt:
      return "Check the disk, look with `toxtore doctor`, and put a backup in place with `toxtore restore`.";
    default: return "Start toxtored again; if that does not help, look at the disk and the system's log.";
  }
}

std::string log_text(const output::Notice& notice) {
  using What = output::Notice::What;
  std::string key = notice.key.hex().substr(0, 8);
  const std::string text = to_valid_utf8(notice.text);
  switch (notice.what) {
    case What::message: return "a new message of " + key;
    case What::notification_cleared: return "a message of " + key + " was read";
    case What::friend_request: return "friend request of " + key;
    case What::link_request: return key + " asks to be linked as a device";
    case What::link_code: return "linking with " + key + ": compare the codes on both devices";
    case What::link_ended: return "linking with " + key + " came to nothing: " + text;
    case What::doubt:
      return "this device is in doubt: " + text +
             ". Nothing that waits is sent until it has caught up with another of your devices, or you say "
             "`toxtore device trust-database`";
    case What::log_forked:
      return "the device “" + text + "” was in use twice, as two copies or set back; what both did is shown";
    case What::doubt_over: return "this device is no longer in doubt about its database";
    case What::invitation_ended: return "an invitation is over: " + text;
    case What::device_linked: {
      const std::string by = notice.by ? ", by “" + to_valid_utf8(notice.by->name) + "”" : "";
      return "linked the device “" + text + "”, " + key + by;
    }
    case What::device_removed: {
      const bool left = notice.by && notice.by->key == notice.key;
      const std::string by = notice.by && !left ? ", by “" + to_valid_utf8(notice.by->name) + "”" : "";
      return (left ? "the device “" + text + "” has left, " : "removed the device “" + text + "”, ") + key + by;
    }
    case What::events_put_aside: {
      const std::string by = notice.by ? ", by a removal of “" + to_valid_utf8(notice.by->name) + "”" : "";
      return "put aside, and shown nowhere: " + std::to_string(notice.count) +
             (notice.count == 1 ? " event of “" : " events of “") + text + "”, " + key + by +
             "; `toxtore status` says what to do";
    }
    case What::peer_connection: return key + " is connected by: " + text;
    case What::friend_presence: return key + " is " + text;
  }
  return key;
}

}  // namespace

Instant Daemon::now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto mono = std::chrono::steady_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(duration_cast<milliseconds>(wall).count()),
          static_cast<std::uint64_t>(duration_cast<milliseconds>(mono).count())};
}

// --- Starting

Daemon::Daemon(Options options, Profile profile)
    : options_(std::move(options)), timer_(io_), signals_(io_), profile_(std::move(profile)) {}

Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::start(const Options& options) {
  SystemRandom random;
  auto profile = Profile::open(options, random);
  if (!profile) return fail(profile.error());
  const bool made_now = profile->made_now;
  std::unique_ptr<Daemon> daemon(new Daemon(options, std::move(*profile)));
  auto started = daemon->start_tox();
  if (started) started = daemon->start_engine();
  if (started) started = daemon->listen();
  if (started) {
    daemon->profile_.announce(options);
    log::info("this device's Tox ID: " + daemon->node_->address().hex());
    return daemon;
  }
  Profile opened = std::move(daemon->profile_);
  daemon->engine_.reset();  // before the store that it uses
  if (made_now) Profile::discard(options, std::move(opened));
  return fail(started.error());
}

Result<void> Daemon::start_tox() {
  auto nodes = read_nodes(options_.nodes);
  if (!nodes) return fail(nodes.error());
  const bool behind_proxy = options_.tox.proxy != ProxyType::none;
  if (behind_proxy && options_.tox.udp) log::warning("UDP does not go through a proxy, so it is off: as with --no-udp");
  bootstrapper_.emplace(std::move(*nodes), options_.tox.udp && !behind_proxy, random_);
  ToxOptions tox = options_.tox;
  const ByteView savedata = profile_.savedata.view();
  tox.savedata.emplace(savedata.begin(), savedata.end());
  auto node = ToxNode::create(tox);
  wipe(*tox.savedata);
  profile_.savedata = {};
  if (!node) return fail(node.error());
  node_ = std::move(*node);
  return {};
}

Result<void> Daemon::start_engine() {
  auto state_file = StateFile::open(options_.state_file);
  if (!state_file) return fail(state_file.error());
  state_file_ = std::move(*state_file);
  EngineConfig config;
  config.address = node_->address();
  config.device_name = options_.device_name;
  config.always_on = options_.always_on;
  config.witness = state_file_.get();
  config.name = options_.name ? to_bytes(*options_.name) : node_->name();
  config.status_message = node_->status_message();
  config.toxcore_friends = node_->friend_keys();
  if (profile_.import_pending) config.imported_friends = config.toxcore_friends;
  const auto imported = config.imported_friends;
  auto engine = Engine::start(std::move(config), *profile_.store, random_, now());
  if (!engine) return fail(engine.error());
  engine_ = std::move(*engine);
  dispatcher_.emplace(*engine_, static_cast<Host&>(*this));
  return profile_.import_pending ? take_names_over(imported) : Result<void>();
}

/// The imported friends' names, as the old program last heard them; and then the import is done.
Result<void> Daemon::take_names_over(const std::vector<PublicKey>& imported) {
  for (const PublicKey& key : imported) {
    const auto name = node_->friend_name(key);
    if (name && !name->empty()) engine_->handle(input::PeerName{key, *name}, now());
  }
  engine_->finish_turn(now());
  if (const auto fault = engine_->fault()) return fail(*fault);
  log::info("took over " + std::to_string(imported.size()) + " friends");
  return profile_.store->transact([this]() -> Result<void> {
    profile_.store->forget(daemon_memory::import_pending);
    return {};
  });
}

Result<void> Daemon::listen() {
  auto server = Server::listen(io_, options_.socket, *this);
  if (!server) return fail(server.error());
  server_ = std::move(*server);
  return {};
}

// --- Running

ExitCode Daemon::run() {
  wait_for_signal();
  settle();  // what the start of the engine brought about
  schedule();
  std::cout << "toxtored: ready, socket " << options_.socket.string() << std::endl;
  if (!stopped_) io_.run();
  if (erasing_ && exit_code_ == ExitCode::clean) erase();  // who asked for it sees its end by that of the connection
  server_.reset();
  if (erasing_) return exit_code_;
  if (exit_code_ == ExitCode::clean) {
    if (const auto saved = save(); !saved) stop(saved.error());
    if (const auto scrubbed = scrub_last(); !scrubbed) stop(scrubbed.error());
  }
  if (exit_code_ == ExitCode::clean) log::info("stopped");
  return exit_code_;
}

void Daemon::wait_for_signal() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    log::detail("stopping at signal " + std::to_string(signal));
    stopped_ = true;
    io_.stop();
  });
}

/// Sets the timer for the next turn, or sets it earlier. Never later: it counts from the last turn, and a client that
/// asks all the time must not be able to put toxcore off.
void Daemon::schedule() {
  if (stopped_) return;
  const std::uint64_t at = now().mono_ms;
  std::uint64_t due = last_turn_ms_ + node_->iteration_interval_ms();
  for (const auto deadline : {engine_->deadline_ms(), bootstrapper_->deadline_ms()})
    if (deadline) due = std::min(due, *deadline);
  due = std::max(due, at + 1);  // nor may a deadline that stays due keep the clients out
  if (timer_due_ms_ && *timer_due_ms_ <= due) return;
  timer_due_ms_ = due;
  timer_.expires_after(std::chrono::milliseconds(due - at));
  timer_.async_wait([this](const boost::system::error_code& aborted) {
    if (!aborted) turn();
  });
}

void Daemon::turn() {
  if (stopped_) return;
  timer_due_ms_.reset();
  if (erasing_) {  // the answer to who asked for it is on its way
    stopped_ = true;
    io_.stop();
    return;
  }
  last_turn_ms_ = now().mono_ms;
  node_->iterate([this](const Input& input) { handle(input); });
  bootstrap();
  engine_->finish_turn(now());
  check_faults();
  settle();
  scrub_if_due();
  if (!stopped_ && now().mono_ms >= stall_check_due_ms_) {
    stall_check_due_ms_ = now().mono_ms + stall_check_ms;
    server_->drop_stalled();
  }
  schedule();
}

/// Runs inside toxcore's callbacks. If a message could not be stored, the callback must not return: toxcore would
/// acknowledge it to the friend, who would not send it again. So the program ends right here, and the friend's toxcore
/// keeps the message for the next start. The database was left by a transaction that was rolled back, so it needs no
/// closing.
void Daemon::handle(const Input& input) {
  engine_->handle(input, now());
  if (!engine_->fault()) return;
  stop(*engine_->fault());
  server_.reset();
  std::_Exit(static_cast<int>(exit_code_));
}

void Daemon::bootstrap() {
  const Connection connection = node_->connection();
  if (connection != last_connection_) {
    last_connection_ = connection;
    log::info(connection == Connection::none
                  ? std::string("not connected to the Tox network")
                  : "connected to the Tox network by " + std::string(connection_name(connection)));
  }
  for (const BootstrapNode& node : bootstrapper_->take_due(connection != Connection::none, now().mono_ms)) {
    if (const auto asked = node_->bootstrap(node); !asked) log::detail("bootstrap: " + asked.error().message);
  }
}

void Daemon::settle() {
  if (stopped_) return;
  for (const Output& output : engine_->take_outputs()) apply(output);
  save_if_changed();  // before toxcore is iterated: what it then does of this is on disk
  if (!stopped_) server_->feed_subscribers();
}

void Daemon::apply(const Output& output) {
  if (const auto* notice = std::get_if<output::Notice>(&output)) {
    using What = output::Notice::What;
    const bool often = notice->what == What::peer_connection || notice->what == What::friend_presence ||
                       notice->what == What::message || notice->what == What::notification_cleared;
    often ? log::detail(log_text(*notice)) : log::info(log_text(*notice));
    server_->notify(notice_line(*notice));
  } else if (const auto applied = node_->apply(output); !applied) {
    log::warning("toxcore: " + applied.error().message);
  }
}

void Daemon::save_if_changed() {
  if (!node_->savedata_changed()) return;
  if (const auto saved = save(); !saved) return stop(saved.error());
  check_faults();
}

/// Merging the search index takes time with its size, so it takes at most a hundredth of the time, and texts that are
/// erased one after the other are taken out together.
void Daemon::scrub_if_due() {
  const std::uint64_t begun_ms = now().mono_ms;
  if (stopped_ || begun_ms < scrub_due_ms_ || !profile_.store->scrub_due()) return;
  if (const auto scrubbed = profile_.store->scrub(); !scrubbed) return stop(scrubbed.error());
  const std::uint64_t done_ms = now().mono_ms;
  scrub_due_ms_ = done_ms + std::max(scrub_pause_ms, 100 * (done_ms - begun_ms));
}

/// Before the end there may be no later.
Result<void> Daemon::scrub_last() { return profile_.store->scrub_due() ? profile_.store->scrub() : Result<void>(); }

Result<void> Daemon::save() {
  auto saved = save_profile(*profile_.store, SecretBytes(node_->savedata()).view());
  if (saved) node_->savedata_saved();
  return saved;
}

/// Nothing of what uses the profile may be there any more.
void Daemon::erase() {
  dispatcher_.reset();
  engine_.reset();
  node_.reset();
  state_file_.reset();
  if (const auto erased = Profile::erase(options_, std::move(profile_)); !erased) {
    log::error(erased.error().message);
    exit_code_ = ExitCode::other;
  } else {
    log::info("erased the profile “" + options_.profile + "”; stopped");
  }
}

void Daemon::check_faults() {
  if (stopped_) return;
  if (const auto fault = engine_->fault()) return stop(*fault);  // the store's too
  if (profile_.store->reserve_used())
    stop({ErrorKind::disk_full, "the disk is full; the last change was saved with what had been kept in reserve"});
}

void Daemon::stop(const Error& fault) {
  log::error(fault.message + (fault.message.ends_with('.') ? " " : ". ") + advice(fault.kind));
  exit_code_ = exit_code_of(fault.kind);
  stopped_ = true;
  io_.stop();
}

// --- The control socket

std::optional<std::string> Daemon::answer(std::string_view line, Session& session) {
  if (stopped_) return std::nullopt;
  auto answer = dispatcher_->answer(line, session, now());
  check_faults();
  return stopped_ ? std::nullopt : std::move(answer);
}

std::vector<std::string> Daemon::next_events(Session& session) {
  if (stopped_ || !session.subscription->behind(*profile_.store)) return {};
  auto lines = session.subscription->next_batch(*engine_);
  check_faults();
  if (stopped_) lines.clear();
  return lines;
}

void Daemon::requests_done() {
  settle();
  schedule();
}

Result<Bytes> Daemon::export_profile(const std::string& passphrase) const {
  if (passphrase.empty()) return node_->savedata();
  return protect_profile(SecretBytes(node_->savedata()).view(), passphrase);
}

/// Asked of the file: `toxtore passphrase` changes it while this runs.
bool Daemon::encrypted() const { return inspect_key_file(profile_.files->key()) == KeyFileState::wrapped; }

Result<void> Daemon::start_backup(BackupRequest request) {
  if (!request.plain && !request.passphrase && !encrypted())
    return fail(ErrorKind::invalid_argument,
                "the profile has no passphrase, and a backup is to have one: give one for it, or plain");
  const auto shared = std::make_shared<BackupRequest>(std::move(request));  // std::function wants to be copied
  const auto key = std::make_shared<DatabaseKey>(profile_.store->key());
  const auto work = [shared, key, files = *profile_.files] { return write_profile_backup(files, *key, *shared); };
  if (backup_.start(work)) return {};
  return fail(ErrorKind::busy, "a backup is being written; wait for its end");
}

std::optional<Result<void>> Daemon::backup_report() {
  const auto& report = backup_.report();
  if (!report) return std::nullopt;
  return *report ? Result<void>() : Result<void>(fail(report->error()));
}

Result<void> Daemon::start_examination(std::uint64_t wall_ms) {
  const auto key = std::make_shared<DatabaseKey>(profile_.store->key());
  const auto work = [key, wall_ms, files = *profile_.files]() -> Result<std::vector<Finding>> {
    const auto store = SqlStore::open_beside(files.database(), *key);
    if (!store) return fail(store.error());
    return examine_profile(files, **store, wall_ms);
  };
  if (examination_.start(work)) return {};
  return fail(ErrorKind::busy, "an examination is under way; wait for its end");
}

Result<ProfilePlace> Daemon::erase_profile() {
  if (backup_.running() || examination_.running())
    return fail(ErrorKind::busy, "a backup or an examination of the profile is under way; wait for its end");
  if (const auto checked = profile_.may_be_erased(); !checked) return fail(checked.error());
  erasing_ = true;
  return ProfilePlace{profile_.files->path(), options_.state_file, kept_of(profile_.files->path())};
}

}  // namespace toxtore
