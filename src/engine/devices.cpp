#include "engine/devices.h"

#include <algorithm>
#include <utility>

#include "base/pieces.h"
#include "base/utf8.h"
#include "engine/removals.h"

namespace toxtore {
namespace {

std::string usable_name(std::string name, const PublicKey& key) {
  if (name.empty() || name.size() > device_name_size_max || !is_utf8(name)) return key.hex().substr(0, 8);
  return name;
}

std::set<PublicKey> keys_of(const auto& map) {
  std::set<PublicKey> keys;
  for (const auto& [key, value] : map) keys.insert(key);
  return keys;
}

}  // namespace

Result<void> check_device_name(const std::string& name) {
  if (name.empty() || !is_utf8(name)) {
    return fail(ErrorKind::invalid_argument, "a device's name is 1 to 64 bytes of UTF-8");
  }
  if (name.size() > device_name_size_max) {
    return fail(ErrorKind::too_long, "a device's name has at most 64 bytes: shorten it");
  }
  return {};
}

Devices::Devices(Core& core, Sessions& sessions)
    : core_(core),
      sessions_(sessions),
      linking_(core.self, core.random),
      shown_in_(keys_of(core.roster.members())),
      shown_removed_(keys_of(core.roster.removed())),
      shown_aside_(put_aside()) {}

Result<void> Devices::introduce_self(Instant now) {
  now_ = now;
  if (!core_.is_own(core_.self)) {
    core_.stated(encode_statement(
        DeviceAdd{core_.self, core_.self, now.wall_ms, usable_name(core_.config.device_name, core_.self), {}}));
    if (!core_.commit_turn()) return fail(*core_.fault());
    shown_in_.insert(core_.self);
  }
  sessions_.on_roster_changed();
  std::vector<Body> news;
  const auto row = core_.store.device_row(core_.self).value_or(DeviceRow{});
  if (row.address != core_.config.address) {
    const auto& bytes = core_.config.address.bytes;
    news.emplace_back(DeviceSetting{core_.self, DeviceSetting::What::address, Bytes(bytes.begin(), bytes.end())});
  }
  if (core_.config.always_on && *core_.config.always_on != row.always_on) {
    const std::uint8_t value = *core_.config.always_on ? 1 : 0;
    news.emplace_back(DeviceSetting{core_.self, DeviceSetting::What::always_on, Bytes{value}});
  }
  if (news.empty()) return {};
  const auto logged = core_.log(news, now);
  return logged ? Result<void>{} : fail(logged.error());
}

Result<LinkInfo> Devices::request(const PublicKey& key, Instant now) {
  now_ = now;
  if (core_.is_own(key)) return fail(ErrorKind::already_exists, "this is one of your devices already");
  if (core_.roster.was_own(key)) {
    return fail(ErrorKind::denied,
                "this device was removed from your devices; to link it again, run `toxtore device invite` here and "
                "`toxtore device join` there");
  }
  const auto row = core_.store.friend_row(key);
  if (!row || !row->present()) {
    return fail(ErrorKind::not_found,
                "a device must be a friend of this one before it can be linked: add it with its Tox ID first");
  }
  if (!has_room()) {
    return fail(ErrorKind::too_long, "there are 32 devices already, and more cannot be linked");
  }
  const Peer* peer = core_.connected(key);
  take(key, linking_.request(key, peer != nullptr && peer->toxtore, now.mono_ms), now);
  return *find_request(key);
}

LinkInfo Devices::join(const PublicKey& key, const InvitationSecret& secret, const Hash& proof, Instant now) {
  now_ = now;
  const Peer* peer = core_.connected(key);
  const packet::LinkProof packet{proof, to_bytes(usable_name(core_.device_name(core_.self), core_.self))};
  take(key, linking_.join(key, secret, packet, peer != nullptr && peer->toxtore, now.mono_ms), now);
  return *find_request(key);
}

void Devices::invited(const PublicKey& key, const InvitationSecret& secret, bool confirmed, Instant now) {
  take(key, linking_.invited(key, secret, confirmed, now.mono_ms), now);
}

Result<LinkInfo> Devices::accept(const PublicKey& key, const std::string& code, Instant now) {
  now_ = now;
  if (!has_room() && !core_.is_own(key)) {
    return fail(ErrorKind::too_long, "there are 32 devices already, and more cannot be linked");
  }
  auto before = find_request(key);
  auto step = linking_.confirm(key, code, now.mono_ms);
  if (!step) return fail(step.error());
  take(key, *step, now);
  if (!core_.commit_turn()) return fail(*core_.fault());
  if (auto still = find_request(key)) return *still;
  before->confirmed_here = before->confirmed_there = true;
  return *before;
}

Result<void> Devices::cancel(const PublicKey& key, Instant now) {
  now_ = now;
  auto step = linking_.cancel(key, now.mono_ms);
  if (!step) return fail(step.error());
  take(key, *step, now);
  return {};
}

Result<void> Devices::rename(const PublicKey& key, const std::string& name, Instant now) {
  if (!core_.is_own(key)) return fail(ErrorKind::not_found, "this key is not one of your devices");
  if (auto checked = check_device_name(name); !checked) return checked;
  const auto row = core_.store.device_row(key);
  if (row && row->name == to_bytes(name)) return {};
  const auto logged = core_.log({DeviceSetting{key, DeviceSetting::What::name, to_bytes(name)}}, now);
  return logged ? Result<void>{} : fail(logged.error());
}

void Devices::on_toxtore_peer(const PublicKey& key, Instant now) {
  if (!core_.is_own(key) || core_.is_joining(key)) take(key, linking_.connected(key, now.mono_ms), now);
}

void Devices::on_packet(const PublicKey& from, const Packet& packet, Instant now) {
  const auto row = core_.store.friend_row(from);
  const bool is_friend = row && row->present() && !core_.roster.was_own(from);
  const bool is_invited = core_.is_being_linked(from) && is_linking(from, now);  // by its proof
  if (!core_.is_own(from) && !is_invited && !is_friend) {
    ++core_.counters.packets_refused;
    return;
  }
  take(from, linking_.received(from, packet, core_.is_own(from), now.mono_ms), now);
}

// Of a device that was removed: by adds that overrule the removals. With these it was told the old add, too.
bool Devices::names_us(const PublicKey& by, const packet::Roster& roster) const {
  bool named = false;
  std::set<Hash> overruled;
  for (const Bytes& statement : roster.statements) {
    const auto read = decode_statement(statement);
    const auto* add = read ? std::get_if<DeviceAdd>(&*read) : nullptr;
    if (add == nullptr || add->key != core_.self || add->by != by) continue;
    named = true;
    overruled.insert(add->overrules.begin(), add->overrules.end());
  }
  const auto standing = core_.roster.standing_removals(core_.self);
  return named && std::ranges::all_of(standing, [&](const Hash& removal) { return overruled.contains(removal); });
}

// A friend's roster that names us is his word that we are his device; it counts only with our user's own word.
void Devices::on_roster(const PublicKey& from, const packet::Roster& roster, Instant now) {
  now_ = now;
  if (sessions_.on_roster(from, roster) || hear_removals(from, roster, now)) roster_changed();
  if (core_.is_own(from)) return;
  if (names_us(from, roster)) take(from, linking_.named_by(from, now.mono_ms), now);
}

// Two devices that remove each other are both to be out, whoever is heard first (DESIGN 8). So one that is removed is
// heard as far as that goes, until it knows: it may have spoken before. One removal of each device that is in.
bool Devices::hear_removals(const PublicKey& from, const packet::Roster& roster, Instant now) {
  if (!is_to_be_told(core_, from, now.wall_ms)) return false;
  bool news = false;
  for (const Bytes& statement : roster.statements) {
    const auto read = decode_statement(statement);
    const auto* removal = read ? std::get_if<DeviceRemoval>(&*read) : nullptr;
    if (removal != nullptr && removal->by == from && core_.is_own(removal->key)) {
      news = core_.stated(statement) || news;
    }
  }
  return news;
}

void Devices::take(const PublicKey& peer, const Linking::Step& step, Instant now) {
  now_ = now;
  using What = output::Notice::What;
  const Peer* connected = core_.connected(peer);
  if (connected != nullptr && connected->toxtore) {
    for (const Packet& packet : step.send) core_.send(peer, packet);
  }
  if (step.asked) core_.notice(What::link_request, peer);
  if (step.coded) {
    if (const auto request = find_request(peer)) core_.notice(What::link_code, peer, request->code.value_or(""));
  }
  if (step.ended) core_.notice(What::link_ended, peer, *step.ended);
  if (step.linked) link(peer, now);
}

void Devices::link(const PublicKey& peer, Instant now) {
  if (core_.is_own(peer)) return;  // we were linked; the other side had lost the end of it
  const std::string name = usable_name(to_text(name_of(peer)), peer);
  if (core_.is_removed()) {
    // Its word that this one is in again is heard, though it is no own device yet (Core::is_linked).
    (void)core_.change([&] { core_.store.remember(remembered_name::of(remembered_name::rejoined, peer), {}); });
  }
  auto returns = core_.roster.own_returns();
  returns.resize(std::min(returns.size(), overruled_max / 2));
  auto pieces = in_pieces(core_.roster.standing_removals(peer), overruled_max - returns.size());
  if (pieces.empty()) pieces.emplace_back();
  for (auto& piece : pieces) {  // each is to overrule by itself
    piece.insert(piece.end(), returns.begin(), returns.end());
    core_.stated(encode_statement(DeviceAdd{peer, core_.self, now.wall_ms, name, std::move(piece)}));
  }
  roster_changed();
}

void Devices::roster_changed() {
  sessions_.on_roster_changed();
  const auto in_before = std::exchange(shown_in_, keys_of(core_.roster.members()));
  const auto removed_before = std::exchange(shown_removed_, keys_of(core_.roster.removed()));
  for (const auto& [key, member] : core_.roster.members()) {
    if (in_before.contains(key)) continue;
    tell_of_linked(key, member);
    forget_removal(key);
  }
  for (const auto& [key, removed] : core_.roster.removed()) {
    if (removed_before.contains(key)) continue;
    take(key, linking_.removed(key, now_.mono_ms), now_);
    tell_of_removed(key, removed);
  }
}

void Devices::forget_removal(const PublicKey& key) {
  for (const auto what : {remembered_name::rejoined, remembered_name::knows_removal}) {
    const std::string name = remembered_name::of(what, key);
    if (core_.store.remembered(name)) (void)core_.change([&] { core_.store.forget(name); });
  }
}

void Devices::tell_of_linked(const PublicKey& key, const Roster::Member& member) {
  output::Notice notice{output::Notice::What::device_linked, key, core_.device_name(key)};
  notice.by = DeviceName{member.by, core_.device_name(member.by)};
  notice.time_ms = member.made_ms;
  core_.outputs.emplace_back(std::move(notice));
}

void Devices::tell_of_removed(const PublicKey& key, const Roster::Removed& removed) {
  output::Notice notice{output::Notice::What::device_removed, key, describe(key).name};
  notice.by = DeviceName{removed.by, core_.device_name(removed.by)};
  notice.time_ms = removed.made_ms;
  core_.outputs.emplace_back(std::move(notice));
}

// A guest's own word, else the name that a friend gave himself.
Bytes Devices::name_of(const PublicKey& peer) const {
  const auto guest = core_.guests.find(peer);
  if (guest != core_.guests.end() && !guest->second.name.empty()) return guest->second.name;
  const auto row = core_.store.friend_row(peer);
  return row ? row->name.value : Bytes{};
}

void Devices::step(Instant now) {
  now_ = now;
  expire();
  tell_of_put_aside();
}

std::map<PublicKey, std::uint64_t> Devices::put_aside() const {
  std::map<PublicKey, std::uint64_t> counts;
  for (const auto& [log, numbers] : core_.aside.logs()) counts[log.device] += numbers.count();
  return counts;
}

void Devices::tell_of_put_aside() {
  const auto before = std::exchange(shown_aside_, put_aside());
  for (const auto& [key, count] : shown_aside_) {
    const auto told = before.find(key);
    if (told != before.end() && count <= told->second) continue;
    const DeviceInfo device = describe(key);
    output::Notice notice{output::Notice::What::events_put_aside, key, device.name};
    notice.count = count;
    if (const auto& removal = device.last_removal ? device.last_removal : device.removed) {
      notice.by = removal->by;
      notice.time_ms = removal->time_ms;
    }
    core_.outputs.emplace_back(std::move(notice));
  }
}

void Devices::expire() {
  const Instant now = now_;
  for (auto& [peer, step] : linking_.expire(now.mono_ms)) {
    if (!is_shown(peer)) step.ended.reset();  // what is not shown as under way is not shown as ended
    take(peer, step, now);
  }
}

LinkInfo Devices::info(const PublicKey& peer, const Linking::Session& session) const {
  LinkInfo info;
  info.key = peer;
  info.name = name_of(peer);
  if (const auto guest = core_.guests.find(peer); guest != core_.guests.end()) {
    info.by_invitation = true;
    info.invitation = guest->second.invitation;
  }
  if (const Peer* connected = core_.connected(peer)) {
    info.connection = connected->connection;
    info.toxtore = connected->toxtore;
  }
  info.asked_here = session.asked_here;
  info.code = session.code;
  info.confirmed_here = session.confirmed_here;
  info.confirmed_there = session.confirmed_there;
  info.expires_ms = now_.wall_ms + (session.expires_ms - now_.mono_ms);
  return info;
}

// With one of our own, that has lost the end of its linking, it needs nobody's word.
bool Devices::is_shown(const PublicKey& peer) const { return !core_.is_own(peer) || core_.is_joining(peer); }

std::vector<LinkInfo> Devices::requests() const {
  std::vector<LinkInfo> requests;
  const auto sessions = linking_.sessions(now_.mono_ms);
  for (const auto& [peer, session] : sessions) {
    if (is_shown(peer)) requests.push_back(info(peer, session));
  }
  for (const auto& [peer, guest] : core_.guests) {
    const bool confirmed = !guest.is_turned_away() && awaits_return(peer) && !sessions.contains(peer);
    if (confirmed) requests.push_back(info(peer, returning(guest)));
  }
  return requests;
}

// Both sides have confirmed, but this one was removed, and is in once the other one's word on that has come.
bool Devices::awaits_return(const PublicKey& peer) const { return core_.is_linked(peer) && !core_.is_own(peer); }

Linking::Session Devices::returning(const Guest& guest) const {
  Linking::Session session;
  session.asked_here = !guest.invitation;
  session.confirmed_here = session.confirmed_there = true;
  session.expires_ms = guest.leaves_ms.value_or(now_.mono_ms);
  return session;
}

std::optional<LinkInfo> Devices::find_request(const PublicKey& peer) const {
  const auto sessions = linking_.sessions(now_.mono_ms);
  const auto found = sessions.find(peer);
  return found == sessions.end() ? std::nullopt : std::optional(info(peer, found->second));
}

std::vector<DeviceInfo> Devices::list() const {
  std::vector<DeviceInfo> devices;
  for (const auto& [key, member] : core_.roster.members()) devices.push_back(describe(key));
  for (const auto& [key, removed] : core_.roster.removed()) {
    if (!core_.is_own(key)) devices.push_back(describe(key));
  }
  return devices;
}

RemovedInfo Devices::removed_info(const PublicKey& by, std::uint64_t made_ms) const {
  RemovedInfo info{named(by), made_ms, std::nullopt, std::nullopt};
  const auto remover = core_.roster.removed().find(by);
  if (remover != core_.roster.removed().end() && remover->second.by != by) {
    info.by_removed_by = named(remover->second.by);
  }
  return info;
}

DeviceInfo Devices::describe(const PublicKey& key) const {
  const auto in = core_.roster.once_in().find(key);
  Roster::Member member;
  if (in != core_.roster.once_in().end()) member = in->second;
  DeviceInfo device;
  if (const auto removed = core_.roster.removed().find(key); removed != core_.roster.removed().end()) {
    const auto& [was, by, made_ms] = removed->second;
    device.removed = removed_info(by, made_ms);
    if (in == core_.roster.once_in().end()) device.removed->came_with = named(was.by);
    member = was;
  }
  if (const DeviceRemoval* last = core_.roster.last_removal(key)) {
    device.last_removal = removed_info(last->by, last->made_ms);
  }
  const auto aside = put_aside();
  if (const auto of = aside.find(key); of != aside.end()) device.put_aside = of->second;
  device.key = key;
  device.name = core_.device_name(key);
  if (device.name.empty()) device.name = member.name;
  device.self = key == core_.self;
  device.linked_by = member.by;
  device.linked_ms = member.made_ms;
  if (const auto row = core_.store.device_row(key)) {
    device.address = row->address;
    device.always_on = row->always_on;
  }
  if (const Peer* peer = core_.connected(key)) device.connection = peer->connection;
  const Replicator& replicator = core_.replicator;
  const Holdings* theirs = replicator.known_of(key);
  if (theirs != nullptr) {
    device.known = true;
    device.we_lack = replicator.held().count_lacking(*theirs);
    device.it_lacks = theirs->count_lacking(replicator.held());
    device.coming = replicator.coming_from(key);
  }
  return device;
}

}  // namespace toxtore
