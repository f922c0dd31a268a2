#include "sim/device.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/planted.h"
#include "engine/own_log.h"
#include "engine/recorder.h"
#include "engine/test_copy.h"
#include "sim/later_version.h"
#include "sim/world.h"
#include "store/memory_store.h"
#include "store/sql_store.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

std::filesystem::path folder_for(const DeviceSetup& setup) {
  if (!setup.sql) return {};
  // In memory where there is such a place: nobody pulls the plug.
  const std::filesystem::path memory = "/dev/shm";
  const bool writable = ::access(memory.c_str(), W_OK) == 0;
  return (writable ? memory : std::filesystem::temp_directory_path()) /
         ("toxtore-sim-" + std::to_string(::getpid()) + "-" + setup.address.key().hex().substr(0, 16));
}

bool tells_of_devices(const Bytes& bytes) {
  const auto packet = decode_packet(bytes);
  return packet &&
         (std::holds_alternative<packet::Roster>(*packet) || std::holds_alternative<packet::MyDevices>(*packet));
}

}  // namespace

Device::Device(World& world, DeviceSetup setup)
    : world_(world),
      setup_(std::move(setup)),
      dice_(setup_.seed, "device"),
      folder_(folder_for(setup_)),
      disk_([this] { return open_store(); }, setup_.sql, setup_.seed,
            [this](const std::optional<MessageRow>& before, const MessageRow& after) {
              world_.tell([&](Checker& checker) { checker.row_put(*this, before, after); });
            }) {
  world_.network.add(key(), *this, setup_.name);
}

Device::~Device() {
  engine_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<Store> Device::open_store() {
  if (!setup_.sql) return make_memory_store();
  std::filesystem::create_directory(folder_);
  Dice key(setup_.seed, "database key");
  auto store = SqlStore::open(folder_ / "toxtore.db", DatabaseKey(key));
  if (store) return std::move(*store);
  world_.violation("P9", setup_.name + ": the database does not open: " + store.error().message);
  return make_memory_store();
}

Instant Device::now() const {
  const auto ms = static_cast<std::int64_t>(world_.wall_ms()) + clock_offset_ms_;
  return {static_cast<std::uint64_t>(ms), world_.timeline.now_ms()};
}

// --- The process.

void Device::start() {
  if (running() || disk_.full()) return;
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "starts", life_);
  ++life_;
  looked_at_ = std::min(looked_at_, disk_.last_arrival());
  world_.tell([&](Checker& checker) { checker.started(*this); });
  guarded([this] {
    if (setup_.newer) write_like_a_later_version();
    EngineConfig config;
    config.address = setup_.address;
    config.device_name = setup_.name;
    config.witness = &state_file_;
    config.always_on = setup_.user % 2 == 0;
    config.name = to_bytes(setup_.name);
    for (const auto& [peer, greeting] : saved_list_) config.toxcore_friends.push_back(peer);
    auto engine = Engine::start(std::move(config), disk_, dice_, now());
    if (!engine) {
      if (engine.error().kind != ErrorKind::disk_full) {
        world_.violation("P9", setup_.name + " does not start: " + engine.error().message);
      }
      return die();
    }
    engine_ = std::move(*engine);
    world_.network.up(key(), saved_list_);
    settle();
    schedule();
  });
}

void Device::stop() {
  if (!running()) return;
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "stops");
  guarded([this] { save_list(); });
  engine_.reset();
  inbox_.clear();
  wake_ms_.reset();
  ++life_;
  world_.network.down(key(), true);
  disk_.reopen();
}

void Device::die() {
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "dies");
  engine_.reset();
  inbox_.clear();
  wake_ms_.reset();
  ++life_;
  world_.network.down(key(), false);
  disk_.reopen();
  world_.died(*this);
}

Result<void> Device::StateFile::write(ByteView written) {
  disk_.moment();
  words.assign(written.begin(), written.end());
  disk_.moment();
  return {};
}

Device::Copy Device::copied() { return {copy_of(disk_), state_file_.words, saved_list_}; }

void Device::live_twice() {
  lives_twice_ = false;
  back_up();
  lives_twice_ = has_copy();
}

// A copy that is a second life stays one.
void Device::back_up() {
  if (setup_.sql || lives_twice_) return;
  if (running()) look();
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "is copied");
  copy_ = copied();
}

