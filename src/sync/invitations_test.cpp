// Invitations: right once, and every way of not being right.
#include "sync/invitations.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "base/test_random.h"
#include "model/test_keys.h"

namespace toxtore {
namespace {

using Verdict = Invitations::Verdict;

struct Inviter {
  SeededRandom random{1};
  PublicKey key = key_of(1);
  PublicKey joiner = key_of(2);
  PublicKey thief = key_of(3);
  Invitations invitations{key, random};
  std::uint64_t now = 1'000;

  Invitations::Open make() { return invitations.make(false, "", now).value(); }
  [[nodiscard]] Hash proof(const Invitations::Open& invitation, const PublicKey& of) const {
    return invitation_proof(invitation.secret, key, of);
  }
  Verdict judge(const PublicKey& peer, const std::optional<Hash>& proof, bool linking = false) {
    return invitations.judge(peer, proof, linking, now).verdict;
  }
  Hash guess() {
    Hash hash;
    random.fill(hash);
    return hash;
  }
};

TEST(Invitations, ARightProofUsesItUp) {
  Inviter inviter;
  const auto invitation = inviter.make();
  const Hash proof = inviter.proof(invitation, inviter.joiner);
  const auto judged = inviter.invitations.judge(inviter.joiner, proof, false, inviter.now);
  EXPECT_EQ(judged.verdict, Verdict::right);
  EXPECT_EQ(judged.invitation->id, invitation.id);
  EXPECT_TRUE(inviter.invitations.open().empty());
  EXPECT_EQ(inviter.judge(inviter.joiner, proof, true), Verdict::again) << "the connection was lost in between";
  EXPECT_EQ(inviter.judge(inviter.joiner, proof, false), Verdict::used) << "that linking is over";
  EXPECT_EQ(inviter.judge(inviter.thief, inviter.proof(invitation, inviter.thief)), Verdict::used);
  EXPECT_EQ(inviter.judge(inviter.thief, inviter.proof(invitation, inviter.thief), true), Verdict::used)
      << "what is under way with the thief began otherwise";
  EXPECT_EQ(inviter.invitations.refused().used, 2U) << "each key and proof once";
}

TEST(Invitations, AProofOfAnotherKeyIsWorthNothing) {
  Inviter inviter;
  const auto invitation = inviter.make();
  EXPECT_EQ(inviter.judge(inviter.thief, inviter.proof(invitation, inviter.joiner)), Verdict::wrong);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::right);
}

TEST(Invitations, EndAfterTenMinutes) {
  Inviter inviter;
  const auto invitation = inviter.make();
  EXPECT_EQ(inviter.invitations.deadline_ms(), inviter.now + invitation_lifetime_ms);
  inviter.now += invitation_lifetime_ms;
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::expired);
  EXPECT_FALSE(inviter.invitations.deadline_ms());

  const auto other = inviter.make();
  inviter.now += invitation_lifetime_ms - 1;
  EXPECT_EQ(inviter.invitations.expire(inviter.now), 0U);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(other, inviter.joiner)), Verdict::right);
}

// Whoever has the secret can make keys without end that prove it.
TEST(Invitations, WhyIsSaidSoOftenAndNeverToAGuesser) {
  Inviter inviter;
  const auto invitation = inviter.make();
  ASSERT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::right);
  for (unsigned i = 0; i < 2 * refusals_told_max; ++i) {
    const PublicKey peer = key_of(static_cast<std::uint8_t>(10 + i));
    const auto judged = inviter.invitations.judge(peer, inviter.proof(invitation, peer), false, inviter.now);
    EXPECT_EQ(judged.verdict, Verdict::used);
    EXPECT_EQ(judged.may_know, i < refusals_told_max) << i;
  }
  EXPECT_FALSE(inviter.invitations.judge(inviter.thief, inviter.guess(), false, inviter.now).may_know);
}

