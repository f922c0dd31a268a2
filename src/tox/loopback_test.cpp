// ToxNode on real toxcore: nodes and a bootstrap instance in this process, over 127.0.0.1 only.
//
// toxcore takes some 10 s for the first connection of two fresh instances, so all tests share the same nodes: Anna and
// Bert over UDP, Carl, who has only a TCP relay, with Bert, and Dora, who is plain toxcore and does what a ToxNode
// does not, with Bert. Tests leave them connected.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <tox/tox.h>
#include <tox/toxav.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "tox/tox_node.h"

namespace toxtore {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};

/// A TCP port that was free a moment ago.
std::uint16_t free_tcp_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_GE(descriptor, 0);
  if (descriptor < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(descriptor, generic, size), 0);
  EXPECT_EQ(getsockname(descriptor, generic, &size), 0);
  close(descriptor);
  return ntohs(address.sin_port);
}

ToxOptions local_options() {
  ToxOptions options;
  options.ipv6 = false;
  options.local_discovery = false;
  return options;
}

/// A node with everything that it was told.
struct Party {
  explicit Party(const ToxOptions& options) {
    auto made = ToxNode::create(options);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    node = std::move(*made);
  }

  void turn() {
    node->iterate([this](const Input& input) { inputs.push_back(input); });
  }

  template <class T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> found;
    for (const Input& input : inputs) {
      if (const T* wanted = std::get_if<T>(&input)) found.push_back(*wanted);
    }
    return found;
  }

  template <class T>
  [[nodiscard]] std::size_t count() const {
    return all<T>().size();
  }

  [[nodiscard]] Connection connection_to(const Party& other) const {
    Connection last = Connection::none;
    for (const auto& change : all<input::PeerConnection>()) {
      if (change.key == other.node->key()) last = change.connection;
    }
    return last;
  }

  std::unique_ptr<ToxNode> node;
  std::vector<Input> inputs;
};

/// Another program on toxcore, which sends what Toxtore does not.
struct Stranger {
  explicit Stranger(const ToxOptions& options)
      : tox(std::move(*make_tox(options))), av(toxav_new(tox.get(), nullptr), toxav_kill) {
    toxav_callback_call_state(
        av.get(),
        [](ToxAV* /*call*/, std::uint32_t /*friend_number*/, std::uint32_t state, void* user_data) {
          auto& self = *static_cast<Stranger*>(user_data);
          self.call_refused = self.call_refused || (state & TOXAV_FRIEND_CALL_STATE_FINISHED) != 0;
        },
        this);
    tox_callback_file_recv_control(tox.get(), [](Tox* /*tox*/, std::uint32_t /*friend_number*/, std::uint32_t /*file*/,
                                                 Tox_File_Control control, void* user_data) {
      if (control == TOX_FILE_CONTROL_CANCEL) ++static_cast<Stranger*>(user_data)->files_cancelled;
    });
  }

  void turn() {
    tox_iterate(tox.get(), this);
    toxav_iterate(av.get());
  }

  [[nodiscard]] PublicKey key() const {
    PublicKey key;
    tox_self_get_public_key(tox.get(), key.bytes.data());
    return key;
  }

  [[nodiscard]] bool connected() const {
    return tox_friend_get_connection_status(tox.get(), 0, nullptr) != TOX_CONNECTION_NONE;
  }

  ToxInstance tox;
  std::unique_ptr<ToxAV, decltype(&toxav_kill)> av;
  int files_cancelled = 0;
  bool call_refused = false;
};

class Loopback : public testing::Test {
 protected:
  /// Runs all nodes until the condition holds; false when that takes longer than `patience`.
  static bool run_until(const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + patience;
    while (!condition()) {
      if (Clock::now() > deadline) return false;
      std::uint32_t wait_ms = 50;
      for (Party* party : {bootstrap_.get(), anna_.get(), bert_.get(), carl_.get()}) {
        if (party == nullptr) continue;
        party->turn();
        wait_ms = std::min(wait_ms, party->node->iteration_interval_ms());
      }
      if (dora_) dora_->turn();
      std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    }
    return true;
  }

