// Promises P1 and P9 on whole programs: kill -9 at random moments. What toxcore acknowledged to a stock friend is in
// the history after the restart, exactly as sent and in order; the database opens; the devices end up equal.
//
// What this does not check: a power failure, which also loses what the kernel had not written yet; and a message that
// the friend sent without a receipt, which may be there or not.
//
//   TOXTORE_CRASH_ROUNDS=N   kills per test (3); more for a longer search
//   TOXTORE_CRASH_SEED=N     chooses the moments; it is printed, though timing decides too
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "harness/world.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::uint32_t number_from_environment(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(value));
}

/// Messages that the laptop missed: a second's worth of synchronising.
constexpr std::size_t backlog = 2000;
/// Messages that are still on their way when the server is killed.
constexpr std::size_t burst = 200;

/// Of different lengths, up to the longest, and all different.
std::string numbered_text(std::size_t round, std::size_t number) {
  const std::string head = "round " + std::to_string(round) + " message " + std::to_string(number) + " ";
  return head + std::string(number * 37 % (1372 - head.size()), static_cast<char>('a' + number % 26));
}

class Crash : public WorldTest {
 protected:
  void SetUp() override {
    WorldTest::SetUp();
    std::cout << "TOXTORE_CRASH_SEED=" << seed_ << std::endl;
  }

  std::size_t random_below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  /// Bert sends as fast as he can; when so many of this round are acknowledged, the server is killed with more on the
  /// way, and started again. All texts that were sent.
  static std::vector<std::string> send_and_kill_the_server(std::size_t round, std::size_t acknowledged) {
    const std::size_t connections = bert().connections_to(server().key());
    const std::size_t enough = bert().acknowledged_texts().size() + acknowledged;
    std::vector<std::string> sent;
    const auto send_more = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        sent.push_back(numbered_text(round, sent.size()));
        bert().send(server().key(), sent.back());
      }
    };
    wait_until("receipts", [&] {
      send_more(1);
      return bert().acknowledged_texts().size() >= enough;
    });
    send_more(burst);
    server().kill();
    bert().wait_answered();  // so that none of these goes over the next connection
    server().start();
    bert().wait_reconnected(server().key(), connections);
    server().wait_connected(bert_key());
    return sent;
  }

  static std::vector<std::string> texts_on(Device& device) {
    std::vector<std::string> texts;
    for (const json& row : device.history(bert_key())) texts.push_back(row.at("text"));
    return texts;
  }

  std::uint32_t seed_ = number_from_environment("TOXTORE_CRASH_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  std::uint32_t rounds_ = number_from_environment("TOXTORE_CRASH_ROUNDS", 3);
};

TEST_F(Crash, a_server_killed_while_it_receives_has_every_acknowledged_message) {
  std::size_t interrupted = 0;
  std::vector<std::string> expected = texts_on(server());
  for (std::size_t round = 0; round < rounds_; ++round) {
    const std::size_t acknowledged_before = bert().acknowledged_texts().size();
    const auto sent = send_and_kill_the_server(round, random_below(300));
    const std::size_t acknowledged = bert().acknowledged_texts().size() - acknowledged_before;

    const auto held = texts_on(server());
    const std::size_t taken = held.size() - expected.size();
    std::cout << "round " << round << ": " << sent.size() << " sent, " << acknowledged << " acknowledged, " << taken
              << " held" << std::endl;
    ASSERT_GE(held.size(), expected.size() + acknowledged) << "lost";
    ASSERT_LE(held.size(), expected.size() + sent.size()) << "too many";
    if (taken < sent.size()) ++interrupted;

    // toxcore delivers in order and without gaps: all of the earlier rounds, then the first ones of this.
    expected.insert(expected.end(), sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(taken));
    ASSERT_EQ(held, expected);
  }
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle, so this run showed nothing";
  EXPECT_EQ(wait_for_equal_histories(laptop(), server(), bert_key()).size(), expected.size());
}

TEST_F(Crash, a_laptop_killed_while_it_synchronises_goes_on_where_it_was) {
  // A friend who is never there: what is written to him is many events, and nothing more happens with them.
  StockFriend absent(folder(), bootstrap(), "Absent");
  absent.stop();
  laptop().stop();
  server().rpc("friend.add", {{"tox_id", absent.tox_id()}});
  for (std::size_t i = 0; i < backlog; ++i) server().send(absent.key(), numbered_text(0, i).substr(0, 300));

  std::size_t interrupted = 0;
  std::uint64_t held = 0;
  const std::uint64_t all = server().events();
  for (std::size_t round = 0; round < rounds_; ++round) {
    laptop().start();
    const std::uint64_t begun = laptop().events();
    EXPECT_GE(begun, held) << "what was shown before the kill is gone";
    const std::uint64_t enough = begun + (all - begun) * random_below(50) / 100;
    wait_until("the laptop to go on", [&] { return (held = laptop().events()) > enough || held >= all; });
    laptop().kill();
    if (held < all) ++interrupted;
    std::cout << "round " << round << ": killed at " << held << " of " << all << " events" << std::endl;
  }
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle, so this run showed nothing";
  laptop().start();
  EXPECT_EQ(wait_for_equal_histories(laptop(), server(), absent.key()).size(), backlog);
}

}  // namespace
}  // namespace toxtore
