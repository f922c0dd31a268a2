// P1 and P9: what was reported as committed is there after a SIGKILL at any moment, and the database opens. Not
// checked here: loss of power, which takes a disk that forgets what was not synced.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>

#include "store/store_test_tools.h"

namespace toxtore {
namespace {

constexpr int kills = 20;
constexpr int reports_before_a_kill_max = 30;
const LogId own_log{.device = sample_key(1), .incarnation = 0};

/// Commits one event with its row after the other, for ever, and reports each number once it is durable.
[[noreturn]] void commit_for_ever(const std::filesystem::path& file, int report) {
  Result<std::unique_ptr<SqlStore>> opened = SqlStore::open(file, sample_database_key());
  if (!opened) ::_exit(1);
  Store& store = **opened;
  for (std::uint32_t number = store.clock().prefix(own_log) + 1;; ++number) {
    const Dot dot = Dot::of(own_log, number);
    const Result<void> done = store.transact([&]() -> Result<void> {
      store.append(sample_event(dot, number), {Subject::dot(dot)});
      store.put(sample_message(dot, "number " + std::to_string(number) + std::string(number % 5000, '.'), number));
      store.remember("last", as_bytes(std::to_string(number)));
      return {};
    });
    if (!done || ::write(report, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

class Child {
 public:
  explicit Child(const std::filesystem::path& file) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends[0]);
      commit_for_ever(file, ends[1]);
    }
    ::close(ends[1]);
    reports_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(reports_);
    kill();
  }

  /// The next number reported, 0 if there is none any more.
  std::uint32_t next() {
    std::uint32_t number = 0;
    return ::read(reports_, &number, sizeof number) == sizeof number ? number : 0;
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

 private:
  pid_t process_ = 0;
  int reports_ = -1;
};

void expect_whole(Store& store, std::uint32_t reported) {
  const std::uint32_t prefix = store.clock().prefix(own_log);
  EXPECT_GE(prefix, reported);
  EXPECT_LE(prefix, reported + 1) << "one transaction at most was committed and not yet reported";
  EXPECT_EQ(store.last_arrival(), prefix);
  EXPECT_EQ(store.unread_count(sample_key(9)), prefix);
  EXPECT_EQ(store.remembered("last"), to_bytes(std::to_string(prefix)));
  for (std::uint32_t number = 1; number <= prefix; ++number) {
    const Dot dot = Dot::of(own_log, number);
    EXPECT_EQ(store.event(dot), sample_event(dot, number));
    EXPECT_TRUE(store.message(dot));
    EXPECT_EQ(store.about(Subject::dot(dot)).size(), 1u);
  }
  EXPECT_EQ(store.search({.words = "number", .conversation = {}, .before = {}, .limit = 100'000}).size(), prefix);
}

TEST(Durability, WhatWasReportedOutlivesAKill) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "toxtore.db";
  std::mt19937 random(20191);  // NOLINT(bugprone-random-generator-seed): to repeat a run
  for (int round = 0; round < kills; ++round) {
    std::uint32_t reported = 0;
    {
      Child child(file);
      const auto wanted = 1 + random() % reports_before_a_kill_max;
      for (unsigned i = 0; i < wanted; ++i) reported = std::max(reported, child.next());
      ASSERT_GT(reported, 0u) << "the child has failed";
      ::usleep(static_cast<useconds_t>(random() % 2000));  // somewhere within a transaction
      child.kill();
      while (const std::uint32_t more = child.next()) reported = more;
    }
    Result<std::unique_ptr<SqlStore>> opened = SqlStore::open(file, sample_database_key());
    ASSERT_TRUE(opened) << opened.error().message;
    expect_whole(**opened, reported);
    EXPECT_EQ((*opened)->fault(), std::nullopt);
  }
}

}  // namespace
}  // namespace toxtore