  static void SetUpTestSuite() {
    ToxOptions relay = local_options();
    relay.tcp_relay_port = free_tcp_port();
    bootstrap_ = std::make_unique<Party>(relay);
    entry_ = {"127.0.0.1", "", bootstrap_->node->udp_port(), {relay.tcp_relay_port}, true, bootstrap_->node->dht_key()};
    anna_ = std::make_unique<Party>(local_options());
    bert_ = std::make_unique<Party>(local_options());
    ToxOptions no_udp = local_options();
    no_udp.udp = false;
    carl_ = std::make_unique<Party>(no_udp);
    for (Party* party : {anna_.get(), bert_.get(), carl_.get()}) EXPECT_TRUE(party->node->bootstrap(entry_));
    EXPECT_TRUE(bert_->node->set_name(as_bytes("Bert")));
    dora_ = std::make_unique<Stranger>(local_options());
    tox_bootstrap(dora_->tox.get(), "127.0.0.1", entry_.port, entry_.key.bytes.data(), nullptr);
    tox_friend_add_norequest(dora_->tox.get(), bert_key().bytes.data(), nullptr);
    EXPECT_TRUE(bert_->node->apply(output::AddPeer{dora_->key(), std::nullopt, {}}));
    ask(*anna_, *bert_);
    ask(*carl_, *bert_);
    accept(*bert_, *anna_);
    accept(*bert_, *carl_);
    EXPECT_TRUE(run_until(all_connected));
  }

  static void ask(Party& from, Party& to) {
    EXPECT_TRUE(from.node->apply(output::AddPeer{to.node->key(), to.node->address(), to_bytes("Hello")}));
  }

  static std::size_t requests_from(const Party& who, const Party& at) {
    const auto requests = at.all<input::FriendRequest>();
    return std::ranges::count(requests, who.node->key(), &input::FriendRequest::key);
  }

  /// Waits for the first request.
  static void accept(Party& at, Party& who) {
    EXPECT_TRUE(run_until([&] { return requests_from(who, at) > 0; })) << "no request came";
    EXPECT_TRUE(at.node->apply(output::AddPeer{who.node->key(), std::nullopt, {}}));
  }

  static bool connected(const Party& a, const Party& b) {
    return a.connection_to(b) != Connection::none && b.connection_to(a) != Connection::none;
  }

  static bool all_connected() { return connected(*anna_, *bert_) && connected(*carl_, *bert_) && dora_->connected(); }

  static void TearDownTestSuite() {
    dora_.reset();
    for (auto* party : {&anna_, &bert_, &carl_, &bootstrap_}) party->reset();
  }

  void SetUp() override { ASSERT_TRUE(all_connected()); }

  static std::vector<Bytes> packets_of(const Party& from, const Party& at) {
    std::vector<Bytes> packets;
    for (const auto& packet : at.all<input::PacketArrived>()) {
      if (packet.from == from.node->key()) packets.push_back(packet.bytes);
    }
    return packets;
  }

  static void expect_burst_arrives(Party& from, const Party& at, std::size_t count) {
    auto expected = packets_of(from, at);
    for (std::size_t i = 0; i < count; ++i) {
      Bytes packet(1373, static_cast<std::uint8_t>(i));
      packet[0] = 187;
      packet[1] = static_cast<std::uint8_t>(i >> 8);
      ASSERT_TRUE(from.node->apply(output::SendPacket{at.node->key(), packet}));
      expected.push_back(packet);
    }
    EXPECT_GT(from.node->waiting_bytes(at.node->key()), 0U) << "too few to try the queue";
    EXPECT_TRUE(run_until([&] { return packets_of(from, at).size() >= expected.size(); }));
    EXPECT_EQ(packets_of(from, at), expected);
    EXPECT_EQ(from.node->waiting_bytes(at.node->key()), 0U);
  }

  static PublicKey anna_key() { return anna_->node->key(); }
  static PublicKey bert_key() { return bert_->node->key(); }

  static std::unique_ptr<Party> bootstrap_;
  static std::unique_ptr<Party> anna_;
  static std::unique_ptr<Party> bert_;
  static std::unique_ptr<Party> carl_;
  static std::unique_ptr<Stranger> dora_;
  static BootstrapNode entry_;
};

std::unique_ptr<Party> Loopback::bootstrap_;
std::unique_ptr<Party> Loopback::anna_;
std::unique_ptr<Party> Loopback::bert_;
std::unique_ptr<Party> Loopback::carl_;
std::unique_ptr<Stranger> Loopback::dora_;
BootstrapNode Loopback::entry_;

