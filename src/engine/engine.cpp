#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/claims.h"
#include "engine/contact_settings.h"
#include "engine/contacts.h"
#include "engine/core.h"
#include "engine/devices.h"
#include "engine/doubt.h"
#include "engine/friend_adds.h"
#include "engine/friend_messages.h"
#include "engine/guests.h"
#include "engine/inbound.h"
#include "engine/log_states.h"
#include "engine/messages.h"
#include "engine/notifier.h"
#include "engine/outbox.h"
#include "engine/presence.h"
#include "engine/profile.h"
#include "engine/recorder.h"
#include "engine/removals.h"
#include "engine/requests.h"
#include "engine/sessions.h"
#include "engine/strangers.h"

namespace toxtore {

struct Engine::Parts {
  Parts(EngineConfig config, Store& store, Random& random)
      : core(std::move(config), store, random),
        doubt(core),
        log_states(core, doubt),
        sessions(core, log_states),
        devices(core, sessions),
        contacts(core),
        contact_settings(core, contacts),
        claims(core),
        requests(core, contacts),
        strangers(core, contacts, requests),
        profile(core),
        outbox(core),
        messages(core, outbox),
        friend_messages(core),
        notifier(core),
        presence(core, contacts),
        guests(core, devices, contacts),
        removals(core, devices),
        inbound({core, sessions, log_states, devices, contacts, claims, outbox, messages, requests, strangers,
                 friend_messages, presence, guests, removals}) {}

