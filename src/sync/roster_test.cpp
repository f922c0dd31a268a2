// The roster: who is in, for any order of arrival.
#include "sync/roster.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/test_keys.h"

namespace toxtore {
namespace {

Bytes add(std::uint8_t key, std::uint8_t by, const std::string& name = "x", std::uint64_t made_ms = 1) {
  return encode_statement(DeviceAdd{key_of(key), key_of(by), made_ms, name, {}});
}

std::vector<PublicKey> keys_of(const Roster& roster) {
  std::vector<PublicKey> keys;
  for (const auto& [key, member] : roster.members()) keys.push_back(key);
  return keys;
}

TEST(Roster, StartsFromThisDeviceAndFollowsWhoeverIsIn) {
  Roster roster(key_of(1));
  EXPECT_TRUE(roster.add(add(1, 1)));
  EXPECT_FALSE(roster.add(add(1, 1)));
  EXPECT_TRUE(roster.add(add(3, 2)));  // 2 is not in, so its word counts for nothing yet
  EXPECT_EQ(keys_of(roster), (std::vector{key_of(1)}));
  EXPECT_TRUE(roster.add(add(2, 1)));
  EXPECT_EQ(keys_of(roster), (std::vector{key_of(1), key_of(2), key_of(3)}));
  EXPECT_EQ(roster.version(), 3U);
}

TEST(Roster, NobodyBringsHimselfIn) {
  Roster roster(key_of(1));
  roster.add(add(1, 1));
  roster.add(add(9, 9));
  roster.add(add(8, 9));
  EXPECT_EQ(keys_of(roster), std::vector{key_of(1)});
}

TEST(Roster, ADeviceNamesItselfAndTheEarliestOtherTookItIn) {
  Roster roster(key_of(1));
  roster.add(add(1, 1, "laptop", 5));
  roster.add(add(2, 1, "guess", 20));
  roster.add(add(2, 2, "server", 10));
  EXPECT_EQ(roster.members().at(key_of(2)).name, "server");
  EXPECT_EQ(roster.members().at(key_of(2)).by, key_of(1));
  EXPECT_EQ(roster.members().at(key_of(2)).made_ms, 20U);
}

TEST(Roster, KeepsWhatItCannotRead) {
  Roster roster(key_of(1));
  EXPECT_TRUE(roster.add(Bytes{200, 1, 2, 3}));
  EXPECT_EQ(roster.statements().size(), 1U);
  EXPECT_TRUE(roster.members().empty());
  EXPECT_FALSE(roster.add(Bytes(statement_size_max + 1, 200)));
}

// --- Removals.

struct Said {
  Bytes bytes;
  operator Bytes() const { return bytes; }  // NOLINT(google-explicit-constructor): to be handed to Roster::add
  [[nodiscard]] Hash hash() const { return statement_hash(bytes); }
};

Said added(std::uint8_t key, std::uint8_t by, const std::vector<Hash>& overrules = {}) {
  return {encode_statement(DeviceAdd{key_of(key), key_of(by), 1, "x", overrules})};
}

using Keys = std::vector<std::uint8_t>;

Said removed(std::uint8_t key, std::uint8_t by, const Keys& keep, const std::vector<LogCut>& cuts = {},
             const std::vector<Hash>& kept_adds = {}) {
  std::vector<Head> heads;
  for (const std::uint8_t kept : keep) heads.push_back(head_of(key_of(kept)));
  for (const Hash& kept : kept_adds) heads.push_back(head_of(kept));
  return {encode_statement(DeviceRemoval{key_of(key), key_of(by), 1, cuts, heads})};
}

Said raised(std::uint8_t key, std::uint8_t by, const std::vector<LogCut>& cuts) {
  return {encode_statement(CutRaise{key_of(key), key_of(by), 1, cuts})};
}

Roster roster_of(std::uint8_t self, const std::vector<Said>& statements) {
  Roster roster(key_of(self));
  for (const Said& statement : statements) roster.add(statement.bytes);
  return roster;
}

/// As the device `self` sees it, in whatever order the statements come.
std::vector<PublicKey> members_in_any_order(std::uint8_t self, std::vector<Said> statements) {
  const auto members = keys_of(roster_of(self, statements));
  std::ranges::reverse(statements);
  EXPECT_EQ(keys_of(roster_of(self, statements)), members);
  std::ranges::rotate(statements, statements.begin() + static_cast<std::ptrdiff_t>(statements.size() / 2));
  EXPECT_EQ(keys_of(roster_of(self, statements)), members);
  return members;
}

std::vector<PublicKey> keys(const Keys& numbers) {
  std::vector<PublicKey> keys;
  for (const std::uint8_t number : numbers) keys.push_back(key_of(number));
  return keys;
}

/// 1 linked 2 and 3, as linking does it.
std::vector<Said> three_devices() {
  return {added(1, 1), added(2, 2), added(3, 3), added(2, 1), added(1, 2), added(3, 1), added(1, 3)};
}

std::vector<Said> operator+(std::vector<Said> one, const std::vector<Said>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

TEST(Removal, PutsADeviceOutForAllAndForItself) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 3}));
  EXPECT_EQ(members_in_any_order(3, all), keys({1, 3}));
  EXPECT_EQ(members_in_any_order(2, all), keys({2}));  // alone
  EXPECT_TRUE(roster_of(2, all).is_removed(key_of(2)));
  EXPECT_TRUE(roster_of(2, all).was_own(key_of(1)));
  EXPECT_EQ(roster_of(3, all).removed().at(key_of(2)).by, key_of(1));
}

