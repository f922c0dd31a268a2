// Unit and property tests of roster statements.
#include <algorithm>

#include "wire/roster_statement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/wire_generators.h"

namespace toxtore {
namespace {

constexpr std::size_t name_length_at = 1 + 32 + 32 + 8;

DeviceAdd example() { return {{}, {}, 5, "laptop", {Hash{}}}; }

RC_GTEST_PROP(RosterStatement, DecodesWhatItEncodes, ()) {
  const Statement statement = any::statement();
  RC_ASSERT(decode_statement(encode_statement(statement)) == statement);
}

RC_GTEST_PROP(RosterStatement, IsRefusedAtEveryCut, ()) {
  const Bytes bytes = encode_statement(any::statement());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    RC_ASSERT(!decode_statement(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut))));
  }
}

RC_GTEST_PROP(RosterStatement, ReadsNoFieldThatIsNotThereWhenAByteIsFlipped, ()) {
  const Bytes good = encode_statement(any::statement());
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ any::size_between(1, 255));
    const std::optional<Statement> got = decode_statement(bad);
    if (!got) continue;
    const Bytes fields = encode_statement(*got);
    RC_ASSERT(fields.size() <= bad.size());
    RC_ASSERT(std::equal(fields.begin(), fields.end(), bad.begin()));
  }
}

RC_GTEST_PROP(RosterStatement, TakesAnyBytes, ()) {
  Bytes bytes = any::bytes_of_size(0, 300);
  if (!bytes.empty()) bytes[0] = static_cast<std::uint8_t>(any::size_between(1, 3));
  const std::optional<Statement> got = decode_statement(bytes);
  if (got) RC_ASSERT(encode_statement(*got).size() <= bytes.size());
}

TEST(DeviceAddStatement, SkipsExtensions) {
  Bytes bytes = encode_statement(example());
  for (const int byte : {9, 0, 2, 1, 1}) bytes.push_back(static_cast<std::uint8_t>(byte));
  EXPECT_EQ(decode_statement(bytes), Statement(example()));
  bytes.pop_back();
  EXPECT_FALSE(decode_statement(bytes));
}

TEST(RosterStatement, OfAnotherKindCountsForNothing) {
  Bytes bytes = encode_statement(example());
  for (const int kind : {0, 4, 255}) {
    bytes[0] = static_cast<std::uint8_t>(kind);
    EXPECT_FALSE(decode_statement(bytes)) << kind;
  }
}

TEST(DeviceAddStatement, HasANameOf1To64BytesOfUtf8) {
  DeviceAdd add = example();
  add.overrules.clear();
  add.name = std::string(device_name_size_max, 'n');
  EXPECT_EQ(decode_statement(encode_statement(add)), Statement(add));

  Bytes too_long = encode_statement(add);
  too_long[name_length_at] = device_name_size_max + 1;
  too_long.insert(too_long.end() - 1, 'n');
  EXPECT_FALSE(decode_statement(too_long));

  add.name = "n";
  Bytes not_utf8 = encode_statement(add);
  not_utf8[name_length_at + 1] = 0xFF;
  EXPECT_FALSE(decode_statement(not_utf8));

  Bytes no_name = encode_statement(add);
  no_name[name_length_at] = 0;
  no_name.erase(no_name.end() - 2);
  EXPECT_FALSE(decode_statement(no_name));
}

TEST(DeviceAddStatement, FitsAPacket) {
  const DeviceAdd most{{}, {}, 5, std::string(device_name_size_max, 'n'), std::vector<Hash>(overruled_max)};
  Bytes bytes = encode_statement(most);
  EXPECT_LE(bytes.size(), statement_size_max);
  EXPECT_TRUE(decode_statement(bytes));
  bytes.push_back(9);  // an extension up to the limit, and then one byte over it
  const std::size_t content = statement_size_max - bytes.size() - 2;
  bytes.push_back(0);
  bytes.push_back(static_cast<std::uint8_t>(content));
  bytes.resize(statement_size_max);
  EXPECT_TRUE(decode_statement(bytes));
  bytes[bytes.size() - content - 1] = static_cast<std::uint8_t>(content + 1);
  bytes.push_back(0);
  EXPECT_FALSE(decode_statement(bytes));
}

TEST(RemovalStatement, OfManyDevicesAndLogsFitsAPacket) {
  const DeviceRemoval most{{}, {}, 5, std::vector<LogCut>(cuts_max), std::vector<Head>(kept_max)};
  const Bytes bytes = encode_statement(most);
  EXPECT_LE(bytes.size(), statement_size_max);
  EXPECT_GT(bytes.size() + 8, statement_size_max);  // and there is no room for one more
  EXPECT_EQ(decode_statement(bytes), Statement(most));
}

TEST(RemovalStatement, HasNoCutAtTheNumberThatNamesNoEvent) {
  DeviceRemoval removal{{}, {}, 5, {{0, open_end - 1}}, {}};
  EXPECT_TRUE(decode_statement(encode_statement(removal)));
  removal.cuts.front().number = open_end;
  EXPECT_FALSE(decode_statement(encode_statement(removal)));
}

}  // namespace
}  // namespace toxtore
