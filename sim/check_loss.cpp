// P1, no loss, and P9, crash anywhere.
//
// Checks: whatever a device let out rested on events that are still there when its process begins again, and at the end
// on every linked device; a message that was acknowledged to a stock friend, or whose command had its reply, stands in
// its conversation on every linked device; linked devices hold the same logs to the end.
// Does not check: texts that the user erased (check_erasing.cpp does), a power cut inside a write of the real database
// (the store's durability test does), removals.
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

class CheckLoss final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override { shown_[device.key()].push_back(event.dot); }

  void started(const Device& device) override {
    for (const Dot& dot : shown_[device.key()]) {
      if (!device.store().event(dot)) {
        return world_.violation("P1", device.name() + " lost event " + std::to_string(dot.seq) + " of " +
                                          dot.device.hex().substr(0, 8) + " that it had shown");
      }
    }
  }

  void stock_delivered(const StockFriend& from, const PublicKey& to, const std::string& text) override {
    received_[to].insert({from.key(), text});
  }
  void sent(const Device& device, const MessageRow& row) override {
    sent_[device.key()].insert({row.conversation, to_text(row.text)});
  }

  void erases(const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) erased_.insert({row.conversation, to_text(row.text)});
  }

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      for (const Device* holder : devices) {
        for (const Device* device : devices) compare(*holder, *device);
      }
    }
  }

 private:
  using Texts = std::set<std::pair<PublicKey, std::string>>;

  void compare(const Device& holder, const Device& device) {
    if (holder.store().clock() != device.store().clock()) {
      world_.violation("P1", device.name() + " and " + holder.name() + " do not hold the same events");
    }
    for (const Dot& dot : shown_[holder.key()]) {
      if (device.store().event(dot)) continue;
      return world_.violation("P1", device.name() + " lacks event " + std::to_string(dot.seq) + " of " +
                                        dot.device.hex().substr(0, 8) + " that " + holder.name() + " had shown");
    }
    const Texts have = texts_of(device.store());
    for (const Texts* texts : {&received_[holder.key()], &sent_[holder.key()]}) {
      for (const auto& [conversation, text] : *texts) {
        if (have.contains({conversation, text}) || erased_.contains({conversation, text})) continue;
        return world_.violation("P1", device.name() + " lacks \"" + text.substr(0, 12) + "\", which " + holder.name() +
                                          " had acknowledged");
      }
    }
  }

  static Texts texts_of(const Store& store) {
    Texts texts;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) {
      const ReadEvent read = read_event(event);
      if (const auto* sent = std::get_if<TrySend>(&read.body)) texts.insert({sent->to, to_text(sent->text)});
      if (const auto* received = std::get_if<Received>(&read.body)) {
        texts.insert({received->from, to_text(received->text)});
      }
    }
    return texts;
  }

  std::map<PublicKey, std::vector<Dot>> shown_;
  std::map<PublicKey, Texts> received_;
  std::map<PublicKey, Texts> sent_;
  Texts erased_;  ///< or perhaps: the device may have died of it
};

}  // namespace

std::unique_ptr<Checker> check_loss(World& world) { return std::make_unique<CheckLoss>(world); }

}  // namespace toxtore::sim