TEST(Removal, OfTheFirstDeviceLeavesThoseThatItAdded) {
  const auto all = three_devices() + std::vector{removed(1, 2, {2, 3})};
  EXPECT_EQ(members_in_any_order(2, all), keys({2, 3}));
  EXPECT_EQ(members_in_any_order(3, all), keys({2, 3}));
  EXPECT_EQ(members_in_any_order(1, all), keys({1}));
}

TEST(Removal, OfTwoByEachOtherPutsBothOut) {
  const auto all = three_devices() + std::vector{removed(1, 2, {2, 3}), removed(2, 1, {1, 3})};
  EXPECT_EQ(members_in_any_order(3, all), keys({3}));
  EXPECT_EQ(members_in_any_order(1, all), keys({1}));
  EXPECT_EQ(members_in_any_order(2, all), keys({2}));
}

TEST(Removal, KeepsOutWhomTheRemovedDeviceAddsAfterwards) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}), added(9, 2), added(8, 9), added(9, 9)};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 3}));
  EXPECT_EQ(members_in_any_order(3, all), keys({1, 3}));
}

TEST(Removal, KeepsThoseThatTheRemovedDeviceHadAdded) {
  const auto all = three_devices() + std::vector{added(4, 2), added(4, 4), added(2, 4), removed(2, 1, {1, 3, 4})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 3, 4}));
  EXPECT_EQ(members_in_any_order(4, all), keys({1, 3, 4}));
}

TEST(Removal, OfTwoThatAddEachOtherAgainHolds) {
  const Said first = removed(2, 1, {1});
  const Said second = removed(3, 1, {1});
  const auto all =
      three_devices() + std::vector{first, second, added(2, 3, {first.hash()}), added(3, 2, {second.hash()})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1}));
}

// Each is kept: one since it was still in when the other one was removed, the other since what it added may be needed.
TEST(Removal, OfTwoThatAreKeptAndAddEachOtherAgainHolds) {
  const Said first = removed(2, 1, {1, 3});
  const Said second = removed(3, 1, {1, 2});
  const auto all =
      three_devices() + std::vector{first, second, added(2, 3, {first.hash()}), added(3, 2, {second.hash()})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1}));
}

TEST(Removal, KeepsWhomTheRemovedDeviceHadBroughtBack) {
  const Said removal = removed(2, 1, {1, 3});
  const Said back = added(2, 3, {removal.hash()});
  const auto all = three_devices() + std::vector{removal, back, added(3, 2)};
  EXPECT_EQ(roster_of(1, all).overruling_adds_by(key_of(3)), std::vector{back.hash()});
  const auto kept = all + std::vector{removed(3, 1, {1, 2}, {}, {back.hash()})};
  EXPECT_EQ(members_in_any_order(1, kept), keys({1, 2}));
  EXPECT_EQ(members_in_any_order(1, all + std::vector{removed(3, 1, {1, 2})}), keys({1})) << "unheard by the remover";
}

