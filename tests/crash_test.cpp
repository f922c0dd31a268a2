// Promises P1 and P9 on whole programs: kill -9 at random moments. What toxcore acknowledged to a stock friend is in
// the history after the restart, exactly as sent and in order; the database opens; the devices end up equal.
//
// What this does not check: a power failure, which also loses what the kernel had not written yet; and a message that
// the friend sent without a receipt, which may be there or not.
//
//   TOXTORE_CRASH_ROUNDS=N   kills per test (4)
//   TOXTORE_CRASH_SEED=N     chooses the moments; it is printed, though timing decides too
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "harness/device.h"
#include "harness/network_test.h"
#include "harness/stock_friend.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::uint32_t number_from_environment(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(value));
}

class Crash : public NetworkTest {
 protected:
  Crash() {
    RecordProperty("seed", std::to_string(seed_));
    std::cout << "TOXTORE_CRASH_SEED=" << seed_ << std::endl;
    link(laptop, server);
    befriend(bert, server);
  }

  std::size_t random_below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  std::vector<std::string> texts_on(Device& device) {
    std::vector<std::string> texts;
    for (const json& row : device.history(bert.key())) texts.push_back(row.at("text"));
    return texts;
  }

  std::uint32_t seed_ = number_from_environment("TOXTORE_CRASH_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  std::uint32_t rounds_ = number_from_environment("TOXTORE_CRASH_ROUNDS", 4);
  Device laptop{folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false}};
  Device server{folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true}};
  StockFriend bert{folder, bootstrap, "Bert"};
};

/// Of different lengths, up to the longest, and all different.
std::string numbered_text(std::size_t round, std::size_t number) {
  const std::string head = "round " + std::to_string(round) + " message " + std::to_string(number) + " ";
  return head + std::string(number * 37 % (1372 - head.size()), static_cast<char>('a' + number % 26));
}

TEST_F(Crash, a_server_killed_while_it_receives_has_every_acknowledged_message) {
  constexpr std::size_t messages = 200;
  std::size_t interrupted = 0;
  std::vector<std::string> before;
  for (std::size_t round = 0; round < rounds_; ++round) {
    std::vector<std::string> sent;
    const std::size_t acknowledged_before = bert.acknowledged_texts().size();
    for (std::size_t i = 0; i < messages; ++i) sent.push_back(numbered_text(round, i));
    for (const std::string& text : sent) bert.send(server.key(), text);

    const std::size_t enough = acknowledged_before + 1 + random_below(messages);
    wait_until("receipts", [&] { return bert.acknowledged_texts().size() >= enough; });
    server.kill();
    server.start();
    bert.wait_connected(server.key(), false);  // by now it has every receipt that it will get
    server.wait_connected(bert.key());
    bert.wait_connected(server.key());

    std::vector<std::string> acknowledged = bert.acknowledged_texts();
    acknowledged.erase(acknowledged.begin(), acknowledged.begin() + static_cast<std::ptrdiff_t>(acknowledged_before));
    std::vector<std::string> held = texts_on(server);
    ASSERT_GE(held.size(), before.size() + acknowledged.size()) << "lost in round " << round;
    ASSERT_LE(held.size(), before.size() + sent.size());
    if (held.size() < before.size() + sent.size()) ++interrupted;

    // toxcore delivers in order and without gaps, so what is held is all of the earlier rounds, then the first ones.
    std::vector<std::string> expected = before;
    expected.insert(expected.end(), sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(held.size() - before.size()));
    ASSERT_EQ(held, expected);
    ASSERT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), sent.begin()));
    before = std::move(held);
    std::cout << "round " << round << ": " << acknowledged.size() << " acknowledged, "
              << before.size() << " held in all" << std::endl;
  }
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle, so this run showed nothing";
  EXPECT_EQ(wait_for_equal_histories(laptop, server, bert.key()).size(), before.size());
}

}  // namespace
}  // namespace toxtore
