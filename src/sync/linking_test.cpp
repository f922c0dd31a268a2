// Linking: two honest sides, lost connections, both asking at once, and an attacker who cheats with his nonce.
#include "sync/linking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/test_random.h"
#include "model/test_keys.h"

namespace toxtore {
namespace {

// Two sides with an ordered wire between them.
struct Pair {
  CountingRandom random_a{1};
  CountingRandom random_b{100};
  PublicKey key_a = key_of(1);
  PublicKey key_b = key_of(2);
  Linking a{key_a, random_a};
  Linking b{key_b, random_b};
  std::uint64_t now = 1'000;
  bool linked_a = false;
  bool linked_b = false;
  bool asked_b = false;
  std::optional<std::string> ended_a;
  std::optional<std::string> ended_b;

  void at_a(const Linking::Step& step) {
    linked_a = linked_a || step.linked;
    if (step.ended) ended_a = step.ended;
    for (const Packet& packet : step.send) at_b(b.received(key_a, packet, false, now));
  }
  void at_b(const Linking::Step& step) {
    linked_b = linked_b || step.linked;
    asked_b = asked_b || step.asked;
    if (step.ended) ended_b = step.ended;
    for (const Packet& packet : step.send) at_a(a.received(key_b, packet, false, now));
  }
  std::optional<std::string> code_a() { return a.sessions(now).at(key_b).code; }
  std::optional<std::string> code_b() { return b.sessions(now).at(key_a).code; }
};

TEST(Linking, BothShowOneCodeAndAreLinkedOnceBothConfirmed) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  EXPECT_TRUE(pair.asked_b);
  ASSERT_TRUE(pair.code_a());
  EXPECT_EQ(pair.code_a(), pair.code_b());
  EXPECT_EQ(pair.code_a()->size(), 6U);
  const std::string code = *pair.code_a();
  pair.at_b(*pair.b.confirm(pair.key_a, code.substr(0, 3) + " " + code.substr(3), pair.now));
  EXPECT_FALSE(pair.linked_a || pair.linked_b);
  pair.at_a(*pair.a.confirm(pair.key_b, code, pair.now));
  EXPECT_TRUE(pair.linked_a && pair.linked_b);
  EXPECT_TRUE(pair.a.sessions(pair.now).empty() && pair.b.sessions(pair.now).empty());
}

TEST(Linking, AWrongCodeIsRefusedAndChangesNothing) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  std::string wrong = *pair.code_b();
  wrong[0] = wrong[0] == '9' ? '0' : static_cast<char>(wrong[0] + 1);
  const auto refused = pair.b.confirm(pair.key_a, wrong, pair.now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::code_mismatch);
  EXPECT_FALSE(pair.b.sessions(pair.now).at(pair.key_a).confirmed_here);
}

TEST(Linking, NothingIsConfirmedBeforeThereIsACode) {
  Pair pair;
  pair.a.request(pair.key_b, false, pair.now);
  EXPECT_EQ(pair.a.confirm(pair.key_b, "000000", pair.now).error().kind, ErrorKind::offline);
  EXPECT_EQ(pair.b.confirm(pair.key_a, "000000", pair.now).error().kind, ErrorKind::not_found);
}

TEST(Linking, StartsWhenTheOtherComesAndAnewAfterALostConnection) {
  Pair pair;
  EXPECT_TRUE(pair.a.request(pair.key_b, false, pair.now).send.empty());
  pair.at_a(pair.a.connected(pair.key_b, pair.now));
  const auto first = pair.code_a();
  ASSERT_TRUE(first);
  pair.at_b(*pair.b.confirm(pair.key_a, *first, pair.now));
  pair.a.disconnected(pair.key_b);
  pair.b.disconnected(pair.key_a);
  EXPECT_FALSE(pair.code_a());
  pair.at_a(pair.a.connected(pair.key_b, pair.now));
  EXPECT_NE(pair.code_a(), first);
  EXPECT_EQ(pair.code_a(), pair.code_b());
  // The user on B has checked this key once; his word still holds.
  pair.at_a(*pair.a.confirm(pair.key_b, *pair.code_a(), pair.now));
  EXPECT_TRUE(pair.linked_a && pair.linked_b);
}

TEST(Linking, BothMayAskAtOnce) {
  Pair pair;
  auto from_a = pair.a.request(pair.key_b, true, pair.now);
  auto from_b = pair.b.request(pair.key_a, true, pair.now);
  pair.at_a(from_a);
  pair.at_b(from_b);
  ASSERT_TRUE(pair.code_a() && pair.code_b());
  EXPECT_EQ(pair.code_a(), pair.code_b());
}

