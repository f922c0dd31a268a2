// Who is one person: each rule by example, and all of them against a naive reading of the events.
#include "view/contact_graph.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/test_keys.h"
#include "view/rules.h"

namespace toxtore {
namespace {

using What = ContactSetting::What;
using Keys = std::vector<PublicKey>;

const PublicKey laptop = key_of(1);
const PublicKey server = key_of(2);
const PublicKey phone = key_of(11);   // Anna's first key
const PublicKey desk = key_of(12);    // and her second
const PublicKey tablet = key_of(13);  // and her third
const PublicKey bob = key_of(21);

/// The events of a user's devices, and what they add up to.
class Events {
 public:
  Events& add(Body body) { return add_at(++time_ms_, laptop, std::move(body)); }
  Events& add_at(std::uint64_t timestamp_ms, const PublicKey& device, Body body) {
    events_.push_back({{device, ++seq_}, timestamp_ms, std::nullopt, std::move(body)});
    return *this;
  }
  Events& says(const PublicKey& key, Keys keys, std::uint64_t version = 1, Keys removed = {}) {
    return add(FriendDevices{key, std::move(keys), version, std::move(removed)});
  }
  Events& befriend(const PublicKey& key) { return add(FriendAdd{key}); }
  Events& set(const PublicKey& key, What what, Bytes value) { return add(ContactSetting{key, what, std::move(value)}); }
  Events& answer(const PublicKey& by, const PublicKey& claimed, bool yes) {
    Bytes value(claimed.bytes.begin(), claimed.bytes.end());
    value.push_back(yes ? 1 : 0);
    return set(by, What::claim_answer, std::move(value));
  }

  [[nodiscard]] std::vector<FriendRow> rows() const {
    std::set<PublicKey> keys;
    for (const ReadEvent& event : events_) {
      for (const PublicKey& key : touched_by(event).friends) keys.insert(key);
    }
    std::vector<FriendRow> rows;
    for (const PublicKey& key : keys) rows.push_back(row_of(key));
    return rows;
  }
  [[nodiscard]] ContactGraph graph(const std::set<PublicKey>& own = {laptop, server}) const { return {rows(), own}; }
  [[nodiscard]] Keys keys_with(const PublicKey& key) const {
    const ContactGraph contacts = graph();
    const Contact* contact = contacts.of(key);
    return contact == nullptr ? Keys{} : contact->keys;
  }
  std::vector<ReadEvent>& all() { return events_; }

 private:
  [[nodiscard]] FriendRow row_of(const PublicKey& key) const {
    std::vector<AddWithReferences> adds;
    std::vector<ReadEvent> others;
    for (const ReadEvent& event : events_) {
      const auto touched = touched_by(event).friends;
      if (std::find(touched.begin(), touched.end(), key) == touched.end()) continue;
      if (!std::holds_alternative<FriendAdd>(event.body)) {
        others.push_back(event);
        continue;
      }
      std::vector<ReadEvent> references;
      for (const ReadEvent& other : events_) {
        const auto* remove = std::get_if<FriendRemove>(&other.body);
        if (remove != nullptr && remove->add == event.dot) references.push_back(other);
      }
      adds.push_back({event, references});
    }
    return derive_friend(key, adds, others);
  }

  std::vector<ReadEvent> events_;
  std::uint64_t time_ms_ = 0;
  std::uint64_t seq_ = 0;
};

TEST(Contacts, MutualClaimsMergeAndOneSidedOnesDoNot) {
  Events events;
  events.befriend(phone).befriend(bob).says(phone, {phone, desk});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  events.says(desk, {desk});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  events.says(desk, {desk, phone}, 2);
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, desk}));
  EXPECT_EQ(events.keys_with(bob), Keys{bob});
}

TEST(Contacts, SplitAgainWhenAClaimIsWithdrawn) {
  Events events;
  events.befriend(phone).says(phone, {phone, desk}).says(desk, {desk, phone});
  ASSERT_EQ(events.keys_with(phone), (Keys{phone, desk}));
  events.says(desk, {desk}, 2);
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.keys_with(desk), Keys{desk});
}

TEST(Contacts, AnOlderListOverridesNothingHoweverLateItIsHeard) {
  Events events;
  events.befriend(phone).says(phone, {phone, desk}).says(desk, {desk, phone}, 5);
  events.says(desk, {desk}, 4);
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, desk}));
  events.says(desk, {desk}, 0);
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, desk})) << "a list without a version is the oldest";
}

