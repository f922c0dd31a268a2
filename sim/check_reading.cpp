// P6, read state.
//
// Checks: a row that was read is never unread again; at the end what a user marked is read on every linked device, and
// nothing is read that no user had before him when he marked it. What was marked only on a removed device that is
// still out may be unread (DESIGN 8), and so may a text that a removed device had erased and that was fetched again.
// Does not check: when a notification is cleared, what a machine logged that was set back or lived twice, since a mark
// may then name another message.
#include <algorithm>
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

class CheckReading final : public Checker {
 public:
  using Checker::Checker;

  void row_put(const Device& device, const std::optional<MessageRow>& before, const MessageRow& after) override {
    const bool is_back = before && before->erased && !after.erased && !world_.removed().empty();
    if (before && before->read && !after.read && !is_back) {
      world_.violation("P6", "a message that was read is unread again on " + device.name());
    }
  }

  void set_back(const Device& device, bool whole_machine) override {
    if (whole_machine) may_fork_.insert(device.key());
    forget_lost_marks(device);
  }

  void reads(const Device& /*device*/, const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) seen_.insert(row.id);
  }
  void marked(const Device& device, const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) marked_[row.id].insert(device.key());
  }

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) {
      for (const Device* device : linked_devices(world_, user)) judge(*device);
    }
  }

 private:
  // Where nobody else had heard of it, a mark is forgotten.
  void forget_lost_marks(const Device& device) {
    std::erase_if(marked_, [&](const auto& marked) {
      const Dot& dot = marked.first;
      bool held = false;
      bool read = false;
      for (const Device* each : world_.devices_of(device.setup().user)) {
        const auto row = each->store().message(dot);
        held = held || row;
        read = read || (row && row->read);
      }
      return held && !read;
    });
  }

  // What a device wrote while it was only a friend is marked by the engine: it is in no list any more.
  void judge(const Device& device) {
    for (const PublicKey& key : conversations(device.store())) {
      if (world_.may_be_linked(key, device.key())) continue;
      for (const MessageRow& row : whole_history(device.store(), key)) {
        if (row.outgoing || row.erased || may_fork_.contains(row.id.device)) continue;
        if (row.read && !seen(device, row)) {
          world_.violation("P6", device.name() + " shows \"" + to_text(row.text).substr(0, 12) +
                                     "\" as read, which nobody has seen");
        }
        if (!row.read && was_marked(row.id)) {
          world_.violation(
              "P6", device.name() + " shows \"" + to_text(row.text).substr(0, 12) + "\" as unread, which was marked");
        }
      }
    }
  }

  /// On a device that is in. No device is out of the users' but of the first one's.
  [[nodiscard]] bool was_marked(const Dot& message) const {
    const auto marked = marked_.find(message);
    const auto members = World::own_devices_of(world_.first_that_stays());
    return marked != marked_.end() && std::ranges::any_of(marked->second, [&](const PublicKey& key) {
             return world_.device_with(key)->setup().user != 0 || members.contains(key);
           });
  }

  /// Whoever sees one copy of a message sees the message.
  [[nodiscard]] bool seen(const Device& device, const MessageRow& row) const {
    if (!row.identity) return seen_.contains(row.id);
    const Contact* contact = device.engine().contacts().of(row.conversation);
    const Conversation all = contact == nullptr ? Conversation(row.conversation) : Conversation(contact->keys);
    return std::ranges::any_of(device.store().copies(*row.identity), [&](const MessageRow& copy) {
      return all.has(copy.conversation) && seen_.contains(copy.id);
    });
  }

  std::set<PublicKey> may_fork_;
  std::set<Dot> seen_;
  std::map<Dot, std::set<PublicKey>> marked_;  ///< and on which devices
};

}  // namespace

std::unique_ptr<Checker> check_reading(World& world) { return std::make_unique<CheckReading>(world); }

}  // namespace toxtore::sim
