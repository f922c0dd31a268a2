#include "tox/tox_node.h"

#include <arpa/inet.h>
#include <tox/tox.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "engine/command.h"
#include "wire/packet.h"

namespace toxtore {

static_assert(PublicKey::size == TOX_PUBLIC_KEY_SIZE);
static_assert(ToxAddress::size == TOX_ADDRESS_SIZE);
static_assert(packet_size_max == TOX_MAX_CUSTOM_PACKET_SIZE);
static_assert(message_size_max == TOX_MAX_MESSAGE_LENGTH);
static_assert(own_name_size_max == TOX_MAX_NAME_LENGTH);
static_assert(status_message_size_max == TOX_MAX_STATUS_MESSAGE_LENGTH);
static_assert(greeting_size_max <= TOX_MAX_FRIEND_REQUEST_LENGTH);
static_assert(node_host_size_max == TOX_MAX_HOSTNAME_LENGTH - 1);
static_assert(static_cast<int>(MessageKind::normal) == TOX_MESSAGE_TYPE_NORMAL);
static_assert(static_cast<int>(MessageKind::action) == TOX_MESSAGE_TYPE_ACTION);

namespace {

Connection connection_of(Tox_Connection connection) {
  switch (connection) {
    case TOX_CONNECTION_NONE: return Connection::none;
    case TOX_CONNECTION_TCP: return Connection::tcp;
    case TOX_CONNECTION_UDP: return Connection::udp;
  }
  return Connection::none;
}

PublicKey key_at(const std::uint8_t* bytes) { return *PublicKey::from_bytes({bytes, PublicKey::size}); }

/// toxcore gives a null pointer for an empty text.
Bytes copy(const std::uint8_t* bytes, std::size_t size) { return size == 0 ? Bytes() : Bytes(bytes, bytes + size); }

bool is_ip_address(const std::string& host) {
  std::array<std::uint8_t, 16> parsed{};
  return inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 || inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
}

Error in_words(Tox_Err_Friend_Add error) {
  switch (error) {
    case TOX_ERR_FRIEND_ADD_TOO_LONG:
      return {ErrorKind::too_long, "The friend request's greeting is longer than 900 bytes; shorten it."};
    case TOX_ERR_FRIEND_ADD_NO_MESSAGE:
      return {ErrorKind::invalid_argument, "A friend request needs a greeting; give one."};
    case TOX_ERR_FRIEND_ADD_OWN_KEY:
      return {ErrorKind::invalid_argument, "This Tox ID is this device's own; give a friend's."};
    case TOX_ERR_FRIEND_ADD_BAD_CHECKSUM:
      return {ErrorKind::invalid_argument, "The Tox ID is mistyped: its checksum does not hold."};
    default: return {ErrorKind::internal, "toxcore could not add the friend: error " + std::to_string(error) + "."};
  }
}

/// There already, with the same address or another: what was wanted is so.
bool is_there(Tox_Err_Friend_Add error) {
  return error == TOX_ERR_FRIEND_ADD_ALREADY_SENT || error == TOX_ERR_FRIEND_ADD_SET_NEW_NOSPAM;
}

}  // namespace

/// toxcore's callbacks; the user data is the node whose `iterate` runs.
struct ToxNode::Callbacks {
  static ToxNode& node(void* user_data) { return *static_cast<ToxNode*>(user_data); }
  static void give(void* user_data, const Input& input) { (*node(user_data).sink_)(input); }

  static void self_connection(Tox* /*tox*/, Tox_Connection connection, void* user_data) {
    give(user_data, input::SelfConnection{connection_of(connection)});
  }

  static void friend_connection(Tox* /*tox*/, std::uint32_t number, Tox_Connection connection, void* user_data) {
    const auto key = node(user_data).key_of(number);
    if (!key) return;
    node(user_data).connection_changed(*key, connection_of(connection));
    give(user_data, input::PeerConnection{*key, connection_of(connection)});
  }

  static void friend_request(Tox* /*tox*/, const std::uint8_t* key, const std::uint8_t* message, std::size_t size,
                             void* user_data) {
    give(user_data, input::FriendRequest{key_at(key), copy(message, size)});
  }

  static void friend_message(Tox* /*tox*/, std::uint32_t number, Tox_Message_Type type, const std::uint8_t* message,
                             std::size_t size, void* user_data) {
    const auto kind = type == TOX_MESSAGE_TYPE_ACTION ? MessageKind::action : MessageKind::normal;
    if (const auto key = node(user_data).key_of(number)) {
      give(user_data, input::Message{*key, kind, copy(message, size)});
    }
  }

