// P4, delivery.
//
// Checks: at the end no message waits for a friend who is connected to a device of its user; a message that is shown as
// delivered was; nobody delivers for another device while he lacks later events that he was told of; what a stock
// friend got more than once is shown as perhaps doubled; a friend with Toxtore shows nothing twice, and gets no Tox
// message in the moment after he connected, before his hello can have come. Does not check: how soon, which device.
#include <algorithm>
#include <map>
#include <set>

#include "engine/hello_wait.h"
#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"
#include "wire/reader.h"

namespace toxtore::sim {
namespace {

class CheckDelivery final : public Checker {
 public:
  using Checker::Checker;

  void handed_over(const Device& device, const PublicKey& to, const Dot& message) override {
    if (message.device != device.key() && !knows_all_since(device.store(), message)) {
      world_.violation("P4", device.name() + " delivers for another device while it lacks what it was told of");
    }
    if (world_.device_with(to) != nullptr && world_.network.connected_ms(device.key(), to) < stock_hello_wait_ms) {
      world_.violation("P4", device.name() + " sends a Tox message before a hello can have come");
    }
  }

  void shown(const Device& device, const Event& event) override {
    if (event.dot.device != device.key()) return;
    const ReadEvent read = read_event(event);
    const auto* received = std::get_if<Received>(&read.body);
    if (received == nullptr || world_.device_with(received->from) == nullptr) return;
    // Copies that came in packets are one row; whether they are shown as one, `ended` sees.
    if (read.identity && !identities_.insert(*read.identity).second) return;
    ++received_[to_text(received->text)];
  }

  void ended() override {
    for (const auto& device : world_.devices()) {
      if (device->running()) expect_nothing_twice(*device);
    }
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      for (const PublicKey& key : reached_by(devices)) {
        for (const MessageRow& row : whole_history(devices.front()->store(), key)) {
          if (row.outgoing) judge(row);
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

  void expect_nothing_twice(const Device& device) {
    for (const Contact& contact : device.engine().contacts().contacts()) {
      std::set<Hash> seen;
      for (const MessageRow& row : device.store().history({Conversation(contact.keys), std::nullopt, 10'000})) {
        if (row.identity && !seen.insert(*row.identity).second) {
          world_.violation("P4", device.name() + " shows one message of a friend with Toxtore twice");
        }
      }
    }
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

  void judge(const MessageRow& row) {
    if (row.delivery == Delivery::withdrawn || row.delivery == Delivery::failed || row.erased) return;
    const std::string text = to_text(row.text);
    if (!is_delivered(row.delivery)) {
      return world_.violation("P4", "\"" + text.substr(0, 12) + "\" still waits for a friend who is connected");
    }
    const std::size_t copies = copies_of(text);
    if (copies == 0) return world_.violation("P4", "\"" + text.substr(0, 12) + "\" is shown as delivered and was not");
    if (copies > 1 && row.delivery != Delivery::perhaps_doubled) {
      world_.violation("P4", "\"" + text.substr(0, 12) + "\" was delivered " + std::to_string(copies) +
                                 " times, and the view does not say that it may");
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

  std::set<Hash> identities_;
  std::map<std::string, std::size_t> received_;  ///< by friends with Toxtore
};

}  // namespace

std::unique_ptr<Checker> check_delivery(World& world) { return std::make_unique<CheckDelivery>(world); }

}  // namespace toxtore::sim
