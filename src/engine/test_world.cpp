#include "engine/test_world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/memory_store.h"
#include "wire/packet.h"

namespace toxtore {
namespace {

ToxAddress address_of(std::size_t number) {
  ToxAddress address;
  std::uint8_t even = 0;
  std::uint8_t odd = 0;
  for (std::size_t i = 0; i < ToxAddress::size - 2; ++i) {
    address.bytes[i] = static_cast<std::uint8_t>((number + 1) * (i + 17) * 37 >> (i % 3));
    if (i == PublicKey::size - 1) address.bytes[i] &= 127;  // no point of the curve has the highest bit
    (i % 2 == 0 ? even : odd) ^= address.bytes[i];
  }
  address.bytes[36] = even;
  address.bytes[37] = odd;
  return address;
}

std::pair<PublicKey, PublicKey> pair_of(const PublicKey& a, const PublicKey& b) {
  return a < b ? std::pair(a, b) : std::pair(b, a);
}

std::string state_of(const MessageRow& row) {
  switch (row.delivery) {
    case Delivery::none: return row.read ? "read" : "unread";
    case Delivery::queued: return "queued";
    case Delivery::sending: return "sending";
    case Delivery::unsure: return "unsure";
    case Delivery::delivered: return "delivered";
    case Delivery::withdrawn: return "withdrawn";
    case Delivery::perhaps_doubled: return "perhaps doubled";
    case Delivery::failed: return "failed";
  }
  return "?";
}

}  // namespace

World::Node& World::add(const std::string& name, bool stock) {
  auto node = std::make_unique<Node>();
  node->name = name;
  node->address = address_of(nodes_.size());
  node->stock = stock;
  return *nodes_.emplace(node->key(), std::move(node)).first->second;
}

World::Node& World::add_device(const std::string& name) {
  Node& node = add(name, false);
  node.store = make_memory_store();
  node.random = std::make_unique<SeededRandom>(nodes_.size());
  start(node);
  return node;
}

World::Node& World::add_stock(const std::string& name) {
  Node& node = add(name, true);
  start(node);
  return node;
}

void World::start(Node& node) {
  node.online = true;
  if (!node.stock) {
    EngineConfig config;
    config.address = node.address;
    config.device_name = node.name;
    config.witness = node.witness.get();
    config.toxcore_friends.assign(node.toxcore_list.begin(), node.toxcore_list.end());
    auto engine = Engine::start(config, *node.store, *node.random, now());
    ASSERT_TRUE(engine) << engine.error().message;
    node.engine = std::move(*engine);
    give(node, input::SelfConnection{Connection::udp});
  }
  update_connections();
}

void World::stop(Node& node) {
  node.online = false;
  node.engine.reset();
  update_connections();
}

void World::cut(const Node& a, const Node& b, bool cut) {
  const Pair pair = pair_of(a.key(), b.key());
  cut ? void(cuts_.insert(pair)) : void(cuts_.erase(pair));
  update_connections();
}

bool World::connected(const Node& a, const Node& b) const { return connections_.contains(pair_of(a.key(), b.key())); }

void World::update_connections() {
  for (auto& [key_a, a] : nodes_) {
    for (auto& [key_b, b] : nodes_) {
      if (!(key_a < key_b)) continue;
      const Pair pair{key_a, key_b};
      const bool should = a->online && b->online && a->toxcore_list.contains(key_b) &&
                          b->toxcore_list.contains(key_a) && !cuts_.contains(pair);
      if (should == connections_.contains(pair)) continue;
      should ? void(connections_.emplace(pair, ++connection_count_)) : void(connections_.erase(pair));
      const Connection connection = should ? Connection::udp : Connection::none;
      give(*a, input::PeerConnection{key_b, connection});
      give(*b, input::PeerConnection{key_a, connection});
    }
  }
}

// Also if the key is in the list again meanwhile: toxcore begins anew with it.
void World::disconnect(Node& from, const PublicKey& key) {
  if (connections_.erase(pair_of(from.key(), key)) > 0) {
    give(from, input::PeerConnection{key, Connection::none});
    give(node(key), input::PeerConnection{from.key(), Connection::none});
  }
  update_connections();
}

void World::give(Node& to, const Input& input) {
  if (!to.engine) return;
  to.engine->handle(input, now());
  pump(to);
}

void World::pump(Node& node) {
  node.engine->finish_turn(now());
  for (const Output& output : node.engine->take_outputs()) act(node, output);
  ASSERT_FALSE(node.engine->fault()) << node.engine->fault()->message;
}

void World::later(std::uint64_t after_ms, std::function<void()> act) {
  deliveries_.emplace(time_ms_ + after_ms, std::move(act));
}

void World::arrive(const Node& from, Node& to, Bytes bytes) {
  mangle(from, bytes);
  if (to.stock) ++to.packets;
  auto packet = decode_packet(bytes);
  if (packet && (from.first_form || to.first_form)) {
    if (auto* hello = std::get_if<packet::Hello>(&*packet)) hello->capabilities = 0;
    if (std::holds_alternative<packet::Holdings>(*packet) || std::holds_alternative<packet::Page>(*packet)) return;
    return give(to, input::PacketArrived{from.key(), encode_packet(*packet)});
  }
  give(to, input::PacketArrived{from.key(), bytes});
}

void World::act(Node& from, const Output& output) {
  if (const auto* packet = std::get_if<output::SendPacket>(&output)) {
    Node& to = node(packet->to);
    if (!connected(from, to)) return;
    ++packets_sent_;
    bytes_sent += packet->bytes.size();
    const std::uint64_t connection = connections_.at(pair_of(from.key(), to.key()));
    later(delay_ms, [this, &from, &to, connection, bytes = packet->bytes] {
      const auto current = connections_.find(pair_of(from.key(), to.key()));
      if (current == connections_.end() || current->second != connection) return;
      arrive(from, to, bytes);
    });
  } else if (const auto* message = std::get_if<output::HandOver>(&output)) {
    hand_over(from, *message);
  } else if (const auto* add = std::get_if<output::AddPeer>(&output)) {
    from.toxcore_list.insert(add->key);
    if (add->address) request(from, node(add->key), to_text(add->greeting));
    later(0, [this] { update_connections(); });
  } else if (const auto* remove = std::get_if<output::RemovePeer>(&output)) {
    from.toxcore_list.erase(remove->key);
    from.removed_peers.push_back(remove->key);
    later(0, [this, &from, key = remove->key] { disconnect(from, key); });
  } else if (const auto* set = std::get_if<output::SetProfile>(&output)) {
    (set->what == ProfileValue::What::name ? from.profile.name : from.profile.status_message) = set->value;
  } else if (const auto* notice = std::get_if<output::Notice>(&output)) {
    from.notices.push_back(*notice);
  }
}

void World::hand_over(Node& from, const output::HandOver& message) {
  Node& to = node(message.to);
  if (!connected(from, to)) {
    later(0, [this, &from, message] { give(from, input::HandedOver{message.to, message.message, std::nullopt}); });
    return;
  }
  const std::uint32_t id = ++from.next_receipt;
  give(from, input::HandedOver{message.to, message.message, id});
  const std::uint64_t connection = connections_.at(pair_of(from.key(), to.key()));
  later(delay_ms, [this, &from, &to, connection, id, message] {
    const auto current = connections_.find(pair_of(from.key(), to.key()));
    if (current == connections_.end() || current->second != connection) return;
    if (to.stock) to.texts.push_back({from.key(), to_text(message.text)});
    give(to, input::Message{from.key(), message.kind, message.text});
    if (!receipt_delay_ms) return;
    later(*receipt_delay_ms, [this, &from, &to, connection, id] {
      const auto still = connections_.find(pair_of(from.key(), to.key()));
      if (still == connections_.end() || still->second != connection) return;
      give(from, input::Receipt{to.key(), id});
    });
  });
}

void World::request(Node& from, const Node& to, const std::string& text) {
  from.toxcore_list.insert(to.key());
  Node& target = node(to.key());
  later(delay_ms, [this, &from, &target, text] {
    const bool dropped = target.toxcore_list.contains(from.key());  // as toxcore does
    if (target.online && !dropped) give(target, input::FriendRequest{from.key(), to_bytes(text)});
    update_connections();
  });
}

void World::write(Node& from, const Node& to, const std::string& text) {
  ASSERT_TRUE(connected(from, to)) << from.name << " is not connected to " << to.name;
  Node& target = node(to.key());
  later(delay_ms, [this, &from, &target, text] {
    give(target, input::Message{from.key(), MessageKind::normal, to_bytes(text)});
  });
}

void World::befriend(Node& a, Node& b) {
  if (a.stock) {
    request(a, b, "hello");
  } else {
    ASSERT_TRUE(a.engine->add_friend(b.address, "hello", now()));
    pump(a);
  }
  ASSERT_TRUE(run_until([&] { return connected(a, b) || !b.engine->friend_requests().empty(); })) << "no request came";
  if (!connected(a, b)) {  // else it was a friend of another device already
    ASSERT_TRUE(b.engine->accept_friend(a.key(), now()));
    pump(b);
  }
  ASSERT_TRUE(run_until([&] { return connected(a, b); })) << "not connected";
}

void World::link(Node& asks, Node& accepts) {
  if (!connected(asks, accepts)) befriend(asks, accepts);
  run_for(1'000);
  ASSERT_TRUE(asks.engine->request_device(accepts.key(), now()));
  pump(asks);
  const auto code = [](Node& node) {
    const auto requests = node.engine->link_requests();
    return requests.empty() ? std::nullopt : requests.front().code;
  };
  ASSERT_TRUE(run_until([&] { return code(asks) && code(accepts); })) << "no code";
  ASSERT_EQ(code(asks), code(accepts));
  const std::string shown = *code(asks);
  ASSERT_TRUE(asks.engine->accept_device(accepts.key(), shown, now()));
  pump(asks);
  ASSERT_TRUE(accepts.engine->accept_device(asks.key(), shown, now()));
  pump(accepts);
  ASSERT_TRUE(run_until([&] { return asks.engine->devices().size() > 1 && accepts.engine->devices().size() > 1; }))
      << "not linked";
}

bool World::step(std::uint64_t until_ms) {
  std::uint64_t next = until_ms + 1;
  if (!deliveries_.empty()) next = std::min(next, deliveries_.begin()->first);
  Node* due = nullptr;
  for (auto& [key, node] : nodes_) {
    if (!node->engine) continue;
    const auto deadline = node->engine->deadline_ms();
    if (deadline && std::max(*deadline, time_ms_) < next) {
      next = std::max(*deadline, time_ms_);
      due = node.get();
    }
  }
  if (next > until_ms) return false;
  time_ms_ = next;
  if (due != nullptr) {
    pump(*due);
  } else {
    auto first = deliveries_.extract(deliveries_.begin());
    first.mapped()();
  }
  return true;
}

bool World::run_until(const std::function<bool()>& condition, std::uint64_t limit_ms) {
  const std::uint64_t until = time_ms_ + limit_ms;
  while (!condition()) {
    if (!step(until)) return condition();
  }
  return true;
}

void World::run_for(std::uint64_t ms) {
  const std::uint64_t until = time_ms_ + ms;
  while (step(until)) {
  }
  time_ms_ = until;
}

std::vector<std::string> history_of(const World::Node& device, const PublicKey& conversation) {
  std::vector<std::string> lines;
  for (const MessageRow& row : device.engine->store().history({conversation, std::nullopt, 10'000})) {
    lines.push_back((row.outgoing ? "> " : "< ") + to_text(row.text) + " [" + state_of(row) + "]");
  }
  return lines;
}

}  // namespace toxtore
