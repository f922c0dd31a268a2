// A friend with an ordinary client, as qTox or toxic behave: accepts whoever asks, shows what comes, keeps what it
// could not deliver and gives it to toxcore again on the next connection. Its own disk is not in question.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/checker.h"
#include "sim/network.h"

namespace toxtore::sim {

class StockFriend final : public Endpoint {
 public:
  StockFriend(World& world, ToxAddress address, std::string name);

  [[nodiscard]] PublicKey key() const { return address_.key(); }
  [[nodiscard]] const ToxAddress& address() const { return address_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<ShownText>& texts() const { return texts_; }
  /// It sent custom packets of its own: to others it may look like a Toxtore device.
  [[nodiscard]] bool poses() const { return poses_; }
  /// Keys in its list.
  [[nodiscard]] std::vector<PublicKey> contacts() const;

  void start();
  void stop(bool in_order);
  void ask(const ToxAddress& device, const std::string& greeting);
  void write(const PublicKey& to, const std::string& text);
  void rename(const std::string& name);
  /// A file, or a call if it has no name: nothing comes back but a row at the other side.
  void offer(const PublicKey& to, const std::string& file);
  /// A custom packet of its own making, out of a broken or hostile client.
  void send_packet(const PublicKey& to, Bytes bytes);

  void arrive(Incoming incoming) override;

 private:
  struct Written {
    std::string text;
    bool acknowledged = false;
  };
  void hand_over(const PublicKey& to, std::size_t index);
  void on_connection(const input::PeerConnection& connection);

  World& world_;
  ToxAddress address_;
  std::string name_;
  FriendList list_;
  bool poses_ = false;
  std::vector<ShownText> texts_;
  std::map<PublicKey, std::vector<Written>> written_;
  std::map<PublicKey, std::map<std::uint32_t, std::size_t>> receipts_due_;
  std::map<PublicKey, std::size_t> packets_on_connection_;
};

}  // namespace toxtore::sim
