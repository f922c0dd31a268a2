// The daemon: one thread that moves values between toxcore, the engine and the control socket.
//
//   turn:     toxcore's callbacks → engine.handle; engine.finish_turn; outputs → toxcore and subscribers; timer
//   request:  a line → dispatcher → engine; then the outputs, as in a turn
//
// After a fault of the store nothing more may get out, and toxcore may not be iterated again: it would acknowledge to
// friends what is not on disk. The daemon then says what to do and ends with the exit code for the fault's kind.
#pragma once

#include <utility>  // Boost.Asio 1.74 uses std::exchange without including it

#include <boost/asio.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "daemon/background.h"
#include "daemon/options.h"
#include "daemon/profile.h"
#include "daemon/server.h"
#include "daemon/state_file.h"
#include "engine/engine.h"
#include "rpc/dispatcher.h"
#include "rpc/host.h"
#include "tox/bootstrapper.h"
#include "tox/tox_node.h"

namespace toxtore {

class Daemon final : private LineService, private Host {
 public:
  /// Opens or makes the profile, starts toxcore and the engine, and listens. Errors: those of Profile::open,
  /// ToxNode::create, Engine::start, reading the node file, and Server::listen.
  static Result<std::unique_ptr<Daemon>> start(const Options& options);
  ~Daemon() override;

  /// Runs until a signal (clean) or a fault. The profile is saved and the socket file gone when it returns.
  ExitCode run();

 private:
  Daemon(Options options, Profile profile);
  Result<void> start_tox();
  Result<void> start_engine();
  Result<void> take_names_over(const std::vector<PublicKey>& imported);
  Result<void> listen();
  [[nodiscard]] static Instant now();

  // --- The loop. After `stop` none of it does anything more.
  void wait_for_signal();
  void schedule();
  void turn();
  void handle(const Input& input);
  void bootstrap();
  void settle();
  void apply(const Output& output);
  void save_if_changed();
  void scrub_if_due();
  Result<void> scrub_last();
  Result<void> save();
  void erase();
  void check_faults();
  void stop(const Error& fault);

  // --- LineService
  std::optional<std::string> answer(std::string_view line, Session& session) override;
  std::vector<std::string> next_events(Session& session) override;
  void requests_done() override;

  // --- Host
  [[nodiscard]] std::string version() const override { return TOXTORE_VERSION; }
  [[nodiscard]] std::string profile_name() const override { return options_.profile; }
  [[nodiscard]] bool encrypted() const override;
  [[nodiscard]] ToxAddress address() const override { return node_->address(); }
  [[nodiscard]] Result<Bytes> export_profile(const std::string& passphrase) const override;
  Result<void> start_backup(BackupRequest request) override;
  [[nodiscard]] bool backup_running() override { return backup_.running(); }
  [[nodiscard]] std::optional<Result<void>> backup_report() override;
  Result<void> start_examination(std::uint64_t wall_ms) override;
  [[nodiscard]] bool examination_running() override { return examination_.running(); }
  [[nodiscard]] std::optional<Result<std::vector<Finding>>> examination_report() override {
    return examination_.report();
  }
  Result<ProfilePlace> erase_profile() override;

  // In the order of what rests on what: the last is destroyed first.
  Options options_;
  SystemRandom random_;
  boost::asio::io_context io_;
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  Profile profile_;
  std::unique_ptr<StateFile> state_file_;
  std::unique_ptr<ToxNode> node_;
  std::unique_ptr<Engine> engine_;
  std::optional<Bootstrapper> bootstrapper_;
  std::optional<Dispatcher> dispatcher_;
  std::unique_ptr<Server> server_;
  Background<bool> backup_;  ///< true when it is written
  Background<std::vector<Finding>> examination_;
  std::uint64_t last_turn_ms_ = 0;
  std::uint64_t scrub_due_ms_ = 0;             ///< not before
  std::optional<std::uint64_t> timer_due_ms_;  ///< while the timer runs
  std::uint64_t stall_check_due_ms_ = 0;
  Connection last_connection_ = Connection::none;
  bool erasing_ = false;  ///< the next turn ends the loop, and the profile goes
  bool stopped_ = false;
  ExitCode exit_code_ = ExitCode::clean;
};

}  // namespace toxtore