TEST(Contacts, AKeyThatOneOfThemRemovesLeaves) {
  Events events;
  events.befriend(phone).says(phone, {phone, desk, tablet}).says(desk, {phone, desk, tablet});
  events.says(tablet, {phone, desk, tablet});
  ASSERT_EQ(events.keys_with(phone), (Keys{phone, desk, tablet}));
  events.says(tablet, {desk, tablet}, 2, {phone});  // the desk has not told yet, and still lists both
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.keys_with(desk), (Keys{desk, tablet}));
}

TEST(Contacts, TwoThatRemoveEachOtherAreBothOut) {
  Events events;
  events.says(phone, {phone, desk, tablet}, 1, {desk}).says(desk, {phone, desk, tablet}, 1, {phone});
  events.says(tablet, {phone, desk, tablet});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.keys_with(desk), Keys{desk});
  EXPECT_EQ(events.keys_with(tablet), Keys{tablet});
}

TEST(Contacts, AStrangerRemovesNobody) {
  Events events;
  events.befriend(phone).says(phone, {phone, desk}).says(desk, {desk, phone}).befriend(bob).says(bob, {bob}, 1, {desk});
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, desk}));
}

TEST(Contacts, TheUsersHandMergesAndCuts) {
  Events events;
  events.befriend(phone).befriend(bob).add(ContactsMerged{phone, bob, true});
  EXPECT_EQ(events.keys_with(bob), (Keys{phone, bob}));
  events.add(ContactsMerged{bob, phone, false});
  EXPECT_EQ(events.keys_with(bob), Keys{bob});
  events.says(phone, {phone, bob}).says(bob, {phone, bob});
  EXPECT_EQ(events.keys_with(bob), Keys{bob}) << "his no is stronger than their claims";
  events.add(ContactsMerged{bob, phone, true});
  EXPECT_EQ(events.keys_with(bob), (Keys{phone, bob}));
}

TEST(Contacts, AskNeedsAnAnswerAndNeverTakesNone) {
  Events events;
  events.befriend(phone).set(phone, What::claims, {1}).says(phone, {phone, desk}).says(desk, {phone, desk});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.graph().of(phone)->claims.at(0).standing, Claim::Standing::asked);
  events.answer(phone, desk, true);
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, desk}));
  EXPECT_TRUE(events.graph().of(phone)->claims.empty());
  events.answer(phone, desk, false);
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.graph().of(phone)->claims.at(0).standing, Claim::Standing::refused);
  events.answer(phone, desk, true).set(phone, What::claims, {2});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
}

TEST(Contacts, ANoHoldsAgainstLaterDevicesOfTheContact) {
  Events events;
  events.befriend(phone).says(phone, {phone, desk, tablet}).says(desk, {phone, desk, tablet});
  events.answer(phone, desk, false).says(tablet, {phone, desk, tablet});
  EXPECT_EQ(events.keys_with(phone), (Keys{phone, tablet}));
  EXPECT_EQ(events.keys_with(desk), Keys{desk});
}

TEST(Contacts, ANoToOneSideOfAClaimIsANoToTheOther) {
  Events events;
  events.befriend(phone).befriend(desk).says(phone, {phone, desk}).says(desk, {desk, phone}).answer(phone, desk, false);
  ASSERT_EQ(events.keys_with(phone), Keys{phone});
  const ContactGraph contacts = events.graph();
  for (const PublicKey& key : {phone, desk}) {
    ASSERT_EQ(contacts.of(key)->claims.size(), 1U);
    EXPECT_EQ(contacts.of(key)->claims[0].standing, Claim::Standing::refused);
  }
}

TEST(Contacts, WhatAFriendNamesIsLeftAlone) {
  Events events;
  events.befriend(phone).befriend(bob).set(bob, What::name, to_bytes("Bob"));
  events.says(phone, {laptop, server, phone, bob, desk}).says(bob, {bob});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
  EXPECT_EQ(events.graph().of(bob)->name, to_bytes("Bob"));
  EXPECT_EQ(events.graph().of(laptop), nullptr);
  // Only the stranger is worth a try: own devices and other friends are not his to claim.
  const auto claims = events.graph().of(phone)->claims;
  ASSERT_EQ(claims.size(), 1U);
  EXPECT_EQ(claims.front(), (Claim{phone, desk, 4, Claim::Standing::followed}));
}

