#include "sim/plan.h"

#include <algorithm>
#include <sstream>

#include "sim/actions.h"
#include "sim/dice.h"

namespace toxtore::sim {
namespace {

/// Every so many seeds use the real database, which takes several times as long.
constexpr std::uint64_t sql_every = 50;
constexpr std::size_t steps_min = 20;
constexpr std::size_t steps_max = 160;

void choose_cast(Plan& plan, Dice& dice) {
  plan.own_devices = 2 + static_cast<std::size_t>(std::min(dice.below(5), dice.below(5)));
  plan.late_devices = dice.chance(30) ? 1 + static_cast<std::size_t>(dice.below(plan.own_devices - 1)) : 0;
  const std::uint64_t friends = 1 + std::min(dice.below(3), dice.below(3));
  for (std::uint64_t i = 0; i < friends; ++i) {
    plan.friends.push_back(dice.chance(60) ? 0 : 1 + static_cast<std::size_t>(std::min(dice.below(3), dice.below(3))));
  }
  plan.newer_devices = dice.chance(40) ? dice.next() : 0;
  plan.sql = plan.seed % sql_every == sql_every - 1;
}

void choose_network(Plan& plan, Dice& dice) {
  static const std::vector<std::uint64_t> delays_ms{50, 300, 1'000, 5'000};
  plan.network.delay_ms_min = dice.chance(50) ? 0 : 20;
  plan.network.delay_ms_max = dice.pick(delays_ms);
  plan.network.receipt_loss_percent = dice.chance(40) ? static_cast<unsigned>(dice.between(5, 40)) : 0;
}

std::size_t action_named(std::string_view name) {
  const auto found = std::ranges::find(actions(), name, &Action::name);
  return static_cast<std::size_t>(found - actions().begin());
}

/// A plan without faults, or with a few kinds of them: what several do together hides what one of them does.
std::vector<std::size_t> choose_actions(Dice& dice) {
  std::vector<std::size_t> chosen;
  const bool faults = dice.chance(85);
  for (std::size_t i = 0; i < actions().size(); ++i) {
    const Action& action = actions()[i];
    if (!dice.chance(action.plans_percent) || (i >= workload().size() && !faults)) continue;
    chosen.insert(chosen.end(), action.weight, i);
  }
  return chosen;
}

std::uint64_t pause_ms(Dice& dice) {
  const std::uint64_t kind = dice.below(100);
  if (kind < 50) return dice.below(200);
  if (kind < 85) return dice.below(5'000);
  return dice.below(60'000);
}

std::optional<Plan> read_head(const std::string& line) {
  std::istringstream in(line);
  Plan plan;
  std::string word;
  std::string friends;
  char dash = 0;
  in >> word >> word >> plan.seed >> word >> plan.own_devices >> word >> plan.late_devices >> word >> friends >> word >>
      plan.newer_devices >> word >> plan.sql >> word >> plan.network.delay_ms_min >> dash >>
      plan.network.delay_ms_max >> word >> plan.network.receipt_loss_percent;
  if (!in || !line.starts_with("plan seed ") || plan.own_devices == 0) return std::nullopt;
  std::istringstream counts(friends);
  for (std::string count; std::getline(counts, count, ',');) plan.friends.push_back(std::stoul(count));
  return plan;
}

std::optional<Step> read_step(const std::string& line) {
  std::istringstream in(line);
  Step step;
  in >> step.after_ms;
  for (auto& number : step.numbers) in >> number;
  std::string name;
  if (!std::getline(in >> std::ws, name)) return std::nullopt;
  for (; step.action < actions().size(); ++step.action) {
    if (actions()[step.action].name == name) return step;
  }
  return std::nullopt;
}

}  // namespace

Plan make_plan(std::uint64_t seed) {
  Plan plan;
  plan.seed = seed;
  Dice dice(seed, "plan");
  choose_cast(plan, dice);
  choose_network(plan, dice);
  const auto chosen = choose_actions(dice);
  const std::uint64_t count = dice.between(steps_min, steps_max);
  for (std::uint64_t i = 0; i < count && !chosen.empty(); ++i) {
    Step step;
    step.after_ms = pause_ms(dice);
    step.action = dice.pick(chosen);
    for (auto& number : step.numbers) number = static_cast<std::uint32_t>(dice.next());
    plan.steps.push_back(step);
  }
  return plan;
}

Plan flood_plan(std::uint64_t seed) {
  constexpr std::uint32_t away_ms = 50'000;
  constexpr std::size_t messages = 240;
  Plan plan;
  plan.seed = seed;
  plan.own_devices = 3;
  plan.late_devices = 1;
  plan.friends = {0, 1};
  Dice dice(seed, "flood");
  choose_network(plan, dice);
  const auto his_device = static_cast<std::uint32_t>(4 * plan.own_devices);
  const auto any = [&] { return static_cast<std::uint32_t>(dice.next()); };
  const auto step = [&](std::uint64_t after_ms, std::string_view name, std::array<std::uint32_t, 4> numbers) {
    plan.steps.push_back({after_ms, action_named(name), numbers});
  };
  step(60'000, "friend goes", {0, 0, away_ms, 0});
  step(0, "switch off", {his_device, away_ms, 0, 0});
  for (std::size_t i = 0; i < messages; ++i) {
    const std::uint32_t text = i % 16 == 0 ? 16 * any() + 7 : any();  // one in sixteen is long
    step(dice.below(50), "send", {any() | 1U, any(), text, 1});
  }
  // They come back, and die in the middle: for a while toxcore shows them as connected.
  step(away_ms - 2'000 + dice.below(8'000), "friend goes", {0, 1, away_ms, 0});
  step(dice.below(3'000), "kill", {his_device, 0, 0, 0});
  step(200'000, "link device", {2, 0, 0, 0});
  step(60'000, "ask around", {1, 0, 0, 0});
  return plan;
}

std::string text_of(const Plan& plan) {
  std::ostringstream text;
  text << "plan seed " << plan.seed << " own " << plan.own_devices << " late " << plan.late_devices << " friends ";
  for (std::size_t i = 0; i < plan.friends.size(); ++i) text << (i == 0 ? "" : ",") << plan.friends[i];
  text << " newer " << plan.newer_devices << " sql " << plan.sql << " delay " << plan.network.delay_ms_min << "-"
       << plan.network.delay_ms_max << " loss " << plan.network.receipt_loss_percent << "\n";
  for (const Step& step : plan.steps) {
    text << step.after_ms;
    for (const auto number : step.numbers) text << ' ' << number;
    text << ' ' << actions()[step.action].name << '\n';
  }
  text << "end\n";
  return text.str();
}

std::optional<std::vector<Plan>> plans_from_text(const std::string& text) {
  std::vector<Plan> plans;
  bool open = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!open) {
      auto plan = read_head(line);
      if (!plan) return std::nullopt;
      plans.push_back(std::move(*plan));
      open = true;
    } else if (line == "end") {
      open = false;
    } else {
      const auto step = read_step(line);
      if (!step) return std::nullopt;
      plans.back().steps.push_back(*step);
    }
  }
  return open ? std::nullopt : std::optional(std::move(plans));
}

}  // namespace toxtore::sim