TEST(Removal, IsOverruledByANewLinkThatNamesIt) {
  const Said removal = removed(2, 1, {1, 3});
  const auto out = three_devices() + std::vector{removal};
  EXPECT_EQ(members_in_any_order(3, out + std::vector{added(2, 3)}), keys({1, 3}));  // it names nothing
  const auto back = out + std::vector{added(2, 3, {removal.hash()}), added(3, 2)};
  for (const std::uint8_t self : {1, 2, 3}) EXPECT_EQ(members_in_any_order(self, back), keys({1, 2, 3}));
}

TEST(Removal, StandsAgainstALinkThatDidNotKnowOfIt) {
  const Said first = removed(2, 1, {1, 3});
  const auto all = three_devices() + std::vector{first, added(2, 3, {first.hash()}), removed(2, 1, {1, 3}, {{0, 7}})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 3}));
  EXPECT_EQ(members_in_any_order(2, all), keys({2}));
}

TEST(Removal, ByAStrangerCountsForNothing) {
  const auto all = three_devices() + std::vector{added(9, 9), removed(2, 9, {}), raised(2, 9, {{0, 5}})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 2, 3}));
  EXPECT_TRUE(roster_of(1, all).limits().devices.empty());
}

TEST(Removal, ByOneThatIsOutCounts) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}), removed(3, 2, {})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1}));
}

TEST(Removal, ByItselfIsHowADeviceLeaves) {
  const auto all = three_devices() + std::vector{removed(2, 2, {1, 3}, {{0, 9}})};
  EXPECT_EQ(members_in_any_order(1, all), keys({1, 3}));
  EXPECT_EQ(members_in_any_order(2, all), keys({2}));
  EXPECT_EQ(roster_of(1, all).limits().last({key_of(2), 0}), 9U);
}

TEST(Removal, IsToldToTheRemovedOneWithNoMoreThanItNeeds) {
  auto known_to_2 = three_devices();
  auto all = known_to_2 +
             std::vector{added(4, 1), added(4, 4), added(5, 1), added(5, 5), added(1, 4), removed(2, 4, {1, 3, 4, 5})};
  const auto news = roster_of(1, all).news_for_removed(key_of(2));
  Roster of_2 = roster_of(2, known_to_2);
  for (const Bytes& statement : news) of_2.add(statement);
  EXPECT_TRUE(of_2.is_removed(key_of(2)));
  EXPECT_FALSE(of_2.was_own(key_of(5)));  // it never heard of 5
}

// --- Cuts.

std::uint32_t last(const Roster& roster, std::uint8_t key, std::uint32_t incarnation = 0) {
  return roster.limits().last({key_of(key), incarnation});
}

TEST(Cuts, OfSeveralRemovalsTheHighestCounts) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), removed(2, 3, {1, 3}, {{0, 12}})};
  const Roster roster = roster_of(1, all);
  EXPECT_EQ(last(roster, 2), 12U);
  EXPECT_EQ(last(roster, 2, 7), 0U);
  EXPECT_EQ(last(roster, 3), open_end - 1);
}

TEST(Cuts, ARemovedDevicesWordAboutItselfDoesNotCount) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), removed(2, 2, {}, {{0, 50}, {7, 3}}),
                                                 raised(2, 2, {{0, 60}})};
  EXPECT_EQ(last(roster_of(1, all), 2), 9U);
  EXPECT_EQ(last(roster_of(1, all), 2, 7), 0U);
}

TEST(Roster, WhoIsInAgainBringsNobodyWhomItTookInWhileItWasOut) {
  const Said removal = removed(2, 1, {1, 3}, {{0, 9}});
  const Said back = added(2, 1, {removal.hash()});
  const auto out = three_devices() + std::vector{removal, added(9, 2), added(9, 2, {removal.hash()})};
  EXPECT_EQ(keys_of(roster_of(1, out + std::vector{back})), keys({1, 2, 3}));
  const auto later = out + std::vector{back, added(8, 2, {back.hash()})};
  EXPECT_EQ(keys_of(roster_of(1, later)), keys({1, 2, 3, 8})) << "what it takes in since then counts";
}

TEST(Roster, WhoeverHearsAPartOfItInOrderTakesNobodyForRemovedWhoIsNot) {
  const Said removal = removed(2, 3, {1, 3});
  const auto all = three_devices() + std::vector{removal, added(2, 1, {removal.hash()}), removed(3, 1, {1, 2})};
  const Roster whole = roster_of(1, all);
  Roster part(key_of(2));
  for (const auto& [hash, statement] : whole.in_order()) {
    part.add(statement);
    EXPECT_FALSE(part.is_removed(key_of(2)));
  }
  EXPECT_TRUE(part.is_removed(key_of(3)));
}

