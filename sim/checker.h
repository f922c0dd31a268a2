// What a run is judged by: one checker for each promise (DESIGN 2), told of everything that can be seen from outside.
//
// A checker says in its file what it checks and what it does not. It keeps what it needs to remember, reports through
// `World::violation`, and changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/input.h"
#include "engine/output.h"
#include "model/event.h"
#include "model/ids.h"
#include "view/contact_graph.h"
#include "view/rows.h"
#include "wire/packet.h"

namespace toxtore::sim {

class World;
class Device;
class StockFriend;

/// A text that a stock friend has on its screen: a message, or a piece of a long one.
struct ShownText {
  PublicKey from;
  MessageKind kind = MessageKind::normal;
  std::string text;
};

class Checker {
 public:
  explicit Checker(World& world) : world_(world) {}
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;
  virtual ~Checker() = default;

  /// A process begins on what is durable.
  virtual void started(const Device& /*device*/) {}
  /// Between two processes its data became an old copy, or the other one of two copies. `whole_machine`: what is
  /// outside of the data folder too.
  virtual void set_back(const Device& /*device*/, bool /*whole_machine*/) {}
  /// The user is about to take a device out of his devices; and it surely was done. `by` is the device itself if it
  /// left.
  virtual void removes(const Device& /*by*/, const Device& /*out*/) {}
  virtual void removed(const Device& /*by*/, const Device& /*out*/) {}
  /// Something is about to leave a device that rests on everything it holds: an output, or a command's reply. Told
  /// once for each event that it had not told before.
  virtual void shown(const Device& /*device*/, const Event& /*event*/) {}
  /// A row is written, not yet committed.
  virtual void row_put(const Device& /*device*/, const std::optional<MessageRow>& /*before*/,
                       const MessageRow& /*after*/) {}
  /// What its engine sends, before anything is done to it; and what it gets of toxcore.
  virtual void sends(const Device& /*device*/, const PublicKey& /*to*/, const Packet& /*packet*/) {}
  virtual void takes(const Device& /*device*/, const Input& /*input*/) {}
  /// The user was told that this message is queued.
  virtual void sent(const Device& /*device*/, const MessageRow& /*row*/) {}
  /// The user marks as read what this device shows of a conversation.
  virtual void reads(const Device& /*device*/, const std::vector<MessageRow>& /*rows*/) {}
  /// And that was done.
  virtual void marked(const Device& /*device*/, const std::vector<MessageRow>& /*rows*/) {}
  /// The user erases these rows; and that was done.
  virtual void erases(const std::vector<MessageRow>& /*rows*/) {}
  virtual void erased(const Device& /*device*/, const std::vector<MessageRow>& /*rows*/) {}
  /// The user takes a message back.
  virtual void withdraws(const Dot& /*message*/) {}
  /// The user wants this message sent though it may be delivered already.
  virtual void sends_anyway(const Dot& /*message*/) {}
  /// A user says by hand that two friends are one person.
  virtual void merged_by_hand(const Contact& /*one*/, const Contact& /*other*/) {}
  /// A device tells its user of something.
  virtual void noticed(const Device& /*device*/, const output::Notice& /*notice*/) {}
  /// A device's toxcore took a message for a key; told for each piece of a long one.
  virtual void handed_over(const Device& /*device*/, const PublicKey& /*to*/, const Dot& /*message*/) {}
  /// It took none: its queue is full, or it is not connected any more.
  virtual void refused(const Device& /*device*/, const Dot& /*message*/) {}
  /// A stock friend's toxcore acknowledged: its user wrote this, and its client gave it `attempts` times to toxcore.
  virtual void stock_delivered(const StockFriend& /*from*/, const PublicKey& /*to*/, const std::string& /*text*/) {}
  virtual void stock_tried(const StockFriend& /*from*/, const std::string& /*text*/) {}
  virtual void stock_got_message(const StockFriend& /*to*/, const ShownText& /*text*/) {}
  virtual void stock_got_packet(const StockFriend& /*to*/, const PublicKey& /*from*/, std::size_t /*size*/,
                                std::size_t /*on_this_connection*/) {}
  virtual void stock_got_request(const StockFriend& /*to*/, const PublicKey& /*from*/) {}
  /// All is healed and quiet, somebody was removed, and none of them was linked anew yet.
  virtual void quiet_without_removed() {}
  /// All is healed and quiet.
  virtual void ended() {}

 protected:
  World& world_;
};

/// All of them.
std::vector<std::unique_ptr<Checker>> make_checkers(World& world);

}  // namespace toxtore::sim