TEST(Invitations, AreTakenBack) {
  Inviter inviter;
  const auto invitation = inviter.make();
  inviter.make();
  EXPECT_EQ(inviter.invitations.withdraw(), 2U);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::expired);
  EXPECT_EQ(inviter.invitations.refused().expired, 1U);
}

TEST(Invitations, OnlySoManyAreOpen) {
  Inviter inviter;
  const auto first = inviter.make();
  for (std::size_t i = 1; i < open_invitations_max; ++i) inviter.make();
  EXPECT_EQ(inviter.invitations.make(false, "", inviter.now).error().kind, ErrorKind::busy);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(first, inviter.joiner)), Verdict::right);
  EXPECT_TRUE(inviter.invitations.make(false, "", inviter.now));
  inviter.now += invitation_lifetime_ms;
  EXPECT_TRUE(inviter.invitations.make(false, "", inviter.now)) << "the others have expired";
}

TEST(Invitations, TenWrongProofsEndIt) {
  Inviter inviter;
  const auto invitation = inviter.make();
  const Hash repeated = inviter.guess();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(inviter.judge(inviter.thief, repeated), Verdict::wrong) << "toxcore repeats a request: one guess";
  }
  EXPECT_EQ(inviter.invitations.refused().wrong, 1U);
  for (unsigned i = 2; i < wrong_proofs_max; ++i) {
    EXPECT_FALSE(inviter.invitations.judge(inviter.thief, inviter.guess(), false, inviter.now).guessed_away) << i;
  }
  const auto late = inviter.make();
  EXPECT_TRUE(inviter.invitations.judge(inviter.thief, inviter.guess(), false, inviter.now).guessed_away);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::expired);
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(late, inviter.joiner)), Verdict::right)
      << "guesses count from when it was made";
}

TEST(Invitations, ARequestWithoutAProofIsNoGuess) {
  Inviter inviter;
  inviter.make();
  for (std::uint8_t i = 0; i < 100; ++i) EXPECT_EQ(inviter.judge(key_of(i), std::nullopt), Verdict::unreadable);
  EXPECT_EQ(inviter.invitations.open().size(), 1U);
  EXPECT_EQ(inviter.invitations.refused().unreadable, 100U);
}

TEST(Invitations, WhatIsLongOverIsForgotten) {
  Inviter inviter;
  const auto invitation = inviter.make();
  inviter.invitations.withdraw();
  for (std::size_t i = 0; i < past_invitations_max + open_invitations_max; ++i) {
    inviter.make();
    inviter.invitations.withdraw();
  }
  EXPECT_EQ(inviter.judge(inviter.joiner, inviter.proof(invitation, inviter.joiner)), Verdict::wrong);
}

// Whatever is done in whatever order: an invitation lets in one key at most, and none after its end.
RC_GTEST_PROP(Invitations, LetInOneKeyAtMost, ()) {
  Inviter inviter;
  std::vector<Invitations::Open> made;
  std::map<std::uint32_t, PublicKey> let_in;
  const auto steps = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  for (const std::uint8_t step : steps) {
    inviter.now += step * 1'000;
    const PublicKey peer = key_of(static_cast<std::uint8_t>(step % 4 + 2));
    if (step % 5 == 0) {
      if (const auto one = inviter.invitations.make(false, "", inviter.now)) made.push_back(*one);
    } else if (step % 17 == 1) {
      inviter.invitations.withdraw();
    } else if (made.empty() || step % 7 == 2) {
      RC_ASSERT(inviter.judge(peer, inviter.guess()) == Verdict::wrong);
    } else {
      const auto& invitation = made[step % made.size()];
      const auto judged = inviter.invitations.judge(peer, inviter.proof(invitation, peer), false, inviter.now);
      if (judged.verdict != Verdict::right) continue;
      RC_ASSERT(judged.invitation->id == invitation.id);
      RC_ASSERT(inviter.now < invitation.expires_ms);
      RC_ASSERT(let_in.emplace(invitation.id, peer).second);
    }
    RC_ASSERT(inviter.invitations.open().size() <= open_invitations_max);
  }
}

}  // namespace
}  // namespace toxtore