TEST(Cuts, OneThatIsInAgainMayTakeInWhatItLoggedBehindThem) {
  const Said removal = removed(2, 1, {1, 3}, {{0, 9}});
  const auto out = three_devices() + std::vector{removal, raised(2, 2, {{0, 60}})};
  EXPECT_EQ(last(roster_of(1, out), 2), 9U);
  EXPECT_EQ(last(roster_of(1, out + std::vector{added(2, 1, {removal.hash()})}), 2), 60U);
}

TEST(Cuts, WhoeverItAddsAfterwardsDoesNotCountEither) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), added(9, 2),
                                                 removed(2, 9, {}, {{0, 50}}), raised(2, 9, {{0, 60}})};
  EXPECT_EQ(last(roster_of(1, all), 2), 9U);
}

// One device may have known it as in, and another one never did.
TEST(Cuts, NothingCountsOfOneThatWasAddedByNobodyWhoseAddCounts) {
  const Said removal = removed(2, 1, {1, 3}, {{0, 9}});
  const auto all = three_devices() + std::vector{added(9, 2), added(9, 9), removal};
  EXPECT_EQ(last(roster_of(1, all), 9), 0U);
  EXPECT_EQ(last(roster_of(1, all + std::vector{added(2, 1, {removal.hash()})}), 9), open_end - 1);
  EXPECT_EQ(last(roster_of(2, all), 9), open_end - 1) << "a removed device keeps what it has";
}

TEST(Cuts, StayWhenTheRemoverIsRemoved) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), removed(1, 2, {2, 3}, {{0, 4}})};
  EXPECT_EQ(last(roster_of(3, all), 2), 9U);
  EXPECT_EQ(last(roster_of(3, all), 1), 4U);
}

TEST(Cuts, AreRaisedByADeviceThatIsIn) {
  const auto removals = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), raised(2, 3, {{0, 11}, {7, 2}})};
  EXPECT_EQ(last(roster_of(1, removals), 2), 11U);
  EXPECT_EQ(last(roster_of(1, removals), 2, 7), 2U);
  const Roster later = roster_of(1, removals + std::vector{removed(3, 1, {1}, {{0, 5}})});
  EXPECT_EQ(last(later, 2), 9U);
  EXPECT_EQ(roster_of(1, removals).raises_by(key_of(3)),
            (std::map<PublicKey, std::vector<LogCut>>{{key_of(2), {{0, 11}, {7, 2}}}}));
  const Roster taken_over =
      roster_of(1, removals + std::vector{removed(3, 1, {1}, {{0, 5}}), raised(2, 1, {{0, 11}, {7, 2}})});
  EXPECT_EQ(last(taken_over, 2), 11U);
}

TEST(Cuts, StayOnWhatWasLoggedBeforeANewLink) {
  const Said removal = removed(2, 1, {1, 3}, {{0, 9}});
  const Roster back = roster_of(2, three_devices() + std::vector{removal, added(2, 1, {removal.hash()})});
  EXPECT_EQ(last(back, 2), 9U);
  EXPECT_EQ(last(back, 2, 77), open_end - 1);
}

TEST(Cuts, DoNotHoldForTheRemovedDeviceItself) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), removed(3, 1, {1}, {{0, 4}})};
  EXPECT_EQ(last(roster_of(2, all), 2), open_end - 1);
  EXPECT_EQ(last(roster_of(2, all), 3), 4U);
}

TEST(Cuts, NobodyPutsALogAsideByANewKeyOfHisOwn) {
  const auto all = three_devices() + std::vector{removed(2, 1, {1, 3}, {{0, 9}}), added(9, 2),
                                                 removed(3, 9, {}, {{0, 0}}), removed(3, 1, {1}, {{0, 30}})};
  EXPECT_EQ(last(roster_of(1, all), 3), 30U);
}

// --- Against what the definition says, word for word.

struct Small {
  std::uint8_t key = 1;
  std::uint8_t by = 1;
  std::vector<std::size_t> overrules = {};  // places of removals
  std::vector<std::size_t> returns = {};    // places of adds
};
struct SmallRemoval {
  std::uint8_t key = 1;
  std::uint8_t by = 1;
  Keys keep;
  std::vector<std::size_t> kept_adds = {};  // places
};