TEST(Contacts, AContactThatHasOwnDevicesInItDoesNotReachThroughThem) {
  Events events;  // the server was a friend before it was linked
  events.befriend(server).befriend(phone).befriend(bob);
  events.says(server, {server, phone, bob}).says(phone, {phone, server}).says(bob, {bob, server});
  EXPECT_EQ(events.keys_with(phone), Keys{phone});
}

TEST(Contacts, AFriendWhomTheUserRemovedComesNotBackByAClaim) {
  Events events;
  events.befriend(phone).befriend(bob);
  events.add(FriendRemove{{laptop, 2}}).says(phone, {phone, bob});
  EXPECT_TRUE(events.graph().of(phone)->claims.empty());
  EXPECT_FALSE(events.graph().of(bob)->present);
}

TEST(Contacts, TheIdIsTheKeyThatTheUserHadFirst) {
  Events events;
  events.befriend(tablet).says(tablet, {desk, tablet}).says(desk, {desk, tablet}).befriend(desk);
  ASSERT_EQ(events.keys_with(desk), (Keys{desk, tablet}));
  EXPECT_EQ(events.graph().of(desk)->id, tablet);
  events.add(FriendRemove{{laptop, 1}});
  EXPECT_EQ(events.graph().of(desk)->id, tablet) << "also when it was removed";
  EXPECT_TRUE(events.graph().of(desk)->present);
}

TEST(Contacts, OfAllTheKeysSettingsTheLastCounts) {
  Events events;
  events.add(ContactsMerged{phone, desk, true});
  events.set(phone, What::name, to_bytes("Anna")).set(desk, What::name, to_bytes("Anni"));
  events.set(desk, What::muted, {1}).set(phone, What::blocked, {1}).set(phone, What::devices_withheld, {1});
  events.set(phone, What::alias, to_bytes("Sis"));
  const ContactGraph graph = events.graph();
  const Contact& anna = *graph.of(phone);
  EXPECT_EQ(anna.name, to_bytes("Anni"));
  EXPECT_EQ(anna.shown_name(), to_bytes("Sis"));
  EXPECT_TRUE(anna.muted && anna.blocked && anna.devices_withheld);
  events.set(phone, What::muted, {0}).set(desk, What::muted, {7}).set(desk, What::alias, {});
  EXPECT_FALSE(events.graph().of(phone)->muted) << "a value that is none is passed over";
  EXPECT_EQ(events.graph().of(phone)->shown_name(), to_bytes("Anni"));
}

// --- Against a naive reading: for each question all events are gone through again, and sets grow until they do not.

constexpr std::uint8_t keys_in_play = 5;

PublicKey play_key(std::uint8_t n) { return key_of(static_cast<std::uint8_t>(30 + n)); }

