// P1, no loss, and P9, crash anywhere.
//
// Checks: whatever a device let out rested on events that are still there when its process begins again, and at the end
// on every linked device; a message that was acknowledged to a stock friend, or whose command had its reply, stands in
// its conversation on every linked device; linked devices hold the same logs to the end.
// What a device that was set back had shown counts as lost only if another own device, or the other of two copies,
// holds it. What a removed device logged behind its cut is not lost where whoever had shown it put it aside (DESIGN 8),
// and what only a removed device had shown or acknowledged that is still out is not expected anywhere; nor is what one
// writes who is connected only to hear that his invitation is over.
// Does not check: texts that the user erased (check_erasing.cpp does), or one of another life of the device with the
// same number, a power cut inside a write of the real database (the store's durability test does).
#include <algorithm>
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

  void shown(const Device& device, const Event& event) override {
    shown_[device.key()].emplace(event.dot, event_hash(event));
    back_[device.key()].erase(event_hash(event));
    if (const auto text = text_of(event)) dots_[*text].insert(event.dot);
  }

  void set_back(const Device& device, bool /*whole_machine*/) override {
    const auto here = hashes_of(device.store());
    const auto elsewhere = hashes_elsewhere(device);
    const auto lost = [&](const Hash& hash) { return !here.contains(hash) && !elsewhere.contains(hash); };
    for (const Device* holder : world_.devices_of(device.setup().user)) {
      std::erase_if(shown_[holder->key()], [&](const auto& shown) { return lost(shown.second); });
      forgive(received_[holder->key()], device);
      forgive(sent_[holder->key()], device);
    }
    for (const auto& [dot, hash] : shown_[device.key()]) {
      if (!here.contains(hash)) back_[device.key()].insert(hash);
    }
    set_back_ms_[device.key()] = world_.timeline.now_ms();
  }

  void started(const Device& device) override {
    const auto& back = back_[device.key()];
    for (const auto& [dot, hash] : shown_[device.key()]) {
      if (!back.contains(hash) && !has(device.store(), dot, hash) && !is_put_aside(device.store(), dot, hash)) {
        return world_.violation("P1", device.name() + " lost event " + std::to_string(dot.seq) + " of " +
                                          dot.device.hex().substr(0, 8) + " that it had shown");
      }
    }
  }

  void stock_delivered(const StockFriend& from, const PublicKey& to, const std::string& text) override {
    // The receipt may have been on its way when the database that it rests on was set back.
    const auto set_back = set_back_ms_.find(to);
    if (set_back != set_back_ms_.end() && world_.timeline.now_ms() < set_back->second + dead_peer_ms) return;
    if (is_turned_away(to, from.key())) return;
    received_[to].insert({from.key(), text});
  }
  void sent(const Device& device, const MessageRow& row) override {
    sent_[device.key()].insert({row.conversation, to_text(row.text)});
  }

  void erases(const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) {
      erased_.insert({row.conversation, to_text(row.text)});
      erased_dots_.insert(row.id);
    }
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
  /// Who is no friend is connected to hear why he is not let in, and is heard no further.
  [[nodiscard]] bool is_turned_away(const PublicKey& by, const PublicKey& key) const {
    const Device* device = world_.device_with(by);
    if (device == nullptr) return false;
    const auto row = device->store().friend_row(key);
    return !row || !row->present();
  }

  using Text = std::pair<PublicKey, std::string>;
  using Texts = std::set<Text>;

  static std::set<Hash> hashes_of(const Store& store) {
    std::set<Hash> hashes;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) hashes.insert(event_hash(event));
    return hashes;
  }

  /// An event of a branch has another name, and its hash (DESIGN 9).
  static bool has(const Store& store, const Dot& dot, const Hash& hash) {
    const auto event = store.event(dot);
    return (event && event_hash(*event) == hash) || hashes_of(store).contains(hash);
  }

  [[nodiscard]] std::vector<const Store*> stores_elsewhere(const Device& device) const {
    std::vector<const Store*> stores;
    if (device.other_copy() != nullptr) stores.push_back(device.other_copy());
    for (const Device* other : world_.devices_of(device.setup().user)) {
      if (other != &device) stores.push_back(&other->store());
    }
    return stores;
  }
  [[nodiscard]] std::set<Hash> hashes_elsewhere(const Device& device) const {
    std::set<Hash> hashes;
    for (const Store* store : stores_elsewhere(device)) hashes.merge(hashes_of(*store));
    return hashes;
  }
  void forgive(Texts& texts, const Device& device) const {
    Texts have = texts_of(device.store());
    for (const Store* store : stores_elsewhere(device)) have.merge(texts_of(*store));
    std::erase_if(texts, [&](const auto& text) { return !have.contains(text); });
  }

  void compare(const Device& holder, const Device& device) {
    if (holder.store().clock() != device.store().clock()) {
      world_.violation("P1", device.name() + " and " + holder.name() + " do not hold the same events: " +
                                 difference(device.store().clock(), holder.store().clock()));
    }
    for (const auto& [dot, hash] : shown_[holder.key()]) {
      if (has(device.store(), dot, hash) || is_put_aside(holder.store(), dot, hash)) continue;
      return world_.violation("P1", device.name() + " lacks event " + std::to_string(dot.seq) + " of " +
                                        dot.device.hex().substr(0, 8) + " that " + holder.name() + " had shown");
    }
    const Texts have = texts_of(device.store());
    for (const Texts* texts : {&received_[holder.key()], &sent_[holder.key()]}) {
      for (const auto& [conversation, text] : *texts) {
        if (have.contains({conversation, text}) || was_erased({conversation, text})) continue;
        return world_.violation("P1", device.name() + " lacks \"" + text.substr(0, 12) + "\", which " + holder.name() +
                                          " had acknowledged");
      }
    }
  }

  [[nodiscard]] std::string difference(const VectorClock& one, const VectorClock& other) const {
    std::string words;
    for (const VectorClock* clock : {&one, &other}) {
      for (const auto& [log, number] : clock->logs()) {
        if (one.prefix(log) == other.prefix(log)) continue;
        words += world_.name_of(log.device) + "/" + std::to_string(log.incarnation) + " " +
                 std::to_string(one.prefix(log)) + " and " + std::to_string(other.prefix(log)) + "; ";
      }
    }
    return words;
  }

  [[nodiscard]] bool was_erased(const Text& text) const {
    if (erased_.contains(text)) return true;
    const auto dots = dots_.find(text);
    return dots != dots_.end() &&
           std::ranges::any_of(dots->second, [&](const Dot& dot) { return erased_dots_.contains(dot); });
  }

  static std::optional<Text> text_of(const Event& event) {
    const ReadEvent read = read_event(event);
    if (const auto* sent = std::get_if<TrySend>(&read.body)) return Text{sent->to, to_text(sent->text)};
    if (const auto* received = std::get_if<Received>(&read.body)) return Text{received->from, to_text(received->text)};
    return std::nullopt;
  }

  static Texts texts_of(const Store& store) {
    Texts texts;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) {
      if (const auto text = text_of(event)) texts.insert(*text);
    }
    return texts;
  }

  std::map<PublicKey, std::set<std::pair<Dot, Hash>>> shown_;
  std::map<PublicKey, std::set<Hash>> back_;  ///< shown by a device that was set back since, and to be fetched again
  std::map<PublicKey, std::uint64_t> set_back_ms_;
  std::map<PublicKey, Texts> received_;
  std::map<PublicKey, Texts> sent_;
  std::map<Text, std::set<Dot>> dots_;
  Texts erased_;  ///< or perhaps: the device may have died of it
  std::set<Dot> erased_dots_;
};

}  // namespace

std::unique_ptr<Checker> check_loss(World& world) { return std::make_unique<CheckLoss>(world); }

}  // namespace toxtore::sim