/// Naive: of all sets of adds that contain what follows from them, the least.
class NaiveRoster {
 public:
  NaiveRoster(std::vector<Small> adds, std::vector<SmallRemoval> removals)
      : adds_(std::move(adds)), removals_(std::move(removals)) {}

  /// Without the rule that a removed device is alone.
  [[nodiscard]] std::set<PublicKey> in() const {
    const std::size_t all = std::size_t{1} << adds_.size();
    std::size_t least = all - 1;
    for (std::size_t set = 0; set < all; ++set) {
      if ((following(set) & ~set) == 0) least &= set;
    }
    std::set<PublicKey> keys;
    for (std::size_t i = 0; i < adds_.size(); ++i) {
      if (has(least, i) && !is_out(adds_[i].key, least)) keys.insert(key_of(adds_[i].key));
    }
    return keys;
  }

 private:
  static bool has(std::size_t set, std::size_t i) { return ((set >> i) & 1U) != 0; }

  [[nodiscard]] bool may_be_reached(std::uint8_t key, unsigned depth) const {
    if (key == 1) return true;
    return depth > 0 && std::ranges::any_of(adds_, [&](const Small& add) {
             return add.key == key && add.by != key && may_be_reached(add.by, depth - 1);
           });
  }
  [[nodiscard]] bool stands(std::size_t removal, std::size_t set) const {
    if (!may_be_reached(removals_[removal].by, 6)) return false;
    for (std::size_t i = 0; i < adds_.size(); ++i) {
      if (overrules(i, removal, set, 9)) return false;
    }
    return true;
  }
  /// Each rests on an add that was made before, so one need not go back further than there are adds.
  [[nodiscard]] bool overrules(std::size_t i, std::size_t removal, std::size_t set, unsigned depth) const {
    const Small& add = adds_[i];
    const bool names = has(set, i) && add.key == removals_[removal].key &&
                       std::ranges::find(add.overrules, removal) != add.overrules.end();
    if (!names) return false;
    for (std::size_t r = 0; r < removals_.size(); ++r) {
      const auto& kept = removals_[r].kept_adds;
      if (removals_[r].key != add.by || !may_be_reached(removals_[r].by, 6)) continue;
      if (std::ranges::find(kept, i) == kept.end() && !knows_of_return(add, r, set, depth)) return false;
    }
    return true;
  }
  /// Of an add that is in the set and overrules that removal.
  [[nodiscard]] bool knows_of_return(const Small& add, std::size_t removal, std::size_t set, unsigned depth) const {
    return depth > 0 &&
           std::ranges::any_of(add.returns, [&](std::size_t i) { return overrules(i, removal, set, depth - 1); });
  }
  [[nodiscard]] bool is_out(std::uint8_t key, std::size_t set) const {
    for (std::size_t r = 0; r < removals_.size(); ++r) {
      if (removals_[r].key == key && stands(r, set)) return true;
    }
    return false;
  }
  [[nodiscard]] bool follows(const Small& add, std::size_t set) const {
    if (add.key == 1 && add.by == 1) return true;
    bool known = add.by == 1;
    for (std::size_t i = 0; i < adds_.size(); ++i) known = known || (has(set, i) && adds_[i].key == add.by);
    for (std::size_t r = 0; r < removals_.size(); ++r) {
      const Keys& keep = removals_[r].keep;
      const bool counts = removals_[r].key == add.by && may_be_reached(removals_[r].by, 6);
      if (counts && std::ranges::find(keep, add.key) == keep.end() && !knows_of_return(add, r, set, 9)) return false;
    }
    return known;
  }
  [[nodiscard]] std::size_t following(std::size_t set) const {
    std::size_t next = 0;
    for (std::size_t i = 0; i < adds_.size(); ++i) {
      if (follows(adds_[i], set)) next |= std::size_t{1} << i;
    }
    return next;
  }

  std::vector<Small> adds_;
  std::vector<SmallRemoval> removals_;
};

struct Drawn {
  std::vector<Small> adds;
  std::vector<SmallRemoval> removals;
  std::vector<Said> statements;
};

std::uint8_t drawn_key() { return *rc::gen::inRange<std::uint8_t>(1, 6); }

