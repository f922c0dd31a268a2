// Erased texts: gone from every byte of the profile's files, not only from what a query shows. The pages are decrypted
// here by hand, so that free pages, slack and leftovers are looked at too.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>

#include "store/test_both_stores.h"

namespace toxtore {
namespace {

constexpr std::size_t page_size = 4096;
constexpr std::size_t reserved_size = 48;  // at the end of a page: IV 16, HMAC-SHA1 20, rounded up to AES blocks
constexpr std::size_t salt_size = 16;      // in the place of the first page's beginning

/// A page of SQLCipher 3 as plain bytes (AES-256-CBC).
std::string decrypted(std::string_view page, bool first, const DatabaseKey& key) {
  const std::size_t from = first ? salt_size : 0;
  const std::size_t size = page_size - reserved_size - from;
  std::string plain(size + 16, '\0');
  const auto bytes = [](auto* data) { return reinterpret_cast<const unsigned char*>(data); };
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int written = 0;
  EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), nullptr, key.bytes().data(),
                     bytes(page.data() + page_size - reserved_size));
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_DecryptUpdate(context, reinterpret_cast<unsigned char*>(plain.data()), &written, bytes(page.data() + from),
                    static_cast<int>(size));
  EVP_CIPHER_CTX_free(context);
  plain.resize(static_cast<std::size_t>(written));
  return plain;
}

/// All that a database's file and its write-ahead log hold, in the clear, in lower case.
std::string everything_in(const std::filesystem::path& file, const DatabaseKey& key) {
  constexpr std::size_t log_header_size = 32;
  constexpr std::size_t frame_header_size = 24;
  std::string all;
  const std::string database = read_file(file);
  for (std::size_t at = 0; at + page_size <= database.size(); at += page_size)
    all += decrypted(std::string_view(database).substr(at, page_size), at == 0, key);
  const std::string log = read_file(file.string() + "-wal");
  for (std::size_t at = log_header_size; at + frame_header_size + page_size <= log.size();
       at += frame_header_size + page_size) {
    const std::string_view frame = std::string_view(log).substr(at);
    all += decrypted(frame.substr(frame_header_size, page_size), frame.substr(0, 4) == std::string_view("\0\0\0\1", 4),
                     key);
  }
  std::ranges::transform(all, all.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return all;
}

class Scrub : public testing::Test {
 protected:
  Scrub() : store_(std::move(*SqlStore::open(file(), key_))) {}

  std::filesystem::path file() const { return folder_.path() / "toxtore.db"; }
  std::string everything() const { return everything_in(file(), key_); }
  static Dot dot(std::uint32_t number) { return Dot::of(log_a, number); }

  void add(std::uint32_t number, const std::string& text) {
    commit([&] {
      store_->append(sample_event(dot(number), number, text), {Subject::dot(dot(number))});
      store_->put(sample_message(dot(number), text, number));
    });
  }
  void erase(std::uint32_t number) {
    commit([&] {
      store_->rewrite(sample_event(dot(number), number, ""));
      store_->put(sample_message(dot(number), "", number));
    });
  }
  template <class Work>
  void commit(Work work) {
    const Result<void> done = store_->transact([&]() -> Result<void> {
      work();
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  TemporaryFolder folder_;
  DatabaseKey key_ = sample_database_key();
  std::unique_ptr<SqlStore> store_;
};

TEST_F(Scrub, ErasedWordsAreInNoByteOfTheFiles) {
  // Words of their own and in company, in segments of several ages, and long enough for pages of their own.
  for (std::uint32_t number = 1; number <= 200; ++number)
    add(number, "common words of message " + std::to_string(number));
  add(201, "Zanzibar pineapple");
  add(202, "pineapple " + std::string(20'000, 'q') + " quetzalcoatl");
  for (std::uint32_t number = 203; number <= 400; ++number) add(number, "more words " + std::to_string(number));
  EXPECT_FALSE(store_->scrub_due());
  ASSERT_NE(everything().find("zanzibar"), std::string::npos) << "the test reads what is there";
  ASSERT_NE(everything().find("quetzalcoatl"), std::string::npos);

  erase(201);
  erase(202);
  EXPECT_TRUE(store_->scrub_due());
  ASSERT_TRUE(store_->scrub());
  EXPECT_FALSE(store_->scrub_due());
  const std::string left = everything();
  for (const char* word : {"zanzibar", "anzibar", "pineapple", "ineappl", "quetzalcoatl", "qqqqqqqq"}) {
    EXPECT_EQ(left.find(word), std::string::npos) << word;
  }
  EXPECT_NE(left.find("message 7"), std::string::npos) << "and the others are there";
  EXPECT_EQ(store_->search({.words = "message", .conversation = {}, .before = {}, .limit = 1000}).size(), 200u);
}

TEST_F(Scrub, AStartAfterACrashStillOwesIt) {
  add(1, "zanzibar");
  add(2, "other");
  erase(1);
  store_.reset();
  store_ = std::move(*SqlStore::open(file(), key_));
  EXPECT_TRUE(store_->scrub_due());
  ASSERT_TRUE(store_->scrub());
  EXPECT_EQ(everything().find("zanzibar"), std::string::npos);
  store_.reset();
  store_ = std::move(*SqlStore::open(file(), key_));
  EXPECT_FALSE(store_->scrub_due());
}

TEST_F(Scrub, WhileAnotherConnectionReadsItStaysDue) {
  add(1, "zanzibar");
  const auto beside = std::move(*SqlStore::open_beside(file(), key_));
  beside->read_at_once([&] {
    EXPECT_EQ(beside->last_arrival(), 1u);
    erase(1);
    ASSERT_TRUE(store_->scrub());
    EXPECT_TRUE(store_->scrub_due());
    EXPECT_EQ(to_text(beside->message(dot(1))->text), "zanzibar") << "one moment";
  });
  ASSERT_TRUE(store_->scrub());
  EXPECT_FALSE(store_->scrub_due());
  EXPECT_EQ(everything().find("zanzibar"), std::string::npos);
}

TEST_F(Scrub, WhatIsNotErasedOwesNothing) {
  add(1, "hello");
  commit([&] {
    MessageRow read = sample_message(dot(1), "hello", 1);
    read.read = true;
    store_->put(read);
  });
  EXPECT_FALSE(store_->scrub_due());
}

}  // namespace
}  // namespace toxtore
