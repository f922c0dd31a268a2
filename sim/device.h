// One device: a real engine on a store, a process that starts, dies and starts again, and the rules by which the
// daemon drives it (src/daemon/daemon.cpp): toxcore's callbacks, the end of the turn, outputs, and the saved profile.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "sim/disk.h"
#include "sim/network.h"

namespace toxtore::sim {

class World;

struct DeviceSetup {
  std::size_t user = 0;
  ToxAddress address;
  std::string name;
  bool sql = false;    ///< on the real database
  bool newer = false;  ///< speaks and writes like a later version
  std::uint64_t seed = 0;
};

class Device final : public Endpoint {
 public:
  /// toxcore's turns are at most so far apart (tox_iteration_interval).
  static constexpr std::uint64_t iteration_ms = 50;

  /// The world must outlive it.
  Device(World& world, DeviceSetup setup);
  ~Device() override;

  [[nodiscard]] PublicKey key() const { return setup_.address.key(); }
  [[nodiscard]] const DeviceSetup& setup() const { return setup_; }
  [[nodiscard]] const std::string& name() const { return setup_.name; }

  // --- The process.

  void start();
  /// Ends in order; does nothing if it does not run.
  void stop();
  /// Ends here and now.
  void die();
  void die_at_step(unsigned steps) { disk_.cut_power_in(steps); }
  void die_never() { disk_.cut_power_in({}); }

  // --- Old copies of its data. Only on the store in memory.

  /// Makes a copy of its data folder, and with it of all that the machine has.
  void back_up();
  /// Dies, and what it has is the last copy; `whole_machine`: the state file too. Nothing happens without a copy.
  void set_back(bool whole_machine);
  /// The copy and what it has now change places: two copies that run at once push each other off the network.
  void change_places();
  /// From now on there are two copies, and both will have run before the end.
  void live_twice();
  [[nodiscard]] bool lives_twice() const { return lives_twice_; }
  [[nodiscard]] bool has_copy() const { return copy_.store != nullptr; }
  [[nodiscard]] const Store* other_copy() const { return copy_.store.get(); }

  /// From now on, or not any more, it passes over what it is told of rosters.
  void be_deaf(bool deaf) { deaf_ = deaf; }

  void set_disk_full(bool full) { disk_.set_full(full); }
  [[nodiscard]] bool running() const { return engine_ != nullptr; }
  /// Only while it runs.
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const Engine& engine() const { return *engine_; }
  [[nodiscard]] const Store& store() const { return disk_; }

  /// The clock on the wall is set to so much more or less than the time that is.
  void shift_clock(std::int64_t ms) { clock_offset_ms_ += ms; }
  [[nodiscard]] Instant now() const;

  /// A user's command: does it if the device runs, and lets out what comes of it. False if the device does not run or
  /// died of it.
  bool command(const std::function<void(Engine&, Instant)>& work);

  /// Tells the checkers of every event that they have not been told of.
  void look();

  void arrive(Incoming incoming) override;
  /// A packet as if its toxcore had received it.
  void inject(const PublicKey& from, Bytes bytes);

 private:
  /// What is kept outside of the data folder.
  class StateFile final : public Witness {
   public:
    explicit StateFile(Disk& disk) : disk_(disk) {}
    [[nodiscard]] Bytes read() const override { return words; }
    Result<void> write(ByteView written) override;
    [[nodiscard]] DatabaseId machine() const override { return {1}; }
    Bytes words;

   private:
    Disk& disk_;
  };
  struct Copy {
    std::unique_ptr<Store> store;
    Bytes words;
    FriendList list;
  };

  Copy copied();
  void fail_out();
  void guarded(const std::function<void()>& work);
  void turn();
  void take(const Incoming& incoming);
  bool plays_planted_bug(const input::PacketArrived& arrived);
  void settle();
  void apply(const Output& output);
  void send(output::SendPacket packet);
  void save_list();
  void write_like_a_later_version();
  void wake_at(std::uint64_t at_ms);
  void schedule();
  std::unique_ptr<Store> open_store();

  World& world_;
  DeviceSetup setup_;
  Dice dice_;
  std::filesystem::path folder_;
  Disk disk_;
  StateFile state_file_{disk_};
  Copy copy_;
  bool lives_twice_ = false;
  bool deaf_ = false;
  FriendList saved_list_;
  std::int64_t clock_offset_ms_ = 0;

  std::unique_ptr<Engine> engine_;
  std::uint64_t life_ = 0;
  std::deque<Incoming> inbox_;
  std::optional<std::uint64_t> wake_ms_;
  Arrival looked_at_ = 0;
};

}  // namespace toxtore::sim