/// In the order in which they were made, for a statement can name only hashes of those before it. Times stand in for
/// what tells equal statements apart.
class Drawing {
 public:
  static Drawn draw() {
    Drawing drawing;
    auto removals = *rc::gen::inRange<std::size_t>(0, 5);
    auto adds = *rc::gen::inRange<std::size_t>(0, 9);
    while (removals + adds > 0) {
      if (*rc::gen::inRange<std::size_t>(0, removals + adds) < removals) {
        drawing.remove();
        --removals;
      } else {
        drawing.add();
        --adds;
      }
    }
    return std::move(drawing.drawn_);
  }

 private:
  Drawing() {
    drawn_.adds.push_back({1, 1});
    drawn_.statements.push_back(added(1, 1));
    adds_.push_back(drawn_.statements.back().hash());
  }

  /// Places of what fits, by chance.
  template <class T, class Fits>
  static std::vector<std::size_t> some(const std::vector<T>& of, Fits fits) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < of.size(); ++i) {
      if (fits(of[i]) && *rc::gen::arbitrary<bool>()) places.push_back(i);
    }
    return places;
  }
  static std::vector<Hash> at(const std::vector<Hash>& hashes, const std::vector<std::size_t>& places) {
    std::vector<Hash> found;
    for (const std::size_t place : places) found.push_back(hashes[place]);
    return found;
  }

  void remove() {
    SmallRemoval removal{drawn_key(), drawn_key(), {}};
    for (std::uint8_t key = 1; key < 6; ++key) {
      if (*rc::gen::arbitrary<bool>()) removal.keep.push_back(key);
    }
    removal.kept_adds = some(drawn_.adds, [&](const Small& add) { return add.by == removal.key; });
    const auto time = static_cast<std::uint32_t>(drawn_.statements.size());
    drawn_.statements.push_back(
        removed(removal.key, removal.by, removal.keep, {{time, time}}, at(adds_, removal.kept_adds)));
    removals_.push_back(drawn_.statements.back().hash());
    drawn_.removals.push_back(std::move(removal));
  }
  void add() {
    Small add{drawn_key(), drawn_key()};
    add.overrules = some(drawn_.removals, [&](const SmallRemoval& removal) { return removal.key == add.key; });
    add.returns = some(drawn_.adds, [&](const Small& other) { return other.key == add.by; });
    std::vector<Hash> named = at(removals_, add.overrules);
    std::ranges::move(at(adds_, add.returns), std::back_inserter(named));
    const auto time = drawn_.statements.size();
    drawn_.statements.push_back({encode_statement(DeviceAdd{key_of(add.key), key_of(add.by), time, "x", named})});
    adds_.push_back(drawn_.statements.back().hash());
    drawn_.adds.push_back(std::move(add));
  }

  Drawn drawn_;
  std::vector<Hash> adds_;
  std::vector<Hash> removals_;
};

RC_GTEST_PROP(Roster, IsTheLeastSetThatTheDefinitionAllows, ()) {
  const Drawn drawn = Drawing::draw();
  const auto expected = NaiveRoster(drawn.adds, drawn.removals).in();
  const Roster roster = roster_of(1, drawn.statements);
  if (roster.is_removed(key_of(1))) {
    RC_ASSERT(!expected.contains(key_of(1)));
    RC_ASSERT(keys_of(roster) == keys({1}));
    for (const PublicKey& key : expected) RC_ASSERT(roster.was_own(key));
  } else {
    RC_ASSERT(keys_of(roster) == std::vector<PublicKey>(expected.begin(), expected.end()));
  }
}

RC_GTEST_PROP(Roster, IsTheSameForAnyOrder, ()) {
  Drawn drawn = Drawing::draw();
  const auto author = [] { return *rc::gen::inRange<std::uint8_t>(1, 6); };
  for (std::uint32_t left = *rc::gen::inRange<std::uint32_t>(0, 5); left > 0; --left) {
    drawn.statements.push_back(removed(author(), author(), {1, 2, 3}, {{left % 2, left * 3}}));
    drawn.statements.push_back(raised(author(), author(), {{left % 2, left * 4}}));
  }
  const Roster one = roster_of(1, drawn.statements);
  std::vector<Said> shuffled;
  while (!drawn.statements.empty()) {
    const auto at = *rc::gen::inRange<std::size_t>(0, drawn.statements.size());
    shuffled.push_back(drawn.statements[at]);
    drawn.statements.erase(drawn.statements.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Roster other = roster_of(1, shuffled);
  RC_ASSERT(one.members() == other.members());
  RC_ASSERT(one.removed() == other.removed());
  RC_ASSERT(one.limits() == other.limits());
}

}  // namespace
}  // namespace toxtore
