// Unit tests of the bounded reader, the writer and extensions.
#include "wire/reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/extensions.h"
#include "wire/wire_generators.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

Bytes hex(std::string_view digits) { return from_hex(digits).value(); }

TEST(Writer, PutsTheHighByteFirst) {
  const Bytes bytes = Writer().u8(0x01).u16(0x0203).u32(0x04050607).u64(0x08090A0B0C0D0E0F).take();
  EXPECT_EQ(to_hex(bytes), "0102030405060708090A0B0C0D0E0F");
}

RC_GTEST_PROP(Reader, ReadsWhatTheWriterWrote, ()) {
  const auto byte = any::number<std::uint8_t>();
  const auto half = any::number<std::uint16_t>();
  const auto word = any::number<std::uint32_t>();
  const auto number = any::number<std::uint64_t>();
  const Hash hash = any::hash();
  const Dot dot = any::dot();
  const Bytes bytes = Writer().u8(byte).u16(half).u32(word).u64(number).bytes(hash).dot(dot).bytes(hex("AB")).take();
  Reader in(bytes);
  RC_ASSERT(in.u8() == byte);
  RC_ASSERT(in.u16() == half);
  RC_ASSERT(in.u32() == word);
  RC_ASSERT(in.u64() == number);
  RC_ASSERT(in.hash() == hash);
  RC_ASSERT(in.dot() == dot);
  RC_ASSERT(in.left() == 1U);
  RC_ASSERT(!in.finished());
  RC_ASSERT(in.bytes(1)[0] == 0xAB);
  RC_ASSERT(in.finished());
}

TEST(Reader, FailsAtTheFirstFieldThatIsNotThere) {
  const Bytes bytes = hex("0102030405");
  Reader in(bytes);
  EXPECT_EQ(in.u32(), 0x01020304U);
  EXPECT_EQ(in.u16(), 0);
  EXPECT_TRUE(in.failed());
  EXPECT_EQ(in.u8(), 0) << "the one byte that is left belongs to a field that was cut off";
  EXPECT_EQ(in.dot(), Dot{});
  EXPECT_EQ(in.left(), 0U);
  EXPECT_FALSE(in.finished());
}

TEST(Reader, RefusesACountBeyondAnyAddress) {
  const Bytes bytes = hex("0102");
  Reader in(bytes);
  EXPECT_TRUE(in.bytes(SIZE_MAX).empty());
  EXPECT_TRUE(in.failed());
}

TEST(Extensions, FindsTheFirstOfATag) {
  const Bytes bytes = hex("070001AA090000070002BBBB");
  Reader in(bytes);
  const Extensions extensions(in);
  EXPECT_TRUE(in.finished());
  ASSERT_TRUE(extensions.find(7));
  EXPECT_EQ(to_hex(*extensions.find(7)), "AA");
  ASSERT_TRUE(extensions.find(9));
  EXPECT_TRUE(extensions.find(9)->empty());
  EXPECT_FALSE(extensions.find(8));
}

TEST(Extensions, FailAtEveryCutThatIsNotBetweenBlocks) {
  const Bytes bytes = hex("070001AA0900020203");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    Reader in(part);
    const Extensions extensions(in);
    EXPECT_EQ(in.failed(), cut != 0 && cut != 4 && cut != 9) << cut;
    EXPECT_EQ(extensions.find(7).has_value(), cut == 4 || cut == 9) << cut;
  }
}

TEST(Extensions, ReadAU64OfExactlyEightBytes) {
  for (const auto& [digits, good] :
       {std::pair{"0300080000000000000005", true}, std::pair{"03000700000000000005", false},
        std::pair{"030009000000000000000005", false}, std::pair{"030000", false}}) {
    const Bytes bytes = hex(digits);
    Reader in(bytes);
    const Extensions extensions(in);
    const std::optional<std::uint64_t> value = read_u64_extension(in, extensions, 3);
    EXPECT_EQ(in.failed(), !good) << digits;
    EXPECT_TRUE(!good || value == 5U) << digits;
  }
}

}  // namespace
}  // namespace toxtore