  Core core;
  Doubt doubt;
  LogStates log_states;
  Sessions sessions;
  Devices devices;
  Contacts contacts;
  ContactSettings contact_settings;
  Claims claims;
  Requests requests;
  Strangers strangers;
  Profile profile;
  Outbox outbox;
  Messages messages;
  FriendMessages friend_messages;
  Notifier notifier;
  Presence presence;
  Guests guests;
  Removals removals;
  Inbound inbound;
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::start(EngineConfig config, Store& store, Random& random, Instant now) {
  std::unique_ptr<Engine> engine(new Engine(std::make_unique<Parts>(std::move(config), store, random)));
  Parts& parts = *engine->parts_;
  if (store.fault()) return fail(*store.fault());
  if (auto done = parts.core.bring_view_up_to_date(); !done) return fail(done.error());
  if (auto done = parts.doubt.begin(now); !done) return fail(done.error());
  parts.removals.begin();
  parts.requests.begin();
  parts.contacts.ask_again();
  for (auto begun : {parts.devices.introduce_self(now), parts.contacts.take_over_imported(now),
                     parts.profile.begin(now), parts.outbox.start(now)}) {
    if (!begun) return fail(begun.error());
  }
  engine->finish_turn(now);
  if (const auto fault = engine->fault()) return fail(*fault);
  return engine;
}

void Engine::handle(const Input& input, Instant now) {
  if (fault()) return;
  parts_->core.heard = true;
  parts_->inbound.handle(input, now);
}

void Engine::finish_turn(Instant now) {
  if (!parts_->core.commit_turn()) return;
  parts_->doubt.step(now);
  parts_->devices.step(now);
  parts_->guests.step(now);
  parts_->removals.step(now);
  parts_->friend_messages.erase_copies(now);
  parts_->outbox.note_news(now);
  parts_->notifier.step();
  parts_->contacts.log_names(now);
  parts_->claims.log_lists(now);
  parts_->strangers.step(now);
  if (parts_->core.view_changed || parts_->contacts.is_due(now)) {
    parts_->requests.settle(now);
    parts_->strangers.settle(now);
    take_back_adds_by_itself(parts_->core, now);
    parts_->claims.adopt(now);
    parts_->contacts.reconcile(now);
    parts_->profile.settle();
    parts_->sessions.tell_changed_devices();
  }
  parts_->presence.step();
  parts_->outbox.step(now);
  parts_->sessions.pump(now);
  parts_->core.heard = false;
}

std::vector<Output> Engine::take_outputs() {
  if (fault() || parts_->core.has_uncommitted()) return {};
  return std::exchange(parts_->core.outputs, {});
}

std::optional<std::uint64_t> Engine::deadline_ms() const {
  std::optional<std::uint64_t> earliest;
  for (const auto deadline :
       {parts_->outbox.deadline_ms(), parts_->sessions.deadline_ms(), parts_->contacts.deadline_ms(),
        parts_->claims.deadline_ms(), parts_->strangers.deadline_ms(), parts_->devices.deadline_ms(),
        parts_->guests.deadline_ms(), parts_->removals.deadline_ms()}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

std::optional<Error> Engine::fault() const {
  return parts_->core.fault() ? parts_->core.fault() : parts_->core.store.fault();
}

Result<MessageRow> Engine::send_message(const SendMessage& command, Instant now) {
  return parts_->messages.send(command, now);
}

Result<std::size_t> Engine::mark_conversation_read(const PublicKey& conversation, Instant now) {
  return parts_->messages.mark_conversation_read(conversation, now);
}

Result<void> Engine::mark_message_read(const Dot& message, Instant now) {
  return parts_->messages.mark_read(message, now);
}

Result<void> Engine::add_friend(const ToxAddress& address, const std::string& greeting, Instant now) {
  return parts_->contacts.add(address, greeting, now);
}

Result<MessageRow> Engine::withdraw_message(const Dot& message, Instant now) {
  return parts_->messages.withdraw(message, now);
}

Result<MessageRow> Engine::send_anyway(const Dot& message) { return parts_->messages.send_anyway(message); }

Result<void> Engine::erase_message(const Dot& message, Instant now) { return parts_->messages.erase(message, now); }

Result<std::size_t> Engine::erase_conversation(const PublicKey& conversation, Instant now) {
  return parts_->messages.erase_conversation(conversation, now);
}

Result<void> Engine::set_profile(const std::vector<ProfileValue>& values, Instant now) {
  return parts_->profile.set(values, now);
}

Result<void> Engine::rename_device(const PublicKey& key, const std::string& name, Instant now) {
  return parts_->devices.rename(key, name, now);
}

Result<void> Engine::accept_friend(const PublicKey& key, Instant now) { return parts_->requests.accept(key, now); }

Result<void> Engine::decline_friend(const PublicKey& key, Instant now) { return parts_->requests.decline(key, now); }

Result<void> Engine::remove_friend(const PublicKey& key, Instant now) { return parts_->contacts.remove(key, now); }

Result<void> Engine::introduce_to_friend(const PublicKey& key, const std::string& greeting, Instant now) {
  return parts_->contacts.introduce(key, greeting, now);
}

Result<void> Engine::change_contact(const PublicKey& key, const ContactChange& change, Instant now) {
  return parts_->contact_settings.change(key, change, now);
}

Result<void> Engine::merge_contacts(const PublicKey& one, const PublicKey& other, Instant now) {
  return parts_->contact_settings.merge(one, other, now);
}

Result<void> Engine::split_contact(const PublicKey& key, Instant now) {
  return parts_->contact_settings.split(key, now);
}

Result<void> Engine::answer_claim(const PublicKey& key, const PublicKey& claimed, bool agrees, Instant now) {
  return parts_->contact_settings.answer_claim(key, claimed, agrees, now);
}

Result<LinkInfo> Engine::request_device(const PublicKey& key, Instant now) { return parts_->devices.request(key, now); }

Result<LinkInfo> Engine::accept_device(const PublicKey& key, const std::string& code, Instant now) {
  return parts_->devices.accept(key, code, now);
}

Result<void> Engine::cancel_device(const PublicKey& key, Instant now) { return parts_->devices.cancel(key, now); }

Result<RemovalInfo> Engine::look_at_removal(const PublicKey& key) const { return parts_->removals.look(key); }

Result<void> Engine::remove_devices(const std::vector<PublicKey>& keys, Instant now) {
  return parts_->removals.remove(keys, now);
}

Result<std::uint64_t> Engine::take_in(const PublicKey& key, Instant now) { return parts_->removals.take_in(key, now); }

Result<LeavingInfo> Engine::leave_devices(bool at_once, Instant now) { return parts_->removals.leave(at_once, now); }

Result<void> Engine::stay() { return parts_->removals.stay(); }

Result<void> Engine::trust_database() { return parts_->doubt.trust_database(); }

Result<InvitationInfo> Engine::invite_device(bool confirmed, const std::string& name, Instant now) {
  return parts_->guests.invite(confirmed, name, now);
}

std::size_t Engine::withdraw_invitations() { return parts_->guests.withdraw(); }

Result<LinkInfo> Engine::join_device(const std::string& uri, bool agreed, Instant now) {
  return parts_->guests.join(uri, agreed, now);
}

std::vector<InvitationInfo> Engine::invitations(Instant now) const { return parts_->guests.invitations(now); }
std::vector<Waiting> Engine::outbox(Instant now) const { return parts_->outbox.list(now); }
std::vector<MessageRow> Engine::search(const SearchQuery& query) const { return parts_->messages.search(query); }
std::optional<MessageRow> Engine::message(const Dot& id) const { return parts_->core.shown(id); }
std::vector<Dot> Engine::copies_of(const MessageRow& row) const { return parts_->core.copies_of(row); }
std::vector<DeviceInfo> Engine::devices() const { return parts_->devices.list(); }
std::vector<FriendInfo> Engine::friends() const { return parts_->contacts.list(); }
std::optional<FriendInfo> Engine::find_friend(const PublicKey& key) const { return parts_->contacts.find(key); }
std::string Engine::device_name(const PublicKey& key) const { return parts_->core.device_name(key); }

const ContactGraph& Engine::contacts() const { return parts_->core.contacts(); }
std::vector<FriendRequestInfo> Engine::friend_requests() const { return parts_->requests.list(); }
std::vector<LinkInfo> Engine::link_requests() const { return parts_->devices.requests(); }
const Store& Engine::store() const { return parts_->core.store; }

Status Engine::status() const {
  const Core& core = parts_->core;
  Status status;
  status.self = core.self;
  status.doubt = core.doubt;
  status.connection = core.own_connection;
  status.counters = core.counters;
  status.undelivered = core.store.undelivered_count();
  status.invitations = parts_->guests.open_count();
  status.proofs_refused = parts_->guests.refused();
  status.events = core.replicator.held().count();
  status.events_missing = core.replicator.missing_count();
  status.backlog = core.backlog;
  status.only_here = core.replicator.held_only_here();
  status.state_check = state_check(core.store);
  status.put_aside = core.aside.count();
  status.leaving = parts_->removals.leaving();
  for (const DeviceInfo& device : devices()) {
    if (device.self) status.removed = device.removed;
    if (!core.is_own(device.key)) continue;
    if (device.self) status.device_name = device.name;
    if (device.connection != Connection::none) ++status.devices_connected;
    if (device.known && device.it_lacks == 0) ++status.full_copies;
    ++status.devices;
  }
  for (const FriendInfo& info : friends()) {
    status.unread += info.unread;
    ++status.friends;
  }
  return status;
}

}  // namespace toxtore