  static void friend_name(Tox* /*tox*/, std::uint32_t number, const std::uint8_t* name, std::size_t size,
                          void* user_data) {
    if (const auto key = node(user_data).key_of(number)) give(user_data, input::PeerName{*key, copy(name, size)});
  }

  static void read_receipt(Tox* /*tox*/, std::uint32_t number, std::uint32_t message_id, void* user_data) {
    if (const auto key = node(user_data).key_of(number)) give(user_data, input::Receipt{*key, message_id});
  }

  static void lossless_packet(Tox* /*tox*/, std::uint32_t number, const std::uint8_t* packet, std::size_t size,
                              void* user_data) {
    if (size == 0 || packet[0] != packet_id) return;
    if (const auto key = node(user_data).key_of(number)) {
      give(user_data, input::PacketArrived{*key, copy(packet, size)});
    }
  }

  static void file_offered(Tox* tox, std::uint32_t friend_number, std::uint32_t file_number, std::uint32_t kind,
                           std::uint64_t file_size, const std::uint8_t* name, std::size_t name_size, void* user_data) {
    const auto key = node(user_data).key_of(friend_number);
    if (key && kind != TOX_FILE_KIND_AVATAR) {
      give(user_data, input::Offer{*key, OfferReceived::What::file, file_size, copy(name, name_size)});
    }
    tox_file_control(tox, friend_number, file_number, TOX_FILE_CONTROL_CANCEL, nullptr);
  }
};

Result<std::unique_ptr<ToxNode>> ToxNode::create(const ToxOptions& options) {
  auto tox = make_tox(options);
  if (!tox) return fail(tox.error());
  return std::unique_ptr<ToxNode>(new ToxNode(std::move(*tox), options));
}

ToxNode::ToxNode(ToxInstance tox, const ToxOptions& options)
    : tox_(std::move(tox)),
      calls_(*tox_,
             [this](std::uint32_t number) {
               if (const auto key = key_of(number)) (*sink_)(input::Offer{*key, OfferReceived::What::call, 0, {}});
             }),
      behind_proxy_(options.proxy != ProxyType::none),
      ipv6_(options.ipv6),
      savedata_changed_(!options.savedata) {
  tox_callback_self_connection_status(tox_.get(), Callbacks::self_connection);
  tox_callback_friend_connection_status(tox_.get(), Callbacks::friend_connection);
  tox_callback_friend_request(tox_.get(), Callbacks::friend_request);
  tox_callback_friend_message(tox_.get(), Callbacks::friend_message);
  tox_callback_friend_name(tox_.get(), Callbacks::friend_name);
  tox_callback_friend_read_receipt(tox_.get(), Callbacks::read_receipt);
  tox_callback_friend_lossless_packet(tox_.get(), Callbacks::lossless_packet);
  tox_callback_file_recv(tox_.get(), Callbacks::file_offered);
}

ToxNode::~ToxNode() = default;

// --- Running.

void ToxNode::iterate(const Sink& sink) {
  assert(sink_ == nullptr);
  sink_ = &sink;
  for (const Input& input : std::exchange(pending_, {})) sink(input);
  tox_iterate(tox_.get(), this);
  sink_ = nullptr;
  calls_.refuse();
  for (auto& [key, peer] : peers_) {
    peer.queue.begin_turn();
    send_waiting(key, peer);
  }
}

std::uint32_t ToxNode::iteration_interval_ms() const {
  return pending_.empty() ? tox_iteration_interval(tox_.get()) : 0;
}

Result<void> ToxNode::apply(const Output& output) {
  assert(sink_ == nullptr);
  return std::visit([this](const auto& wanted) { return this->carry_out(wanted); }, output);
}

Result<void> ToxNode::carry_out(const output::Notice& /*notice*/) { return {}; }

Result<void> ToxNode::carry_out(const output::SendPacket& packet) {
  if (packet.bytes.empty() || packet.bytes.front() != packet_id) {
    return fail(ErrorKind::invalid_argument, "A packet without Toxtore's leading byte was not sent.");
  }
  if (packet.bytes.size() > packet_size_max) {
    return fail(ErrorKind::too_long, "A packet longer than 1373 bytes was not sent.");
  }
  const auto peer = peers_.find(packet.to);
  if (peer == peers_.end() || peer->second.connection == Connection::none) return {};
  if (!peer->second.queue.push(packet.bytes)) {
    return fail(ErrorKind::busy,
                "Too many packets wait for " + packet.to.hex() + "; it gets no more until it reconnects.");
  }
  send_waiting(packet.to, peer->second);
  return {};
}

Result<void> ToxNode::carry_out(const output::HandOver& message) {
  input::HandedOver answer{message.to, message.message, std::nullopt};
  if (const auto number = number_of(message.to)) {
    const auto type = static_cast<Tox_Message_Type>(message.kind);
    Tox_Err_Friend_Send_Message error = TOX_ERR_FRIEND_SEND_MESSAGE_OK;
    const std::uint32_t id =
        tox_friend_send_message(tox_.get(), *number, type, message.text.data(), message.text.size(), &error);
    if (error == TOX_ERR_FRIEND_SEND_MESSAGE_OK) answer.receipt_id = id;
  }
  pending_.emplace_back(answer);
  return {};
}

Result<void> ToxNode::carry_out(const output::AddPeer& peer) {
  if (peer.address && peer.greeting.size() > greeting_size_max) return fail(in_words(TOX_ERR_FRIEND_ADD_TOO_LONG));
  if (peer.address && peer.greeting.empty()) return fail(in_words(TOX_ERR_FRIEND_ADD_NO_MESSAGE));
  Tox_Err_Friend_Add error = TOX_ERR_FRIEND_ADD_OK;
  if (peer.address) {
    tox_friend_add(tox_.get(), peer.address->bytes.data(), peer.greeting.data(), peer.greeting.size(), &error);
  } else {
    tox_friend_add_norequest(tox_.get(), peer.key.bytes.data(), &error);
  }
  if (is_there(error)) return {};
  if (error != TOX_ERR_FRIEND_ADD_OK) return fail(in_words(error));
  savedata_changed_ = true;
  return {};
}

Result<void> ToxNode::carry_out(const output::RemovePeer& peer) {
  auto number = number_of(peer.key);
  const bool was_friend = number.has_value();
  if (!number) number = tox_friend_add_norequest(tox_.get(), peer.key.bytes.data(), nullptr);
  tox_friend_delete(tox_.get(), *number, nullptr);
  // toxcore does not report the end of a connection that it ends on request.
  const auto known = peers_.find(peer.key);
  if (known != peers_.end() && known->second.connection != Connection::none) {
    pending_.emplace_back(input::PeerConnection{peer.key, Connection::none});
  }
  peers_.erase(peer.key);
  if (was_friend) savedata_changed_ = true;
  return {};
}

Result<void> ToxNode::carry_out(const output::SetProfile& profile) {
  return profile.what == ProfileValue::What::name ? set_name(profile.value) : set_status_message(profile.value);
}

Result<void> ToxNode::bootstrap(const BootstrapNode& node) {
  Result<void> asked = fail(ErrorKind::invalid_argument,
                            "The node " + node.key.hex() + " has only an IPv6 address, and IPv6 is off; give another.");
  if (!node.ipv4.empty()) asked = bootstrap_host(node.ipv4, node);
  if (node.ipv6.empty() || node.ipv6 == node.ipv4 || !ipv6_) return asked;
  auto asked_ipv6 = bootstrap_host(node.ipv6, node);
  return asked ? asked : asked_ipv6;
}

Result<void> ToxNode::bootstrap_host(const std::string& host, const BootstrapNode& node) {
  if (behind_proxy_ && !is_ip_address(host)) {
    return fail(ErrorKind::invalid_argument, "The node \"" + host +
                                                 "\" is given by name, and looking it up would go around the proxy; "
                                                 "give its address.");
  }
  // Also without UDP, as tox.h asks: the node is a first hop for requests through the relays too.
  Tox_Err_Bootstrap error = TOX_ERR_BOOTSTRAP_OK;
  tox_bootstrap(tox_.get(), host.c_str(), node.port, node.key.bytes.data(), &error);
  if (error != TOX_ERR_BOOTSTRAP_OK) {
    return fail(ErrorKind::invalid_argument, "The node \"" + host + "\", port " + std::to_string(node.port) +
                                                 ", cannot be asked; check its address and the connection.");
  }
  for (const std::uint16_t port : node.tcp_ports) {
    tox_add_tcp_relay(tox_.get(), host.c_str(), port, node.key.bytes.data(), nullptr);
  }
  return {};
}

void ToxNode::connection_changed(const PublicKey& key, Connection connection) {
  Peer& peer = peers_[key];
  peer.connection = connection;
  if (connection == Connection::none) return peer.queue.clear();
  if (!peer.met) savedata_changed_ = true;
  peer.met = true;
}

void ToxNode::send_waiting(const PublicKey& key, Peer& peer) {
  if (peer.queue.empty()) return;
  const auto number = number_of(key);
  peer.queue.send(peer.connection, [&](ByteView packet) {
    if (!number) return PacketQueue::Verdict::gone;
    Tox_Err_Friend_Custom_Packet error = TOX_ERR_FRIEND_CUSTOM_PACKET_OK;
    tox_friend_send_lossless_packet(tox_.get(), *number, packet.data(), packet.size(), &error);
    if (error == TOX_ERR_FRIEND_CUSTOM_PACKET_OK) return PacketQueue::Verdict::sent;
    return error == TOX_ERR_FRIEND_CUSTOM_PACKET_SENDQ ? PacketQueue::Verdict::full : PacketQueue::Verdict::gone;
  });
}

// --- Itself.

ToxAddress ToxNode::address() const {
  ToxAddress address;
  tox_self_get_address(tox_.get(), address.bytes.data());
  return address;
}

Connection ToxNode::connection() const { return connection_of(tox_self_get_connection_status(tox_.get())); }

Bytes ToxNode::name() const {
  Bytes name(tox_self_get_name_size(tox_.get()));
  tox_self_get_name(tox_.get(), name.data());
  return name;
}

Bytes ToxNode::status_message() const {
  Bytes message(tox_self_get_status_message_size(tox_.get()));
  tox_self_get_status_message(tox_.get(), message.data());
  return message;
}

Result<void> ToxNode::set_name(ByteView name) {
  if (std::ranges::equal(name, this->name())) return {};
  if (!tox_self_set_name(tox_.get(), name.data(), name.size(), nullptr)) {
    return fail(ErrorKind::too_long, "The name is longer than 128 bytes; shorten it.");
  }
  savedata_changed_ = true;
  return {};
}

Result<void> ToxNode::set_status_message(ByteView message) {
  if (std::ranges::equal(message, status_message())) return {};
  if (!tox_self_set_status_message(tox_.get(), message.data(), message.size(), nullptr)) {
    return fail(ErrorKind::too_long, "The status message is longer than 1007 bytes; shorten it.");
  }
  savedata_changed_ = true;
  return {};
}

std::uint16_t ToxNode::udp_port() const { return tox_self_get_udp_port(tox_.get(), nullptr); }

PublicKey ToxNode::dht_key() const {
  PublicKey key;
  tox_self_get_dht_id(tox_.get(), key.bytes.data());
  return key;
}

// --- Friends and saving.

std::vector<PublicKey> ToxNode::friend_keys() const {
  std::vector<std::uint32_t> numbers(tox_self_get_friend_list_size(tox_.get()));
  tox_self_get_friend_list(tox_.get(), numbers.data());
  std::vector<PublicKey> keys;
  for (const std::uint32_t number : numbers) {
    if (const auto key = key_of(number)) keys.push_back(*key);
  }
  std::ranges::sort(keys);
  return keys;
}

std::optional<Bytes> ToxNode::friend_name(const PublicKey& key) const {
  const auto number = number_of(key);
  if (!number) return std::nullopt;
  Bytes name(tox_friend_get_name_size(tox_.get(), *number, nullptr));
  tox_friend_get_name(tox_.get(), *number, name.data(), nullptr);
  return name;
}

std::size_t ToxNode::waiting_bytes(const PublicKey& key) const {
  const auto peer = peers_.find(key);
  return peer == peers_.end() ? 0 : peer->second.queue.bytes();
}

Bytes ToxNode::savedata() const {
  Bytes savedata(tox_get_savedata_size(tox_.get()));
  tox_get_savedata(tox_.get(), savedata.data());
  return savedata;
}

std::optional<std::uint32_t> ToxNode::number_of(const PublicKey& key) const {
  Tox_Err_Friend_By_Public_Key error = TOX_ERR_FRIEND_BY_PUBLIC_KEY_OK;
  const std::uint32_t number = tox_friend_by_public_key(tox_.get(), key.bytes.data(), &error);
  if (error != TOX_ERR_FRIEND_BY_PUBLIC_KEY_OK) return std::nullopt;
  return number;
}

std::optional<PublicKey> ToxNode::key_of(std::uint32_t number) const {
  PublicKey key;
  if (!tox_friend_get_public_key(tox_.get(), number, key.bytes.data(), nullptr)) return std::nullopt;
  return key;
}

}  // namespace toxtore
