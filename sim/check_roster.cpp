// P7, removed is removed: as far as it exists.
//
// Checks: no device gets into a roster that its user did not link, once in it stays in, and no event of a log enters
// that belongs to none of the user's devices.
// Does not check: removals and cuts, which are of a later version.
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

class CheckRoster final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override {
    if (!world_.may_be_linked(device.key(), event.dot.device)) {
      world_.violation("P7", device.name() + " holds an event of somebody else's log");
    }
    if (device.running() && event.dot.device != device.key()) linked_[device.key()].insert(event.dot.device);
  }

  void noticed(const Device& device, const output::Notice& /*notice*/) override {
    if (!device.running()) return;
    for (const LinkInfo& link : device.engine().link_requests()) {
      if (link.invitation && !world_.may_be_linked(device.key(), link.key)) {
        world_.violation("P7", device.name() + " takes the proof of one who was not invited");
      }
    }
  }

  void ended() override {
    for (const auto& device : world_.devices()) {
      std::set<PublicKey> members;
      for (const DeviceInfo& info : device->engine().devices()) {
        members.insert(info.key);
        if (!world_.may_be_linked(device->key(), info.key)) {
          world_.violation("P7", device->name() + " takes somebody else's device for its own");
        }
      }
      for (const PublicKey& key : linked_[device->key()]) {
        if (!members.contains(key)) world_.violation("P7", device->name() + " forgot one of its user's devices");
      }
    }
  }

 private:
  std::map<PublicKey, std::set<PublicKey>> linked_;  ///< whose events it took
};

}  // namespace

std::unique_ptr<Checker> check_roster(World& world) { return std::make_unique<CheckRoster>(world); }

}  // namespace toxtore::sim