void Device::set_back(bool whole_machine) {
  if (!has_copy() || lives_twice_) return;
  if (running()) {
    look();
    die();
  }
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "is set back", whole_machine ? 1 : 0);
  disk_.replace(copy_of(*copy_.store));
  saved_list_ = copy_.list;
  if (whole_machine) state_file_.words = copy_.words;
  looked_at_ = disk_.last_arrival();
  world_.tell([&](Checker& checker) { checker.set_back(*this, whole_machine); });
}

void Device::change_places() {
  if (!has_copy()) return;
  if (running()) {
    look();
    die();
  }
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "and its copy change places");
  Copy now = copied();
  disk_.replace(std::move(copy_.store));
  saved_list_ = copy_.list;
  state_file_.words = copy_.words;
  copy_ = std::move(now);
  looked_at_ = disk_.last_arrival();
  world_.tell([&](Checker& checker) { checker.set_back(*this, true); });
}

// The store failed: the program ends with an error.
void Device::fail_out() {
  if (engine_->fault()->kind != ErrorKind::disk_full) {
    world_.violation("P12", setup_.name + " failed: " + engine_->fault()->message);
  }
  stop();
}

void Device::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const Crash&) {
    die();
  } catch (const std::exception& error) {
    world_.violation("P12", setup_.name + " threw: " + error.what());
  }
}

void Device::write_like_a_later_version() {
  if (!dice_.chance(50)) return;
  (void)disk_.transact([this]() -> Result<void> {
    const auto log = OwnLog(key(), disk_).open();
    const auto said = decode_last_words(state_file_.words);
    const bool may_be_old = said && said->last.number() > 0 && !disk_.holdings().contains(said->last);
    if (!log || may_be_old) return {};
    const std::uint32_t number = disk_.clock().prefix(*log) + 1;
    const std::uint64_t timestamp_ms = std::max(now().wall_ms, disk_.latest_timestamp_ms() + 1);
    record(disk_, event_of_a_later_version(Dot::of(*log, number), timestamp_ms, dice_));
    return {};
  });
}

// --- Turns.

void Device::arrive(Incoming incoming) {
  if (!running()) return;
  inbox_.push_back(std::move(incoming));
  wake_at(world_.timeline.now_ms() + dice_.between(1, iteration_ms));
}

void Device::wake_at(std::uint64_t at_ms) {
  const std::uint64_t due_ms = std::max(at_ms, world_.timeline.now_ms() + 1);
  if (wake_ms_ && *wake_ms_ <= due_ms) return;
  wake_ms_ = due_ms;
  world_.timeline.after(due_ms - world_.timeline.now_ms(), [this, life = life_, due_ms] {
    if (life != life_ || wake_ms_ != due_ms) return;
    wake_ms_.reset();
    turn();
  });
}

void Device::schedule() {
  if (!running()) return;
  if (const auto deadline = engine_->deadline_ms()) wake_at(*deadline);
}

void Device::turn() {
  guarded([this] {
    while (running() && !inbox_.empty()) {
      const Incoming incoming = std::move(inbox_.front());
      inbox_.pop_front();
      take(incoming);
    }
    if (!running()) return;
    disk_.turn_ends();
    engine_->finish_turn(now());
    if (engine_->fault()) return fail_out();
    settle();
    schedule();
  });
}

// A message whose commit fails must not be acknowledged: the process ends inside the callback.
void Device::take(const Incoming& incoming) {
  const auto* packet = std::get_if<input::PacketArrived>(&incoming.input);
  world_.trace.line(world_.timeline.now_ms(), setup_.name, "input", incoming.input.index(),
                    packet != nullptr && packet->bytes.size() > 1 ? packet->bytes[1] : 0);
  if (planted(PlantedBug::drops_receipts) && std::holds_alternative<input::Receipt>(incoming.input)) return;
  if (packet != nullptr) {
    world_.saw_packet(packet->bytes);
    if (deaf_ && tells_of_devices(packet->bytes)) return;
    if (plays_planted_bug(*packet)) return;
  }
  world_.tell([&](Checker& checker) { checker.takes(*this, incoming.input); });
  disk_.callback_begins();
  engine_->handle(incoming.input, now());
  if (engine_->fault()) return die();
  disk_.moment();
  if (incoming.ticket) world_.network.processed(key(), *incoming.ticket);
  disk_.moment();
}

