#include "sim/network.h"

#include <algorithm>
#include <utility>

namespace toxtore::sim {

void Network::add(const PublicKey& key, Endpoint& endpoint, std::string name) {
  const Index fresh = nodes_.size();
  for (Index other = 0; other < fresh; ++other) {
    ways_[{fresh, other}];
    ways_[{other, fresh}];
    links_[{other, fresh}];
  }
  indices_[key] = fresh;
  Node node;
  node.key = key;
  node.endpoint = &endpoint;
  node.name = std::move(name);
  nodes_.push_back(std::move(node));
}

std::uint64_t Network::delay_ms() { return dice_.between(settings.delay_ms_min, settings.delay_ms_max); }

void Network::give(Index to, Incoming incoming) {
  if (nodes_[to].up) nodes_[to].endpoint->arrive(std::move(incoming));
}

// --- The life of a process.

void Network::up(const PublicKey& key, const FriendList& saved) {
  const Index self = index_of(key);
  nodes_[self].up = true;
  ++nodes_[self].lives;
  nodes_[self].list = saved;
  nodes_[self].seen_requests.clear();
  give(self, {input::SelfConnection{Connection::udp}, {}});
  for (const auto& [peer, greeting] : saved) {
    if (greeting && knows(peer)) request(self, index_of(peer), nodes_[self].lives);
  }
  for (Index other = 0; other < nodes_.size(); ++other) {
    if (other != self) evaluate(self, other);
  }
}

void Network::down(const PublicKey& key, bool in_order) {
  const Index self = index_of(key);
  nodes_[self].up = false;
  for (Index other = 0; other < nodes_.size(); ++other) {
    if (other == self) continue;
    const bool heard = in_order && !way(self, other).cut;
    link(self, other).connection = 0;
    clear(way(other, self));
    if (way(self, other).cut) clear(way(self, other));  // else what it had sent before still arrives
    way(self, other).shown = 0;
    way(self, other).waiting.clear();
    hide_later(other, self, heard ? delay_ms() : dead_peer_ms);
  }
}

// --- Connections.

bool Network::wanted(Index a, Index b) const {
  return nodes_[a].up && nodes_[b].up && nodes_[a].list.contains(nodes_[b].key) &&
         nodes_[b].list.contains(nodes_[a].key) && !way(a, b).cut && !way(b, a).cut;
}

void Network::evaluate(Index a, Index b) {
  if (link(a, b).connection != 0 || link(a, b).connecting || !wanted(a, b)) return;
  link(a, b).connecting = true;
  timeline_.after(dice_.between(100, connect_ms_max), [this, a, b] {
    link(a, b).connecting = false;
    if (link(a, b).connection == 0 && wanted(a, b)) connect(a, b);
  });
}

void Network::connect(Index a, Index b) {
  const std::uint64_t connection = link(a, b).connection = ++connections_;
  link(a, b).since_ms = timeline_.now_ms();
  trace_.line(timeline_.now_ms(), nodes_[a].name, "connected", b, connection);
  clear(way(a, b));
  clear(way(b, a));
  for (const auto& [who, other] : {std::pair(a, b), std::pair(b, a)}) {
    if (const auto old = way(who, other).shown; old != 0) hide(who, other, old);
    nodes_[who].list[nodes_[other].key].reset();
    way(who, other).next_receipt = 0;
    show(who, other, connection);
  }
}

void Network::show(Index who, Index other, std::uint64_t connection) {
  way(who, other).shown = connection;
  const auto kind = dice_.chance(70) ? Connection::udp : Connection::tcp;
  give(who, {input::PeerConnection{nodes_[other].key, kind}, {}});
  const std::string& name = nodes_[other].name;
  give(who, {input::PeerName{nodes_[other].key, to_bytes(name)}, {}});
}

void Network::hide(Index who, Index other, std::uint64_t connection) {
  Way& seen = way(who, other);
  if (seen.shown != connection || connection == 0) return;
  seen.shown = 0;
  seen.waiting.clear();
  if (link(who, other).connection == 0) clear(way(other, who));
  give(who, {input::PeerConnection{nodes_[other].key, Connection::none}, {}});
}

void Network::hide_later(Index who, Index other, std::uint64_t ms) {
  const std::uint64_t connection = way(who, other).shown;
  if (connection != 0) timeline_.after(ms, [=, this] { hide(who, other, connection); });
}

// The connection is gone; who sees it still, sees it for a while.
void Network::lose(Index a, Index b) {
  if (std::exchange(link(a, b).connection, 0) == 0) return;
  trace_.line(timeline_.now_ms(), nodes_[a].name, "lost", b);
  clear(way(a, b));
  clear(way(b, a));
}

void Network::clear(Way& one) {
  one.data.items.clear();
  one.receipts.items.clear();
  one.data.last_due_ms = one.receipts.last_due_ms = 0;
}

// `to` has not heard of `from` for too long.
void Network::timed_out(Index from, Index to, std::uint64_t cut_count, std::uint64_t connection) {
  const Way& silent = way(from, to);
  if (!silent.cut || silent.cut_count != cut_count || link(from, to).connection != connection) return;
  const bool heard = !way(to, from).cut;
  lose(from, to);
  hide(to, from, connection);
  hide_later(from, to, heard ? delay_ms() : dice_.between(0, connect_ms_max));
  evaluate(from, to);
}

void Network::cut(const PublicKey& from, const PublicKey& to, bool cut) {
  const Index a = index_of(from);
  const Index b = index_of(to);
  Way& one = way(a, b);
  if (one.cut == cut) return;
  one.cut = cut;
  one.trouble_ms = timeline_.now_ms();
  ++one.cut_count;
  if (!cut) {
    arm(a, b, false);
    arm(a, b, true);
    evaluate(a, b);
  } else if (link(a, b).connection != 0) {
    timeline_.after(dead_peer_ms, [this, a, b, count = one.cut_count, connection = link(a, b).connection] {
      timed_out(a, b, count, connection);
    });
  }
}

void Network::congest(const PublicKey& from, const PublicKey& to, std::uint64_t ms) {
  way(index_of(from), index_of(to)).congested_until_ms = timeline_.now_ms() + ms;
}

void Network::fill(const PublicKey& from, const PublicKey& to, std::uint64_t ms) {
  way(index_of(from), index_of(to)).full_until_ms = timeline_.now_ms() + ms;
}

void Network::heal() {
  settings = NetworkSettings{};
  for (auto& [pair, one] : ways_) {
    one.congested_until_ms = one.full_until_ms = 0;
    send_waiting(pair.first, pair.second);
    cut(nodes_[pair.first].key, nodes_[pair.second].key, false);
  }
}

// --- Packets and messages.

void Network::put(Index from, Index to, bool receipt, Incoming incoming) {
  Lane& lane = receipt ? way(from, to).receipts : way(from, to).data;
  lane.last_due_ms = std::max(lane.last_due_ms, timeline_.now_ms() + delay_ms());
  lane.items.push_back({lane.last_due_ms, std::move(incoming)});
  arm(from, to, receipt);
}

void Network::arm(Index from, Index to, bool receipt) {
  Lane& lane = receipt ? way(from, to).receipts : way(from, to).data;
  if (lane.armed || lane.items.empty() || way(from, to).cut) return;
  lane.armed = true;
  const std::uint64_t due_ms = std::max(lane.items.front().due_ms, timeline_.now_ms());
  timeline_.after(due_ms - timeline_.now_ms(), [=, this] { deliver(from, to, receipt); });
}

void Network::deliver(Index from, Index to, bool receipt) {
  Lane& lane = receipt ? way(from, to).receipts : way(from, to).data;
  lane.armed = false;
  while (!lane.items.empty() && !way(from, to).cut && lane.items.front().due_ms <= timeline_.now_ms()) {
    Incoming incoming = std::move(lane.items.front().incoming);
    lane.items.pop_front();
    give(to, std::move(incoming));
  }
  arm(from, to, receipt);
}

void Network::send_packet(const PublicKey& from, const output::SendPacket& packet) {
  if (!knows(packet.to)) return;
  const Index a = index_of(from);
  const Index b = index_of(packet.to);
  Way& one = way(a, b);
  if (one.shown == 0) return;
  ++packets_;
  bytes_ += packet.bytes.size();
  last_packet_ms_ = timeline_.now_ms();
  one.waiting.push_back(packet.bytes);
  send_waiting(a, b);
}

void Network::send_waiting(Index from, Index to) {
  Way& one = way(from, to);
  const std::uint64_t until_ms = std::max(one.congested_until_ms, one.full_until_ms);
  if (one.waiting.empty()) return;
  if (until_ms > timeline_.now_ms()) {
    timeline_.after(until_ms - timeline_.now_ms(), [=, this] { send_waiting(from, to); });
    return;
  }
  for (Bytes& bytes : std::exchange(one.waiting, {})) {
    if (one.shown != link(from, to).connection) continue;  // to a dead peer: it vanishes
    put(from, to, false, {input::PacketArrived{nodes_[from].key, std::move(bytes)}, {}});
  }
}

bool Network::hand_over(const PublicKey& from, const output::HandOver& message) {
  const Index a = index_of(from);
  input::HandedOver answer{message.to, message.message, std::nullopt};
  const bool known = knows(message.to);
  Way* one = known ? &way(a, index_of(message.to)) : nullptr;
  if (known && one->shown != 0 && one->full_until_ms <= timeline_.now_ms()) answer.receipt_id = one->next_receipt++;
  give(a, {answer, {}});
  if (!answer.receipt_id || one->shown != link(a, index_of(message.to)).connection)
    return answer.receipt_id.has_value();
  put(a, index_of(message.to), false,
      {input::Message{from, message.kind, message.text}, Ticket{from, one->shown, *answer.receipt_id}});
  return true;
}

void Network::processed(const PublicKey& key, const Ticket& ticket) {
  const Index self = index_of(key);
  const Index sender = index_of(ticket.from);
  if (link(self, sender).connection != ticket.connection) return;
  if (dice_.chance(settings.receipt_loss_percent)) {
    trace_.line(timeline_.now_ms(), nodes_[self].name, "loses a receipt", sender);
    cut(key, ticket.from, true);
    timeline_.after(dead_peer_ms + dice_.below(dead_peer_ms), [this, key, ticket] { cut(key, ticket.from, false); });
  }
  put(self, sender, true, {input::Receipt{key, ticket.receipt_id}, {}});
}

// --- Friend lists.

void Network::add_peer(const PublicKey& from, const output::AddPeer& peer) {
  const Index self = index_of(from);
  auto& list = nodes_[self].list;
  if (list.contains(peer.key)) return;
  list[peer.key] = peer.address ? std::optional(peer.greeting) : std::nullopt;
  if (!knows(peer.key)) return;
  if (peer.address) request(self, index_of(peer.key), nodes_[self].lives);
  evaluate(self, index_of(peer.key));
}

// Puts a key that is not in the list in and out again: then a request of it is no longer known.
void Network::remove_peer(const PublicKey& from, const PublicKey& peer) {
  const Index self = index_of(from);
  std::erase(nodes_[self].seen_requests, peer);
  const bool was_there = nodes_[self].list.erase(peer) > 0;
  if (!was_there || !knows(peer)) return;
  const Index other = index_of(peer);
  const bool heard = !way(self, other).cut;
  hide(self, other, way(self, other).shown);
  lose(self, other);
  hide_later(other, self, heard ? delay_ms() : dead_peer_ms);
}

void Network::offer(const PublicKey& from, const PublicKey& to, const input::Offer& offer) {
  const Index a = index_of(from);
  const Index b = index_of(to);
  if (way(a, b).shown != 0 && way(a, b).shown == link(a, b).connection) put(a, b, false, {offer, {}});
}

void Network::set_name(const PublicKey& key, const std::string& name) {
  const Index self = index_of(key);
  nodes_[self].name = name;
  for (Index other = 0; other < nodes_.size(); ++other) {
    if (other == self || way(self, other).shown == 0 || way(self, other).shown != link(self, other).connection)
      continue;
    put(self, other, false, {input::PeerName{key, to_bytes(name)}, {}});
  }
}

void Network::request(Index from, Index to, std::uint64_t life) {
  const auto entry = nodes_[from].list.find(nodes_[to].key);
  if (!nodes_[from].up || nodes_[from].lives != life || entry == nodes_[from].list.end() || !entry->second) return;
  if (!way(from, to).cut) {
    timeline_.after(delay_ms(), [this, from, to] { take_request(from, to); });
  }
  timeline_.after(request_again_ms, [this, from, to, life] { request(from, to, life); });
}

void Network::take_request(Index from, Index to) {
  Node& node = nodes_[to];
  const PublicKey& key = nodes_[from].key;
  const auto entry = nodes_[from].list.find(node.key);
  if (!node.up || entry == nodes_[from].list.end() || !entry->second || node.list.contains(key)) return;
  if (std::find(node.seen_requests.begin(), node.seen_requests.end(), key) != node.seen_requests.end()) return;
  node.seen_requests.push_back(key);
  if (node.seen_requests.size() > seen_requests_max) node.seen_requests.pop_front();
  give(to, {input::FriendRequest{key, *entry->second}, {}});
}

// --- What is.

bool Network::connected(const PublicKey& a, const PublicKey& b) const {
  if (a == b) return false;
  const std::uint64_t connection = link(index_of(a), index_of(b)).connection;
  return connection != 0 && way(index_of(a), index_of(b)).shown == connection &&
         way(index_of(b), index_of(a)).shown == connection;
}

std::uint64_t Network::connected_ms(const PublicKey& a, const PublicKey& b) const {
  const Link& between = link(index_of(a), index_of(b));
  return between.connection == 0 ? 0 : timeline_.now_ms() - between.since_ms;
}

std::uint64_t Network::calm_ms(const PublicKey& a, const PublicKey& b) const {
  if (!connected(a, b)) return 0;
  std::uint64_t since_ms = link(index_of(a), index_of(b)).since_ms;
  for (const Way* one : {&way(index_of(a), index_of(b)), &way(index_of(b), index_of(a))}) {
    if (one->cut) return 0;
    since_ms = std::max({since_ms, one->trouble_ms, one->congested_until_ms, one->full_until_ms});
  }
  return timeline_.now_ms() - std::min(since_ms, timeline_.now_ms());
}

bool Network::shows(const PublicKey& who, const PublicKey& other) const {
  return way(index_of(who), index_of(other)).shown != 0;
}

}  // namespace toxtore::sim
