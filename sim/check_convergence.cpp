// P2, convergence.
//
// Checks: at the end all linked devices show the same conversations, friends and devices, row for row; and what each
// shows is what all its events add up to when they are put into an empty store in another order; so do the state
// checks. Does not check: what each device knows for itself (connections, waiting requests), nor devices that hold
// different events meanwhile.
#include <algorithm>

#include "engine/recorder.h"
#include "sim/checkers.h"
#include "sim/world.h"
#include "store/memory_store.h"

namespace toxtore::sim {
namespace {

class CheckConvergence final : public Checker {
 public:
  using Checker::Checker;

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      const auto folded = fold(devices.front()->store());
      for (const Device* device : devices) compare(*folded, *device);
    }
  }

 private:
  /// Log by log, not as they came.
  static std::unique_ptr<Store> fold(const Store& store) {
    std::vector<Event> events;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) events.push_back(event);
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.dot < b.dot; });
    auto folded = make_memory_store();
    (void)folded->transact([&]() -> Result<void> {
      for (const Event& event : events) record(*folded, event);
      return {};
    });
    return folded;
  }

  void compare(const Store& folded, const Device& device) {
    const Store& store = device.store();
    const auto differs = [&](const std::string& what) {
      world_.violation("P2", device.name() + " shows other " + what + " than its events add up to on its first device");
    };
    if (store.friend_rows() != folded.friend_rows()) differs("friends");
    for (const PublicKey& key : conversations(folded)) {
      if (whole_history(store, key) != whole_history(folded, key)) differs("messages of " + key.hex().substr(0, 8));
      if (store.unread_count(key) != folded.unread_count(key)) differs("unread counts");
      if (store.device_row(key) != folded.device_row(key)) differs("devices");
    }
    if (store.rows_hash() != folded.rows_hash()) differs("rows, by its state check");
    if (store.undelivered() != folded.undelivered()) differs("undelivered messages");
  }
};

}  // namespace

std::unique_ptr<Checker> check_convergence(World& world) { return std::make_unique<CheckConvergence>(world); }

}  // namespace toxtore::sim
