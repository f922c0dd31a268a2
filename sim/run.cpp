#include "sim/run.h"

#include <algorithm>

#include "engine/outbox.h"
#include "sim/actions.h"

namespace toxtore::sim {
namespace {

/// What healing may cost (P10): greeting each other and rosters, and each event to each device a few times over, since
/// whoever restarts or is cut off in the last moment fetches again what was under way.
constexpr std::uint64_t healing_bytes_free = 400'000;
constexpr std::uint64_t healing_copies_max = 6;

void go_through(World& world, const Plan& plan) {
  world.network.settings = plan.network;
  for (const Step& step : plan.steps) {
    world.run_until(world.timeline.now_ms() + step.after_ms);
    if (world.violated()) return;
    const Action& action = actions()[step.action];
    world.trace.line(world.timeline.now_ms(), "step", action.name, step.numbers[0], step.numbers[1]);
    action.act(world, step);
  }
  world.run_until(world.timeline.now_ms() + 1'000);
}

std::uint64_t event_bytes(const World& world) {
  std::uint64_t bytes = 0;
  for (const auto& device : world.devices()) {
    for (const auto& [arrival, event] : device->store().arrived(0, ~std::size_t{0})) bytes += event.body.size() + 60;
  }
  return bytes;
}

/// Silence of that length means that nothing is on its way; what is asked for in vain is asked again after a minute.
constexpr std::uint64_t settled_ms = 300'000;

void settle(World& world, std::uint64_t healed_ms) {
  const auto settled_at = [&] { return std::max(world.network.last_packet_ms(), healed_ms) + settled_ms; };
  while (!world.violated() && world.timeline.now_ms() < settled_at() &&
         world.timeline.now_ms() < healed_ms + until_quiet_ms_max) {
    world.run_until(settled_at());
  }
}

// P1, of those that run: what one has reaches all that are connected now, wherever it was written.
void expect_same_logs(World& world, const std::vector<Device*>& devices) {
  const Device* first = nullptr;
  for (const Device* device : devices) {
    if (!device->running() || world.was_removed(device->key())) continue;
    if (first == nullptr) first = device;
    if (device->store().clock() != first->store().clock()) {
      world.violation("P1", device->name() + " and " + first->name() + " run, and do not hold the same events");
    }
  }
}

// Two devices that never meet: what one wrote reaches the other through a third (DESIGN 6, relay).
void take_turns(World& world, const Plan& plan, std::uint64_t healed_ms) {
  const auto devices = world.devices_of(0);
  if (devices.size() < 3 || plan.late_devices > 0) return world.heal(nullptr);
  Device& late = *devices[plan.seed % devices.size()];
  Device& early = *devices[(plan.seed + 1) % devices.size()];
  world.heal(&late);
  settle(world, healed_ms);
  expect_same_logs(world, devices);
  world.leave_off(early, true);
  world.leave_off(late, false);
  settle(world, world.timeline.now_ms());
  expect_same_logs(world, devices);
  world.leave_off(early, false);
}

// Whatever each of two copies did is known to the others once both ran among them.
void run_both_copies(World& world) {
  for (const auto& device : world.devices()) {
    for (int turn = 0; device->lives_twice() && turn < 2; ++turn) {
      device->change_places();
      settle(world, world.timeline.now_ms());
    }
  }
}

// In half of the runs. Twice, for one that is in again may have removed others; and what one takes in the others fetch.
void link_removed_anew(World& world, const Plan& plan) {
  constexpr int rounds_max = 5;
  if (world.removed().empty()) return;
  settle(world, world.timeline.now_ms());
  if (!world.violated()) world.tell([](Checker& checker) { checker.quiet_without_removed(); });
  if (plan.seed % 2 == 0) return;
  for (int round = 0; round < rounds_max && !world.violated() && world.link_removed_anew(); ++round) {
    settle(world, world.timeline.now_ms());
  }
  bool some_aside = true;
  for (int round = 0; round < rounds_max && !world.violated() && some_aside; ++round) {
    some_aside = world.take_in_what_is_aside();
    if (some_aside) settle(world, world.timeline.now_ms());
  }
  if (some_aside) world.violation("P7", "what was put aside stays aside after the user took it in");
  for (const PublicKey& key : world.removed()) {
    world.device_with(key)->command([&](Engine& engine, Instant now) { (void)engine.rename_device(key, "back", now); });
  }
}

// P10. Does not check what toxcore itself sends, nor the time in which something new happens.
void become_quiet(World& world, const Plan& plan, Outcome& outcome) {
  const std::uint64_t healed_ms = world.timeline.now_ms();
  const std::uint64_t bytes_before = world.network.bytes();
  take_turns(world, plan, healed_ms);
  if (!world.violated()) run_both_copies(world);
  // What is unsure is sent again after ten minutes at the earliest, and by whom, takes a while to find out.
  if (!world.violated()) world.run_until(world.timeline.now_ms() + unsure_wait_ms + settled_ms);
  if (!world.violated()) link_removed_anew(world, plan);
  const std::uint64_t all_on_ms = world.timeline.now_ms();
  const auto quiet_at = [&] { return std::max(world.network.last_packet_ms(), all_on_ms) + quiet_ms; };
  while (!world.violated() && (world.timeline.now_ms() < quiet_at() || !world.all_wishes_done())) {
    if (world.timeline.now_ms() > all_on_ms + until_quiet_ms_max) {
      world.violation("P10", world.all_wishes_done()
                                 ? std::string("devices still talk two hours after everything healed")
                                 : "not done within two hours: " + world.open_wishes());
    }
    world.run_until(std::max(quiet_at(), world.timeline.now_ms() + 1'000));
  }
  outcome.healing_ms = std::max(world.network.last_packet_ms(), healed_ms) - healed_ms;
  outcome.healing_bytes = world.network.bytes() - bytes_before;
  const std::uint64_t allowed = healing_bytes_free + healing_copies_max * event_bytes(world);
  if (outcome.healing_bytes > allowed) {
    world.violation("P10", "healing took " + std::to_string(outcome.healing_bytes) + " bytes, where " +
                               std::to_string(allowed) + " are more than enough");
  }
}

}  // namespace

void set_up(World& world, const Plan& plan) {
  for (const auto& device : world.devices()) device->start();
  for (const auto& one : world.stock_friends()) one->start();
  for (std::size_t user = 0; user < world.users(); ++user) {
    const auto devices = world.devices_of(user);
    const std::size_t linked = devices.size() - (user == 0 ? plan.late_devices : 0);
    for (std::size_t i = 1; i < linked; ++i)
      world.want_link(*devices[i], *devices[(i - 1) / 2], (plan.seed + i) % 2 == 0);
    if (user > 0) world.want_friend(devices.front()->key(), world.devices_of(0).front()->key());
  }
  Dice dice(plan.seed, "friends");
  const std::size_t linked = plan.own_devices - plan.late_devices;
  for (const auto& one : world.stock_friends()) {
    world.want_friend(one->key(), world.devices()[static_cast<std::size_t>(dice.below(linked))]->key());
  }
  while (!world.all_wishes_done() && world.timeline.now_ms() < setup_ms_max && !world.violated()) {
    world.run_until(world.timeline.now_ms() + 1'000);
  }
  if (!world.all_wishes_done()) world.violation("setup", "without any fault: " + world.open_wishes());
}

Outcome run(const Plan& plan, std::size_t trace_lines) {
  Outcome outcome;
  World world(plan, trace_lines);
  set_up(world, plan);
  if (!world.violated()) go_through(world, plan);
  if (!world.violated()) become_quiet(world, plan, outcome);
  for (const auto& device : world.devices()) device->look();
  if (!world.violated()) world.tell([](Checker& checker) { checker.ended(); });
  world.trace.line(world.timeline.now_ms(), "end", "", world.network.packets(), world.network.bytes());
  outcome.violation = world.violated();
  outcome.deliveries = world.deliveries;
  outcome.trace_hash = world.trace.hash();
  outcome.trace = world.trace.lines();
  outcome.virtual_ms = world.timeline.now_ms();
  outcome.packets = world.network.packets();
  outcome.bytes = world.network.bytes();
  return outcome;
}

}  // namespace toxtore::sim