TEST(Linking, ANonceThatWasNotCommittedToEndsIt) {
  Pair pair;
  pair.b.received(pair.key_a, packet::DeviceAddRequest{}, false, pair.now);
  pair.b.received(pair.key_a, packet::LinkCommit{Hash{7}}, false, pair.now);
  const auto step = pair.b.received(pair.key_a, packet::LinkNonce{Hash{8}}, false, pair.now);
  ASSERT_TRUE(step.ended);
  EXPECT_FALSE(step.coded);
  EXPECT_TRUE(pair.b.sessions(pair.now).empty());
}

// Every nonce of the asked side is another guess at a code that fits.
TEST(Linking, TheAskerCannotTryManyNonces) {
  Pair pair;
  pair.b.received(pair.key_a, packet::DeviceAddRequest{}, false, pair.now);
  EXPECT_EQ(pair.b.received(pair.key_a, packet::LinkCommit{Hash{1}}, false, pair.now).send.size(), 1U);
  const auto again = pair.b.received(pair.key_a, packet::LinkCommit{Hash{2}}, false, pair.now);
  EXPECT_TRUE(again.ended) << "two commitments on one connection";
  EXPECT_TRUE(pair.b.sessions(pair.now).empty());

  pair.b.received(pair.key_a, packet::DeviceAddRequest{}, false, pair.now);
  unsigned nonces = 1;  // given above
  for (int i = 0; i < 100; ++i) {
    pair.b.received(pair.key_a, packet::DeviceAddRequest{}, false, pair.now);
    for (const Packet& packet : pair.b.received(pair.key_a, packet::LinkCommit{Hash{1}}, false, pair.now).send) {
      if (std::holds_alternative<packet::LinkNonce>(packet)) ++nonces;
    }
    if (i % 2 == 0) pair.b.disconnected(pair.key_a);
    if (i % 2 == 1) pair.b.received(pair.key_a, packet::LinkCancel{}, false, pair.now);
  }
  EXPECT_EQ(nonces, link_attempts_max);
}

TEST(Linking, TheAskedNeverSeesTheNonceBeforeItSentItsOwn) {
  Pair pair;
  const auto asked = pair.a.request(pair.key_b, true, pair.now);
  for (const Packet& packet : asked.send) EXPECT_FALSE(std::holds_alternative<packet::LinkNonce>(packet));
}

TEST(Linking, PacketsOutOfTurnDoNothing) {
  Pair pair;
  EXPECT_TRUE(pair.b.received(pair.key_a, packet::LinkCommit{}, false, pair.now).send.empty());
  EXPECT_TRUE(pair.b.received(pair.key_a, packet::LinkNonce{}, false, pair.now).send.empty());
  EXPECT_FALSE(pair.b.received(pair.key_a, packet::LinkConfirm{}, false, pair.now).linked);
  pair.b.received(pair.key_a, packet::DeviceAddRequest{}, false, pair.now);
  EXPECT_FALSE(pair.b.received(pair.key_a, packet::LinkConfirm{}, false, pair.now).linked);
  EXPECT_TRUE(pair.b.sessions(pair.now).at(pair.key_a).confirmed_there == false);
}

TEST(Linking, ExpiresAfterTenMinutes) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  const std::string code = *pair.code_a();
  EXPECT_EQ(pair.a.confirm(pair.key_b, code, pair.now + link_lifetime_ms).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(pair.a.sessions(pair.now + link_lifetime_ms).empty());
}

// The side that was asked may have been so twice, and then its time is over first: who asked must not wait for it.
TEST(Linking, WhatExpiresHereExpiresThere) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  pair.a.disconnected(pair.key_b);
  pair.b.disconnected(pair.key_a);
  EXPECT_EQ(pair.b.deadline_ms(), pair.now + link_lifetime_ms);
  pair.now += link_lifetime_ms / 2;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  ASSERT_TRUE(pair.code_a());
  pair.now += link_lifetime_ms / 2;
  EXPECT_TRUE(pair.a.expire(pair.now).empty());
  const auto ended = pair.b.expire(pair.now);
  ASSERT_TRUE(ended.contains(pair.key_a));
  pair.at_b(ended.at(pair.key_a));
  EXPECT_TRUE(pair.ended_a && pair.ended_b);
  EXPECT_FALSE(pair.a.deadline_ms() || pair.b.deadline_ms());
}

