// Erased content (DESIGN 4; a part of P2).
//
// Checks: at the end a text that a user erased is gone from the log, the rows and the search of every linked device.
// What was erased only on a removed device that is still out may be there, but then it is not erased on any (DESIGN 8).
// Does not check: what a friend still has, and what is left in the free space of a file.
#include <algorithm>
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

class CheckErasing final : public Checker {
 public:
  using Checker::Checker;

  void erased(const Device& device, const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) {
      if (row.text.empty()) continue;
      texts_.emplace(row.id, row.text);
      erased_on_[row.id].insert(device.key());
    }
  }

  // Where nobody else had heard of it, the erasing is forgotten.
  void set_back(const Device& device, bool /*whole_machine*/) override {
    std::erase_if(texts_, [&](const auto& erased) {
      return std::ranges::none_of(world_.devices_of(device.setup().user), [&](const Device* each) {
        const auto event = each->store().event(erased.first);
        return event && read_event(*event).erased;
      });
    });
  }

  void ended() override {
    forget_what_counts_not();
    for (std::size_t user = 0; user < world_.users(); ++user) {
      for (const Device* device : linked_devices(world_, user)) judge(*device);
    }
  }

 private:
  void forget_what_counts_not() {
    if (world_.removed().empty()) return;
    const auto linked = linked_devices(world_, 0);
    const auto members = World::own_devices_of(*linked.front());
    std::erase_if(texts_, [&](const auto& erased) {
      const bool by_one_out = std::ranges::all_of(erased_on_[erased.first], [&](const PublicKey& key) {
        return world_.was_removed(key) && !members.contains(key);
      });
      return by_one_out && std::ranges::none_of(linked, [&](const Device* each) {
               const auto event = each->store().event(erased.first);
               return event && read_event(*event).erased;
             });
    });
  }

  void judge(const Device& device) {
    for (const auto& [dot, text] : texts_) {
      const auto event = device.store().event(dot);
      if (!event) continue;  // another user's
      const bool in_log = !std::ranges::search(event->body, text).empty();
      const auto row = device.store().message(dot);
      const auto found = device.store().search({to_text(text).substr(0, 12), std::nullopt, std::nullopt, 100});
      const bool in_search = std::ranges::any_of(found, [&, id = dot](const MessageRow& one) { return one.id == id; });
      if (in_log || (row && !row->text.empty()) || in_search) {
        world_.violation("P2", device.name() + " still has \"" + to_text(text).substr(0, 12) + "\", which was erased");
      }
    }
  }

  std::map<Dot, Bytes> texts_;
  std::map<Dot, std::set<PublicKey>> erased_on_;
};

}  // namespace

std::unique_ptr<Checker> check_erasing(World& world) { return std::make_unique<CheckErasing>(world); }

}  // namespace toxtore::sim
