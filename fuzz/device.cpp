#include "device.h"

#include <algorithm>

#include "engine/chains.h"
#include "engine/core.h"
#include "engine/recorder.h"
#include "store/memory_store.h"
#include "sync/linking.h"
#include "sync/roster.h"
#include "targets.h"
#include "wire/body.h"
#include "wire/roster_statement.h"

namespace toxtore::fuzz {
namespace {

/// What may come out in one turn: a window's worth for each peer, and what is small.
constexpr std::size_t bytes_per_turn_max = peers * std::size_t{1024} * 1024;
/// Calls without anything new after which an engine must have come to rest for the moment.
constexpr int idle_calls_max = 16;
constexpr std::size_t all_rows = 100'000;

std::vector<std::vector<MessageRow>> histories(const Store& store) {
  std::vector<std::vector<MessageRow>> all;
  for (std::size_t who = 0; who < peers; ++who) {
    all.push_back(store.history({key_of(static_cast<Who>(who)), {}, all_rows}));
    all.push_back(store.unread(key_of(static_cast<Who>(who))));
  }
  all.push_back(store.undelivered());
  return all;
}

/// Per log, ascending: the order of arrival is left out.
std::map<Dot, Event> log_of(const Store& store) {
  std::map<Dot, Event> log;
  for (const auto& [arrival, event] : store.arrived(0, all_rows)) log.emplace(event.dot, event);
  return log;
}

void require_equal_views(const Store& one, const Store& other) {
  require(log_of(one) == log_of(other), "what is erased is erased, whichever came first");
  require(histories(one) == histories(other), "messages are what the events add up to");
  require(one.friend_rows() == other.friend_rows(), "friends are what the events add up to");
  require(one.open_requests() == other.open_requests(), "friend requests are what the events add up to");
  require(one.profile() == other.profile(), "the profile is what the events add up to");
  require(one.holdings() == other.holdings(), "what is held is what was stored");
  for (std::size_t who = 0; who < peers; ++who) {
    const PublicKey key = key_of(static_cast<Who>(who));
    require(one.device_row(key) == other.device_row(key), "devices are what the events add up to");
  }
}

}  // namespace

ToxAddress address_of(Who who) {
  ToxAddress address;
  address.bytes.fill(static_cast<std::uint8_t>(0x11 * (static_cast<int>(who) + 1)));
  address.bytes[36] = address.bytes[37] = 0;  // 18 pairs of equal bytes cancel out
  return address;
}

PublicKey key_of(Who who) { return address_of(who).key(); }

Device::Device() { restart(); }

void Device::restart(While happened) {
  engine_.reset();
  connected_.clear();
  said_hello_.clear();
  handed_over_.clear();
  invitation_.reset();
  switch (happened) {
    case While::nothing: break;
    case While::state_file_lost: machine_.lose_state_file(); break;
    case While::moved: machine_.move(); break;
    case While::set_back: machine_.set_back(false); break;
    case While::whole_machine_set_back: machine_.set_back(true); break;
  }
  last_arrival_ = 0;
  EngineConfig config;
  config.address = address_of(Who::self);
  config.device_name = "laptop";
  config.witness = &machine_;
  config.toxcore_friends.assign(in_toxcore_.begin(), in_toxcore_.end());
  auto engine = Engine::start(config, machine_.store(), random_, now_);
  require(engine.has_value(), "an engine starts on any store that it left");
  engine_ = std::move(*engine);
  was_removed_ = engine_->status().removed.has_value();
  held_back_.clear();
  // What the user asked for before is remembered, and is to go.
  if (machine_.store().remembered_under(remembered_name::anyway).empty()) {
    for (const MessageRow& row : machine_.store().undelivered()) held_back_.insert(row.id);
  }
  finish_turn();
}

void Device::begin_session(Who who, std::uint32_t capabilities) {
  connect(who, Connection::udp);
  receive(who, packet::Hello{protocol_version, protocol_version, capabilities});
  packet::Roster roster;
  for (const Who member : {Who::device, Who::self, Who::relayed}) {
    roster.statements.push_back(encode_statement(DeviceAdd{key_of(member), key_of(Who::device), 1, "server", {}}));
  }
  receive(who, roster);
  packet::Clock clock;
  for (const Who author : {Who::device, Who::relayed}) {
    for (const std::uint32_t incarnation : incarnations) {
      clock.prefixes.push_back(Dot::of({key_of(author), incarnation}, claimed_events));
    }
  }
  receive(who, clock);
  receive(who, packet::Clock{});
  finish_turn();
}

void Device::link_device(std::uint32_t capabilities) {
  for (const Who who : {Who::device, Who::toxtore_friend, Who::stock_friend}) {
    give(input::FriendRequest{key_of(who), to_bytes("hello")});
    require(engine_->accept_friend(key_of(who), now_).has_value(), "a friend request can be accepted");
    connect(who, Connection::udp);
  }
  receive(Who::device, packet::Hello{protocol_version, protocol_version, capabilities});
  finish_turn();
  require(engine_->request_device(key_of(Who::device), now_).has_value(), "a friend can be asked to be a device");
  receive(Who::device, packet::LinkNonce{});
  const auto links = engine_->link_requests();
  require(links.size() == 1 && links[0].code, "both nonces make a code");
  require(engine_->accept_device(key_of(Who::device), *links[0].code, now_).has_value(), "the code is the code");
  receive(Who::device, packet::LinkConfirm{});
  finish_turn();
  require(engine_->devices().size() == 2, "who is confirmed on both sides is a device");
  begin_session(Who::device, capabilities);
}

void Device::invite(bool confirmed) {
  const auto invitation = engine_->invite_device(confirmed, "phone", now_);
  if (!invitation) return;
  const auto read = read_invitation_uri(invitation->uri);
  require(read && read->address == address_of(Who::self), "an invitation can be read, and names who made it");
  invitation_ = read->secret;
}

Hash Device::proof_for(Who who) const {
  return invitation_proof(invitation_.value_or(InvitationSecret{}), key_of(Who::self), key_of(who));
}

void Device::let_in(Who who, std::uint32_t capabilities) {
  const PublicKey key = key_of(who);
  give(input::FriendRequest{key, to_bytes(joining_words(proof_for(who)))});
  connect(who, Connection::udp);
  receive(who, packet::Hello{protocol_version, protocol_version, capabilities});
  receive(who, packet::LinkProof{proof_for(who), {}});
  receive(who, packet::DeviceAddRequest{});
  receive(who, packet::LinkCommit{link_commitment(key, key_of(Who::self), {})});
  receive(who, packet::LinkNonce{});
  for (const LinkInfo& link : engine_->link_requests()) {
    if (link.key == key && link.code) (void)engine_->accept_device(key, *link.code, now_);  // or it was confirmed
  }
  receive(who, packet::LinkConfirm{});
  finish_turn();
  begin_session(who, capabilities);
}

void Device::send_anyway(const Dot& message) {
  if (engine_->send_anyway(message)) held_back_.clear();
}

std::optional<packet::LogState> Device::log_state(std::size_t log, std::size_t number,
                                                  const std::optional<Hash>& other_event) const {
  const Holdings holdings = machine_.store().holdings();
  if (holdings.logs().empty()) return std::nullopt;
  const auto& [id, numbers] = *std::next(holdings.logs().begin(), static_cast<long>(log % holdings.logs().size()));
  Chains chains(machine_.store());
  const std::uint32_t prefix = chains.extend(id, holdings.prefix(id));
  if (prefix == 0) return std::nullopt;
  packet::LogState state;
  state.end = Dot::of(id, static_cast<std::uint32_t>(number % prefix) + 1);
  state.event = other_event.value_or(chains.event(state.end));
  state.chain = next_chain(chains.at(id, state.end.number() - 1), state.event);
  return state;
}

void Device::give(const Input& input) {
  engine_->handle(input, now_);
  require(!engine_->fault(), "no input breaks the engine");
}

void Device::connect(Who who, Connection connection) {
  finish_turn();  // toxcore does not lose a connection and find it again within one turn
  const PublicKey key = key_of(who);
  if (connection == Connection::none || !connected_.contains(key)) said_hello_.erase(key);
  if (connection == Connection::none) {
    connected_.erase(key);
  } else {
    connected_.insert(key);
  }
  give(input::PeerConnection{key, connection});
}

void Device::receive(Who from, Bytes bytes) {
  const auto read = decode_packet(bytes);
  if (read && std::holds_alternative<packet::Hello>(*read) && connected_.contains(key_of(from))) {
    said_hello_.insert(key_of(from));
  }
  if (read) note(*read);
  give(input::PacketArrived{key_of(from), std::move(bytes)});
}

void Device::finish_turn() {
  bytes_out_ = 0;
  engine_->finish_turn(now_);
  require(!engine_->fault(), "no turn breaks the engine");
  look_at_silence();
  for (const Output& output : engine_->take_outputs()) check(output);
  require(bytes_out_ <= bytes_per_turn_max, "what comes out of a turn is bounded");
  for (const auto& [arrival, event] : machine_.store().arrived(last_arrival_, all_rows)) {
    keep_original(event);
    last_arrival_ = arrival;
  }
}

// What comes out of a turn may rest on what was before it: so what must not be sent is known a turn later.
void Device::look_at_silence() {
  const Status status = engine_->status();
  is_silent_ = was_removed_ && status.removed;
  was_removed_ = status.removed.has_value();
  if (!status.doubt) held_back_.clear();
}

void Device::check_may_go(const Dot& message) const {
  require(!is_silent_, "a removed device delivers nothing");
  require(!held_back_.contains(message), "what waits when a doubt begins does not go while it lasts");
}

/// What names something by its hash can mean it from now on.
void Device::note(const Packet& packet) {
  if (const auto* sent = std::get_if<packet::SendDot>(&packet)) keep_original(sent->event);
  if (const auto* roster = std::get_if<packet::Roster>(&packet)) {
    for (const Bytes& statement : roster->statements) remember(met_.statements, statement_hash(statement));
  }
}

void Device::check(const Output& output) {
  if (const auto* packet = std::get_if<output::SendPacket>(&output)) check(*packet);
  if (const auto* message = std::get_if<output::HandOver>(&output)) {
    require(!message->text.empty() && message->text.size() <= message_size_max, "toxcore takes the message");
    check_may_go(message->message);
    handed_over_.push_back(*message);
  }
  if (const auto* profile = std::get_if<output::SetProfile>(&output)) {
    const bool is_name = profile->what == ProfileValue::What::name;
    require(profile->value.size() <= (is_name ? own_name_size_max : status_message_size_max),
            "toxcore takes the profile");
  }
  if (const auto* add = std::get_if<output::AddPeer>(&output)) {
    require(add->key != key_of(Who::self), "nobody is his own friend");
    require(add->greeting.size() <= greeting_size_max, "toxcore takes the greeting");
    in_toxcore_.insert(add->key);
  }
  if (const auto* remove = std::get_if<output::RemovePeer>(&output)) in_toxcore_.erase(remove->key);
}

void Device::check(const output::SendPacket& packet) {
  bytes_out_ += packet.bytes.size();
  require(packet.bytes.size() <= packet_size_max, "a packet fits");
  const auto read = decode_packet(packet.bytes);
  require(read.has_value(), "what the engine sends can be read");
  require(std::holds_alternative<packet::Hello>(*read) || said_hello_.contains(packet.to) ||
              !connected_.contains(packet.to),
          "who has not said hello gets nothing but ours");
  if (const auto* part = std::get_if<packet::Message>(&*read)) check_may_go(part->dot);
  note(*read);
}

void Device::pass(std::uint64_t mono_ms, std::int64_t wall_jump_ms) {
  now_.mono_ms += mono_ms;
  now_.wall_ms += mono_ms + static_cast<std::uint64_t>(wall_jump_ms);
  finish_turn();
}

void Device::answer_hand_over(bool taken) {
  if (handed_over_.empty()) return;
  const output::HandOver message = handed_over_.front();
  handed_over_.pop_front();
  give(input::HandedOver{message.to, message.message, taken ? std::optional(++receipts_) : std::nullopt});
}

void Device::keep_original(const Event& event) {
  const Event stored = without_hints(event);
  const Hash hash = event_hash(stored);
  remember(met_.events, hash);
  if (!read_event(stored).erased) originals_.emplace(hash, stored);
}

Event Device::original_of(const Event& stored) const {
  const auto original = originals_.find(event_hash(stored));
  return original != originals_.end() && original->second.dot == stored.dot ? original->second : stored;
}

// A text that is lost was erased by what counts no more: without that it is not gone anew.
void Device::check_view() const {
  const Store& store = machine_.store();
  std::vector<Event> events;
  for (const auto& [arrival, event] : store.arrived(0, all_rows)) {
    events.push_back(is_text_lost(store, event.dot) ? event : original_of(event));
  }
  std::ranges::reverse(events);
  const auto anew = make_memory_store();
  const auto recorded = anew->transact([&]() -> Result<void> {
    for (const Event& event : events) record(*anew, event);
    return {};
  });
  require(recorded.has_value(), "a log can be recorded anew");
  require_equal_views(*anew, store);
}

void Device::check_rest() {
  for (int calls = 0; calls < idle_calls_max; ++calls) {
    finish_turn();
    const auto deadline = engine_->deadline_ms();
    if (!deadline || *deadline > now_.mono_ms) return;
  }
  require(false, "an engine that nothing happens to does not ask to be called at once for ever");
}

}  // namespace toxtore::fuzz
