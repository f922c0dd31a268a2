// P4, delivery, as far as it is built.
//
// Checks: at the end no message waits for a friend who is connected to a device of its user; a message that is shown as
// delivered was; nobody delivers for another device while he lacks later events that he was told of; who handed a
// message over again after another device had, said so first ("unsure"), unless the devices could not talk to each
// other meanwhile. Does not check: how soon, which device, the `message` packet between friends with Toxtore.
#include <algorithm>
#include <map>
#include <set>

#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"
#include "wire/reader.h"

namespace toxtore::sim {
namespace {

/// Two devices that were connected for so long without trouble know what the other had logged: hello, roster, clock,
/// fetch and events, each with the greatest delay, and slack.
constexpr std::uint64_t calm_ms_min = 60'000;

class CheckDelivery final : public Checker {
 public:
  using Checker::Checker;

  void handed_over(const Device& device, const PublicKey& /*to*/, const Dot& message) override {
    if (message.device != device.key() && !knows_all_since(device.store(), message)) {
      world_.violation("P4", device.name() + " delivers for another device while it lacks what it was told of");
    }
    auto& devices = handed_over_[message];
    ++devices[device.key()];
    for (const auto& [other, count] : devices) {
      // Two that are cut off from each other both deliver: the price of delivering at all.
      if (other != device.key() && world_.network.calm_ms(other, device.key()) < calm_ms_min) excused_.insert(message);
    }
  }

  void shown(const Device& device, const Event& event) override {
    if (event.dot.device != device.key()) return;
    const ReadEvent read = read_event(event);
    if (const auto* received = std::get_if<Received>(&read.body)) ++received_[to_text(received->text)];
  }

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      const auto unsure = unsure_in(devices.front()->store());
      for (const PublicKey& key : reached_by(devices)) {
        for (const MessageRow& row : whole_history(devices.front()->store(), key)) {
          if (row.outgoing) judge(row, unsure);
        }
      }
    }
  }

 private:
  /// Whether the device holds, of every log that it was ever told of, everything later than that message.
  static bool knows_all_since(const Store& store, const Dot& message) {
    const auto row = store.message(message);
    const auto told = store.remembered("told");  // core.h
    if (!row || !told) return row.has_value();
    const Holdings held = store.holdings();
    Reader reader(*told);
    while (reader.left() > 0 && !reader.failed()) {
      const Dot last = reader.dot();
      for (std::uint32_t number = std::max(last.number(), held.top(last.log())); number > 0; --number) {
        const auto event = store.event(Dot::of(last.log(), number));
        if (!event) return false;
        if (order_of(*event) <= row->order()) break;
      }
    }
    return true;
  }

  static std::map<Dot, std::size_t> unsure_in(const Store& store) {
    std::map<Dot, std::size_t> unsure;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) {
      const ReadEvent read = read_event(event);
      const auto* ended = std::get_if<SendingEnded>(&read.body);
      if (ended == nullptr || ended->outcome != SendingOutcome::unsure) continue;
      for (const Dot& dot : ended->messages) ++unsure[dot];
    }
    return unsure;
  }

  static std::set<PublicKey> reached_by(const std::vector<const Device*>& devices) {
    std::set<PublicKey> keys;
    for (const Device* device : devices) {
      for (const FriendInfo& info : device->engine().friends()) {
        // What another device wrote waits for one that a friend from whom the devices are withheld knows.
        if (info.contact.blocked || info.contact.devices_withheld) continue;
        if (info.connection() != Connection::none) keys.insert(info.contact.keys.begin(), info.contact.keys.end());
      }
    }
    return keys;
  }

  void judge(const MessageRow& row, const std::map<Dot, std::size_t>& unsure) {
    if (row.delivery == Delivery::withdrawn || row.erased) return;
    const std::string text = to_text(row.text);
    if (row.delivery != Delivery::delivered) {
      return world_.violation("P4", "\"" + text.substr(0, 12) + "\" still waits for a friend who is connected");
    }
    const std::size_t copies = copies_of(text);
    if (copies == 0) return world_.violation("P4", "\"" + text.substr(0, 12) + "\" is shown as delivered and was not");
    const auto doubts = unsure.find(row.id);
    const std::size_t copies_max = 1 + (doubts == unsure.end() ? 0 : doubts->second);
    if (copies > copies_max && !excused_.contains(row.id)) {
      world_.violation("P4", "\"" + text.substr(0, 12) + "\" was delivered " + std::to_string(copies) +
                                 " times, and the view never said that it might");
    }
  }

  /// With whichever key of the contact, on whatever device of the friend: no text is like another.
  [[nodiscard]] std::size_t copies_of(const std::string& text) const {
    const auto received = received_.find(text);
    std::size_t copies = received == received_.end() ? 0 : received->second;
    for (const auto& stock : world_.stock_friends()) {
      for (const ShownText& shown : stock->texts()) copies += shown.text == text ? 1 : 0;
    }
    return copies;
  }

  std::map<Dot, std::map<PublicKey, std::size_t>> handed_over_;
  std::set<Dot> excused_;
  std::map<std::string, std::size_t> received_;  ///< by friends with Toxtore
};

}  // namespace

std::unique_ptr<Checker> check_delivery(World& world) { return std::make_unique<CheckDelivery>(world); }

}  // namespace toxtore::sim
