#include "sync/roster.h"

#include <algorithm>
#include <tuple>

#include "base/planted.h"

namespace toxtore {
namespace {

// Who is shown as having taken a device in: the earliest add by another device, else its own.
bool tells_more(const DeviceAdd& add, const Roster::Member& member, const PublicKey& key) {
  const bool by_other = add.by != key;
  const bool member_by_other = member.by != key;
  if (by_other != member_by_other) return by_other;
  return std::tie(add.made_ms, add.by) < std::tie(member.made_ms, member.by);
}

bool names(const std::vector<Head>& keep, const auto& key_or_hash) {
  return std::ranges::find(keep, head_of(key_or_hash)) != keep.end();
}

void raise_to(std::map<std::uint32_t, std::uint32_t>& named, const std::vector<LogCut>& cuts) {
  for (const LogCut& cut : cuts) {
    std::uint32_t& number = named[cut.incarnation];
    number = std::max(number, cut.number);
  }
}

}  // namespace

Hash statement_hash(ByteView statement) { return hash_of({statement}); }

std::uint32_t LogLimits::last(const LogId& log) const {
  const auto of = devices.find(log.device);
  if (of == devices.end()) return open_end - 1;
  const auto named = of->second.named.find(log.incarnation);
  if (named != of->second.named.end()) return named->second;
  return of->second.others ? open_end - 1 : 0;
}

bool Roster::add(ByteView statement) {
  if (statement.size() > statement_size_max || statements_.size() >= roster_statements_max) return false;
  const Hash hash = statement_hash(statement);
  if (!statements_.emplace(hash, Bytes(statement.begin(), statement.end())).second) return false;
  auto read = decode_statement(statement);
  if (!read) return true;
  if (auto* add = std::get_if<DeviceAdd>(&*read)) adds_.push_back({std::move(*add), hash});
  if (auto* removal = std::get_if<DeviceRemoval>(&*read)) all_removals_.push_back({std::move(*removal), hash});
  if (auto* raise = std::get_if<CutRaise>(&*read)) raises_.push_back(std::move(*raise));
  derive();
  return true;
}

// Sorted, so that what is shown of equals does not depend on who came first.
void Roster::derive() {
  std::ranges::sort(adds_, [](const Add& a, const Add& b) {
    return std::tie(a.what.made_ms, a.hash) < std::tie(b.what.made_ms, b.hash);
  });
  std::ranges::sort(all_removals_, [](const Removal& a, const Removal& b) {
    return std::tie(a.what.made_ms, a.hash) < std::tie(b.what.made_ms, b.hash);
  });
  derive_removals();
  derive_counting();
  derive_once_in();
  derive_members();
  derive_fallen();
  derive_limits();
}

std::set<PublicKey> Roster::reachable() const {
  std::set<PublicKey> reached{self_};
  for (bool grew = true; grew;) {
    grew = false;
    for (const Add& add : adds_) {
      if (reached.contains(add.what.by)) grew = reached.insert(add.what.key).second || grew;
    }
  }
  return reached;
}

void Roster::derive_removals() {
  const auto authors = reachable();
  removals_.clear();
  for (const Removal& removal : all_removals_) {
    if (authors.contains(removal.what.by)) removals_[removal.what.key].push_back(&removal);
  }
}

const std::vector<const Roster::Removal*>& Roster::removals_of(const PublicKey& key) const {
  static const std::vector<const Removal*> none;
  const auto found = removals_.find(key);
  return found == removals_.end() ? none : found->second;
}

bool Roster::counts(const DeviceAdd& add) const {
  if (add.key == self_ && add.by == self_) return true;
  if (!known_.contains(add.by)) return false;
  return std::ranges::all_of(removals_of(add.by), [&](const Removal* removal) {
    return names(removal->what.keep, add.key) || is_after(add, removal->hash);
  });
}

// Who was removed may know of the removals of another device that was, and overrule them by an add of a key that is
// kept.
bool Roster::may_overrule(const Add& add) const {
  return std::ranges::all_of(removals_of(add.what.by), [&](const Removal* removal) {
    return names(removal->what.keep, add.hash) || is_after(add.what, removal->hash);
  });
}

// Who was out cannot have known of the add that brought it back.
bool Roster::is_after(const DeviceAdd& add, const Hash& removal) const {
  const auto returns = returns_.find(removal);
  return returns != returns_.end() &&
         std::ranges::any_of(add.overrules, [&](const Hash& hash) { return returns->second.contains(hash); });
}

// The least fixed point: a round only ever adds, so the last one that adds nothing ends it.
void Roster::derive_counting() {
  known_ = {self_};
  counting_.clear();
  returns_.clear();
  for (bool grew = true; grew;) {
    grew = false;
    for (const Add& add : adds_) {
      if (!counting_.contains(add.hash) && counts(add.what)) {
        counting_.insert(add.hash);
        known_.insert(add.what.key);
        grew = true;
      }
      if (counting_.contains(add.hash)) grew = overrule(add) || grew;
    }
  }
}

bool Roster::overrule(const Add& add) {
  if (!may_overrule(add)) return false;
  bool grew = false;
  for (const Removal* removal : removals_of(add.what.key)) {
    const bool named = std::ranges::find(add.what.overrules, removal->hash) != add.what.overrules.end();
    if (named || planted(PlantedBug::comes_back)) grew = returns_[removal->hash].insert(add.hash).second || grew;
  }
  return grew;
}

void Roster::derive_once_in() {
  once_in_.clear();
  for (const Add& add : adds_) {
    if (!counting_.contains(add.hash)) continue;
    const DeviceAdd& what = add.what;
    const auto [member, is_first] = once_in_.try_emplace(what.key, Member{what.name, what.by, what.made_ms});
    if (!is_first && tells_more(what, member->second, what.key)) {
      member->second.by = what.by;
      member->second.made_ms = what.made_ms;
    }
  }
  for (const Add& add : adds_) {  // a device's own word about its name, also once it is out
    const auto own = add.what.by == add.what.key ? once_in_.find(add.what.key) : once_in_.end();
    if (own != once_in_.end()) own->second.name = add.what.name;
  }
}

void Roster::derive_members() {
  members_ = once_in_;
  removed_.clear();
  for (const auto& [key, member] : once_in_) {
    for (const Removal* removal : removals_of(key)) {
      if (!stands(*removal)) continue;
      removed_.try_emplace(key, Removed{member, removal->what.by, removal->what.made_ms});
      members_.erase(key);
    }
  }
  if (!removed_.contains(self_)) return;
  members_.clear();
  members_.emplace(self_, once_in_.at(self_));
}

// Who was in by the word of a device that is out only, and was not kept, is out with it, in whatever order one hears of
// the two: another device may have taken it in before it learned of the removal. Such a key was never in, as
// far as that is known now, so nothing else is refused to it: it may be a friend's, added to have him refused. A
// removed device itself keeps what it has.
void Roster::derive_fallen() {
  if (removed_.contains(self_)) return;
  for (bool grew = true; grew;) {
    grew = false;
    for (const Add& add : adds_) {
      const DeviceAdd& what = add.what;
      const auto sponsor = removed_.find(what.by);
      if (sponsor == removed_.end() || once_in_.contains(what.key) || removed_.contains(what.key)) continue;
      const Member was{what.name, what.by, what.made_ms};
      removed_.emplace(what.key, Removed{was, sponsor->second.by, sponsor->second.made_ms});
      grew = true;
    }
  }
}

// --- Cuts.

bool Roster::is_removed_by_other(const PublicKey& key) const {
  return std::ranges::any_of(removals_of(key),
                             [&](const Removal* removal) { return stands(*removal) && removal->what.by != key; });
}

// A device that came in again is trusted as any other; one that left has no say about itself any more.
bool Roster::may_raise(const PublicKey& by, const PublicKey& of) const {
  return known_.contains(by) && !is_removed_by_other(by) && (by != of || !removed_.contains(by));
}

std::map<std::uint32_t, std::uint32_t> Roster::named_by_removals(const PublicKey& key) const {
  std::map<std::uint32_t, std::uint32_t> by_known;
  std::map<std::uint32_t, std::uint32_t> by_itself;
  std::map<std::uint32_t, std::uint32_t> by_anybody;
  const bool may_leave = !is_removed_by_other(key);
  for (const Removal* removal : removals_of(key)) {
    if (removal->what.by == key) {
      if (may_leave) raise_to(by_itself, removal->what.cuts);
    } else {
      raise_to(known_.contains(removal->what.by) ? by_known : by_anybody, removal->what.cuts);
    }
  }
  by_known.merge(by_itself);
  by_known.merge(by_anybody);
  return by_known;
}

void Roster::derive_limits() {
  limits_.devices.clear();
  for (const auto& [key, was] : removed_) limits_.devices[key] = {named_by_removals(key), false};
  for (const auto& [key, removals] : removals_) {
    limits_.devices[key] = {named_by_removals(key), once_in_.contains(key) && !removed_.contains(key)};
  }
  for (const CutRaise& raise : raises_) {
    const auto of = limits_.devices.find(raise.key);
    if (of == limits_.devices.end() || !may_raise(raise.by, raise.key)) continue;
    raise_to(of->second.named, raise.cuts);
  }
  if (removed_.contains(self_)) limits_.devices.erase(self_);
}

// --- For who makes statements.

std::vector<Hash> Roster::own_returns() const {
  std::vector<Hash> hashes;
  for (const Removal* removal : removals_of(self_)) {
    const auto returns = returns_.find(removal->hash);
    if (returns != returns_.end()) hashes.push_back(*returns->second.begin());
  }
  std::ranges::sort(hashes);
  hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
  return hashes;
}

std::vector<std::pair<Hash, Bytes>> Roster::in_order() const {
  std::set<Hash> removals;
  for (const Removal& removal : all_removals_) removals.insert(removal.hash);
  std::vector<std::pair<Hash, Bytes>> ordered;
  const auto take = [&](auto wanted) {
    for (const auto& [hash, statement] : statements_) {
      if (wanted(hash)) ordered.emplace_back(hash, statement);
    }
  };
  take([&](const Hash& hash) { return removals.contains(hash) && !returns_.contains(hash); });
  take([&](const Hash& hash) { return !removals.contains(hash); });
  take([&](const Hash& hash) { return returns_.contains(hash); });
  return ordered;
}

std::vector<Hash> Roster::overruling_adds_by(const PublicKey& key) const {
  std::set<Hash> overruling;
  for (const auto& [removal, returns] : returns_) overruling.insert(returns.begin(), returns.end());
  std::vector<Hash> hashes;
  for (const Add& add : adds_) {
    if (add.what.by == key && overruling.contains(add.hash)) hashes.push_back(add.hash);
  }
  return hashes;
}

std::vector<Hash> Roster::standing_removals(const PublicKey& key) const {
  std::vector<Hash> hashes;
  for (const Removal* removal : removals_of(key)) {
    if (stands(*removal)) hashes.push_back(removal->hash);
  }
  return hashes;
}

const DeviceRemoval* Roster::last_removal(const PublicKey& key) const {
  const auto& removals = removals_of(key);
  return removals.empty() ? nullptr : &removals.back()->what;
}

// Those that removed it, and those that added them, as far as it may not know them.
std::vector<Bytes> Roster::news_for_removed(const PublicKey& key) const {
  std::vector<Bytes> news;
  std::set<PublicKey> authors;
  for (const Removal* removal : removals_of(key)) {
    if (!stands(*removal)) continue;
    news.push_back(statements_.at(removal->hash));
    authors.insert(removal->what.by);
  }
  std::set<Hash> told;
  for (bool grew = true; grew;) {
    grew = false;
    for (const Add& add : adds_) {
      if (!counting_.contains(add.hash) || !authors.contains(add.what.key) || !told.insert(add.hash).second) continue;
      news.push_back(statements_.at(add.hash));
      authors.insert(add.what.by);
      grew = true;
    }
  }
  return news;
}

std::vector<DeviceAdd> Roster::added_by(const PublicKey& key) const {
  std::vector<DeviceAdd> adds;
  for (const Add& add : adds_) {
    if (add.what.by == key && add.what.key != key && counting_.contains(add.hash)) adds.push_back(add.what);
  }
  return adds;
}

std::map<PublicKey, std::vector<LogCut>> Roster::raises_by(const PublicKey& key) const {
  std::map<PublicKey, std::vector<LogCut>> raises;
  for (const CutRaise& raise : raises_) {
    if (raise.by != key || raise.key == key || !may_raise(key, raise.key)) continue;
    for (const LogCut& cut : raise.cuts) {
      if (limits_.last({raise.key, cut.incarnation}) == cut.number) raises[raise.key].push_back(cut);
    }
  }
  return raises;
}

}  // namespace toxtore
