// Unit and property tests of src/base.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/pieces.h"
#include "base/result.h"
#include "base/utf8.h"

namespace toxtore {
namespace {

RC_GTEST_PROP(Hex, DecodesWhatItEncoded, (const Bytes& bytes)) { RC_ASSERT(from_hex(to_hex(bytes)) == bytes); }

TEST(Hex, ReadsBothCasesAndRefusesTheRest) {
  EXPECT_EQ(from_hex("aBfF"), (Bytes{0xAB, 0xFF}));
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("ag"), std::nullopt);
  EXPECT_EQ(from_hex("a b "), std::nullopt);
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Utf8, TellsWellFormedFromTheRest) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x99\x82"));
  for (const std::string_view bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF", "a\x80"}) {
    EXPECT_FALSE(is_utf8(bad)) << to_hex(as_bytes(bad));
  }
}

TEST(Utf8, ReplacesOnlyWhatIsBroken) {
  EXPECT_EQ(to_valid_utf8("a\xFF"
                          "b\xE2\x82"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

RC_GTEST_PROP(Utf8, WhatIsMadeValidIsValid, (const std::string& text)) {
  const std::string valid = to_valid_utf8(text);
  RC_ASSERT(is_utf8(valid));
  RC_ASSERT(to_valid_utf8(valid) == valid);
  RC_ASSERT(is_utf8(text) == (valid == text));
}

TEST(Hash, JoinsItsParts) {
  const Bytes a{1, 2};
  const Bytes b{3};
  const Bytes joined{1, 2, 3};
  EXPECT_EQ(hash_of({a, b}), hash_of({joined}));
  EXPECT_NE(hash_of({a}), hash_of({b}));
  // BLAKE2b-256 of the empty string, as published with the algorithm's reference code.
  EXPECT_EQ(to_hex(hash_of({})), "0E5751C026E543B2E8AB2EB06099DAA1D1E5DF47778F7787FAAB45CDF12FE3A8");
}

RC_GTEST_PROP(Pieces, AreTheWholeListInOrder, (const std::vector<int>& list)) {
  const auto size_max = *rc::gen::inRange<std::size_t>(1, 9);
  std::vector<int> joined;
  const auto pieces = in_pieces(list, size_max);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool last = i + 1 == pieces.size();
    const std::size_t least = last ? 1 : size_max;
    RC_ASSERT(pieces[i].size() >= least);
    RC_ASSERT(pieces[i].size() <= size_max);
    joined.insert(joined.end(), pieces[i].begin(), pieces[i].end());
  }
  RC_ASSERT(joined == list);
}

TEST(ErrorKind, NamesAreDistinct) {
  EXPECT_EQ(kind_name(ErrorKind::not_found), "not_found");
  EXPECT_EQ(kind_name(ErrorKind::internal), "internal");
}

TEST(Utf8, IsSplitBetweenCharacters) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(split_at_code_points("", 4), Pieces());
  EXPECT_EQ(split_at_code_points("abcdef", 4), (Pieces{"abcd", "ef"}));
  EXPECT_EQ(split_at_code_points("abc\xE2\x82\xAC!", 4), (Pieces{"abc", "\xE2\x82\xAC!"}));
  EXPECT_EQ(split_at_code_points("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 5),
            (Pieces{"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}));
  EXPECT_EQ(split_at_code_points("\x80\x80\x80\x80\x80", 4), (Pieces{"\x80\x80\x80\x80", "\x80"})) << "no UTF-8";
}

}  // namespace
}  // namespace toxtore