TEST_F(Loopback, the_first_connection_tells_name_and_state) {
  EXPECT_NE(anna_->node->connection(), Connection::none);
  EXPECT_GE(anna_->count<input::SelfConnection>(), 1U);
  EXPECT_TRUE(run_until([] { return anna_->node->friend_name(bert_key()) == to_bytes("Bert"); }));
  EXPECT_EQ(anna_->all<input::PeerName>().back().name, to_bytes("Bert"));
  const auto requests = bert_->all<input::FriendRequest>();
  ASSERT_EQ(requests.size(), 2U);
  for (const auto& request : requests) EXPECT_EQ(request.message, to_bytes("Hello"));
}

TEST_F(Loopback, a_message_is_answered_delivered_and_receipted) {
  const Dot dot{anna_key(), 5};
  const auto inputs_before = anna_->inputs.size();
  ASSERT_TRUE(anna_->node->apply(output::HandOver{bert_key(), dot, MessageKind::action, to_bytes("waves")}));
  EXPECT_EQ(anna_->inputs.size(), inputs_before) << "inputs come from iterate only";
  EXPECT_EQ(anna_->node->iteration_interval_ms(), 0U);
  ASSERT_TRUE(run_until([] { return anna_->count<input::Receipt>() > 0; }));

  const auto answer = anna_->all<input::HandedOver>().back();
  EXPECT_EQ(answer.to, bert_key());
  EXPECT_EQ(answer.message, dot);
  const auto receipt = anna_->all<input::Receipt>().back();
  EXPECT_EQ(receipt.from, bert_key());
  EXPECT_EQ(answer.receipt_id, receipt.receipt_id);
  const auto message = bert_->all<input::Message>().back();
  EXPECT_EQ(message.from, anna_key());
  EXPECT_EQ(message.kind, MessageKind::action);
  EXPECT_EQ(message.text, to_bytes("waves"));
}

TEST_F(Loopback, a_message_that_toxcore_does_not_take_is_answered_too) {
  PublicKey stranger;
  stranger.bytes.fill(9);
  const std::vector<output::HandOver> refused{
      {stranger, {anna_key(), 6}, MessageKind::normal, to_bytes("x")},
      {bert_key(), {anna_key(), 7}, MessageKind::normal, {}},
      {bert_key(), {anna_key(), 8}, MessageKind::normal, Bytes(1373, 'x')},
  };
  for (const auto& message : refused) {
    const auto before = anna_->count<input::HandedOver>();
    EXPECT_TRUE(anna_->node->apply(message));
    anna_->turn();
    ASSERT_EQ(anna_->count<input::HandedOver>(), before + 1);
    EXPECT_EQ(anna_->all<input::HandedOver>().back().message, message.message);
    EXPECT_EQ(anna_->all<input::HandedOver>().back().receipt_id, std::nullopt);
  }
}

/// A fresh connection takes 64 packets at once, so most must wait.
TEST_F(Loopback, a_burst_of_packets_arrives_whole_and_in_order) {
  EXPECT_EQ(anna_->connection_to(*bert_), Connection::udp);
  expect_burst_arrives(*anna_, *bert_, 500);
}

TEST_F(Loopback, and_through_a_tcp_relay_too) {
  EXPECT_EQ(carl_->connection_to(*bert_), Connection::tcp);
  expect_burst_arrives(*carl_, *bert_, 100);
}