class Naive {
 public:
  explicit Naive(const std::vector<ReadEvent>& events) : events_(events) {
    std::sort(events_.begin(), events_.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
  }

  [[nodiscard]] std::set<PublicKey> contact_of(const PublicKey& key) const {
    return grown(key, [this](const PublicKey& a, const PublicKey& b) {
      return by_hand(a, b) == true || (claim(a, b) && !leaves(a) && !leaves(b));
    });
  }

 private:
  template <class Joined>
  static std::set<PublicKey> grown(const PublicKey& key, Joined joined) {
    std::set<PublicKey> set{key};
    for (std::size_t before = 0; before != set.size();) {
      before = set.size();
      for (std::uint8_t n = 0; n < keys_in_play; ++n) {
        const auto touches = [&](const PublicKey& other) { return joined(other, play_key(n)); };
        if (std::any_of(set.begin(), set.end(), touches)) set.insert(play_key(n));
      }
    }
    return set;
  }
  [[nodiscard]] FriendDevices list_of(const PublicKey& key) const {
    FriendDevices latest;
    for (const ReadEvent& event : events_) {
      const auto* said = std::get_if<FriendDevices>(&event.body);
      if (said != nullptr && said->key == key && said->version >= latest.version) latest = *said;
    }
    return latest;
  }
  [[nodiscard]] bool lists(const PublicKey& a, const PublicKey& b) const {
    const Keys keys = list_of(a).keys;
    return std::find(keys.begin(), keys.end(), b) != keys.end();
  }
  [[nodiscard]] std::optional<bool> by_hand(const PublicKey& a, const PublicKey& b) const {
    std::optional<bool> last;
    for (const ReadEvent& event : events_) {
      const auto* merged = std::get_if<ContactsMerged>(&event.body);
      if (merged == nullptr || a == b) continue;
      if ((merged->one == a && merged->other == b) || (merged->one == b && merged->other == a)) last = merged->merged;
    }
    return last;
  }
  [[nodiscard]] std::uint8_t policy(const PublicKey& key) const {
    std::uint8_t last = 0;
    for (const ReadEvent& event : events_) {
      const auto* setting = std::get_if<ContactSetting>(&event.body);
      if (setting != nullptr && setting->key == key && setting->what == What::claims) last = setting->value.at(0);
    }
    return last;
  }
  [[nodiscard]] std::optional<bool> answer(const std::set<PublicKey>& by, const PublicKey& about) const {
    std::optional<bool> last;
    for (const ReadEvent& event : events_) {
      const auto* setting = std::get_if<ContactSetting>(&event.body);
      if (setting == nullptr || setting->what != What::claim_answer || !by.contains(setting->key)) continue;
      if (std::equal(about.bytes.begin(), about.bytes.end(), setting->value.begin())) last = setting->value.back() == 1;
    }
    return last;
  }
  [[nodiscard]] bool claim(const PublicKey& a, const PublicKey& b) const {
    if (!lists(a, b) || !lists(b, a) || by_hand(a, b) == false) return false;
    const auto strictest = std::max(policy(a), policy(b));
    return strictest == 0 || (strictest == 1 && (answer({a}, b) == true || answer({b}, a) == true));
  }
  [[nodiscard]] bool leaves(const PublicKey& key) const {
    const auto set = grown(key, [this](const PublicKey& a, const PublicKey& b) { return claim(a, b); });
    for (const PublicKey& other : set) {
      const Keys removed = list_of(other).removed;
      if (other != key && std::find(removed.begin(), removed.end(), key) != removed.end()) return true;
    }
    return answer(set, key) == false;
  }

  std::vector<ReadEvent> events_;
};

Body any_body() {
  const auto key = [] { return play_key(*rc::gen::inRange<std::uint8_t>(0, keys_in_play)); };
  const auto some_keys = [&](std::size_t most) {
    Keys keys;
    for (auto left = *rc::gen::inRange<std::size_t>(0, most + 1); left > 0; --left) keys.push_back(key());
    return keys;
  };
  switch (*rc::gen::inRange(0, 10)) {
    case 0: return ContactsMerged{key(), key(), *rc::gen::arbitrary<bool>()};
    case 1: return ContactSetting{key(), What::claims, {*rc::gen::inRange<std::uint8_t>(0, 3)}};
    case 2:
    case 3: {
      const PublicKey about = key();
      Bytes value(about.bytes.begin(), about.bytes.end());
      value.push_back(*rc::gen::inRange<std::uint8_t>(0, 2));
      return ContactSetting{key(), What::claim_answer, std::move(value)};
    }
    default: return FriendDevices{key(), some_keys(5), *rc::gen::inRange<std::uint64_t>(0, 3), some_keys(1)};
  }
}

// P2. Does not check: which events the engine gives the rules (engine tests).
RC_GTEST_PROP(Contacts, AreWhatANaiveReadingOfTheEventsSays, ()) {
  Events events;
  const auto count = *rc::gen::inRange<std::size_t>(0, 30);
  for (std::size_t i = 0; i < count; ++i) {
    events.add_at(*rc::gen::inRange<std::uint64_t>(1, 20), key_of(*rc::gen::inRange<std::uint8_t>(100, 103)),
                  any_body());
  }
  const ContactGraph graph = events.graph();
  const Naive naive(events.all());
  std::reverse(events.all().begin(), events.all().end());
  RC_ASSERT(events.graph().contacts() == graph.contacts());
  for (const FriendRow& row : events.rows()) {
    const auto expected = naive.contact_of(row.key);
    Keys known;  // a key that no event is about stands nowhere
    for (const PublicKey& key : expected) {
      if (graph.of(key) != nullptr) known.push_back(key);
    }
    RC_ASSERT(graph.of(row.key)->keys == known);
  }
}

}  // namespace
}  // namespace toxtore