// True if the packet was dealt with.
bool Device::plays_planted_bug(const input::PacketArrived& arrived) {
  const auto decoded = decode_packet(arrived.bytes);
  if (!decoded) {
    if (planted(PlantedBug::falls_over_bad_bytes)) world_.violation("P12", setup_.name + " fell over a packet");
    return false;
  }
  if (const auto* fetch = std::get_if<packet::Fetch>(&*decoded); fetch && planted(PlantedBug::forgets_relay)) {
    packet::Fetch own = *fetch;
    std::erase_if(own.ranges, [this](const auto& range) { return range.log.device != key(); });
    engine_->handle(input::PacketArrived{arrived.from, encode_packet(own)}, now());
    return true;
  }
  if (const auto* sent = std::get_if<packet::SendDot>(&*decoded);
      sent && planted(PlantedBug::asks_again_for_opaque) &&
      std::holds_alternative<Opaque>(read_event(sent->event).body)) {
    const Dot dot = sent->event.dot;
    world_.timeline.after(5'000, [this, from = arrived.from, dot, life = life_] {
      if (life == life_) send({from, encode_packet(packet::Fetch{{{dot.log(), dot.number() - 1, dot.number()}}})});
    });
    return true;
  }
  return false;
}

void Device::inject(const PublicKey& from, Bytes bytes) {
  if (running()) arrive({input::PacketArrived{from, std::move(bytes)}, {}});
}

bool Device::command(const std::function<void(Engine&, Instant)>& work) {
  if (!running()) return false;
  const std::uint64_t life = life_;
  guarded([&] {
    work(*engine_, now());
    if (engine_->fault()) return fail_out();
    look();  // the reply goes to the user
    settle();
    wake_at(world_.timeline.now_ms() + iteration_ms);
  });
  return life == life_;
}

// --- What comes out.

void Device::settle() {
  if (!running()) return;
  const auto outputs = engine_->take_outputs();
  look();
  for (const Output& output : outputs) {
    disk_.moment();
    apply(output);
  }
  save_list();
}

// Everything that is in the log now can be seen from outside from now on.
void Device::look() {
  for (const auto& [arrival, event] : disk_.arrived(looked_at_, ~std::size_t{0})) {
    looked_at_ = arrival;
    world_.tell([&](Checker& checker) { checker.shown(*this, event); });
  }
}

void Device::apply(const Output& output) {
  Network& network = world_.network;
  if (const auto* packet = std::get_if<output::SendPacket>(&output)) send(*packet);
  if (const auto* add = std::get_if<output::AddPeer>(&output)) network.add_peer(key(), *add);
  if (const auto* remove = std::get_if<output::RemovePeer>(&output)) network.remove_peer(key(), remove->key);
  if (const auto* notice = std::get_if<output::Notice>(&output)) world_.noticed(*this, *notice);
  if (const auto* profile = std::get_if<output::SetProfile>(&output);
      profile && profile->what == ProfileValue::What::name)
    network.set_name(key(), to_text(profile->value));
  if (const auto* message = std::get_if<output::HandOver>(&output)) {
    world_.trace.line(world_.timeline.now_ms(), setup_.name, "hands over", message->message.seq);
    const bool taken = network.hand_over(key(), *message);
    world_.tell([&](Checker& checker) {
      taken ? checker.handed_over(*this, message->to, message->message) : checker.refused(*this, message->message);
    });
  }
}

void Device::send(output::SendPacket packet) {
  const auto decoded = decode_packet(packet.bytes);
  if (decoded) world_.tell([&](Checker& checker) { checker.sends(*this, packet.to, *decoded); });
  if (decoded && planted(PlantedBug::drops_acknowledgements) && std::holds_alternative<packet::Committed>(*decoded)) {
    return;
  }
  if (const auto* dot = decoded ? std::get_if<packet::SendDot>(&*decoded) : nullptr;
      dot != nullptr && planted(PlantedBug::two_events_one_dot) && dot->event.dot.seq % 16 == 0) {
    packet::SendDot other = *dot;
    ++other.event.timestamp_ms;
    packet.bytes = encode_packet(other);
  }
  if (setup_.newer && decoded) packet.bytes = as_a_later_version_says(*decoded, dice_);
  world_.network.send_packet(key(), packet);
  if (planted(PlantedBug::tells_strangers) && decoded && std::holds_alternative<packet::Clock>(*decoded)) {
    for (const PublicKey& stranger : world_.stock_keys()) world_.network.send_packet(key(), {stranger, packet.bytes});
  }
  if (planted(PlantedBug::chatters) && decoded && std::holds_alternative<packet::Clock>(*decoded)) {
    world_.timeline.after(5'000, [this, packet, life = life_] {
      if (life == life_) send(packet);
    });
  }
}

void Device::save_list() {
  if (saved_list_ == world_.network.list(key())) return;
  disk_.moment();
  saved_list_ = world_.network.list(key());
}

}  // namespace toxtore::sim