TEST_F(Loopback, packets_that_may_not_go_are_refused) {
  const auto error = [](const Bytes& bytes) { return anna_->node->apply(output::SendPacket{bert_key(), bytes}); };
  EXPECT_EQ(error({}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(error({160, 1}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(error(Bytes(1374, 187)).error().kind, ErrorKind::too_long);
  PublicKey stranger;
  stranger.bytes.fill(9);
  EXPECT_TRUE(anna_->node->apply(output::SendPacket{stranger, {187, 1}})) << "not connected: dropped";
}

TEST_F(Loopback, a_file_offered_and_a_call_are_told_of_and_refused) {
  const auto before = bert_->count<input::Offer>();
  const int cancelled = dora_->files_cancelled;
  const Bytes name = to_bytes("pictures.zip");
  tox_file_send(dora_->tox.get(), 0, TOX_FILE_KIND_DATA, 12'345, nullptr, name.data(), name.size(), nullptr);
  ASSERT_TRUE(run_until([&] { return dora_->files_cancelled == cancelled + 1; })) << "the file was not cancelled";
  ASSERT_EQ(bert_->count<input::Offer>(), before + 1);
  const input::Offer file = bert_->all<input::Offer>().back();
  EXPECT_EQ(file.from, dora_->key());
  EXPECT_EQ(file.what, OfferReceived::What::file);
  EXPECT_EQ(file.size, 12'345U);
  EXPECT_EQ(file.name, name);

  ASSERT_TRUE(toxav_call(dora_->av.get(), 0, 48, 0, nullptr));
  ASSERT_TRUE(run_until([] { return dora_->call_refused; })) << "the call was not refused";
  ASSERT_EQ(bert_->count<input::Offer>(), before + 2);
  EXPECT_EQ(bert_->all<input::Offer>().back().what, OfferReceived::What::call);
  EXPECT_EQ(bert_->all<input::Offer>().back().from, dora_->key());
}

TEST_F(Loopback, a_new_name_and_status_message_reach_the_friend) {
  ASSERT_TRUE(bert_->node->apply(output::SetProfile{ProfileValue::What::name, to_bytes("Bert the second")}));
  ASSERT_TRUE(bert_->node->apply(output::SetProfile{ProfileValue::What::status_message, to_bytes("at sea")}));
  EXPECT_EQ(bert_->node->status_message(), to_bytes("at sea"));
  ASSERT_TRUE(run_until([] {
    const auto names = anna_->all<input::PeerName>();
    return !names.empty() && names.back().name == to_bytes("Bert the second");
  }));
}

TEST_F(Loopback, what_other_programs_send_is_ignored_and_avatars_are_cancelled) {
  const auto before = bert_->count<input::PacketArrived>();
  for (const std::uint8_t first : {160, 187, 191}) {  // toxcore keeps their order
    const Bytes packet{first, 7};
    ASSERT_TRUE(tox_friend_send_lossless_packet(dora_->tox.get(), 0, packet.data(), packet.size(), nullptr));
  }
  const auto offers = bert_->count<input::Offer>();
  const int cancelled = dora_->files_cancelled;
  const Bytes name = to_bytes("avatar.png");
  tox_file_send(dora_->tox.get(), 0, TOX_FILE_KIND_AVATAR, 1000, nullptr, name.data(), name.size(), nullptr);
  ASSERT_TRUE(run_until([&] { return dora_->files_cancelled == cancelled + 1; })) << "the file was not cancelled";
  EXPECT_EQ(bert_->count<input::Offer>(), offers) << "silently";
  ASSERT_EQ(bert_->count<input::PacketArrived>(), before + 1);
  EXPECT_EQ(bert_->all<input::PacketArrived>().back().bytes, (Bytes{187, 7}));
  EXPECT_EQ(bert_->all<input::PacketArrived>().back().from, dora_->key());
}

TEST_F(Loopback, adding_twice_and_removing_a_stranger_change_nothing) {
  anna_->node->savedata_saved();
  EXPECT_TRUE(anna_->node->apply(output::AddPeer{bert_key(), std::nullopt, {}}));
  EXPECT_TRUE(anna_->node->apply(output::AddPeer{bert_key(), bert_->node->address(), to_bytes("Again")}));
  PublicKey stranger;
  stranger.bytes.fill(9);
  EXPECT_TRUE(anna_->node->apply(output::RemovePeer{stranger}));
  EXPECT_TRUE(anna_->node->apply(output::RemovePeer{anna_key()}));
  EXPECT_FALSE(anna_->node->savedata_changed());
  EXPECT_EQ(anna_->node->friend_keys(), std::vector<PublicKey>{bert_key()});
  EXPECT_TRUE(connected(*anna_, *bert_));
}

TEST_F(Loopback, a_request_that_cannot_be_sent_is_refused) {
  const auto add = [](const ToxAddress& address, const Bytes& greeting) {
    return anna_->node->apply(output::AddPeer{address.key(), address, greeting}).error().kind;
  };
  const auto stranger = ToxNode::create(ToxOptions::offline());
  EXPECT_EQ(add(anna_->node->address(), to_bytes("me")), ErrorKind::invalid_argument);
  EXPECT_EQ(add((*stranger)->address(), {}), ErrorKind::invalid_argument);
  EXPECT_EQ(add((*stranger)->address(), Bytes(901, 'x')), ErrorKind::too_long);
  EXPECT_EQ(anna_->node->friend_keys(), std::vector<PublicKey>{bert_key()});
}

TEST_F(Loopback, what_must_be_saved_is_told) {
  anna_->node->savedata_saved();
  EXPECT_TRUE(anna_->node->set_name(anna_->node->name()));
  EXPECT_FALSE(anna_->node->savedata_changed());
  EXPECT_TRUE(anna_->node->set_name(as_bytes("Anna")));
  EXPECT_TRUE(anna_->node->savedata_changed());
  anna_->node->savedata_saved();
  EXPECT_TRUE(anna_->node->set_status_message(as_bytes("here")));
  EXPECT_TRUE(anna_->node->savedata_changed());
  EXPECT_FALSE(anna_->node->set_name(Bytes(129, 'x')));
  EXPECT_FALSE(anna_->node->set_status_message(Bytes(1008, 'x')));
  EXPECT_EQ(anna_->node->name(), to_bytes("Anna"));
  EXPECT_EQ(anna_->node->status_message(), to_bytes("here"));
}

TEST_F(Loopback, a_removed_peer_is_gone_and_can_ask_again) {
  // Bert is removed by Anna: what waits for her goes with the connection, and both are told of its end.
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(bert_->node->apply(output::SendPacket{anna_key(), Bytes(1000, 187)}));
  }
  EXPECT_GT(bert_->node->waiting_bytes(anna_key()), 0U);
  anna_->node->savedata_saved();
  ASSERT_TRUE(anna_->node->apply(output::RemovePeer{bert_key()}));
  EXPECT_TRUE(anna_->node->savedata_changed());
  anna_->turn();
  EXPECT_EQ(anna_->connection_to(*bert_), Connection::none);
  ASSERT_TRUE(run_until([] { return bert_->connection_to(*anna_) == Connection::none; }));
  EXPECT_EQ(bert_->node->waiting_bytes(anna_key()), 0U);
  EXPECT_EQ(bert_->connection_to(*carl_), Connection::tcp);

  // She asks again: his toxcore would drop that while she is in his list, or because she asked before.
  ASSERT_TRUE(bert_->node->apply(output::RemovePeer{anna_key()}));
  const auto arrived_before = anna_->count<input::PacketArrived>();
  ask(*anna_, *bert_);
  ASSERT_TRUE(run_until([] { return requests_from(*anna_, *bert_) == 2; }));

  // Declined: the key is not in the list, and RemovePeer lets it ask once more.
  ASSERT_TRUE(bert_->node->apply(output::RemovePeer{anna_key()}));
  ASSERT_TRUE(run_until([] { return requests_from(*anna_, *bert_) == 3; }));
  accept(*bert_, *anna_);
  EXPECT_TRUE(run_until([] { return connected(*anna_, *bert_); }));
  EXPECT_EQ(anna_->count<input::PacketArrived>(), arrived_before) << "old packets came on the new connection";
}

TEST_F(Loopback, a_restart_keeps_tox_id_and_friends) {
  const ToxAddress address = anna_->node->address();
  const auto requests_before = requests_from(*anna_, *bert_);
  ToxOptions options = local_options();
  options.savedata = anna_->node->savedata();
  const auto changes_before = bert_->count<input::PeerConnection>();
  anna_.reset();
  ASSERT_TRUE(run_until([&] { return bert_->count<input::PeerConnection>() > changes_before; }));

  anna_ = std::make_unique<Party>(options);
  EXPECT_EQ(anna_->node->address(), address);
  EXPECT_EQ(anna_->node->friend_keys(), std::vector<PublicKey>{bert_key()});
  EXPECT_FALSE(anna_->node->savedata_changed());
  EXPECT_TRUE(anna_->node->bootstrap(entry_));
  EXPECT_TRUE(run_until([] { return connected(*anna_, *bert_); }));
  EXPECT_TRUE(anna_->node->savedata_changed()) << "a friend was met";
  EXPECT_EQ(requests_from(*anna_, *bert_), requests_before);
}

}  // namespace
}  // namespace toxtore
