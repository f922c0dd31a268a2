// Invitations: the vectors, and what every mistake in typing one comes to.
#include "wire/invitation.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/vectors.h"
#include "wire/wire_generators.h"

namespace toxtore {
namespace {

std::string text(const nlohmann::json& vector, const char* field) { return vector.at(field).get<std::string>(); }
PublicKey key_in(const nlohmann::json& vector, const char* field) {
  return PublicKey::from_hex(text(vector, field)).value();
}

Invitation invitation_in(const nlohmann::json& vector) {
  Invitation invitation{ToxAddress::from_hex(text(vector, "tox_id")).value(), {}};
  std::ranges::copy(from_hex(text(vector, "secret")).value(), invitation.secret.bytes.begin());
  return invitation;
}

Invitation any_invitation() {
  Invitation invitation;
  const Bytes bytes = any::bytes_of_size(ToxAddress::size - 2, ToxAddress::size - 2);
  std::ranges::copy(bytes, invitation.address.bytes.begin());
  for (std::size_t i = 0; i < bytes.size(); ++i) invitation.address.bytes[bytes.size() + i % 2] ^= bytes[i];
  std::ranges::copy(any::bytes_of_size(16, 16), invitation.secret.bytes.begin());
  return invitation;
}

TEST(Invitations, AreWrittenAndReadAsTheVectorsSay) {
  for (const auto& vector : vectors::list("invitations.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    EXPECT_EQ(invitation_uri(invitation_in(vector)), text(vector, "uri"));
    const auto read = read_invitation_uri(text(vector, "uri"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, invitation_in(vector));
  }
  for (const auto& vector : vectors::list("invitations.json", "read_only")) {
    const auto read = read_invitation_uri(text(vector, "uri"));
    ASSERT_TRUE(read) << vector.at("name") << ": " << read.error().message;
    EXPECT_EQ(*read, invitation_in(vector)) << vector.at("name");
  }
}

TEST(Invitations, ThatAreNoneAreRefusedInWords) {
  for (const auto& vector : vectors::list("invitations.json", "refused")) {
    const auto read = read_invitation_uri(text(vector, "uri"));
    ASSERT_FALSE(read) << vector.at("name");
    EXPECT_FALSE(read.error().message.empty());
  }
  const std::string uri = text(vectors::list("invitations.json", "vectors").at(0), "uri");
  const auto says = [](const std::string& typed, const std::string& words) {
    return read_invitation_uri(typed).error().message.find(words) != std::string::npos;
  };
  EXPECT_TRUE(says(uri.substr(0, 90), "not complete"));
  EXPECT_TRUE(says("tox:" + uri.substr(8), "begins with"));
  EXPECT_TRUE(says(uri.substr(0, 50) + (uri[50] == '2' ? "3" : "2") + uri.substr(51), "mistyped"));
}

RC_GTEST_PROP(Invitations, ComeBackThroughTheirUri, ()) {
  const Invitation invitation = any_invitation();
  const std::string uri = invitation_uri(invitation);
  RC_ASSERT(uri.size() == std::string("toxtore:").size() + invitation_digits);
  const auto read = read_invitation_uri(uri);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == invitation);
}

// One in 65,536 passes: then the proof is refused instead.
RC_GTEST_PROP(Invitations, WithOneWrongCharacterAreOfNoUse, ()) {
  const Invitation invitation = any_invitation();
  std::string uri = invitation_uri(invitation);
  const std::size_t at = any::size_between(8, uri.size() - 1);
  const char other = *rc::gen::element('0', '7', 'A', 'K', 'Z');
  RC_PRE(uri[at] != other);
  uri[at] = other;
  const auto read = read_invitation_uri(uri);
  RC_ASSERT(!read || !(*read == invitation));
}

RC_GTEST_PROP(Invitations, AreReadFromAnyTextOrRefused, ()) {
  const std::string any_text = to_text(any::bytes_of_size(0, 700));
  (void)read_invitation_uri(any_text);
  (void)read_invitation_uri("toxtore:" + any_text);
  (void)read_joining_words(as_bytes("toxtore-join:" + any_text));
}

TEST(JoiningWords, CarryTheProof) {
  for (const auto& vector : vectors::list("invitations.json", "vectors")) {
    SCOPED_TRACE(vector.at("name"));
    const Invitation invitation = invitation_in(vector);
    const Hash proof = invitation_proof(invitation.secret, invitation.address.key(), key_in(vector, "joiner"));
    EXPECT_EQ(to_hex(proof), text(vector, "proof"));
    EXPECT_EQ(joining_words(proof), text(vector, "words"));
    const auto request = read_joining_words(as_bytes(joining_words(proof)));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->proof, proof);
  }
}

TEST(JoiningWords, ThatWereAlteredHaveNoProofAndAreNobodysOwn) {
  for (const auto& vector : vectors::list("invitations.json", "altered_words")) {
    const auto request = read_joining_words(as_bytes(text(vector, "words")));
    ASSERT_TRUE(request) << vector.at("name");
    EXPECT_FALSE(request->proof) << vector.at("name");
  }
  for (const auto& vector : vectors::list("invitations.json", "own_words")) {
    EXPECT_FALSE(read_joining_words(as_bytes(text(vector, "words")))) << vector.at("name");
  }
}

TEST(InvitationProof, DependsOnTheSecretAndBothKeys) {
  const PublicKey one{{1}};
  const PublicKey two{{2}};
  const PublicKey three{{3}};
  InvitationSecret secret;
  InvitationSecret other;
  other.bytes[15] = 1;
  const Hash proof = invitation_proof(secret, one, two);
  EXPECT_NE(proof, invitation_proof(other, one, two));
  EXPECT_NE(proof, invitation_proof(secret, one, three));
  EXPECT_NE(proof, invitation_proof(secret, three, two));
  EXPECT_NE(proof, invitation_proof(secret, two, one));
}

}  // namespace
}  // namespace toxtore