TEST(Linking, WhatHasExpiredBeginsAnewAsIfItHadNeverBeen) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  pair.at_b(*pair.b.confirm(pair.key_a, *pair.code_b(), pair.now));
  pair.now += link_lifetime_ms;
  pair.asked_b = false;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  EXPECT_TRUE(pair.asked_b);
  ASSERT_TRUE(pair.code_a());
  EXPECT_EQ(pair.code_a(), pair.code_b());
  EXPECT_FALSE(pair.b.sessions(pair.now).at(pair.key_a).confirmed_here);
}

TEST(Linking, CancelTellsTheOther) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  pair.at_b(*pair.b.cancel(pair.key_a, pair.now));
  EXPECT_TRUE(pair.ended_a && pair.ended_b);
  EXPECT_TRUE(pair.a.sessions(pair.now).empty());
}

TEST(Linking, ARosterThatNamesUsIsTheOthersWordButNotOurs) {
  Pair pair;
  pair.at_a(pair.a.request(pair.key_b, true, pair.now));
  EXPECT_FALSE(pair.b.named_by(pair.key_a, pair.now).linked);
  EXPECT_FALSE(pair.a.named_by(key_of(7), pair.now).linked);
  const auto confirmed = pair.b.confirm(pair.key_a, *pair.code_b(), pair.now);
  ASSERT_TRUE(confirmed);
  EXPECT_TRUE(confirmed->linked);
}

TEST(Linking, WhoIsLinkedAlreadyConfirmsWithoutAskingAgain) {
  Pair pair;
  const auto asked = pair.a.request(pair.key_b, true, pair.now);
  bool confirmed = false;
  for (const Packet& packet : asked.send) {
    for (const Packet& answer : pair.b.received(pair.key_a, packet, true, pair.now).send) {
      for (const Packet& back : pair.a.received(pair.key_b, answer, false, pair.now).send) {
        for (const Packet& last : pair.b.received(pair.key_a, back, true, pair.now).send) {
          confirmed = confirmed || std::holds_alternative<packet::LinkConfirm>(last);
        }
      }
    }
  }
  EXPECT_TRUE(confirmed);
}

// --- By invitation: B invites, A joins.

const InvitationSecret secret_of_invitation{};

/// A device that joins and one that invites.
struct Invited : Pair {
  packet::LinkProof proof{Hash{5}, to_bytes("phone")};
  Linking::Step join() { return a.join(key_b, secret_of_invitation, proof, true, now); }
  void invite(bool confirmed) { at_b(b.invited(key_a, secret_of_invitation, confirmed, now)); }
};

TEST(Invited, TheJoinerHasConfirmedAndTheOtherSideIsAsked) {
  Invited pair;
  const auto joined = pair.join();
  ASSERT_EQ(joined.send.size(), 3U);
  EXPECT_EQ(joined.send.front(), Packet(pair.proof)) << "before anything that it allows";
  pair.invite(false);
  EXPECT_TRUE(pair.asked_b);
  pair.at_a(joined);
  ASSERT_TRUE(pair.code_a());
  EXPECT_EQ(pair.code_a(), pair.code_b());
  EXPECT_FALSE(pair.linked_a || pair.linked_b);
  pair.at_b(*pair.b.confirm(pair.key_a, *pair.code_b(), pair.now));
  EXPECT_TRUE(pair.linked_a && pair.linked_b);
}

TEST(Invited, WithAWordInAdvanceNobodyIsAsked) {
  Invited pair;
  pair.invite(true);
  pair.at_a(pair.join());
  EXPECT_TRUE(pair.linked_a && pair.linked_b);
}

TEST(Invited, WhoDoesNotKnowTheSecretShowsAnotherCode) {
  Invited pair;
  InvitationSecret other;
  other.bytes[0] = 1;
  pair.at_b(pair.b.invited(pair.key_a, other, false, pair.now));
  pair.at_a(pair.join());
  EXPECT_NE(pair.code_a(), pair.code_b());
}

TEST(Invited, ALostConnectionBeginsAnewWithTheProof) {
  Invited pair;
  pair.invite(false);
  pair.at_a(pair.join());
  const auto first = pair.code_a();
  pair.a.disconnected(pair.key_b);
  pair.b.disconnected(pair.key_a);
  const auto anew = pair.a.connected(pair.key_b, pair.now);
  EXPECT_EQ(anew.send.front(), Packet(pair.proof));
  pair.at_a(anew);
  EXPECT_NE(pair.code_a(), first);
  EXPECT_EQ(pair.code_a(), pair.code_b());
  pair.at_b(*pair.b.confirm(pair.key_a, *pair.code_b(), pair.now));
  EXPECT_TRUE(pair.linked_a && pair.linked_b);
}

