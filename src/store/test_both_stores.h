// For tests: both stores, to be asked the same.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/memory_store.h"
#include "store/store_test_tools.h"

namespace toxtore {

enum class StoreKind { memory, sql };

/// Its tests run twice: INSTANTIATE_TEST_SUITE_P(Both, …, both_stores, store_name).
class BothStores : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    if (GetParam() == StoreKind::memory) {
      store_ = make_memory_store();
    } else {
      Result<std::unique_ptr<SqlStore>> opened = SqlStore::open(folder_.path() / "toxtore.db", sample_database_key());
      ASSERT_TRUE(opened) << opened.error().message;
      store_ = std::move(*opened);
    }
  }

  template <class Work>
  void commit(Work work) {
    const Result<void> done = store_->transact([&]() -> Result<void> {
      work();
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  template <class... Rows>
  void put(const Rows&... rows) {
    commit([&] { (store_->put(rows), ...); });
  }
  void append(const Event& event, const std::vector<Subject>& subjects = {}) {
    commit([&] { store_->append(event, subjects); });
  }

  std::vector<std::string> search(std::string words, std::optional<PublicKey> conversation = {}) {
    SearchQuery query{.words = std::move(words), .conversation = conversation, .before = {}};
    std::vector<std::string> texts;
    for (const MessageRow& row : store_->search(query)) texts.push_back(to_text(row.text));
    return texts;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

inline const auto both_stores = testing::Values(StoreKind::memory, StoreKind::sql);
inline std::string store_name(const testing::TestParamInfo<StoreKind>& instance) {
  return instance.param == StoreKind::memory ? "memory" : "sql";
}

using Texts = std::vector<std::string>;

inline const LogId log_a{.device = sample_key(1), .incarnation = 0};
inline const LogId log_b{.device = sample_key(2), .incarnation = 0x80000005};

}  // namespace toxtore
