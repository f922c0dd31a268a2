// The key file: what it gives back, what it refuses, and that its bytes never change.
#include "store/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

/// libsodium's smallest, or each test would take a second and 256 MiB.
constexpr PassphraseCost cheap{.passes = 1, .memory_bytes = 8192};
const std::optional<std::string> no_passphrase;
const std::optional<std::string> passphrase = "correct horse";

class KeyFile : public testing::Test {
 protected:
  void write(const std::optional<std::string>& with) {
    const Result<void> written = write_key_file(file_, sample_database_key(), with, random_, cheap);
    ASSERT_TRUE(written) << written.error().message;
  }
  void change(std::size_t at, std::uint8_t value) {
    std::string content = read_file(file_);
    content[at] = static_cast<char>(value);
    write_file(file_, content);
  }
  ErrorKind refusal(const std::optional<std::string>& with) {
    const Result<DatabaseKey> key = read_key_file(file_, with);
    if (key) return ErrorKind::internal;
    EXPECT_NE(key.error().message.find(file_.string()), std::string::npos) << key.error().message;
    return key.error().kind;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "key";
  CountingRandom random_{101};  // not the bytes of the key
};

TEST_F(KeyFile, GivesBackAPlainKey) {
  write(no_passphrase);
  EXPECT_EQ(inspect_key_file(file_), KeyFileState::plain);
  for (const auto& with : {no_passphrase, passphrase}) {
    const Result<DatabaseKey> key = read_key_file(file_, with);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->bytes(), sample_database_key().bytes());
  }
}

TEST_F(KeyFile, GivesBackAWrappedKeyToItsPassphraseOnly) {
  write(passphrase);
  EXPECT_EQ(inspect_key_file(file_), KeyFileState::wrapped);
  const Result<DatabaseKey> key = read_key_file(file_, passphrase);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->bytes(), sample_database_key().bytes());
  EXPECT_EQ(refusal("correct hors"), ErrorKind::wrong_passphrase);
  EXPECT_EQ(refusal(""), ErrorKind::wrong_passphrase);
  EXPECT_EQ(refusal(no_passphrase), ErrorKind::wrong_passphrase);
  const std::string key_bytes = to_text(sample_database_key().bytes());
  EXPECT_EQ(read_file(file_).find(key_bytes), std::string::npos);
}

TEST_F(KeyFile, SaysHowToGiveAPassphrase) {
  write(passphrase);
  EXPECT_NE(read_key_file(file_, no_passphrase).error().message.find("--passphrase-file"), std::string::npos);
}

TEST_F(KeyFile, IsReplacedAsAWholeAndForItsOwnerOnly) {
  write(passphrase);
  write("another");
  EXPECT_EQ(refusal(passphrase), ErrorKind::wrong_passphrase);
  EXPECT_TRUE(read_key_file(file_, "another"));
  EXPECT_EQ(contents(folder_.path()).size(), 1u);
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(KeyFile, IsAbsent) {
  EXPECT_EQ(inspect_key_file(file_), KeyFileState::absent);
  EXPECT_EQ(refusal(no_passphrase), ErrorKind::not_found);
}

TEST_F(KeyFile, KnowsAForeignFile) {
  for (const std::string& content : {std::string(), std::string("toxtore"),
                                     std::string("-----BEGIN RSA PRIVATE KEY-----"), std::string(1'000'000, 'x')}) {
    write_file(file_, content);
    EXPECT_EQ(refusal(passphrase), ErrorKind::foreign_file) << content.size();
    ASSERT_FALSE(inspect_key_file(file_));
    EXPECT_EQ(read_file(file_), content);
  }
}

TEST_F(KeyFile, KnowsANewerOne) {
  write(passphrase);
  change(8, 2);
  EXPECT_EQ(refusal(passphrase), ErrorKind::newer_schema);
  EXPECT_FALSE(inspect_key_file(file_));
}

TEST_F(KeyFile, TellsDamageFromAWrongPassphrase) {
  for (const auto& with : {no_passphrase, passphrase}) {
    write(with);
    const std::string whole = read_file(file_);
    for (std::size_t at = 9; at < whole.size(); ++at) {
      write_file(file_, whole);
      change(at, static_cast<std::uint8_t>(whole[at] ^ 1));
      EXPECT_EQ(refusal(with), ErrorKind::corrupt) << at;
    }
    for (std::size_t size = 10; size < whole.size(); ++size) {
      write_file(file_, whole.substr(0, size));
      EXPECT_EQ(refusal(with), ErrorKind::corrupt) << size;
    }
    write_file(file_, whole + "x");
    EXPECT_EQ(refusal(with), ErrorKind::corrupt);
  }
}

TEST_F(KeyFile, RefusesAbsurdCostsBeforeItPaysThem) {
  write(passphrase);
  const Bytes whole = to_bytes(read_file(file_));
  for (const std::size_t at : {10u, 11u, 18u, 20u}) {  // high bytes of passes and memory
    Bytes forged = whole;
    forged[at] = 0x7F;
    const Hash check = hash_of({as_bytes("toxtore key file"), ByteView(forged).first(forged.size() - 16)});
    std::copy_n(check.begin(), 16, forged.end() - 16);
    write_file(file_, to_text(forged));
    EXPECT_EQ(refusal(passphrase), ErrorKind::corrupt) << at;
  }
}

// The file as drawn in docs/PROTOCOL.md: if this fails, existing profiles do not open any more.
TEST_F(KeyFile, KeepsItsBytes) {
  write(no_passphrase);
  EXPECT_EQ(to_hex(as_bytes(read_file(file_))),
            "746F78746F72656B0100"
            "0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20"
            "950FA58FD76B5E928BA341AC7D9B4B71");
  write(passphrase);
  EXPECT_EQ(to_hex(as_bytes(read_file(file_))),
            "746F78746F72656B0101"
            "0000000000000001"
            "0000000000002000"
            "65666768696A6B6C6D6E6F7071727374"
            "75767778797A7B7C7D7E7F808182838485868788898A8B8C"
            "8895E10547539E552B628A0E6CEDC713B5E75737A0FF13BEAF2B50DC56E89EE8A58CEDF964129D21D957B3983298B5C7"
            "DC28E67D0F806D8A20ADC99B1083A0B5");
}

}  // namespace
}  // namespace toxtore