TEST(Invited, TheJoinerStartsWhoeverAskedBefore) {
  Invited pair;
  const auto asked = pair.b.request(pair.key_a, true, pair.now);
  const auto joined = pair.join();
  pair.invite(false);
  pair.at_b(asked);
  pair.at_a(joined);
  ASSERT_TRUE(pair.code_a() && pair.code_b());
  EXPECT_EQ(pair.code_a(), pair.code_b());
}

TEST(Invited, BothMayJoinEachOtherAtOnce) {
  Invited pair;
  const auto from_a = pair.join();
  const auto from_b = pair.b.join(pair.key_a, secret_of_invitation, pair.proof, true, pair.now);
  pair.invite(false);
  pair.at_a(pair.a.invited(pair.key_b, secret_of_invitation, false, pair.now));
  pair.at_b(from_b);
  pair.at_a(from_a);
  ASSERT_TRUE(pair.code_a());
  EXPECT_EQ(pair.code_a(), pair.code_b());
}

TEST(Invited, WhatTheOtherSideRefusesOrDoesNotAnswerIsSaid) {
  using Why = packet::LinkCancel::Why;
  for (const auto& [why, words] :
       {std::pair(Why::unsaid, "refused"), {Why::used, "used already"}, {Why::over, "is over"}}) {
    Invited pair;
    pair.at_a(pair.join());
    const auto step = pair.a.received(pair.key_b, packet::LinkCancel{why}, false, pair.now);
    EXPECT_NE(step.ended.value_or("").find(words), std::string::npos);
    EXPECT_TRUE(pair.a.sessions(pair.now).empty());
  }
  Invited pair;
  const auto unanswered = pair.a.join(pair.key_b, secret_of_invitation, pair.proof, false, pair.now);
  EXPECT_TRUE(unanswered.send.empty());
  const auto ended = pair.a.expire(pair.now + link_lifetime_ms);
  EXPECT_NE(ended.at(pair.key_b).ended->find("did not answer"), std::string::npos);
}

TEST(InvitationCode, IsThatOfTheVectors) {
  std::ifstream file(TOXTORE_VECTORS "/invitations.json");
  const auto document = nlohmann::json::parse(file);
  for (const auto& vector : document.at("vectors")) {
    const auto bytes = [&vector](const char* field) { return from_hex(vector.at(field).get<std::string>()).value(); };
    const auto hash = [&](const char* field) { return PublicKey::from_bytes(bytes(field))->bytes; };
    InvitationSecret secret;
    std::ranges::copy(bytes("secret"), secret.bytes.begin());
    const PublicKey inviter = ToxAddress::from_bytes(bytes("tox_id"))->key();
    EXPECT_EQ(invitation_code(secret, PublicKey{hash("joiner")}, inviter, hash("nonce_joiner"), hash("nonce_inviter")),
              vector.at("code").get<std::string>());
  }
}

TEST(LinkCode, DependsOnEverythingAndHasSixDigits) {
  const Hash n1{1};
  const Hash n2{2};
  const std::string code = link_code(key_of(1), key_of(2), n1, n2);
  EXPECT_EQ(code.size(), 6U);
  EXPECT_NE(code, link_code(key_of(2), key_of(1), n1, n2));
  EXPECT_NE(code, link_code(key_of(1), key_of(3), n1, n2));
  EXPECT_NE(code, link_code(key_of(1), key_of(2), n2, n2));
  EXPECT_NE(code, link_code(key_of(1), key_of(2), n1, n1));
}

TEST(Linking, CommitmentAndCodeAreThoseOfTheVectors) {
  std::ifstream file(TOXTORE_VECTORS "/linking.json");
  const auto document = nlohmann::json::parse(file);  // named: a loop does not keep a temporary alive for its part
  for (const auto& vector : document.at("vectors")) {
    const auto key = [&vector](const char* field) { return PublicKey::from_hex(vector.at(field).get<std::string>()); };
    const PublicKey key_a = key("key_a").value();
    const PublicKey key_b = key("key_b").value();
    const Hash nonce_a = key("nonce_a")->bytes;
    EXPECT_EQ(to_hex(link_commitment(key_a, key_b, nonce_a)), vector.at("commitment").get<std::string>());
    EXPECT_EQ(link_code(key_a, key_b, nonce_a, key("nonce_b")->bytes), vector.at("code").get<std::string>());
  }
}

}  // namespace
}  // namespace toxtore
