// P12, bounded memory against a peer that is slow, or silent and not known to be.
//
// Checks: of what a device sends to another own device no more events are under way unacknowledged, in bytes, than the
// windows let through and one event beyond each (DESIGN 6); one friend has no more messages in hand than there is room
// for (engine/outbox.h), but for those that the user sends anyway. Does not check: what is sent besides events and
// messages, and memory itself, which the attacks measure (src/engine/attacks_test.cpp).
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/outbox.h"
#include "sim/checkers.h"
#include "sim/world.h"
#include "sync/serving.h"
#include "wire/bundle.h"
#include "wire/event_frame.h"

namespace toxtore::sim {
namespace {

using Class = packet::Bundle::Class;

/// In bundles of one class; what goes by itself, as `send dot`, may be of either.
constexpr std::size_t live_bytes_max = live_window_bytes + event_size_max;
constexpr std::size_t backfill_bytes_max = backfill_window_bytes + event_size_max;

class CheckBounds final : public Checker {
 public:
  using Checker::Checker;

  void started(const Device& device) override { forget(device.key()); }
  void set_back(const Device& device, bool /*whole_machine*/) override { forget(device.key()); }
  void noticed(const Device& device, const output::Notice& notice) override {
    // Messages have other names from now on, and what was under way counts as ended.
    if (notice.what == output::Notice::What::log_forked) forget_messages(device.key());
  }

  void sends(const Device& device, const PublicKey& to, const Packet& packet) override {
    const Way way{device.key(), to};
    if (const auto* dot = std::get_if<packet::SendDot>(&packet)) note(device, way, {dot->event}, false, Class::live);
    if (const auto* bundle = std::get_if<packet::Bundle>(&packet)) {
      BundleReader& reader = frames_[way][bundle->cls];
      if (reader.add(*bundle) == BundleReader::Step::complete)
        note(device, way, reader.take_events(), true, bundle->cls);
    }
    if (const auto* part = std::get_if<packet::Message>(&packet); part != nullptr && part->part == 0) {
      handed_over(device, to, part->dot);
    }
  }

  void takes(const Device& device, const Input& input) override {
    if (const auto* connection = std::get_if<input::PeerConnection>(&input)) {
      under_way_.erase({device.key(), connection->key});
      frames_.erase({device.key(), connection->key});
    }
    const auto* packet = std::get_if<input::PacketArrived>(&input);
    const auto decoded = packet == nullptr ? std::nullopt : packet_in(packet->bytes);
    const auto* committed = decoded ? std::get_if<packet::Committed>(&*decoded) : nullptr;
    if (committed != nullptr) under_way_[{device.key(), packet->from}].acknowledge(committed->count);
  }

  void handed_over(const Device& device, const PublicKey& to, const Dot& message) override {
    const auto row = device.store().message(message);
    if (!row || anyway_.contains(message)) return;
    auto& all = in_hand_[{device.key(), to}];
    all[message] = row->text.size();
    std::size_t bytes = 0;
    for (const auto& [dot, size] : all) bytes += size;
    if (all.size() <= in_hand_messages_max && bytes <= in_hand_bytes_max) return;
    world_.violation("P12", device.name() + " has " + std::to_string(all.size()) + " messages, " +
                                std::to_string(bytes) + " bytes, in hand for one friend");
  }

  void shown(const Device& device, const Event& event) override {
    if (event.dot.device != device.key()) return;
    const ReadEvent read = read_event(event);
    if (const auto* done = std::get_if<DoneSend>(&read.body)) settled(device.key(), {done->message});
    if (const auto* ended = std::get_if<SendingEnded>(&read.body); ended != nullptr && ended->device == device.key()) {
      settled(device.key(), ended->messages);
    }
  }

  void sends_anyway(const Dot& message) override { anyway_.insert(message); }

 private:
  using Way = std::pair<PublicKey, PublicKey>;

  struct UnderWay {
    struct Sent {
      std::size_t bytes = 0;
      bool in_bundle = false;
      Class cls = Class::live;
    };
    std::deque<Sent> events;
    std::uint64_t acknowledged = 0;

    void acknowledge(std::uint64_t count) {
      for (; acknowledged < count && !events.empty(); ++acknowledged) events.pop_front();
    }
    [[nodiscard]] std::size_t bytes(bool in_bundle, Class cls) const {
      std::size_t sum = 0;
      for (const Sent& one : events) sum += one.in_bundle == in_bundle && one.cls == cls ? one.bytes : 0;
      return sum;
    }
  };

  static std::optional<Packet> packet_in(ByteView bytes) {
    auto packet = decode_packet(bytes);
    return packet ? std::optional(std::move(*packet)) : std::nullopt;
  }

  void note(const Device& device, const Way& way, const std::vector<Event>& events, bool in_bundle, Class cls) {
    UnderWay& all = under_way_[way];
    for (const Event& event : events) all.events.push_back({event_header_size + event.body.size(), in_bundle, cls});
    const std::size_t alone = all.bytes(false, Class::live);
    const std::size_t live = all.bytes(true, Class::live);
    const std::size_t backfill = all.bytes(true, Class::backfill);
    if (live <= live_bytes_max && backfill <= backfill_bytes_max && alone <= live_bytes_max + backfill_bytes_max)
      return;
    world_.violation("P12", device.name() + " has " + std::to_string(live) + " bytes of live events and " +
                                std::to_string(backfill) + " of backfill under way to one device, and " +
                                std::to_string(alone) + " of single ones");
  }

  void settled(const PublicKey& device, const std::vector<Dot>& messages) {
    for (auto& [way, all] : in_hand_) {
      if (way.first != device) continue;
      for (const Dot& message : messages) all.erase(message);
    }
  }

  void forget_messages(const PublicKey& device) {
    std::erase_if(in_hand_, [&](const auto& entry) { return entry.first.first == device; });
  }
  void forget(const PublicKey& device) {
    forget_messages(device);
    std::erase_if(under_way_, [&](const auto& entry) { return entry.first.first == device; });
    std::erase_if(frames_, [&](const auto& entry) { return entry.first.first == device; });
  }

  std::map<Way, UnderWay> under_way_;
  std::map<Way, std::map<Class, BundleReader>> frames_;
  std::map<Way, std::map<Dot, std::size_t>> in_hand_;  ///< with the bytes of each
  std::set<Dot> anyway_;
};

}  // namespace

std::unique_ptr<Checker> check_bounds(World& world) { return std::make_unique<CheckBounds>(world); }

}  // namespace toxtore::sim
