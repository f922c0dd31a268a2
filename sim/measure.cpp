#include "sim/measure.h"

#include <algorithm>
#include <array>

#include "sim/actions.h"
#include "sim/dice.h"
#include "sim/run.h"

namespace toxtore::sim {
namespace {

constexpr std::size_t own_devices = 3;
/// Devices of the friend with Toxtore.
constexpr std::size_t his_devices = 2;
constexpr std::size_t cycles = 6;
constexpr std::size_t messages_each_cycle = 16;
/// So long everything is left alone, so that what waits is delivered.
constexpr std::uint64_t rest_ms = 90'000;
constexpr std::uint64_t away_ms = 50'000;

struct Misfortune {
  std::string_view name;
  std::string_view action;  ///< in `actions()`; empty: nothing happens
  unsigned receipt_loss_percent = 0;
  std::size_t late_devices = 0;
};
constexpr std::array misfortunes{
    Misfortune{"nothing", ""},
    Misfortune{"crashes", "crash"},
    Misfortune{"lost receipts", "", 2},
    Misfortune{"devices cut off from each other", "cut"},
    Misfortune{"a device linked while messages wait", "link device", 0, 1},
    Misfortune{"a restored backup", "old copy"},
};

std::size_t action_named(std::string_view name) {
  const auto found = std::ranges::find(actions(), name, &Action::name);
  return static_cast<std::size_t>(found - actions().begin());
}

/// What `World::device_at` takes for a device: the user's, and any.
std::uint32_t own(std::uint64_t number) { return static_cast<std::uint32_t>(4 * number + 1); }
std::uint32_t any(std::uint64_t number) { return static_cast<std::uint32_t>(4 * number); }

class Writing {
 public:
  Writing(Plan& plan, const Misfortune& misfortune)
      : plan_(plan), misfortune_(misfortune), dice_(plan.seed, "deliveries") {}

  /// The stock friend gets to know two devices, if not a third.
  void begin() {
    for (const std::uint32_t device : {0U, 1U}) step(0, "friend asks another device", {0, device, 0, 0});
  }

  void cycle() {
    both_friends_go();
    for (std::size_t i = 0; i < messages_each_cycle; ++i) {
      step(500 + dice_.below(10'000), "send", {own(dice_.below(own_devices)), number(), 3, 1});
      if (!misfortune_.action.empty() && dice_.chance(15)) something_happens();
    }
  }
  /// All is delivered before devices are switched off to see whether they come to rest.
  void rest() { step(rest_ms, "ask around", {own(0), 0, 0, 0}); }

 private:
  std::uint32_t number() { return static_cast<std::uint32_t>(dice_.next()); }

  void step(std::uint64_t after_ms, std::string_view action, std::array<std::uint32_t, 4> numbers) {
    plan_.steps.push_back({after_ms, action_named(action), numbers});
  }

  // After a rest, so that nothing is on its way to them.
  void both_friends_go() {
    const std::uint32_t away = away_ms;
    step(rest_ms, "friend goes", {0, 0, away, 0});
    for (std::size_t i = 0; i < his_devices; ++i) {
      step(0, "switch off", {any(plan_.own_devices + i), away, 0, 0});
    }
  }

  void something_happens() {
    const auto one = dice_.below(own_devices);
    if (misfortune_.action == "cut") {
      const auto other = (one + 1 + dice_.below(own_devices - 1)) % own_devices;
      const std::size_t stock_friends = 1;  // the first of all keys
      return step(0, "cut", {own(one), static_cast<std::uint32_t>(stock_friends + other), number(), 0});
    }
    if (misfortune_.action == "link device") return step(0, "link device", {own_devices, 0, 0, 0});
    step(0, misfortune_.action, {own(one), number(), number(), number()});
  }

  Plan& plan_;
  const Misfortune& misfortune_;
  Dice dice_;
};

/// Whether the friend has that text.
bool has(const World& world, bool stock, const std::string& text) {
  if (stock) {
    return std::ranges::any_of(world.stock_friends().front()->texts(), [&](const auto& t) { return t.text == text; });
  }
  const auto& device = *world.devices_of(1).front();
  return !device.engine().search({text, std::nullopt, std::nullopt, 1}).empty();
}

}  // namespace

std::vector<std::string_view> misfortunes_to_measure() {
  std::vector<std::string_view> names;
  for (const Misfortune& misfortune : misfortunes) names.push_back(misfortune.name);
  return names;
}

Plan delivery_plan(std::string_view misfortune, std::uint64_t seed) {
  const Misfortune& chosen = *std::ranges::find(misfortunes, misfortune, &Misfortune::name);
  Plan plan;
  plan.seed = seed;
  plan.own_devices = own_devices + chosen.late_devices;
  plan.late_devices = chosen.late_devices;
  plan.friends = {0, his_devices};
  plan.network.delay_ms_min = 20;
  plan.network.delay_ms_max = 300;
  plan.network.receipt_loss_percent = chosen.receipt_loss_percent;
  Writing writing(plan, chosen);
  writing.begin();
  for (std::size_t i = 0; i < cycles; ++i) writing.cycle();
  writing.rest();
  return plan;
}

std::vector<std::uint64_t> arrival_times_ms(std::size_t own_count, std::uint64_t delay_ms, bool stock,
                                            std::size_t messages) {
  Plan plan;
  plan.seed = own_count * 10'000 + delay_ms + (stock ? 1 : 0);
  plan.own_devices = own_count;
  plan.friends = {stock ? std::size_t{0} : std::size_t{1}};
  World world(plan, 0);
  set_up(world, plan);
  const auto devices = world.devices_of(0);
  const PublicKey him = stock ? world.stock_keys().front() : world.devices_of(1).front()->key();
  for (std::size_t i = 0; stock && i < std::min<std::size_t>(2, own_count); ++i) {
    world.want_friend(him, devices[i]->key());
  }
  world.run_until(world.timeline.now_ms() + 120'000);
  world.network.settings = {delay_ms, delay_ms, 0};
  const auto switch_him = [&](bool on) {
    if (!stock) return world.leave_off(*world.devices_of(1).front(), !on);
    on ? world.stock_friends().front()->start() : world.stock_friends().front()->stop(true);
  };
  const auto is_connected = [&] {
    return std::ranges::any_of(devices,
                               [&](const Device* device) { return world.network.connected(device->key(), him); });
  };
  const auto until = [&](const auto& condition) {
    const std::uint64_t limit_ms = world.timeline.now_ms() + 600'000;
    while (!world.violated() && !condition() && world.timeline.now_ms() < limit_ms)
      world.run_until(world.timeline.now_ms() + 10);
    return world.timeline.now_ms();
  };
  std::vector<std::uint64_t> times_ms;
  for (std::size_t i = 0; i < messages; ++i) {
    switch_him(false);
    world.run_until(world.timeline.now_ms() + 60'000);
    const std::string text = "text " + std::to_string(i) + " waits";
    devices[i % own_count]->command(
        [&](Engine& engine, Instant now) { (void)engine.send_message({him, MessageKind::normal, text, {}}, now); });
    world.run_until(world.timeline.now_ms() + 60'000);
    switch_him(true);
    const std::uint64_t connected_ms = until(is_connected);
    times_ms.push_back(until([&] { return has(world, stock, text); }) - connected_ms);
    world.run_until(world.timeline.now_ms() + 60'000);
  }
  std::ranges::sort(times_ms);
  return times_ms;
}

}  // namespace toxtore::sim
