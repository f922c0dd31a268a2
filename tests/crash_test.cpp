// Promises P1, P4 and P9 on whole programs: kill -9 at random moments. What toxcore acknowledged to a stock friend is
// in the history after the restart, exactly as sent and in order; the database opens; the devices end up equal. What a
// device was delivering when it was killed arrives, and where it arrives twice its state says that it may.
//
// What this does not check: a power failure, which also loses what the kernel had not written yet; and a message that
// the friend sent without a receipt, which may be there or not.
//
//   TOXTORE_CRASH_ROUNDS=N   kills per test (3), a third of it at each point of a delivery; more for a longer search
//   TOXTORE_CRASH_SEED=N     chooses the moments; it is printed, though timing decides too
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>
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

/// Messages that the laptop misses before each start: a second's worth of synchronising.
constexpr std::size_t backlog = 1000;
/// Messages that are still on their way when the server is killed.
constexpr std::size_t burst = 200;

/// Messages that are being delivered when the server is killed: more than one `sending` names.
constexpr std::size_t delivered_at_once = 48;

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

  /// The newest messages with Bert, by text.
  static std::map<std::string, json> newest_on(Device& device) {
    std::map<std::string, json> rows;
    const json found = device.rpc("message.history", {{"friend", bert_key()}, {"limit", 2 * delivered_at_once}});
    for (const json& row : found.at("messages")) rows[row.at("text")] = row;
    return rows;
  }

  /// What is unsure would go again after ten minutes: the user does not wait.
  static void deliver_all(const std::vector<std::string>& texts) {
    std::set<std::string> asked;
    wait_until(
        "the rest to be delivered",
        [&] {
          std::size_t delivered = 0;
          const auto rows = newest_on(server());
          for (const std::string& text : texts) {
            const auto row = rows.find(text);
            if (row == rows.end()) continue;  // it is on its way from the laptop
            const std::string state = row->second.at("state");
            if (state == "delivered" || state == "perhaps_doubled") ++delivered;
            if (state == "unsure" && asked.insert(text).second) {
              server().rpc("message.send_anyway", {{"id", row->second.at("id")}});
            }
          }
          return delivered == texts.size();
        },
        reconnection_patience);
  }

  static std::vector<std::string> write_on_the_laptop(std::size_t round) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < delivered_at_once; ++i) texts.push_back("delivery " + numbered_text(round, i));
    for (const std::string& text : texts) laptop().send(bert_key(), text);
    return texts;
  }

  /// How many messages wait for that, as the server sees it.
  static std::size_t waiting_for(const std::string& what) {
    const json waiting = server().rpc("message.outbox").at("waiting");
    return static_cast<std::size_t>(
        std::ranges::count_if(waiting, [&](const json& one) { return one.at("waits_for") == what; }));
  }

  /// Starts the killed server again and waits until Bert has all of these: none is lost, and what came twice says that
  /// it may have. How many did.
  static std::size_t doubled_after_restart(const std::vector<std::string>& texts, std::size_t connections) {
    server().start();
    bert().wait_reconnected(server().key(), connections);
    deliver_all(texts);
    std::size_t doubled = 0;
    const auto rows = newest_on(server());
    for (const std::string& text : texts) {
      const std::size_t copies = copies_at_bert(text);
      EXPECT_GE(copies, 1U) << "lost: " << text.substr(0, 40);
      if (copies > 1) ++doubled;
      EXPECT_TRUE(copies <= 1 || rows.at(text).at("state") == "perhaps_doubled") << rows.at(text).dump().substr(0, 300);
      EXPECT_LE(copies, 2U);
    }
    return doubled;
  }

  static std::size_t copies_at_bert(const std::string& text) {
    const auto texts = bert().messages_from(server().key());
    return static_cast<std::size_t>(std::ranges::count(texts, text));
  }

  std::uint32_t seed_ = number_from_environment("TOXTORE_CRASH_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  std::uint32_t rounds_ = number_from_environment("TOXTORE_CRASH_ROUNDS", 3);
  /// Of three points there is a test each.
  [[nodiscard]] std::size_t rounds_at_a_point() const { return (rounds_ + 2) / 3; }
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

// Written on the laptop, which does not know Bert. The moment of the kill is behind a `sending`, behind a receipt, or
// anywhere between: what the laptop was told by then chooses it.
TEST_F(Crash, what_a_killed_server_was_delivering_arrives_and_says_if_it_may_be_doubled) {
  std::size_t doubled = 0;
  std::size_t interrupted = 0;
  for (std::size_t round = 0; round < rounds_; ++round) {
    const auto texts = write_on_the_laptop(round);
    const std::string& watched = texts[random_below(texts.size())];
    const std::string moment = random_below(2) == 0 ? "sending" : "delivered";
    const std::size_t connections = bert().connections_to(server().key());
    wait_until(
        "the laptop to hear of it",
        [&] {
          const std::string state = newest_on(laptop()).at(watched).at("state");
          return state == moment || state == "delivered";
        },
        reconnection_patience);
    server().kill();
    std::map<std::string, std::size_t> states;
    for (const auto& [text, row] : newest_on(laptop())) {
      if (std::ranges::count(texts, text) > 0) ++states[row.at("state")];
    }
    const std::size_t doubled_now = doubled_after_restart(texts, connections);
    if (states["delivered"] < texts.size()) ++interrupted;
    doubled += doubled_now;
    std::cout << "round " << round << ": killed when the laptop knew of " << states["delivered"] << " delivered, "
              << states["sending"] << " being sent and " << states["queued"] << " queued; " << doubled_now
              << " arrived twice" << std::endl;
  }
  std::cout << doubled << " of " << rounds_ * delivered_at_once << " arrived twice, and said that they may"
            << std::endl;
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle, so this run showed nothing";
  wait_for_equal_histories(laptop(), server(), bert_key());
}

// The laptop stands still, so it does not acknowledge the `sending`, and nothing is handed over before it does.
TEST_F(Crash, a_server_killed_between_sending_and_hand_over_loses_and_doubles_nothing) {
  for (std::size_t round = 0; round < rounds_at_a_point(); ++round) {
    bert().stop();
    server().wait_connected(bert_key(), false);
    const auto texts = write_on_the_laptop(1'000 + round);
    wait_until("the server to have them", [&] { return waiting_for("friend") == texts.size(); });
    bert().start();
    server().wait_connected(bert_key());
    laptop().pause();
    wait_until("the server to begin", [&] { return waiting_for("acknowledgement") > 0; });
    const std::size_t connections = bert().connections_to(server().key());
    server().kill();
    laptop().resume();
    EXPECT_TRUE(bert().messages_from(server().key()).empty());
    const std::size_t doubled = doubled_after_restart(texts, connections);
    EXPECT_EQ(doubled, 0U);
    std::cout << "round " << round << ": killed before it handed over; " << doubled << " arrived twice" << std::endl;
  }
  wait_for_equal_histories(laptop(), server(), bert_key());
}

// Bert's client stands still, so that no receipt comes of what it gets once it goes on.
TEST_F(Crash, a_server_killed_between_hand_over_and_receipt_loses_nothing_and_says_what_may_be_doubled) {
  std::size_t doubled = 0;
  for (std::size_t round = 0; round < rounds_at_a_point(); ++round) {
    const std::size_t connections = bert().connections_to(server().key());
    bert().pause();
    const auto texts = write_on_the_laptop(2'000 + round);
    wait_until("the server to hand them over", [&] { return waiting_for("receipt") == texts.size(); });
    server().kill();
    bert().resume();
    const std::size_t doubled_now = doubled_after_restart(texts, connections);
    doubled += doubled_now;
    std::cout << "round " << round << ": killed before any receipt; " << doubled_now << " arrived twice" << std::endl;
  }
  EXPECT_GT(doubled, 0U) << "nothing had arrived when the server was killed, so this run showed nothing";
  wait_for_equal_histories(laptop(), server(), bert_key());
}

TEST_F(Crash, a_server_killed_right_behind_a_receipt_loses_nothing_and_says_what_may_be_doubled) {
  for (std::size_t round = 0; round < rounds_at_a_point(); ++round) {
    const std::size_t connections = bert().connections_to(server().key());
    const auto texts = write_on_the_laptop(3'000 + round);
    const std::string& watched = texts[random_below(texts.size())];
    wait_until("the receipt", [&] {
      const auto rows = newest_on(server());
      return rows.contains(watched) && rows.at(watched).at("state") == "delivered";
    });
    server().kill();
    const std::size_t doubled = doubled_after_restart(texts, connections);
    std::cout << "round " << round << ": killed behind a receipt; " << doubled << " arrived twice" << std::endl;
    EXPECT_EQ(copies_at_bert(watched), 1U);
  }
  wait_for_equal_histories(laptop(), server(), bert_key());
}

TEST_F(Crash, a_laptop_killed_while_it_synchronises_goes_on_where_it_was) {
  // A friend who is never there: what is written to him is many events, and nothing more happens with them.
  StockFriend absent(folder(), bootstrap(), "Absent");
  absent.stop();
  laptop().stop();
  server().rpc("friend.add", {{"tox_id", absent.tox_id()}});

  std::size_t interrupted = 0;
  std::uint64_t held = 0;
  for (std::size_t round = 0; round < rounds_; ++round) {
    for (std::size_t i = 0; i < backlog; ++i) server().send(absent.key(), numbered_text(round, i).substr(0, 300));
    const std::uint64_t all = server().events();
    laptop().start();
    const std::uint64_t begun = laptop().events();
    EXPECT_GE(begun, held) << "what was shown before the kill is gone";
    const std::uint64_t enough = begun + (all - begun) * random_below(50) / 100;
    wait_until(
        "the laptop to go on", [&] { return (held = laptop().events()) > enough || held >= all; },
        reconnection_patience);
    laptop().kill();
    if (held < all) ++interrupted;
    std::cout << "round " << round << ": killed at " << held << " of " << all << " events" << std::endl;
  }
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle, so this run showed nothing";
  laptop().start();
  EXPECT_EQ(wait_for_equal_histories(laptop(), server(), absent.key()).size(), backlog * rounds_);
}

}  // namespace
}  // namespace toxtore
