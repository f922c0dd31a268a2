// P4, delivery.
//
// Checks: at the end no message waits for a friend who is connected to a device of its user; a message that is shown
// as delivered was, whole, and as what it was written; nobody delivers for another device while he lacks later events
// that he was told of; what a device hands over in one moment goes in the view's order, and none is taken in hand
// while an older one for the same friend, which could go, waits, unless its database was set back; a message goes to a
// stock friend again only after a crash, a lost connection to him, a partition of the devices, a removal of the device
// that has it, or that had it, or the user's word, not once it is known to be delivered, and what he got more than once
// is shown as perhaps doubled; a device in doubt about its database hands over nothing that waits in it, and takes that
// for perhaps delivered afterwards, unless all that it had shown before came back; a message comes to whom it was
// written, and to nobody else; one that is shown as withdrawn was, and one that failed had its friend removed; a friend
// with Toxtore shows nothing twice, and gets no Tox message in the moment after he connected, before his hello can have
// come. What a removed device delivered, and of which it told nobody that stays before it was removed, may be delivered
// again. Does not check: how soon, which device, in what order `message` packets go, whether doubt is shown without a
// cause, what waits for a friend whose client poses as another one.
#include <algorithm>
#include <map>
#include <set>

#include "base/utf8.h"
#include "engine/hello_wait.h"
#include "engine/own_log.h"
#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"
#include "wire/reader.h"

namespace toxtore::sim {
namespace {

/// Two devices that were connected for so long without trouble know what the other had logged: hello, roster, clock,
/// fetch and events, each with the greatest delay, and slack.
constexpr std::uint64_t calm_ms_min = 60'000;
/// What toxcore refused is left alone for a while, and others find room.
constexpr std::uint64_t refusal_ms = 120'000;

class CheckDelivery final : public Checker {
 public:
  using Checker::Checker;

  void started(const Device& device) override {
    ++lives_[device.key()];
    in_doubt_.erase(device.key());
  }

  void refused(const Device& device, const Dot& message) override {
    refused_ms_[{device.key(), message}] = world_.timeline.now_ms();
  }
  void withdraws(const Dot& message) override { taken_back_.insert(message); }
  void erases(const std::vector<MessageRow>& rows) override {
    for (const MessageRow& row : rows) taken_back_.insert(row.id);
  }

  void handed_over(const Device& device, const PublicKey& to, const Dot& message) override {
    if (message.device != device.key() && !anyway_.contains(message) && !knows_all_since(device.store(), message)) {
      world_.violation("P4", device.name() + " delivers for another device while it lacks what it was told of");
    }
    // What goes to one who is dead and still shown as connected reaches nobody.
    const bool arrives = world_.device_with(to) != nullptr && world_.network.connected(device.key(), to);
    if (arrives && world_.network.connected_ms(device.key(), to) < stock_hello_wait_ms) {
      world_.violation("P4", device.name() + " sends a Tox message before a hello can have come");
    }
    expect_reason(device, message);
    expect_order(device, to, message);
    expect_not_done(device, message);
    if (in_doubt_.contains(device.key()) && waited_before(device, message) && !anyway_.contains(message)) {
      world_.violation("P4", device.name() + " is in doubt about its database, and hands over what that says waits");
    }
    handovers_[message].push_back({&device, to, lives_[device.key()], world_.timeline.now_ms()});
  }

  void shown(const Device& device, const Event& event) override {
    if (event.dot.device != device.key()) return;
    last_shown_.insert_or_assign(device.key(), event.dot);
    const ReadEvent read = read_event(event);
    const auto* sending = std::get_if<Sending>(&read.body);
    // What a device logged in a life that its database forgot comes from others.
    const bool is_new = event.dot.log() == OwnLog(device.key(), device.store()).open();
    if (sending != nullptr && is_new) return expect_next(device, *sending);
    const auto* received = std::get_if<Received>(&read.body);
    if (received == nullptr || world_.device_with(received->from) == nullptr) return;
    // Copies that came in packets are one row; whether they are shown as one, `ended` sees.
    if (!counted_.insert(event.dot).second) return;  // a device that was set back is brought back what it had
    if (read.identity && !identities_.insert(*read.identity).second) return;
    received_[{received->kind, to_text(received->text)}].push_back(device.setup().user);
  }

  void set_back(const Device& device, bool whole_machine) override {
    ++lives_[device.key()];
    set_back_.insert(device.key());
    const auto last = last_shown_.find(device.key());
    if (last != last_shown_.end()) last_of_life_.insert_or_assign(device.key(), last->second);
    if (whole_machine) may_fork_.insert(device.key());
  }

