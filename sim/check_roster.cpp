// P7, removed is removed.
//
// Checks: no device gets into a roster that its user did not link, and once in it stays in until it is removed; no
// event of a log enters that belongs to none of the user's devices; nobody is let in by a proof that was not made for
// him. Of a device that was removed or left, once all is quiet and again at the end, unless its user wanted it linked
// anew:
// - no device that stays takes it for its own, or shows it again once it showed it as removed;
// - none has an event of it in its log that no device but the removed one held when it was removed; of one that left,
//   none that it logged later;
// - what the remover held of it then is in the log of each, and so put aside on none;
// - it has nothing that a device that stays logged after it showed it as removed;
// - those that stay agree on who is in, and put aside nothing of others.
// Not judged: that it is out, where the removal may have died with the device on which it was made, or was made by one
// that was removed itself and is perhaps not heard any more, or where it left and nobody met it for 30 days; what the
// remover held, where that was removed too. A
// device that was linked through a removed one only may be out with it. Does not check: who is told of a removal and
// when, which texts are fetched again, what a friend makes of it.
#include <algorithm>
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

/// Who left tells the others for so long.
constexpr std::uint64_t told_ms = std::uint64_t{30} * 24 * 3'600'000;

class CheckRoster final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override {
    if (!world_.may_be_linked(device.key(), event.dot.device)) {
      world_.violation("P7", device.name() + " holds an event of somebody else's log");
    }
    if (device.running() && event.dot.device != device.key()) linked_[device.key()].insert(event.dot.device);
  }

  void removes(const Device& by, const Device& out) override {
    see_what_is_held(out, false);
    before_ = by.store().clock();
  }

  void removed(const Device& by, const Device& out) override {
    const bool left = &by == &out;
    see_what_is_held(out, left);
    surely_out_.emplace(out.key(), left ? world_.wall_ms() + told_ms : ~std::uint64_t{0});
    if (!left) known_to_.push_back({by.key(), out.key(), before_});
  }

  void noticed(const Device& device, const output::Notice& notice) override {
    if (!device.running()) return;
    for (const LinkInfo& link : device.engine().link_requests()) {
      if (link.invitation && !world_.may_be_linked(device.key(), link.key)) {
        world_.violation("P7", device.name() + " takes the proof of one who was not invited");
      }
    }
    const bool of_devices =
        notice.what == output::Notice::What::device_linked || notice.what == output::Notice::What::device_removed;
    if (of_devices) expect_none_back(device);
    if (notice.what == output::Notice::What::device_removed) {
      logged_before_.try_emplace({device.key(), notice.key}, device.store().clock());
    }
  }

  void quiet_without_removed() override { judge_removed(); }

  void ended() override {
    judge_removed();
    for (const auto& device : world_.devices()) {
      std::set<PublicKey> known;
      for (const DeviceInfo& info : device->engine().devices()) {
        known.insert(info.key);
        if (!world_.may_be_linked(device->key(), info.key)) {
          world_.violation("P7", device->name() + " takes somebody else's device for its own");
        }
      }
      if (device->engine().status().removed) continue;  // it stands alone
      for (const PublicKey& key : linked_[device->key()]) {
        if (known.contains(key) || world_.may_go_with_removed(key) || world_.may_go_with_removed(device->key()))
          continue;
        world_.violation("P7", device->name() + " forgot one of its user's devices");
      }
    }
  }

 private:
  struct Known {
    PublicKey by;
    PublicKey out;
    VectorClock held;
  };

  /// By the others, or by itself.
  void see_what_is_held(const Device& out, bool by_itself) {
    for (const Device* holder : world_.devices_of(out.setup().user)) {
      if ((holder == &out) != by_itself) continue;
      const Holdings held = holder->store().holdings();
      for (const auto& [log, numbers] : held.logs()) {
        if (log.device == out.key()) last_[out.key()].raise(log, numbers.top());
      }
    }
  }

  void expect_none_back(const Device& device) {
    auto& shown_out = shown_out_[device.key()];
    for (const DeviceInfo& info : device.engine().devices()) {
      if (info.removed) {
        if (world_.was_removed(info.key))
          shown_out.insert(info.key);  // not who was out with it, and is linked by another
      } else if (shown_out.contains(info.key) && !world_.wanted_again(info.key)) {
        world_.violation("P7", device.name() + " shows a removed device as its user's again, which nobody linked anew");
      }
    }
  }

  void judge_removed() {
    if (world_.removed().empty()) return;
    const auto staying = linked_devices(world_, 0);
    const auto members = World::own_devices_of(*staying.front());
    for (const Device* device : staying) {
      if (World::own_devices_of(*device) != members) {
        world_.violation("P7",
                         device->name() + " and " + staying.front()->name() + " count other devices as their user's");
      }
      expect_out(*device);
      expect_cuts(*device);
      expect_nothing_lost(*device);
      expect_nothing_told(*device);
    }
  }

  void expect_out(const Device& device) {
    const auto members = World::own_devices_of(device);
    for (const auto& [key, until_ms] : surely_out_) {
      if (members.contains(key) && !world_.wanted_again(key) && world_.wall_ms() < until_ms) {
        world_.violation("P7",
                         device.name() + " still takes " + world_.name_of(key) + " for its own, which was removed");
      }
    }
  }

  void expect_cuts(const Device& device) {
    const Holdings held = device.store().holdings();
    const Holdings aside = device.store().aside();
    for (const auto& [log, numbers] : held.logs()) {
      if (!surely_out_.contains(log.device) || world_.wanted_again(log.device)) continue;
      if (numbers.top() <= last_[log.device].prefix(log)) continue;
      world_.violation("P7", device.name() + " has event " + std::to_string(numbers.top()) + " of " +
                                 world_.name_of(log.device) + " in its log, which was removed before");
    }
    for (const auto& [log, numbers] : aside.logs()) {
      if (world_.was_removed(log.device) || world_.may_go_with_removed(log.device)) continue;
      world_.violation("P7", device.name() + " put aside what " + world_.name_of(log.device) + " logged");
    }
  }

  void expect_nothing_lost(const Device& device) {
    for (const auto& [by, out, held] : known_to_) {
      if (world_.was_removed(by)) continue;
      for (const auto& [log, number] : held.logs()) {
        if (log.device != out || device.store().clock().prefix(log) >= number) continue;
        world_.violation("P7", device.name() + " lacks what " + world_.name_of(by) + " held of " + world_.name_of(out) +
                                   " when it removed it");
      }
    }
  }

  void expect_nothing_told(const Device& device) {
    for (const auto& [pair, before] : logged_before_) {
      if (pair.first != device.key() || world_.wanted_again(pair.second)) continue;
      const Device* out = world_.device_with(pair.second);
      if (out == nullptr) continue;  // `ended` sees it
      const Holdings held = out->store().holdings();
      for (const auto& [log, numbers] : held.logs()) {
        if (log.device != device.key() || numbers.top() <= before.prefix(log)) continue;
        world_.violation("P7", world_.name_of(pair.second) + " has event " + std::to_string(numbers.top()) + " of " +
                                   device.name() + ", which had shown it as removed before");
      }
    }
  }

  std::map<PublicKey, std::set<PublicKey>> linked_;     ///< whose events it took
  std::map<PublicKey, std::set<PublicKey>> shown_out_;  ///< whom it ever showed as removed
  std::map<PublicKey, std::uint64_t> surely_out_;       ///< and until when that must have come about, wall clock
  std::map<PublicKey, VectorClock> last_;  ///< of each log of a removed device the last event that may count
  /// What a device held when it showed another one as removed.
  std::map<std::pair<PublicKey, PublicKey>, VectorClock> logged_before_;
  VectorClock before_;           ///< what the remover held when the user gave the command
  std::vector<Known> known_to_;  ///< removers, and what they held of whom they removed
};

}  // namespace

std::unique_ptr<Checker> check_roster(World& world) { return std::make_unique<CheckRoster>(world); }

}  // namespace toxtore::sim
