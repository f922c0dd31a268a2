// One toxcore instance: the engine's hands and ears on the Tox network.
//
//   node.iterate([&](const Input& input) { engine.handle(input, now); });   // every iteration_interval_ms()
//   for (const Output& o : engine.take_outputs()) node.apply(o);            // after engine.finish_turn
//
// Inputs come only from within `iterate`, and most of them from within toxcore's callbacks, at once: toxcore
// acknowledges a stock friend's message when its callback has returned, so it must be durable by then (DESIGN 6). The
// sink must not throw, nor call a method of this node that is not const.
//
// - A message handed over is answered (input::HandedOver) at the beginning of the next `iterate`, before anything that
//   can follow from it: its receipt, or the end of the connection. The receipt id is toxcore's message id, unique for
//   a friend while he stays connected. So is RemovePeer for a connected peer (input::PeerConnection, none).
// - Packets of a peer go out in the order in which they came; packet_queue.h has the rules of their pace. What does
//   not begin with Toxtore's byte 187 is not passed on: it is another program's.
// - toxcore drops all requests of a key that once sent one, until the key has been in the friend list and was deleted
//   (the last 32 such keys, while the process lives). RemovePeer for a key that is not in the list therefore puts it
//   in and deletes it: after it, this key can ask again. Without RemovePeer a pending request comes up only once.
// - Friend numbers mean nothing outside of this class: toxcore reuses them, and deals them anew at each start.
// - Files offered are cancelled at once, as the Tox Client Standard asks of who cannot take them (2.2.2), and calls are
//   refused; both become input::Offer first, but for avatars. Invitations to groups are ignored.
//
// The secret key leaves only within `savedata`. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/input.h"
#include "engine/output.h"
#include "model/ids.h"
#include "tox/bootstrap_nodes.h"
#include "tox/call_refuser.h"
#include "tox/packet_queue.h"
#include "tox/tox_instance.h"

namespace toxtore {

class ToxNode {
 public:
  using Sink = std::function<void(const Input&)>;

  /// Errors: those of make_tox.
  static Result<std::unique_ptr<ToxNode>> create(const ToxOptions& options);
  ToxNode(const ToxNode&) = delete;
  ToxNode& operator=(const ToxNode&) = delete;
  ~ToxNode();

  // --- Running.

  /// One turn: the answers of `apply`, what came in, and what may go out. Never waits, but for a host name given to
  /// `bootstrap`.
  void iterate(const Sink& sink);
  /// When to iterate again: at the latest, and while packets wait also not much sooner without a reason. toxcore
  /// counts a congestion event in each of its turns that finds the allowance used up and no packet due yet, and lowers
  /// the rate for it; its own interval is the time to the next packet. A loop of 5 ms took 8 s for 500 packets where
  /// this one took 2 to 6 s.
  [[nodiscard]] std::uint32_t iteration_interval_ms() const;

  /// Does what the engine wants; a Notice is not its business. Errors, nothing done: invalid_argument (AddPeer with
  /// the own address or an empty greeting, a packet without byte 187), too_long (packet, greeting, name), busy (the
  /// queue of that peer is full, packet_queue.h), internal (no memory). A message that toxcore does not take is no
  /// error but an answer.
  Result<void> apply(const Output& output);

  /// Asks a node for a way into the network, and uses its TCP relay. A host name is looked up at once, which may take
  /// seconds; behind a proxy one is refused, since the lookup would go around it. Errors: invalid_argument.
  Result<void> bootstrap(const BootstrapNode& node);

  // --- Itself.

  [[nodiscard]] ToxAddress address() const;
  [[nodiscard]] PublicKey key() const { return address().key(); }
  [[nodiscard]] Connection connection() const;
  [[nodiscard]] Bytes name() const;
  [[nodiscard]] Bytes status_message() const;
  /// At most 128 bytes (TOX_MAX_NAME_LENGTH). Errors: too_long.
  Result<void> set_name(ByteView name);
  /// At most 1007 bytes (TOX_MAX_STATUS_MESSAGE_LENGTH). Errors: too_long.
  Result<void> set_status_message(ByteView message);
  /// The UDP port in use, 0 without UDP, and the key that others give to bootstrap from here (not the Tox ID's).
  [[nodiscard]] std::uint16_t udp_port() const;
  [[nodiscard]] PublicKey dht_key() const;

  // --- Friends.

  /// The keys in toxcore's friend list, ascending.
  [[nodiscard]] std::vector<PublicKey> friend_keys() const;
  /// The name that a friend gave himself when he was last connected; nothing if the key is not in the list.
  [[nodiscard]] std::optional<Bytes> friend_name(const PublicKey& key) const;
  /// What was given to `apply` for that peer and toxcore has not taken yet.
  [[nodiscard]] std::size_t waiting_bytes(const PublicKey& key) const;

  // --- Saving.

  /// toxcore's state, the secret key included, plain.
  [[nodiscard]] Bytes savedata() const;
  /// Whether something changed that must outlive the process: the friend list, name or status message, and a friend's
  /// first connection (a request that he accepted is not sent again). True at first for a new Tox ID. toxcore's
  /// neighbours in the network change all the time and are not counted: save them when stopping.
  [[nodiscard]] bool savedata_changed() const { return savedata_changed_; }
  /// What `savedata` gave is durable.
  void savedata_saved() { savedata_changed_ = false; }

 private:
  struct Peer {
    Connection connection = Connection::none;
    bool met = false;  ///< was connected since the start
    PacketQueue queue;
  };
  struct Callbacks;

  ToxNode(ToxInstance tox, const ToxOptions& options);

  Result<void> carry_out(const output::SendPacket& packet);
  Result<void> carry_out(const output::HandOver& message);
  Result<void> carry_out(const output::AddPeer& peer);
  Result<void> carry_out(const output::RemovePeer& peer);
  Result<void> carry_out(const output::SetProfile& profile);
  static Result<void> carry_out(const output::Notice& notice);

  [[nodiscard]] std::optional<std::uint32_t> number_of(const PublicKey& key) const;
  [[nodiscard]] std::optional<PublicKey> key_of(std::uint32_t number) const;
  void connection_changed(const PublicKey& key, Connection connection);
  void send_waiting(const PublicKey& key, Peer& peer);
  Result<void> bootstrap_host(const std::string& host, const BootstrapNode& node);

  ToxInstance tox_;
  CallRefuser calls_;
  bool behind_proxy_;
  bool ipv6_;
  bool savedata_changed_;
  std::map<PublicKey, Peer> peers_;  ///< those that were connected since the start and are in the list
  std::vector<Input> pending_;       ///< what `apply` brought about, for the next `iterate`
  const Sink* sink_ = nullptr;       ///< set while `iterate` runs
};

}  // namespace toxtore
