#include "sim/stock_friend.h"

#include "sim/world.h"

namespace toxtore::sim {

StockFriend::StockFriend(World& world, ToxAddress address, std::string name)
    : world_(world), address_(address), name_(std::move(name)) {
  world_.network.add(key(), *this, name_);
}

std::vector<PublicKey> StockFriend::contacts() const {
  std::vector<PublicKey> keys;
  for (const auto& [key, greeting] : world_.network.list(key())) keys.push_back(key);
  return keys;
}

void StockFriend::start() {
  if (!world_.network.is_up(key())) world_.network.up(key(), list_);
}

void StockFriend::stop(bool in_order) {
  if (!world_.network.is_up(key())) return;
  list_ = world_.network.list(key());
  receipts_due_.clear();
  packets_on_connection_.clear();
  world_.network.down(key(), in_order);
}

void StockFriend::ask(const ToxAddress& device, const std::string& greeting) {
  if (!world_.network.is_up(key())) return;
  // Once he was a friend, or was asked in other words, no request goes out: he is taken off the list first.
  const auto& list = world_.network.list(key());
  if (const auto entry = list.find(device.key()); entry != list.end() && entry->second != to_bytes(greeting)) {
    world_.network.remove_peer(key(), device.key());
  }
  world_.network.add_peer(key(), {device.key(), device, to_bytes(greeting)});
}

void StockFriend::write(const PublicKey& to, const std::string& text) {
  auto& written = written_[to];
  written.push_back({text, false});
  if (world_.network.is_up(key()) && world_.network.shows(key(), to)) hand_over(to, written.size() - 1);
}

void StockFriend::offer(const PublicKey& to, const std::string& file) {
  using What = OfferReceived::What;
  const What what = file.empty() ? What::call : What::file;
  world_.network.offer(key(), to, {key(), what, file.size(), to_bytes(file)});
}

void StockFriend::rename(const std::string& name) {
  name_ = name;
  world_.network.set_name(key(), name);
}

void StockFriend::send_packet(const PublicKey& to, Bytes bytes) {
  poses_ = true;
  if (world_.network.is_up(key())) world_.network.send_packet(key(), {to, std::move(bytes)});
}

// The dot is only a handle for the answer.
void StockFriend::hand_over(const PublicKey& to, std::size_t index) {
  const std::string& text = written_[to][index].text;
  world_.tell([&](Checker& checker) { checker.stock_tried(*this, text); });
  world_.network.hand_over(key(), {to, Dot{to, index}, MessageKind::normal, to_bytes(text)});
}

void StockFriend::on_connection(const input::PeerConnection& connection) {
  receipts_due_.erase(connection.key);
  packets_on_connection_.erase(connection.key);
  if (connection.connection == Connection::none) return;
  const auto& written = written_[connection.key];
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!written[i].acknowledged) hand_over(connection.key, i);
  }
}

void StockFriend::arrive(Incoming incoming) {
  if (const auto* connection = std::get_if<input::PeerConnection>(&incoming.input)) {
    on_connection(*connection);
  } else if (const auto* request = std::get_if<input::FriendRequest>(&incoming.input)) {
    world_.tell([&](Checker& checker) { checker.stock_got_request(*this, request->key); });
    world_.network.add_peer(key(), {request->key, std::nullopt, {}});
  } else if (const auto* message = std::get_if<input::Message>(&incoming.input)) {
    texts_.push_back({message->from, message->kind, to_text(message->text)});
    world_.tell([&](Checker& checker) { checker.stock_got_message(*this, texts_.back()); });
    if (incoming.ticket) world_.network.processed(key(), *incoming.ticket);
  } else if (const auto* taken = std::get_if<input::HandedOver>(&incoming.input)) {
    if (taken->receipt_id) receipts_due_[taken->to][*taken->receipt_id] = static_cast<std::size_t>(taken->message.seq);
  } else if (const auto* receipt = std::get_if<input::Receipt>(&incoming.input)) {
    const auto due = receipts_due_[receipt->from].find(receipt->receipt_id);
    if (due == receipts_due_[receipt->from].end()) return;
    Written& written = written_[receipt->from][due->second];
    written.acknowledged = true;
    world_.tell([&](Checker& checker) { checker.stock_delivered(*this, receipt->from, written.text); });
  } else if (const auto* packet = std::get_if<input::PacketArrived>(&incoming.input)) {
    const std::size_t count = ++packets_on_connection_[packet->from];
    world_.tell([&](Checker& checker) { checker.stock_got_packet(*this, packet->from, packet->bytes.size(), count); });
  }
}

}  // namespace toxtore::sim
