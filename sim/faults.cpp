#include "sim/actions.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

constexpr std::uint64_t hour_ms = 3'600'000;
constexpr std::uint64_t year_ms = std::uint64_t{365} * 24 * hour_ms;
/// Some cuts end before toxcore notices, some later.
constexpr std::uint64_t cut_ms_max = 3 * dead_peer_ms;
constexpr std::uint64_t trouble_ms_max = 60'000;
/// A copy is brought back within that time.
constexpr std::uint64_t set_back_ms_max = 180'000;
/// A process dies within so many durable steps: the next ones, or in the middle of something later.
constexpr unsigned crash_steps_max = 40;

std::vector<PublicKey> everybody(const World& world) {
  std::vector<PublicKey> keys = world.stock_keys();
  for (const auto& device : world.devices()) keys.push_back(device->key());
  return keys;
}

PublicKey anybody(const World& world, std::uint32_t number) {
  const auto keys = everybody(world);
  return keys[number % keys.size()];
}

void cut_for(World& world, const PublicKey& from, const PublicKey& to, std::uint64_t ms) {
  if (from == to) return;
  world.network.cut(from, to, true);
  world.timeline.after(ms, [&world, from, to] { world.network.cut(from, to, false); });
}

void cut_both(World& world, const Step& step) {
  const PublicKey a = world.device_at(step.numbers[0]).key();
  const PublicKey b = anybody(world, step.numbers[1]);
  cut_for(world, a, b, step.numbers[2] % cut_ms_max);
  cut_for(world, b, a, step.numbers[2] % cut_ms_max);
}

void cut_one_way(World& world, const Step& step) {
  const PublicKey a = world.device_at(step.numbers[0]).key();
  const PublicKey b = anybody(world, step.numbers[1]);
  step.numbers[3] % 2 == 0 ? cut_for(world, a, b, step.numbers[2] % cut_ms_max)
                           : cut_for(world, b, a, step.numbers[2] % cut_ms_max);
}

/// Everybody is on one of two sides, and nothing passes between them, or only one way.
void partition(World& world, const Step& step) {
  const auto keys = everybody(world);
  const bool one_way = step.numbers[1] % 3 == 0;
  for (std::size_t a = 0; a < keys.size(); ++a) {
    for (std::size_t b = 0; b < keys.size(); ++b) {
      const bool a_left = (step.numbers[0] >> a & 1) != 0;
      const bool b_left = (step.numbers[0] >> b & 1) != 0;
      if (a_left == b_left || (one_way && !a_left)) continue;
      cut_for(world, keys[a], keys[b], step.numbers[2] % cut_ms_max);
    }
  }
}

/// On and off, several times within seconds.
void flap(World& world, const Step& step) {
  const PublicKey a = world.device_at(step.numbers[0]).key();
  const PublicKey b = anybody(world, step.numbers[1]);
  if (a == b) return;
  const std::uint64_t period_ms = 500 + step.numbers[2] % (dead_peer_ms + 5'000);
  for (std::uint64_t i = 0; i < 4; ++i) {
    world.timeline.after(2 * i * period_ms, [&world, a, b, period_ms] {
      cut_for(world, a, b, period_ms);
      cut_for(world, b, a, period_ms);
    });
  }
}

void congest(World& world, const Step& step) {
  const PublicKey a = world.device_at(step.numbers[0]).key();
  const PublicKey b = anybody(world, step.numbers[1]);
  if (a != b) world.network.congest(a, b, step.numbers[2] % trouble_ms_max);
}

void fill_queue(World& world, const Step& step) {
  const PublicKey a = world.device_at(step.numbers[0]).key();
  const PublicKey b = anybody(world, step.numbers[1]);
  if (a != b) world.network.fill(a, b, step.numbers[2] % trouble_ms_max);
}

void crash(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (device.running()) device.die_at_step(step.numbers[1] % crash_steps_max);
}

void kill(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (device.running()) device.die();
}

void switch_off(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  world.leave_off(device, true);
  world.timeline.after(step.numbers[1] % trouble_ms_max, [&world, &device] { world.leave_off(device, false); });
}

/// Off until all else is over, and then it is years later.
void off_for_years(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  world.leave_off(device, true);
  world.skip(step.numbers[1] % 5 * year_ms);
}

void fill_disk(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  device.set_disk_full(true);
  world.timeline.after(step.numbers[1] % trouble_ms_max, [&world, &device] {
    device.set_disk_full(false);
    world.died(device);
  });
}

void jump_clock(World& world, const Step& step) {
  const auto ms = static_cast<std::int64_t>(hour_ms);
  world.device_at(step.numbers[0]).shift_clock(step.numbers[1] % 2 == 0 ? ms : -ms);
}

void friend_goes(World& world, const Step& step) {
  if (world.stock_friends().empty()) return;
  StockFriend& one = *world.stock_friends()[step.numbers[0] % world.stock_friends().size()];
  one.stop(step.numbers[1] % 2 == 0);
  world.timeline.after(step.numbers[2] % trouble_ms_max, [&one] { one.start(); });
}

/// Not in a run in which a device of that user was removed (workload.cpp).
bool may_be_copied(const World& world, const Device& device) {
  return device.setup().user != 0 || world.removed().empty();
}

/// A copy is made now, and brought back later: of the data folder, or of the whole machine.
void set_back_later(World& world, const Step& step, bool whole_machine) {
  Device& device = world.device_at(step.numbers[0]);
  if (!may_be_copied(world, device)) return;
  device.back_up();
  world.timeline.after(step.numbers[1] % set_back_ms_max, [&world, &device, whole_machine] {
    if (!world.healed()) device.set_back(whole_machine);
  });
}

void old_copy(World& world, const Step& step) { set_back_later(world, step, false); }

/// Only others can tell, so there must be one.
bool is_linked(const Device& device) { return device.running() && device.engine().devices().size() > 1; }

void old_machine(World& world, const Step& step) {
  if (is_linked(world.device_at(step.numbers[0]))) set_back_later(world, step, true);
}

/// Two copies run, and push each other off the network by turns.
void two_copies(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!is_linked(device) || device.setup().sql || !may_be_copied(world, device)) return;
  device.live_twice();
  for (const std::uint32_t number : {step.numbers[1], step.numbers[2], step.numbers[3]}) {
    world.timeline.after(number % set_back_ms_max, [&world, &device] {
      if (!world.healed()) device.change_places();
    });
  }
}

constexpr Action misfortunes[] = {
    {"cut", 2, 50, cut_both},
    {"cut one way", 2, 50, cut_one_way},
    {"partition", 2, 50, partition},
    {"flap", 1, 50, flap},
    {"congestion", 2, 50, congest},
    {"full queue", 1, 50, fill_queue},
    {"crash", 3, 50, crash},
    {"kill", 2, 50, kill},
    {"switch off", 2, 50, switch_off},
    {"off for years", 1, 50, off_for_years},
    {"disk full", 1, 50, fill_disk},
    {"clock jump", 1, 50, jump_clock},
    {"friend goes", 3, 50, friend_goes},
    {"old copy", 1, 25, old_copy},
    {"old machine", 1, 15, old_machine},
    {"two copies", 1, 15, two_copies},
};

}  // namespace

std::span<const Action> faults() { return misfortunes; }

}  // namespace toxtore::sim
