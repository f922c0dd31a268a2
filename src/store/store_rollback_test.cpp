// A transaction that fails changes nothing, asked of both stores.
#include <stdexcept>

#include "store/test_both_stores.h"

namespace toxtore {
namespace {

/// Changes of every kind, over what StoreRollback begins with.
void change_everything(Store& store) {
  store.append(sample_event(Dot::of(log_a, 2), 9), {Subject::key(sample_key(3))});
  store.append(sample_event(Dot::of(log_b, 1), 9), {Subject::key(sample_key(4))});
  store.put(sample_message(Dot::of(log_a, 1), "changed", 9));
  store.put(sample_message(Dot::of(log_a, 2), "new", 9));
  store.put(named_friend_row(sample_key(9), {}, "other"));
  store.put(DeviceRow{.key = sample_key(1), .address = {}, .always_on = false, .name = to_bytes("other")});
  store.put(ReadMark{.conversation = sample_key(9), .log = log_a, .number = 9});
  store.put(ProfileRow{.name = to_bytes("other"), .status_message = {}});
  store.put(sample_request(Dot::of(log_a, 1), 1));
  store.rewrite(sample_event(Dot::of(log_a, 1), 1, ""));
  store.remember("name", to_bytes("other"));
  store.remember("more", {});
  store.forget("gone");
}

class StoreRollback : public BothStores {
 protected:
  void SetUp() override {
    BothStores::SetUp();
    commit([&] {
      store_->append(sample_event(Dot::of(log_a, 1)), {Subject::key(sample_key(3))});
      store_->put(sample_message(Dot::of(log_a, 1), "kept", 1));
      store_->put(friend_);
      store_->put(device_);
      store_->remember("name", to_bytes("kept"));
      store_->remember("gone", to_bytes("not gone"));
    });
  }

  void expect_as_before() {
    EXPECT_EQ(store_->last_arrival(), 1u);
    EXPECT_EQ(store_->latest_timestamp_ms(), 1u);
    VectorClock clock;
    clock.raise(log_a, 1);
    EXPECT_EQ(store_->clock(), clock);
    EXPECT_EQ(store_->about(Subject::key(sample_key(3))).size(), 1u);
    EXPECT_TRUE(store_->about(Subject::key(sample_key(4))).empty());
    EXPECT_EQ(store_->history({.conversation = sample_key(9), .before = {}}).size(), 1u);
    EXPECT_EQ(search("kept"), Texts{"kept"});
    EXPECT_EQ(search("changed"), Texts{});
    EXPECT_EQ(search("new"), Texts{});
    EXPECT_EQ(store_->friend_rows(), std::vector<FriendRow>{friend_});
    EXPECT_EQ(store_->device_row(device_.key), device_);
    EXPECT_EQ(store_->read_mark(sample_key(9), log_a), 0u);
    EXPECT_EQ(store_->profile(), ProfileRow{});
    EXPECT_EQ(store_->open_request_count(), 0u);
    EXPECT_EQ(store_->event(Dot::of(log_a, 1)), sample_event(Dot::of(log_a, 1)));
    EXPECT_EQ(store_->remembered("name"), to_bytes("kept"));
    EXPECT_EQ(store_->remembered("more"), std::nullopt);
    EXPECT_EQ(store_->remembered("gone"), to_bytes("not gone"));
    EXPECT_EQ(store_->fault(), std::nullopt);
  }

  const FriendRow friend_ = named_friend_row(sample_key(9), {sample_key(1)}, "Eva");
  const DeviceRow device_{.key = sample_key(1), .address = {}, .always_on = true, .name = {}};
};

INSTANTIATE_TEST_SUITE_P(Both, StoreRollback, both_stores, store_name);

TEST_P(StoreRollback, AnErrorOfTheWorkUndoesIt) {
  const Result<void> done = store_->transact([&]() -> Result<void> {
    change_everything(*store_);
    return fail(ErrorKind::busy, "not now");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::busy);
  EXPECT_EQ(done.error().message, "not now");
  expect_as_before();
}

TEST_P(StoreRollback, AnExceptionUndoesItAndGoesOn) {
  EXPECT_THROW((void)store_->transact([&]() -> Result<void> {
    change_everything(*store_);
    throw std::runtime_error("thrown by the test");
  }),
               std::runtime_error);
  expect_as_before();
}

TEST_P(StoreRollback, TheNextTransactionIsAsIfItHadNeverBeen) {
  (void)store_->transact([&]() -> Result<void> {
    change_everything(*store_);
    return fail(ErrorKind::busy, "not now");
  });
  commit([&] { change_everything(*store_); });
  EXPECT_EQ(store_->last_arrival(), 3u);
  EXPECT_EQ(search("changed"), Texts{"changed"});
  EXPECT_EQ(search("kept"), Texts{});
  EXPECT_EQ(store_->remembered("gone"), std::nullopt);
}

}  // namespace
}  // namespace toxtore
