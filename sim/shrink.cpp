#include "sim/shrink.h"

#include <algorithm>

namespace toxtore::sim {
namespace {

// The time that the steps would have taken stays, so that what comes after them still comes when it did.
Plan without(const Plan& plan, std::size_t begin, std::size_t count) {
  Plan rest = plan;
  const auto first = rest.steps.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = first + static_cast<std::ptrdiff_t>(std::min(count, rest.steps.size() - begin));
  std::uint64_t skipped_ms = 0;
  for (auto step = first; step != last; ++step) skipped_ms += step->after_ms;
  const auto next = rest.steps.erase(first, last);
  if (next != rest.steps.end()) next->after_ms += skipped_ms;
  return rest;
}

}  // namespace

std::optional<std::string> promise_violated(const Plan& plan) {
  const auto violation = run(plan).violation;
  return violation ? std::optional(violation->promise) : std::nullopt;
}

// Large pieces first, then smaller ones; and again, since one step less may make others needless.
Plan shrink(Plan plan, const Judge& judge) {
  const auto promise = judge(plan);
  if (!promise) return plan;
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (std::size_t piece = std::max<std::size_t>(plan.steps.size() / 2, 1); piece > 0; piece /= 2) {
      for (std::size_t begin = 0; begin < plan.steps.size();) {
        Plan rest = without(plan, begin, piece);
        if (judge(rest) == promise) {
          plan = std::move(rest);
          shorter = true;
        } else {
          begin += piece;
        }
      }
    }
  }
  return plan;
}

}  // namespace toxtore::sim
