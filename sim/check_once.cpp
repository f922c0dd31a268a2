// P3, once inside, and P8, no dot twice.
//
// Checks: a dot names the same event on every device that ever showed it; no device shows one twice; a command with a
// token makes one message (workload.cpp); a text has not more rows than times that it was given to toxcore; a device
// tells its user of a message once. Where a whole machine was set back, or two copies ran, two events may have one dot
// until the devices meet; at the end they have not, and no event has two. What a removed device logged may be taken
// out, and come in once more. Does not check: copies in groups, how often an event of a removed device comes in.
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

class CheckOnce final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override {
    const auto [known, fresh] = hashes_.try_emplace(event.dot, event_hash(event));
    if (!fresh && known->second != event_hash(event) && !may_fork_.contains(event.dot.device)) {
      world_.violation("P8", device.name() + " shows another event as number " + std::to_string(event.dot.seq) +
                                 " of " + event.dot.device.hex().substr(0, 8));
    }
    const bool may_come_again = may_fork_.contains(event.dot.device) || world_.was_removed(event.dot.device) ||
                                world_.may_go_with_removed(event.dot.device);
    if (!shown_[device.key()].insert(event.dot).second && !may_come_again) {
      world_.violation("P3", device.name() + " shows event " + std::to_string(event.dot.seq) + " of " +
                                 event.dot.device.hex().substr(0, 8) + " twice");
    }
  }

  void set_back(const Device& device, bool whole_machine) override {
    if (whole_machine) may_fork_.insert(device.key());
    std::erase_if(shown_[device.key()], [&](const Dot& dot) { return !device.store().event(dot); });
    told_[device.key()].clear();
  }

  void noticed(const Device& device, const output::Notice& notice) override {
    if (notice.what != output::Notice::What::message || !notice.message) return;
    const auto event = device.store().event(*notice.message);
    if (event && !told_[device.key()].insert(event_hash(*event)).second) {
      world_.violation("P3", device.name() + " tells its user twice of one message");
    }
  }

  void stock_tried(const StockFriend& from, const std::string& text) override { ++tried_[{from.key(), text}]; }

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) expect_one_event_a_dot(linked_devices(world_, user));
    for (const Device* device : linked_devices(world_, 0)) {
      for (const PublicKey& friend_key : world_.stock_keys()) count(*device, friend_key);
    }
  }

 private:
  void expect_one_event_a_dot(const std::vector<const Device*>& devices) {
    std::map<Dot, Hash> hashes;
    for (const Device* device : devices) {
      std::map<Hash, Dot> dots;
      for (const auto& [arrival, event] : device->store().arrived(0, ~std::size_t{0})) {
        const Hash hash = event_hash(event);
        if (hashes.try_emplace(event.dot, hash).first->second != hash) {
          world_.violation("P8", device->name() + " holds another event as number " + std::to_string(event.dot.seq) +
                                     " of " + event.dot.device.hex().substr(0, 8) + " than another device");
        }
        if (!dots.try_emplace(hash, event.dot).second) {
          world_.violation("P3", device->name() + " holds event " + std::to_string(event.dot.seq) + " of " +
                                     event.dot.device.hex().substr(0, 8) + " under two names");
        }
      }
    }
  }

  void count(const Device& device, const PublicKey& friend_key) {
    std::map<std::string, std::size_t> rows;
    for (const MessageRow& row : whole_history(device.store(), friend_key)) {
      if (row.erased || row.content != Content::text) continue;
      const std::string text = to_text(row.text);
      const std::size_t rows_max = row.outgoing ? 1 : tried_[{friend_key, text}];
      if (++rows[text] > rows_max) {
        world_.violation("P3", device.name() + " shows \"" + text.substr(0, 12) + "\" too often");
      }
    }
  }

  std::set<PublicKey> may_fork_;
  std::map<Dot, Hash> hashes_;
  std::map<PublicKey, std::set<Dot>> shown_;
  std::map<PublicKey, std::set<Hash>> told_;
  std::map<std::pair<PublicKey, std::string>, std::size_t> tried_;
};

}  // namespace

std::unique_ptr<Checker> check_once(World& world) { return std::make_unique<CheckOnce>(world); }

}  // namespace toxtore::sim
