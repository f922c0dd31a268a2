#include "engine/removals.h"

#include <algorithm>
#include <utility>

#include "base/pieces.h"
#include "base/planted.h"

namespace toxtore {
namespace {

const Roster::Removed* removed(const Core& core, const PublicKey& key) {
  const auto found = core.roster.removed().find(key);
  return found == core.roster.removed().end() ? nullptr : &found->second;
}

// What is remembered of a key that knows of a removal: it said so, or it was given a minute.
const Bytes said_so{0};
const Bytes given_up{1};

// A stock friend is met by the devices that he knows, and by no other.
std::vector<PublicKey> stock_friends_of(const Core& core, const PublicKey& device) {
  std::vector<PublicKey> friends;
  for (const Contact& contact : core.contacts().contacts()) {
    const bool only_there = std::ranges::all_of(contact.keys, [&](const PublicKey& key) {
      const FriendRow* row = core.contacts().row(key);
      return !row->devices &&
             std::ranges::all_of(row->known_by, [&](const PublicKey& by) { return by == device || !core.is_own(by); });
    });
    const bool knows_it = std::ranges::any_of(
        contact.keys, [&](const PublicKey& key) { return core.contacts().row(key)->is_known_by(device); });
    if (contact.present && only_there && knows_it) friends.push_back(contact.id);
  }
  return friends;
}

}  // namespace

// Who has said that it knows is let go with its connection, or what is on its way to it would be lost.
bool is_to_be_told(const Core& core, const PublicKey& key, std::uint64_t wall_ms) {
  if (!core.roster.was_own(key)) return false;
  const auto knows = core.store.remembered(remembered_name::of(remembered_name::knows_removal, key));
  if (knows && (*knows == given_up || core.connected(key) == nullptr)) return false;
  const Roster::Removed* ended = removed(core, core.is_removed() ? core.self : key);
  return ended != nullptr && wall_ms < ended->made_ms + removed_kept_ms;
}

Result<void> Removals::check(const std::vector<PublicKey>& keys) const {
  if (core_.is_removed()) {
    return fail(ErrorKind::denied,
                "this device was removed itself, so it can remove no other: link it again first, by an invitation of "
                "another device");
  }
  for (const PublicKey& key : keys) {
    if (key == core_.self) {
      return fail(ErrorKind::invalid_argument,
                  "this is the device that you are at: `toxtore device leave` takes it out of your devices");
    }
    if (core_.roster.is_removed(key)) return fail(ErrorKind::already_exists, "this device is removed already");
    if (!core_.is_own(key)) return fail(ErrorKind::not_found, "this key is not one of your devices");
  }
  return {};
}

std::uint64_t Removals::only_there(const PublicKey& key) const {
  const Holdings* theirs = core_.replicator.known_of(key);
  if (theirs == nullptr) return 0;
  std::uint64_t count = 0;
  for (const auto& [log, numbers] : theirs->logs()) {
    NumberRanges only = numbers.without(core_.replicator.held().numbers(log));
    for (const auto& [other, member] : core_.roster.members()) {
      const Holdings* held = other == key ? nullptr : core_.replicator.known_of(other);
      if (held != nullptr) only.remove(held->numbers(log));
    }
    count += only.count();
  }
  return count;
}

Result<RemovalInfo> Removals::look(const PublicKey& key) const {
  if (!core_.is_own(key)) {
    if (auto checked = check({key}); !checked) return fail(checked.error());
  }
  RemovalInfo info;
  info.device = devices_.describe(key);
  info.only_there = key == core_.self ? core_.replicator.held_only_here() : only_there(key);
  info.stock_friends = stock_friends_of(core_, key);
  for (const DeviceAdd& add : core_.roster.added_by(key)) {
    const bool listed = std::ranges::any_of(info.added, [&](const DeviceInfo& each) { return each.key == add.key; });
    // Not who was in by another's word and was only linked back, nor who took this one in.
    const auto& in = core_.roster.once_in();
    const bool by_its_word = core_.is_own(add.key) && in.at(add.key).by == key && in.at(key).by != add.key;
    if (by_its_word && add.key != core_.self && !listed) {
      info.added.push_back(devices_.describe(add.key));
      info.added.back().linked_ms = add.made_ms;
    }
  }
  return info;
}

std::vector<PublicKey> Removals::staying_without(const std::vector<PublicKey>& keys) const {
  std::vector<PublicKey> staying;
  for (const auto& [key, member] : core_.roster.members()) {
    if (std::ranges::find(keys, key) == keys.end()) staying.push_back(key);
  }
  return staying;
}

// Rule 1.
std::vector<LogCut> Removals::cuts_of(const PublicKey& key, const std::vector<PublicKey>& staying) const {
  std::map<std::uint32_t, std::uint32_t> tops;
  const auto take = [&](const Holdings& holdings) {
    for (const auto& [log, numbers] : holdings.logs()) {
      if (log.device == key) tops[log.incarnation] = std::max(tops[log.incarnation], numbers.top());
    }
  };
  take(core_.replicator.held());
  for (const PublicKey& other : staying) {
    if (const Holdings* theirs = core_.replicator.known_of(other)) take(*theirs);
  }
  std::vector<LogCut> cuts;
  for (const auto& [incarnation, number] : tops) {
    if (number > 0) cuts.push_back({incarnation, planted(PlantedBug::cuts_own_short) ? number - 1 : number});
  }
  return cuts;
}

void Removals::state(const Statement& statement) { core_.stated(encode_statement(statement)); }

// Rule 1: what matters most first, for there is room for so many only.
std::vector<Head> Removals::kept_of(const PublicKey& key) const {
  std::vector<Head> keep;
  const auto take = [&](const auto& key_or_hash) {
    if (keep.size() < kept_max) keep.push_back(head_of(key_or_hash));
  };
  for (const auto& [each, member] : core_.roster.members()) {
    if (each != key) take(each);
  }
  for (const Hash& add : core_.roster.overruling_adds_by(key)) take(add);
  for (const auto& [each, was] : core_.roster.once_in()) {
    if (each != key && !core_.is_own(each)) take(each);
  }
  return keep;
}

void Removals::state_removal(const PublicKey& key, const std::vector<PublicKey>& staying, Instant now) {
  const auto keep = kept_of(key);
  auto pieces = in_pieces(cuts_of(key, staying), cuts_max);
  if (pieces.empty()) pieces.emplace_back();
  for (auto& cuts : pieces) state(DeviceRemoval{key, core_.self, now.wall_ms, std::move(cuts), keep});
}

void Removals::state_raise(const PublicKey& key, const std::vector<LogCut>& cuts, Instant now) {
  for (auto& piece : in_pieces(cuts, cuts_max)) state(CutRaise{key, core_.self, now.wall_ms, std::move(piece)});
}

Result<void> Removals::commit() {
  devices_.roster_changed();
  if (!core_.commit_turn()) return fail(*core_.fault());
  return {};
}

Result<void> Removals::remove(const std::vector<PublicKey>& keys, Instant now) {
  if (auto checked = check(keys); !checked) return checked;
  const auto staying = staying_without(keys);
  for (const PublicKey& key : keys) {
    const auto raises = core_.roster.raises_by(key);
    state_removal(key, staying, now);
    for (const auto& [of, cuts] : raises) state_raise(of, cuts, now);
  }
  return commit();
}

Result<std::uint64_t> Removals::take_in(const PublicKey& key, Instant now) {
  if (core_.is_removed()) {
    return fail(ErrorKind::denied, "this device was removed itself: do it on one of those that are still yours");
  }
  std::vector<LogCut> cuts;
  std::uint64_t count = 0;
  for (const auto& [log, numbers] : core_.aside.logs()) {
    if (log.device != key) continue;
    cuts.push_back({log.incarnation, numbers.top()});
    count += numbers.count();
  }
  if (cuts.empty()) {
    return fail(ErrorKind::not_found,
                "nothing of this device is put aside here; `toxtore device list` shows of which "
                "devices something is");
  }
  state_raise(key, cuts, now);
  if (auto done = commit(); !done) return fail(done.error());
  return count;
}

// --- Leaving.

Result<LeavingInfo> Removals::leave(bool at_once, Instant now) {
  if (!core_.is_removed()) {
    if (core_.roster.members().size() <= 1) {
      return fail(ErrorKind::denied, "this device has no other devices that it could leave");
    }
    if (leaving_ != Leaving::at_once) leaving_ = at_once ? Leaving::at_once : Leaving::when_held_elsewhere;
    go_if_ready(now);
    if (core_.fault()) return fail(*core_.fault());
  }
  if (const auto info = leaving()) return *info;
  return fail(ErrorKind::already_exists, "this device was removed by another one already");
}

Result<void> Removals::stay() {
  if (leaving_ == Leaving::no || core_.is_removed()) {
    return fail(ErrorKind::denied, core_.is_removed()
                                       ? "this device has left already, or was removed: to link it again, run `toxtore "
                                         "device invite` on another one and `toxtore device join` here"
                                       : "this device is not about to leave, so there is nothing to take back");
  }
  leaving_ = Leaving::no;
  return {};
}

std::optional<LeavingInfo> Removals::leaving() const {
  const Roster::Removed* out = removed(core_, core_.self);
  LeavingInfo info;
  info.left = out != nullptr && out->by == core_.self;
  if (!info.left && (out != nullptr || leaving_ == Leaving::no)) return std::nullopt;
  info.only_here = info.left ? 0 : core_.replicator.held_only_here();
  for (const auto& [key, was] : core_.roster.once_in()) {
    if (core_.store.remembered(remembered_name::of(remembered_name::knows_removal, key)) == said_so)
      ++info.devices_told;
  }
  return info;
}

void Removals::go_if_ready(Instant now) {
  if (leaving_ == Leaving::no || core_.is_removed()) return;
  if (leaving_ == Leaving::when_held_elsewhere && core_.replicator.held_only_here() > 0) return;
  state_removal(core_.self, staying_without({core_.self}), now);
  leaving_ = Leaving::no;
  if (!commit()) return;
  close_log();
}

// --- Those that were removed.

// Rule 3. So is a log of which a removal names the end, though this device came in again before it learned of that.
// What is opened while it is out goes on, until the next start, which cannot tell it apart.
void Removals::close_log() {
  const bool was_out = std::exchange(closed_while_out_, core_.is_removed());
  const auto open = core_.open_log();
  if (!open || planted(PlantedBug::keeps_log_open)) return;
  const bool is_cut = core_.roster.limits().last(*open) < open_end - 1;
  if ((core_.is_removed() && !was_out) || is_cut)
    (void)core_.close_log();  // a failure is kept by the core as its fault
}

void Removals::knows(const PublicKey& key, const Bytes& how) {
  const auto before = core_.store.remembered(remembered_name::of(remembered_name::knows_removal, key));
  if (before == how || before == given_up) return;  // however often it says so
  (void)core_.change([&] { core_.store.remember(remembered_name::of(remembered_name::knows_removal, key), how); });
  core_.view_changed = true;  // toxcore's list
}

void Removals::on_devices(const PublicKey& from, const packet::MyDevices& list) {
  const bool names_us = std::ranges::find(list.keys, core_.self) != list.keys.end();
  if (!names_us) knows(from, said_so);
}

void Removals::give_up_telling(Instant now) {
  deadline_ms_.reset();
  std::erase_if(telling_since_ms_, [&](const auto& each) { return core_.connected(each.first) == nullptr; });
  std::vector<PublicKey> told;
  for (const auto& [key, peer] : core_.peers) {
    if (!is_to_be_told(core_, key, now.wall_ms) || core_.is_linked(key) || core_.is_being_linked(key)) continue;
    const std::uint64_t begun_ms = telling_since_ms_.try_emplace(key, now.mono_ms).first->second;
    const std::uint64_t until = std::max(begun_ms, peer.since_ms) + removed_connected_ms_max;
    if (until <= now.mono_ms) {
      told.push_back(key);
    } else if (!deadline_ms_ || until < *deadline_ms_) {
      deadline_ms_ = until;
    }
  }
  for (const PublicKey& key : told) knows(key, given_up);
}

void Removals::step(Instant now) {
  close_log();
  go_if_ready(now);
  give_up_telling(now);
}

}  // namespace toxtore