  void noticed(const Device& device, const output::Notice& notice) override {
    if (notice.what == output::Notice::What::doubt) in_doubt_.insert(device.key());
    if (notice.what != output::Notice::What::doubt_over) return;
    in_doubt_.erase(device.key());
    if (is_known_again(device)) return;
    for (const MessageRow& row : device.store().undelivered()) {
      if (row.delivery != Delivery::queued || !waited_before(device, row.id)) continue;
      world_.violation("P4", device.name() + " takes what waited through its doubt for never sent");
    }
  }

  void merged_by_hand(const Contact& /*one*/, const Contact& /*other*/) override { by_hand_ = true; }
  void sends_anyway(const Dot& message) override { anyway_.insert(message); }
  void stock_tried(const StockFriend& /*from*/, const std::string& text) override { preempted_.insert(text); }

  void ended() override {
    for (const auto& device : world_.devices()) {
      if (device->running()) expect_nothing_twice(*device);
    }
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      const auto unsure = unsure_in(devices.front()->store());
      for (const PublicKey& key : reached_by(devices)) {
        for (const MessageRow& row : whole_history(devices.front()->store(), key)) {
          if (!row.outgoing) continue;
          judge(*devices.front(), row);
          if (user == 0) count(row, unsure.contains(row.id));
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

  /// Whether the last of the life that the database forgot is here again, and with it what it delivered.
  bool is_known_again(const Device& device) const {
    const auto last = last_of_life_.find(device.key());
    return last != last_of_life_.end() && device.store().event(last->second).has_value();
  }

  /// Written before the log that the device goes on with now.
  static bool waited_before(const Device& device, const Dot& message) {
    return message.log() != OwnLog(device.key(), device.store()).open();
  }

  struct HandedOver {
    const Device* device;
    PublicKey to;
    std::uint64_t life;
    std::uint64_t at_ms;
  };

  /// A message that goes out again, or from another device, does so for a reason. Pieces of one go in one moment.
  void expect_reason(const Device& device, const Dot& message) {
    if (anyway_.contains(message) || may_fork_.contains(message.device)) return;
    const std::uint64_t now_ms = world_.timeline.now_ms();
    for (const HandedOver& before : handovers_[message]) {
      if (before.device == &device && before.at_ms == now_ms) continue;
      const bool crashed = !before.device->running() || lives_[before.device->key()] != before.life;
      const bool lost = world_.network.connected_ms(before.device->key(), before.to) < now_ms - before.at_ms;
      const bool apart =
          before.device != &device && world_.network.calm_ms(before.device->key(), device.key()) < calm_ms_min;
      const bool out = world_.was_removed(device.key()) || world_.was_removed(before.device->key());
      if (crashed || lost || apart || out) continue;
      world_.violation("P4", device.name() + " hands over what " + before.device->name() + " did, without a reason");
    }
  }

  void expect_order(const Device& device, const PublicKey& to, const Dot& message) {
    const auto row = device.store().message(message);
    if (!row) return;
    auto& last = last_[{device.key(), to}];
    if (last.first == world_.timeline.now_ms() && row->order() < last.second) {
      world_.violation("P4", device.name() + " hands messages over in another order than the view's");
    }
    last = {world_.timeline.now_ms(), row->order()};
  }

  void expect_not_done(const Device& device, const Dot& message) {
    const auto row = device.store().message(message);
    if (row && is_delivered(row->delivery) && !anyway_.contains(message)) {
      world_.violation("P4", device.name() + " hands over what it knows to be delivered");
    }
  }

  /// Nothing older that could go waits for the same friend while a `sending` is logged.
  void expect_next(const Device& device, const Sending& sending) {
    const auto last = sending.messages.empty() ? std::nullopt : device.store().message(sending.messages.back());
    if (!last || std::ranges::any_of(sending.messages, [&](const Dot& each) { return anyway_.contains(each); })) return;
    for (const MessageRow& older : device.store().undelivered_to(Conversation({last->conversation}))) {
      if (older.order() >= last->order()) break;
      if (older.delivery != Delivery::queued || !could_go(device, older)) continue;
      world_.violation("P4", device.name() + " takes a message in hand while an older one, which it could send, waits");
    }
  }

  bool could_go(const Device& device, const MessageRow& row) {
    const std::uint64_t now_ms = world_.timeline.now_ms();
    const auto refused = refused_ms_.find({device.key(), row.id});
    // He is not told of the device that wrote it.
    const Contact* contact = device.engine().contacts().of(row.conversation);
    const bool not_from_here = contact != nullptr && contact->devices_withheld && row.id.device != device.key();
    const bool was_refused = refused != refused_ms_.end() && now_ms < refused->second + refusal_ms;
    if (set_back_.contains(device.key())) return false;
    return !was_refused && !not_from_here && knows_all_since(device.store(), row.id);
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

  /// A client that says that it takes packets, and then takes none, gets nothing.
  [[nodiscard]] bool says_hello_and_answers_nothing(const Contact& contact) const {
    return std::ranges::any_of(contact.keys, [&](const PublicKey& key) {
      const StockFriend* stock = world_.stock_with(key);
      return stock != nullptr && stock->poses();
    });
  }

  [[nodiscard]] std::set<PublicKey> reached_by(const std::vector<const Device*>& devices) {
    std::set<PublicKey> keys;
    for (const Device* device : devices) {
      for (const FriendInfo& info : device->engine().friends()) {
        // What another device wrote waits for one that a friend from whom the devices are withheld knows.
        if (info.contact.blocked || info.contact.devices_withheld) continue;
        if (info.connection() == Connection::none || says_hello_and_answers_nothing(info.contact)) continue;
        keys.insert(info.contact.keys.begin(), info.contact.keys.end());
      }
    }
    return keys;
  }

  void judge(const Device& device, const MessageRow& row) {
    if (row.erased) return;
    const std::string text = to_text(row.text);
    if (row.delivery == Delivery::withdrawn || row.delivery == Delivery::failed) return expect_stopped(device, row);
    if (!is_delivered(row.delivery)) {
      return world_.violation("P4", "\"" + text.substr(0, 12) + "\" still waits for a friend who is connected");
    }
    const std::size_t copies = copies_of(row.kind, text);
    if (!by_hand_ && copies > copies_of(row.kind, text, device.engine().contacts().of(row.conversation))) {
      world_.violation("P4", "\"" + text.substr(0, 12) + "\" came to one to whom it was not written");
    }
    // Of one person it does not matter which key brings a message; who that is, the user may say by hand.
    if (copies == 0 && by_hand_ && preempted_.contains(text)) return;
    if (copies == 0) return world_.violation("P4", "\"" + text.substr(0, 12) + "\" is shown as delivered and was not");
    if (copies > 1 && row.delivery != Delivery::perhaps_doubled && !was_tried_unheard(device, row)) {
      world_.violation("P4", "\"" + text.substr(0, 12) + "\" was delivered " + std::to_string(copies) +
                                 " times, and the view does not say that it may");
    }
  }

  /// By a device that is out, and whose word on it does not count.
  [[nodiscard]] bool was_tried_unheard(const Device& device, const MessageRow& row) const {
    const auto tries = handovers_.find(row.id);
    if (tries == handovers_.end()) return false;
    const auto members = World::own_devices_of(device);
    return std::ranges::any_of(tries->second, [&](const HandedOver& one) {
      const PublicKey& key = one.device->key();
      return world_.was_removed(key) && !members.contains(key) && !has_sending_of(device.store(), key, row.id);
    });
  }

  static bool has_sending_of(const Store& store, const PublicKey& by, const Dot& message) {
    return std::ranges::any_of(store.about(Subject::dot(message)), [&](const Event& event) {
      const ReadEvent read = read_event(event);
      return event.dot.device == by && std::holds_alternative<Sending>(read.body);
    });
  }

  /// By the user's word, or since the friend was removed.
  void expect_stopped(const Device& device, const MessageRow& row) {
    if (row.delivery == Delivery::withdrawn && !taken_back_.contains(row.id)) {
      world_.violation("P4", device.name() + " shows a message as withdrawn that nobody withdrew");
    }
    if (row.delivery == Delivery::failed && !was_removed(device.store(), row.conversation)) {
      world_.violation("P4", device.name() + " shows a message as failed whose friend was never removed");
    }
  }

  static bool was_removed(const Store& store, const PublicKey& key) {
    return std::ranges::any_of(store.arrived(0, ~std::size_t{0}), [&](const auto& arrived) {
      const ReadEvent read = read_event(arrived.second);
      const auto* removed = std::get_if<FriendRemove>(&read.body);
      const auto added = removed == nullptr ? std::nullopt : store.event(removed->add);
      const ReadEvent add = added ? read_event(*added) : ReadEvent{};
      const auto* of = std::get_if<FriendAdd>(&add.body);
      return of != nullptr && of->key == key;
    });
  }

  static std::set<Dot> unsure_in(const Store& store) {
    std::set<Dot> unsure;
    for (const auto& [arrival, event] : store.arrived(0, ~std::size_t{0})) {
      const ReadEvent read = read_event(event);
      const auto* ended = std::get_if<SendingEnded>(&read.body);
      if (ended == nullptr || ended->outcome != SendingOutcome::unsure) continue;
      unsure.insert(ended->messages.begin(), ended->messages.end());
    }
    return unsure;
  }

  void count(const MessageRow& row, bool unsure) {
    Deliveries& all = world_.deliveries[world_.stock_with(row.conversation) != nullptr ? 0 : 1];
    const std::size_t copies = copies_of(row.kind, to_text(row.text));
    ++all.messages;
    all.lost += copies == 0 ? 1 : 0;
    all.doubled += copies > 1 ? 1 : 0;
    all.hidden += copies > 1 && row.delivery != Delivery::perhaps_doubled ? 1 : 0;
    all.unsure += unsure ? 1 : 0;
  }

  /// With whichever key of the contact, on whatever device of the friend: no text is like another. With a contact only
  /// those that came to that person.
  [[nodiscard]] std::size_t copies_of(MessageKind kind, const std::string& text, const Contact* only = nullptr) const {
    const auto is_meant = [&](const auto& is_of) { return only == nullptr || std::ranges::any_of(only->keys, is_of); };
    std::size_t copies = 0;
    if (const auto received = received_.find({kind, text}); received != received_.end()) {
      copies += static_cast<std::size_t>(std::ranges::count_if(received->second, [&](std::size_t user) {
        return is_meant([&](const PublicKey& key) { return is_of_user(key, user); });
      }));
    }
    for (const auto& stock : world_.stock_friends()) {
      if (!is_meant([&](const PublicKey& key) { return key == stock->key(); })) continue;
      for (const auto& [from, said] : said_by(*stock)) {
        for (auto at = said.begin(); at != said.end(); ++at) copies += begins_there(at, said.end(), kind, text) ? 1 : 0;
      }
    }
    return copies;
  }

  [[nodiscard]] bool is_of_user(const PublicKey& key, std::size_t user) const {
    const Device* device = world_.device_with(key);
    return device != nullptr && device->setup().user == user;
  }

  using Said = std::vector<const ShownText*>;
  static std::map<PublicKey, Said> said_by(const StockFriend& stock) {
    std::map<PublicKey, Said> said;
    for (const ShownText& shown : stock.texts()) said[shown.from].push_back(&shown);
    return said;
  }

  /// Whether the text stands there, in one piece or in several of which each is a text of its own.
  static bool begins_there(Said::const_iterator at, Said::const_iterator end, MessageKind kind, std::string_view text) {
    for (; at != end && (*at)->kind == kind && is_utf8((*at)->text) && text.starts_with((*at)->text); ++at) {
      text.remove_prefix((*at)->text.size());
      if (text.empty()) return true;
    }
    return false;
  }

  std::map<PublicKey, std::uint64_t> lives_;
  std::set<PublicKey> may_fork_;  ///< two of their messages may have one dot, and what became of either is unsure
  std::map<Dot, std::vector<HandedOver>> handovers_;
  std::map<std::pair<PublicKey, PublicKey>, std::pair<std::uint64_t, OrderKey>> last_;
  std::set<Hash> identities_;
  std::set<Dot> counted_;
  std::set<Dot> anyway_;
  bool by_hand_ = false;
  std::set<std::string> preempted_;  ///< or written by the stock friend himself
  std::set<PublicKey> set_back_;
  std::map<PublicKey, Dot> last_shown_;    // of its own events
  std::map<PublicKey, Dot> last_of_life_;  // the last one before its database was set back
  std::set<PublicKey> in_doubt_;           ///< and have said so
  std::set<Dot> taken_back_;               ///< withdrawn or erased, or perhaps: the device may have died of it
  std::map<std::pair<PublicKey, Dot>, std::uint64_t> refused_ms_;                     ///< by toxcore, the last time
  std::map<std::pair<MessageKind, std::string>, std::vector<std::size_t>> received_;  ///< by users with Toxtore
};

}  // namespace

std::unique_ptr<Checker> check_delivery(World& world) { return std::make_unique<CheckDelivery>(world); }

}  // namespace toxtore::sim
