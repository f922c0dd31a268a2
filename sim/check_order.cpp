// P5, order.
//
// Checks: a device logs nothing with a timestamp that is not later than everything it held; every conversation is in
// order, and no row of it moved once it was written.
// Does not check: the hour that is shown (HybridClock.* does), rows of several events (groups, copies of one message).
#include <algorithm>
#include <map>

#include "engine/own_log.h"
#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

class CheckOrder final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override {
    if (event.timestamp_ms >= timestamp_ms_end) return;
    auto& latest_ms = latest_ms_[device.key()];
    // What it logged in a life that its database forgot comes from others.
    const bool logs = event.dot.log() == OwnLog(device.key(), device.store()).open();
    if (logs && event.timestamp_ms <= latest_ms) {
      world_.violation("P5", device.name() + " logged event " + std::to_string(event.dot.seq) +
                                 " with a timestamp that is not later than what it held");
    }
    latest_ms = std::max(latest_ms, event.timestamp_ms);
  }

  void set_back(const Device& device, bool /*whole_machine*/) override {
    latest_ms_[device.key()] = device.store().latest_timestamp_ms();
  }

  void row_put(const Device& device, const std::optional<MessageRow>& before, const MessageRow& after) override {
    if (before && before->order() != after.order()) world_.violation("P5", "a row moved on " + device.name());
  }

  void ended() override {
    for (const auto& device : world_.devices()) {
      for (const PublicKey& key : conversations(device->store())) {
        const auto rows = whole_history(device->store(), key);
        if (!std::ranges::is_sorted(rows, {}, &MessageRow::order)) {
          world_.violation("P5", device->name() + " shows a conversation out of order");
        }
      }
    }
  }

 private:
  std::map<PublicKey, std::uint64_t> latest_ms_;
};

}  // namespace

std::unique_ptr<Checker> check_order(World& world) { return std::make_unique<CheckOrder>(world); }

}  // namespace toxtore::sim
