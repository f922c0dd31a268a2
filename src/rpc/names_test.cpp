#include "rpc/names.h"

#include <gtest/gtest.h>

#include "rpc/test_profile.h"

namespace toxtore {
namespace {

constexpr Noun noun{"friend", "friend.list"};

std::vector<Named> people() {
  return {{test_key(1), "Anna"}, {test_key(2), "anna"}, {test_key(3), "Bob"},
          {test_key(4), "Zoë"},  {test_key(5), ""},     {test_key(6), "Bob"}};
}

std::string kind_of(const tl::expected<PublicKey, RpcError>& found) { return found ? "" : found.error().kind; }

TEST(Names, KeyInEitherCase) {
  std::string digits = test_key(0xAB).hex();
  const std::vector<Named> candidates = {{test_key(0xAB), "x"}};
  EXPECT_EQ(resolve_name(digits, candidates, noun), test_key(0xAB));
  for (char& c : digits) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(resolve_name(digits, candidates, noun), test_key(0xAB));
}

TEST(Names, ToxIdOnlyIfItsChecksumHolds) {
  std::string digits = test_address(3).hex();
  EXPECT_EQ(resolve_name(digits, people(), noun), test_key(3));
  EXPECT_EQ(resolve_name("tox:" + digits, people(), noun), test_key(3));
  digits[70] = digits[70] == '0' ? '1' : '0';
  EXPECT_EQ(kind_of(resolve_name(digits, people(), noun)), "invalid_argument");
}

TEST(Names, ExactNameComesBeforeOtherCase) {
  EXPECT_EQ(resolve_name("Anna", people(), noun), test_key(1));
  EXPECT_EQ(resolve_name("anna", people(), noun), test_key(2));
}

TEST(Names, OtherCaseIfItFitsOneOnly) {
  EXPECT_EQ(resolve_name("zoë", people(), noun), test_key(4));
  const auto several = resolve_name("ANNA", people(), noun);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().kind, "ambiguous");
  const std::vector<Named> both = {{test_key(1), "Anna"}, {test_key(2), "anna"}};
  EXPECT_EQ(several.error().candidates, both);
}

TEST(Names, SameNameTwiceListsBothWithTheirKeys) {
  const auto several = resolve_name("Bob", people(), noun);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().kind, "ambiguous");
  EXPECT_EQ(several.error().candidates.size(), 2U);
  EXPECT_NE(several.error().message.find("03030303"), std::string::npos) << several.error().message;
  EXPECT_NE(several.error().message.find("06060606"), std::string::npos) << several.error().message;
}

TEST(Names, NothingFits) {
  EXPECT_EQ(kind_of(resolve_name("Carol", people(), noun)), "not_found");
  EXPECT_EQ(kind_of(resolve_name(test_key(9).hex(), people(), noun)), "not_found");
  EXPECT_EQ(kind_of(resolve_name("0303", people(), noun)), "not_found") << "a prefix is not enough here";
  EXPECT_EQ(kind_of(resolve_name("", people(), noun)), "invalid_argument") << "nor does it mean the one without a name";
}

TEST(Names, WhatWasGivenIsNotRepeatedAtAnyLength) {
  const auto missing = resolve_name(std::string(100'000, 'x'), people(), noun);
  ASSERT_FALSE(missing);
  EXPECT_LT(missing.error().message.size(), 300U);
}

TEST(Names, PrefixOfOneKey) {
  EXPECT_EQ(resolve_prefix("03", people(), noun), test_key(3));
  EXPECT_EQ(resolve_prefix(test_key(3).hex(), people(), noun), test_key(3));
  EXPECT_EQ(resolve_prefix(test_address(3).hex(), people(), noun), test_key(3));
  EXPECT_EQ(kind_of(resolve_prefix("0", people(), noun)), "ambiguous");
  EXPECT_EQ(kind_of(resolve_prefix("Bob", people(), noun)), "not_found");
  EXPECT_EQ(kind_of(resolve_prefix("", people(), noun)), "invalid_argument");
}

}  // namespace
}  // namespace toxtore
