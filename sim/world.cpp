#include "sim/world.h"

#include <algorithm>

#include "base/planted.h"

namespace toxtore::sim {
namespace {

/// How often people look whether what they wait for has happened.
constexpr std::uint64_t look_every_ms = 2'000;
/// Whoever uses a device that crashed starts it again within that time.
constexpr std::uint64_t restart_ms_max = 60'000;
constexpr std::size_t seen_packets_max = 64;
/// Within that time after a link people look what the device shows.
constexpr std::uint64_t look_at_new_ms_max = 15'000;

ToxAddress address_of(std::uint64_t seed, std::uint64_t number) {
  Dice dice(seed, "address", number);
  ToxAddress address;
  dice.fill(std::span(address.bytes).first(ToxAddress::size - 2));
  address.bytes[PublicKey::size - 1] &= 127;  // no point of the curve has the highest bit
  std::uint8_t even = 0;
  std::uint8_t odd = 0;
  for (std::size_t i = 0; i < ToxAddress::size - 2; ++i) (i % 2 == 0 ? even : odd) ^= address.bytes[i];
  address.bytes[ToxAddress::size - 2] = even;
  address.bytes[ToxAddress::size - 1] = odd;
  return address;
}

bool counts_as_own(const Device& device, const PublicKey& other) {
  return World::own_devices_of(device).contains(other);
}

bool is_friend(const Device& device, const PublicKey& key) {
  const auto row = device.store().friend_row(key);
  return row && row->present();
}

bool is_blocked(const Device& device, const PublicKey& key) {
  const auto found = device.running() ? device.engine().find_friend(key) : std::nullopt;
  return found && found->contact.blocked;
}

std::optional<LinkInfo> link_with(const Device& device, const PublicKey& key) {
  for (const LinkInfo& link : device.engine().link_requests()) {
    if (link.key == key) return link;
  }
  return std::nullopt;
}

// Says yes if that key has asked.
void accept_request(Device& device, const PublicKey& key) {
  for (const auto& request : device.engine().friend_requests()) {
    if (request.key != key) continue;
    device.command([&](Engine& engine, Instant now) { (void)engine.accept_friend(key, now); });
    return;
  }
}

}  // namespace

World::World(const Plan& plan, std::size_t trace_lines)
    : trace(trace_lines),
      network(timeline, trace, plan.seed),
      seed_(plan.seed),
      linked_from_the_beginning_(plan.own_devices - plan.late_devices) {
  for (std::size_t i = 0; i < plan.own_devices; ++i) add_device(0, "own" + std::to_string(i), plan);
  for (const std::size_t count : plan.friends) {
    const std::string name = "friend" + std::to_string(stock_.size() + users_);
    if (count == 0) {
      stock_.push_back(std::make_unique<StockFriend>(*this, address_of(seed_, 100 + stock_.size()), "stock " + name));
      continue;
    }
    for (std::size_t i = 0; i < count; ++i) add_device(users_, name + "." + std::to_string(i), plan);
    ++users_;
  }
  checkers_ = make_checkers(*this);
}

World::~World() = default;

Device& World::add_device(std::size_t user, const std::string& name, const Plan& plan) {
  const std::size_t number = devices_.size();
  DeviceSetup setup;
  setup.user = user;
  setup.address = address_of(seed_, number);
  setup.name = name;
  setup.sql = plan.sql && number < 2;
  setup.newer = (plan.newer_devices >> number & 1) != 0;
  setup.seed = Dice(seed_, "device", number).next();
  devices_.push_back(std::make_unique<Device>(*this, setup));
  return *devices_.back();
}

std::vector<PublicKey> World::stock_keys() const {
  std::vector<PublicKey> keys;
  for (const auto& one : stock_) keys.push_back(one->key());
  return keys;
}

std::vector<Device*> World::devices_of(std::size_t user) const {
  std::vector<Device*> found;
  for (const auto& device : devices_) {
    if (device->setup().user == user) found.push_back(device.get());
  }
  return found;
}

Device& World::device_at(std::uint32_t number) const {
  const auto own = devices_of(0);
  if (number % 4 != 0) return *own[number / 4 % own.size()];
  return *devices_[number / 4 % devices_.size()];
}

Device* World::device_with(const PublicKey& key) const {
  for (const auto& device : devices_) {
    if (device->key() == key) return device.get();
  }
  return nullptr;
}

StockFriend* World::stock_with(const PublicKey& key) const {
  for (const auto& one : stock_) {
    if (one->key() == key) return one.get();
  }
  return nullptr;
}

void World::run_until(std::uint64_t until_ms) {
  while (!violation_ && timeline.step(until_ms)) {
  }
}

void World::saw_packet(const Bytes& bytes) {
  if (seen_packets_.size() < seen_packets_max) {
    seen_packets_.push_back(bytes);
  } else {
    seen_packets_[next_seen_packet_++ % seen_packets_max] = bytes;
  }
}

void World::violation(const std::string& promise, const std::string& what) {
  if (violation_) return;
  violation_ = Violation{promise, what};
  trace.line_of(timeline.now_ms(), "violation", promise, 0, [&] { return what; });
}

// --- People.

void World::want_link(Device& asks, Device& accepts, bool by_invitation) {
  const auto same = [&](const Link& link) {
    return (link.asks == &asks && link.accepts == &accepts) || (link.asks == &accepts && link.accepts == &asks);
  };
  if (&asks == &accepts || std::any_of(links_.begin(), links_.end(), same)) return;
  links_.push_back({&asks, &accepts, by_invitation, {}, was_removed(asks.key())});
  linked_through_.emplace(asks.key(), accepts.key());
  tend();
}

void World::want_friend(const PublicKey& asks, const PublicKey& accepts) {
  const std::pair pair{asks, accepts};
  asked_.insert(pair);
  if (std::find(friendships_.begin(), friendships_.end(), pair) != friendships_.end()) return;
  friendships_.push_back(pair);
  tend();
}

void World::tend() {
  if (tending_ || all_wishes_done()) return;
  tending_ = true;
  timeline.after(look_every_ms, [this] {
    tending_ = false;
    std::erase_if(links_, [this](Link& link) { return tend_link(link); });
    std::erase_if(friendships_, [this](const auto& pair) { return tend_friendship(pair); });
    tend();
  });
}

bool World::tend_link(Link& link) {
  Device& a = *link.asks;
  Device& b = *link.accepts;
  if (!a.running() || !b.running()) return false;
  if (is_given_up(link)) return true;
  const bool a_linked = counts_as_own(a, b.key());
  const bool b_linked = counts_as_own(b, a.key());
  if (a_linked && b_linked) {
    give_up_uri(link);
    return true;
  }
  // One that was set back may have forgotten the other, which still counts it as linked. So does one that was removed
  // and has not heard of it.
  Device& asks = a_linked && !link.again ? b : a;
  Device& other = a_linked && !link.again ? a : b;
  if (link.by_invitation) {
    tend_invitation(link, asks, other);
    return false;
  }
  if (!is_friend(asks, other.key())) {
    asks.command([&](Engine& engine, Instant now) { (void)engine.add_friend(other.setup().address, "it is me", now); });
    return false;
  }
  accept_request(other, asks.key());
  if (!asks.running() || !other.running()) return false;
  const auto here = link_with(asks, other.key());
  const auto there = link_with(other, asks.key());
  if (!here) {
    asks.command([&](Engine& engine, Instant now) { (void)engine.request_device(other.key(), now); });
  } else if (here->code && (!there || there->code == here->code)) {
    if (!here->confirmed_here) confirm(asks, other.key(), *here->code);
    if (there && !there->confirmed_here) confirm(other, asks.key(), *here->code);
  }
  return false;
}

// Nobody wants it any more.
bool World::is_given_up(const Link& link) const {
  const Device& a = *link.asks;
  const Device& b = *link.accepts;
  if (is_blocked(a, b.key()) || is_blocked(b, a.key())) return true;
  return was_removed(b.key()) || (was_removed(a.key()) && !link.again);
}

// From now on anybody may find it.
void World::give_up_uri(Link& link) {
  for (Invited& invited : invited_) invited.over = invited.over || invited.uri == link.uri;
  link.uri.clear();
}

// Who joins has said so by giving his device the URI; who invites says so then, or with the invitation.
void World::tend_invitation(Link& link, Device& joins, Device& invites) {
  const auto here = link_with(joins, invites.key());
  const auto there = link_with(invites, joins.key());
  if (here && there && there->code && here->code == there->code && !there->confirmed_here) {
    confirm(invites, joins.key(), *there->code);
  }
  if (here || !joins.running() || !invites.running()) return;
  give_up_uri(link);
  invites.command([&](Engine& engine, Instant now) {
    engine.withdraw_invitations();
    if (const auto made = engine.invite_device(invited_.size() % 2 == 0, {}, now)) link.uri = made->uri;
  });
  if (link.uri.empty()) return;
  invited_.push_back({link.uri, &invites, &joins, false});
  joins.command([&](Engine& engine, Instant now) { (void)engine.join_device(link.uri, true, now); });
}

void World::confirm(Device& device, const PublicKey& peer, const std::string& code) {
  device.command([&](Engine& engine, Instant now) { (void)engine.accept_device(peer, code, now); });
}

bool World::tend_friendship(const std::pair<PublicKey, PublicKey>& pair) {
  const auto& [asks, accepts] = pair;
  if (network.is_up(asks) && network.is_up(accepts) && network.list(asks).contains(accepts) &&
      network.list(accepts).contains(asks)) {
    return true;
  }
  Device* accepting = device_with(accepts);
  if (accepting != nullptr && is_blocked(*accepting, asks)) return true;
  if (Device* asking = device_with(asks); asking != nullptr && asking->running()) {
    // A friend already, so that this device cannot ask him: other devices know him, or he took it off his list.
    const auto& list = network.list(asks);
    const auto entry = list.find(accepts);
    if (is_blocked(*asking, accepts)) return true;
    if (is_friend(*asking, accepts) && (entry == list.end() || !entry->second)) return true;
    const ToxAddress address = accepting != nullptr ? accepting->setup().address : stock_with(accepts)->address();
    asking->command([&](Engine& engine, Instant now) { (void)engine.add_friend(address, "be my friend", now); });
  }
  if (StockFriend* asking = stock_with(asks); asking != nullptr && accepting != nullptr) {
    asking->ask(accepting->setup().address, "hello");
  }
  if (accepting != nullptr && accepting->running()) accept_request(*accepting, asks);
  return false;
}

std::string World::open_wishes() const {
  std::string words;
  for (const Link& link : links_) words += link.asks->name() + " is to be linked with " + link.accepts->name() + "; ";
  for (const auto& [asks, accepts] : friendships_) {
    words += name_of(asks) + " wants to be a friend of " + name_of(accepts) + "; ";
  }
  return words;
}

std::string World::name_of(const PublicKey& key) const {
  if (const Device* device = device_with(key)) return device->name();
  const StockFriend* stock = stock_with(key);
  return stock != nullptr ? stock->name() : key.hex().substr(0, 8);
}

bool World::may_be_linked(const PublicKey& a, const PublicKey& b) const {
  const Device* one = device_with(a);
  const Device* other = device_with(b);
  return one != nullptr && other != nullptr && one->setup().user == other->setup().user;
}

PublicKey World::person(const PublicKey& key) const {
  const Device* device = device_with(key);
  return device == nullptr ? key : devices_of(device->setup().user).front()->key();
}

bool World::knew_each_other(const PublicKey& a, const PublicKey& b) const {
  if (person(a) == person(b)) return true;
  return std::ranges::any_of(asked_, [&](const auto& pair) {
    const std::pair people{person(pair.first), person(pair.second)};
    return people == std::pair(person(a), person(b)) || people == std::pair(person(b), person(a));
  });
}

void World::read_conversation(Device& device, const Contact& contact) {
  if (!device.running()) return;
  const auto rows = device.store().history({Conversation(contact.keys), std::nullopt, 10'000});
  tell([&](Checker& checker) { checker.reads(device, rows); });
  const auto mark = [this, key = contact.id](Engine& engine, Instant now) {
    if (const auto done = engine.mark_conversation_read(key, now); !done && !engine.fault()) {
      violation("P12", "a conversation could not be marked: " + done.error().message);
    }
  };
  if (planted(PlantedBug::reads_unseen)) timeline.after(5'000, [&device, mark] { device.command(mark); });
  if (device.command(mark)) tell([&](Checker& checker) { checker.marked(device, rows); });
}

// Whoever has a new device looks at what it shows, while the rest still comes in.
void World::look_at_new(Device& device) {
  timeline.after(Dice(seed_, "look", timeline.now_ms()).below(look_at_new_ms_max), [this, &device] {
    if (!device.running()) return;
    for (const FriendInfo& info : device.engine().friends()) read_conversation(device, info.contact);
  });
}

// Who has but one device says that it is to go on; one that has forgotten the others is linked once more.
void World::see_to_doubt(Device& device) {
  timeline.after(look_every_ms, [this, &device] {
    if (!device.running() || link_forgotten(device) || own_devices_of(device).size() > 1) return;
    device.command([](Engine& engine, Instant /*now*/) { (void)engine.trust_database(); });
  });
}

// The copy is from before they were linked. True if there is one. Who was removed was not forgotten.
bool World::link_forgotten(Device& device) {
  bool any = false;
  for (Device* other : devices_of(device.setup().user)) {
    if (was_removed(device.key()) || was_removed(other->key())) continue;
    if (other == &device || !other->running() || !counts_as_own(*other, device.key())) continue;
    if (counts_as_own(device, other->key())) continue;
    want_link(device, *other, false);
    any = true;
  }
  return any;
}

void World::noticed(Device& device, const output::Notice& notice) {
  trace.line(timeline.now_ms(), device.name(), "notice", static_cast<std::uint64_t>(notice.what));
  tell([&](Checker& checker) { checker.noticed(device, notice); });
  if (notice.what == output::Notice::What::device_linked) look_at_new(device);
  if (notice.what == output::Notice::What::doubt) see_to_doubt(device);
  if (notice.what == output::Notice::What::device_removed && notice.key == device.key() && notice.by &&
      notice.by->key == device.key()) {
    removed_.insert(device.key());
    tell([&](Checker& checker) { checker.removed(device, device); });
  }
}

// --- Devices that are out.

std::set<PublicKey> World::own_devices_of(const Device& device) {
  std::set<PublicKey> keys;
  for (const DeviceInfo& info : device.engine().devices()) {
    if (!info.removed) keys.insert(info.key);
  }
  return keys;
}

Device& World::first_that_stays() const {
  for (std::size_t i = 0; i < linked_from_the_beginning_; ++i) {
    if (!was_removed(devices_[i]->key())) return *devices_[i];
  }
  return *devices_.front();
}

bool World::may_be_removed(const Device& device) const {
  return std::ranges::any_of(devices_.begin(),
                             devices_.begin() + static_cast<std::ptrdiff_t>(linked_from_the_beginning_),
                             [&](const auto& each) { return each.get() != &device && !was_removed(each->key()); });
}

bool World::may_go_with_removed(const PublicKey& key) const {
  const auto [begin, end] = linked_through_.equal_range(key);
  return std::any_of(begin, end, [&](const auto& link) { return was_removed(link.second); });
}

bool World::has_copies(std::size_t user) const {
  return std::ranges::any_of(devices_of(user), [](const Device* device) { return device->has_copy(); });
}

void World::remove_device(Device& by, Device& out) {
  const bool removed_itself = was_removed(by.key());  // and may not be heard any more
  tell([&](Checker& checker) { checker.removes(by, out); });
  removed_.insert(out.key());
  bool taken = false;
  const bool done =
      by.command([&](Engine& engine, Instant now) { taken = engine.remove_devices({out.key()}, now).has_value(); });
  if (done && taken && !removed_itself) tell([&](Checker& checker) { checker.removed(by, out); });
}

// When it has left, its notice says so.
void World::leave_devices(Device& device, bool at_once) {
  tell([&](Checker& checker) { checker.removes(device, device); });
  removed_.insert(device.key());
  device.command([&](Engine& engine, Instant now) { (void)engine.leave_devices(at_once, now); });
}

bool World::link_removed_anew() {
  Device& stays = first_that_stays();
  bool any = false;
  for (const PublicKey& key : removed_) {
    const Device& out = *device_with(key);
    if (is_blocked(stays, key) || (counts_as_own(stays, key) && counts_as_own(out, stays.key()))) continue;
    wanted_again_.insert(key);
    want_link(*device_with(key), stays, true);
    any = true;
  }
  return any;
}

bool World::take_in_what_is_aside() {
  bool any = false;
  for (Device* device : devices_of(0)) {
    if (!device->running() || device->engine().status().removed) continue;
    for (const DeviceInfo& info : device->engine().devices()) {
      if (info.put_aside == 0) continue;
      device->command([&](Engine& engine, Instant now) { (void)engine.take_in(info.key, now); });
      any = true;
    }
  }
  return any;
}

void World::died(Device& device) {
  const std::uint64_t ms = healed_ ? 1'000 : Dice(seed_, "restart", timeline.now_ms()).below(restart_ms_max);
  timeline.after(ms, [this, &device] {
    if (!off_.contains(device.key())) device.start();
  });
}

void World::leave_off(Device& device, bool off) {
  if (off) {
    off_.insert(device.key());
    device.stop();
  } else {
    off_.erase(device.key());
    device.start();
  }
}

void World::heal(const Device* left_off) {
  healed_ = true;
  network.heal();
  off_.clear();
  for (const auto& device : devices_) {
    device->set_disk_full(false);
    device->die_never();
    device->be_deaf(false);
    if (device.get() == left_off) {
      leave_off(*device, true);
    } else {
      device->start();
    }
  }
  for (const auto& one : stock_) one->start();
  for (const auto& device : devices_) {
    if (device->running()) link_forgotten(*device);
  }
}

}  // namespace toxtore::sim
