// The main job, on whole programs over real toxcore: two devices of one user, laptop and server, keep one friend list,
// one history and one read state, and a friend with a stock client, who knows the server only, notices nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "harness/world.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// TOX_MAX_MESSAGE_LENGTH.
constexpr std::size_t message_bytes_max = 1372;
/// docs/decisions.md: 32 KiB are the longest message.
constexpr std::size_t long_message_bytes_max = 32'768;

class Scenario : public WorldTest {
 protected:
  /// What must be so after every test: the friend met the server's key only, and P11.
  void TearDown() override {
    if (testing::Test::HasFatalFailure()) return WorldTest::TearDown();
    for (const std::string& line : bert().events_all()) {
      EXPECT_EQ(line.find(laptop().key()), std::string::npos) << "the friend heard of the laptop: " << line;
    }
    expect_one_packet_per_connection();
    WorldTest::TearDown();
  }

  /// Promise P11.
  static void expect_one_packet_per_connection() {
    const std::string packets = "packet " + server().key();
    const std::size_t connections = bert().connections_to(server().key());
    EXPECT_NO_THROW(bert().wait_for_events(packets, connections));
    EXPECT_EQ(bert().events(packets).size(), connections);
    for (const std::string& packet : bert().events(packets)) {
      EXPECT_TRUE(packet.starts_with(packets + " BB10")) << "not a hello: " << packet;
    }
  }

  static std::size_t times(const std::vector<std::string>& texts, const std::string& text) {
    return static_cast<std::size_t>(std::count(texts.begin(), texts.end(), text));
  }

  static bool is_delivered(const json& row) { return row.at("state") == "delivered"; }
  static bool is_read(const json& row) { return row.at("read").get<bool>(); }

  static void bert_writes_while_the_laptop_is_off(const std::string& text) {
    laptop().stop();
    const json before = server().friend_row(bert_key());
    bert().send(server().key(), text);
    server().wait_for_message(bert_key(), text);
    EXPECT_EQ(server().friend_row(bert_key()).at("unread"), before.at("unread").get<int>() + 1);
    laptop().start();
    const json row = laptop().wait_for_message(bert_key(), text);
    EXPECT_EQ(row.at("outgoing"), false);
    EXPECT_EQ(row.at("state"), "received");
    EXPECT_EQ(row.at("read"), false);
    EXPECT_EQ(row.at("friend"), "Bert");
  }

  static void read_on_the_laptop_is_read_on_the_server(const std::string& text) {
    EXPECT_EQ(server().message(bert_key(), text).at("read"), false);
    EXPECT_GE(laptop().rpc("message.read", {{"friend", bert_key()}}).at("marked"), 1);
    EXPECT_EQ(laptop().friend_row(bert_key()).at("unread"), 0);
    server().wait_for_message(bert_key(), text, is_read);
    EXPECT_EQ(server().friend_row(bert_key()).at("unread"), 0);
  }

  static void the_laptop_answers_and_the_server_delivers(const std::string& text) {
    laptop().send(bert_key(), text);
    for (Device* device : {&laptop(), &server()}) {
      const json row = device->wait_for_message(bert_key(), text, is_delivered);
      EXPECT_EQ(row.at("outgoing"), true);
      EXPECT_EQ(row.at("device"), server().key()) << "who delivered it";
    }
    EXPECT_EQ(times(bert().messages_from(server().key()), text), 1U);
  }

  static void search_finds_it_on_both(const std::string& word, const std::string& text) {
    for (Device* device : {&laptop(), &server()}) {
      const json found = device->rpc("message.search", {{"words", word}}).at("messages");
      ASSERT_EQ(found.size(), 1U) << found.dump(1);
      EXPECT_EQ(found.at(0).at("text"), text);
    }
  }

  /// The whole story once, with texts that hold `tag`, a word of its own.
  static void tell_the_story(const std::string& tag) {
    const std::string question = "Shall we meet on Sunday? " + tag + "question";
    const std::string answer = "Sunday is fine. " + tag + "answer";
    bert_writes_while_the_laptop_is_off(question);
    read_on_the_laptop_is_read_on_the_server(question);
    the_laptop_answers_and_the_server_delivers(answer);
    const json history = wait_for_equal_histories(laptop(), server(), bert_key());
    ASSERT_GE(history.size(), 2U);
    EXPECT_EQ(history.at(history.size() - 2).at("text"), question);
    EXPECT_EQ(history.back().at("text"), answer);
    search_finds_it_on_both(tag + "question", question);
    search_finds_it_on_both(tag + "ANSWER", answer);
  }
};

TEST_F(Scenario, two_devices_keep_one_history_and_the_friend_notices_nothing) {
  const json row = laptop().friend_row(bert_key());
  ASSERT_FALSE(row.is_null());
  EXPECT_EQ(row.at("known_by"), json::array({server().key()}));
  EXPECT_EQ(row.at("here"), false) << "Bert does not know the laptop";
  tell_the_story("first");
}

TEST_F(Scenario, both_devices_list_both_by_their_own_names) {
  for (Device* device : {&laptop(), &server()}) {
    std::map<std::string, std::string> names;
    const json answer = device->rpc("device.list");
    for (const json& row : answer.at("devices")) names[row.at("key")] = row.at("name");
    EXPECT_EQ(names, (std::map<std::string, std::string>{{laptop().key(), "laptop"}, {server().key(), "server"}}));
    EXPECT_EQ(device->rpc("id.get").at("hand_out"), server().tox_id()) << "the one that is always on";
  }
}

TEST_F(Scenario, it_goes_on_after_both_devices_were_restarted) {
  const json before = wait_for_equal_histories(laptop(), server(), bert_key());
  const std::string tox_id = server().rpc("id.get").at("tox_id");
  laptop().stop();
  server().stop();
  server().start();
  laptop().start();
  EXPECT_EQ(server().rpc("id.get").at("tox_id"), tox_id);
  EXPECT_EQ(laptop().history(bert_key()), before);
  EXPECT_EQ(server().history(bert_key()), before);
  server().wait_connected(bert_key());
  laptop().wait_connected(server().key());
  bert().wait_connected(server().key());
  tell_the_story("second");
}

TEST_F(Scenario, what_the_laptop_wrote_while_the_server_was_off_is_delivered_when_it_is_back) {
  const std::string text = "Written while the server was off";
  server().stop();
  laptop().send(bert_key(), text);
  EXPECT_EQ(laptop().message(bert_key(), text).at("state"), "queued");
  EXPECT_EQ(laptop().message(bert_key(), text).at("device"), nullptr);
  server().start();
  laptop().wait_for_message(bert_key(), text, is_delivered);
  EXPECT_EQ(times(bert().messages_from(server().key()), text), 1U);
  bert().wait_connected(server().key());
  wait_for_equal_histories(laptop(), server(), bert_key());
}

/// Everything that a text may hold and a layer could trip over.
std::vector<std::string> difficult_texts() {
  std::string euros;  // three bytes each, so that the last one ends one byte before the limit, and an "x" fills it
  while (euros.size() + 3 <= message_bytes_max) euros += "€";
  euros.append(message_bytes_max - euros.size(), 'x');
  return {std::string(message_bytes_max, 'm'),
          euros,
          "one line\nanother\n\nand \\n no line feed",
          "tab\t, quotes \" ' “ ”, {braces} [brackets], %s %n, NULL, --option, 'x'); DROP TABLE message; --",
          "Ελληνικά, кириллица, עברית, العربية, हिन्दी, 日本語, 한국어",
          "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈",
          "e\xCC\x81 \xEF\xBF\xBD \xF4\x8F\xBF\xBF \xEF\xBB\xBF\xE2\x80\xAE.",
          " "};
}

TEST_F(Scenario, every_text_arrives_byte_for_byte_in_both_directions) {
  const auto texts = difficult_texts();
  const std::size_t before = wait_for_equal_histories(laptop(), server(), bert_key()).size();
  const std::size_t bert_had = bert().messages_from(server().key()).size();
  for (const std::string& text : texts) bert().send(server().key(), text);
  for (const std::string& text : texts) laptop().send(bert_key(), text);

  // Bert's are in his order, the laptop's in the laptop's; between the two there is none.
  const auto from_both = [&](Device& device) {
    const json rows = device.wait_for_history(bert_key(), before + 2 * texts.size());
    std::vector<std::string> in, out;
    for (std::size_t i = before; i < rows.size(); ++i)
      (rows[i].at("outgoing") ? out : in).push_back(rows[i].at("text"));
    return std::pair(in, out);
  };
  EXPECT_EQ(from_both(server()), std::pair(texts, texts));
  EXPECT_EQ(from_both(laptop()), std::pair(texts, texts));
  for (const std::string& text : texts) {
    laptop().wait_for("“" + text + "” to be delivered", "message.history", {{"friend", bert_key()}, {"limit", 1000}},
                      [&](const json& answer) {
                        return std::all_of(answer.at("messages").begin(), answer.at("messages").end(), [](auto& row) {
                          return row.at("outgoing") == false || row.at("state") == "delivered";
                        });
                      });
  }
  auto arrived = bert().messages_from(server().key());
  arrived.erase(arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(bert_had));
  EXPECT_EQ(arrived, texts);
  wait_for_equal_histories(laptop(), server(), bert_key());
}

TEST_F(Scenario, a_text_that_is_too_long_is_refused_and_nothing_is_logged) {
  const json before = laptop().history(bert_key());
  const json params{{"friend", bert_key()}, {"text", std::string(long_message_bytes_max + 1, 'm')}};
  EXPECT_EQ(laptop().refused("message.send", params).kind, ErrorKind::too_long);
  EXPECT_EQ(laptop().history(bert_key()), before);
}

TEST_F(Scenario, a_long_message_reaches_a_stock_friend_in_pieces_and_is_one_message_here) {
  std::string text = "Long: ";
  while (text.size() + 3 <= 5 * message_bytes_max) text += "€";
  const std::size_t before = bert().messages_from(server().key()).size();
  laptop().send(bert_key(), text);
  laptop().wait_for_message(bert_key(), text, is_delivered);
  std::string pieces;
  const auto all = bert().messages_from(server().key());
  for (std::size_t i = before; i < all.size(); ++i) pieces += all[i];
  EXPECT_EQ(pieces, text);
  EXPECT_EQ(all.size() - before, 6U) << "the pieces end between characters, so five are not enough";
}

TEST_F(Scenario, an_action_is_an_action_on_all_sides) {
  laptop().rpc("message.send", {{"friend", bert_key()}, {"text", "waves to Bert"}, {"kind", "action"}});
  server().wait_for_message(bert_key(), "waves to Bert", is_delivered);
  EXPECT_EQ(times(bert().events("action " + server().key()), "action " + server().key() + " waves to Bert"), 1U);
  EXPECT_EQ(times(bert().messages_from(server().key()), "waves to Bert"), 0U);

  bert().act(server().key(), "waves back");
  for (Device* device : {&server(), &laptop()}) {
    EXPECT_EQ(device->wait_for_message(bert_key(), "waves back").at("kind"), "action");
  }
  laptop().wait_for_message(bert_key(), "waves to Bert", is_delivered);
  EXPECT_EQ(laptop().message(bert_key(), "waves to Bert").at("kind"), "action");
}

TEST_F(Scenario, a_retry_with_the_same_token_is_not_a_second_message) {
  const json params{{"friend", bert_key()}, {"text", "Only once"}, {"token", "try-1"}};
  const json first = laptop().rpc("message.send", params);
  EXPECT_EQ(laptop().rpc("message.send", params).at("id"), first.at("id"));
  laptop().wait_for_message(bert_key(), "Only once", is_delivered);
  EXPECT_EQ(laptop().rpc("message.send", params).at("id"), first.at("id")) << "also after the delivery";
  laptop().restart();
  EXPECT_EQ(laptop().rpc("message.send", params).at("id"), first.at("id")) << "and after a restart";

  // Whatever went to Bert before this one would have come before it.
  laptop().send(bert_key(), "After the retries");
  laptop().wait_for_message(bert_key(), "After the retries", is_delivered);
  EXPECT_EQ(times(bert().messages_from(server().key()), "Only once"), 1U);
  wait_for_equal_histories(laptop(), server(), bert_key());
}

/// All event notifications up to and with the one that brings this text.
std::vector<json> events_until(RpcClient& client, const std::string& text) {
  std::vector<json> events;
  for (;;) {
    const auto line = client.next_notification(connection_patience);
    if (!line) throw TestFailure("no event brought “" + text + "”: " + line.error().message);
    if (line->at("method") != "event") continue;
    events.push_back(line->at("params"));
    const json& change = events.back().at("change");
    if (change.contains("message") && change.at("message").at("text") == text) return events;
  }
}

TEST_F(Scenario, a_subscriber_gets_everything_from_its_cursor_and_then_what_is_new) {
  bert().send(server().key(), "Before the subscription");
  laptop().wait_for_message(bert_key(), "Before the subscription");
  const auto stored = laptop().rpc("status.get").at("events").get<std::size_t>();

  RpcClient client = laptop().connect();
  ASSERT_TRUE(client.call("events.subscribe", {{"since", 0}}));
  std::vector<json> events = events_until(client, "Before the subscription");
  bert().send(server().key(), "After the subscription");
  const auto live = events_until(client, "After the subscription");
  events.insert(events.end(), live.begin(), live.end());

  std::vector<std::string> dots;  // in order of arrival; an event with several changes has several lines
  std::uint64_t cursor = 0;
  std::map<std::string, std::set<std::uint64_t>> numbers_of_log;
  for (const json& event : events) {
    EXPECT_GE(event.at("cursor"), cursor);
    cursor = event.at("cursor");
    const std::string dot = event.at("event");
    if (!dots.empty() && dots.back() == dot) continue;
    dots.push_back(dot);
    const bool first_time = numbers_of_log[dot.substr(0, 64)].insert(std::stoull(dot.substr(65))).second;
    EXPECT_TRUE(first_time) << "no event comes twice: " << dot;
  }
  EXPECT_GE(dots.size(), stored);
  // A log may have come newest first, and is whole now.
  for (const auto& [log, numbers] : numbers_of_log) EXPECT_EQ(numbers.size(), *numbers.rbegin()) << log;

  // And from the last cursor there is nothing of the old.
  RpcClient later = laptop().connect();
  ASSERT_TRUE(later.call("events.subscribe", {{"since", cursor}}));
  bert().send(server().key(), "After the second subscription");
  for (const json& event : events_until(later, "After the second subscription")) {
    EXPECT_EQ(std::count(dots.begin(), dots.end(), event.at("event").get<std::string>()), 0);
  }
}

TEST_F(Scenario, what_is_done_on_the_laptop_holds_on_the_server) {
  StockFriend dora(folder(), bootstrap(), "Dora");
  dora.add(server().tox_id(), "It is me");
  wait_until("the laptop to hear of the request",
             [] { return laptop().rpc("friend.requests").at("requests").size() == 1; });
  laptop().rpc("friend.accept", {{"friend", dora.key()}});
  dora.wait_connected(server().key());
  server().wait_connected(dora.key());

  laptop().rpc("profile.set", {{"name", "Alice the second"}});
  dora.wait_for_events("name " + server().key() + " Alice the second", 1);

  dora.send(server().key(), "A secret");
  const json row = laptop().wait_for_message(dora.key(), "A secret");
  EXPECT_EQ(laptop().rpc("message.erase", {{"id", row.at("id")}}).at("erased"), 1);
  wait_until("the server to erase it", [&] { return server().history(dora.key()).at(0).at("erased").get<bool>(); });
  EXPECT_EQ(server().history(dora.key()).at(0).at("text"), "");
  EXPECT_TRUE(server().rpc("message.search", {{"words", "secret"}}).at("messages").empty());

  laptop().rpc("friend.remove", {{"friend", dora.key()}});
  wait_until("the server to drop Dora", [&] { return server().friend_row(dora.key()).is_null(); });
}

TEST_F(Scenario, a_friend_removed_on_the_laptop_disappears_on_the_server) {
  StockFriend carl(folder(), bootstrap(), "Carl");
  befriend(carl, server());
  carl.send(server().key(), "My last words");
  laptop().wait_for_message(carl.key(), "My last words");

  laptop().rpc("friend.remove", {{"friend", carl.key()}});
  EXPECT_TRUE(laptop().friend_row(carl.key()).is_null());
  wait_until("the server to drop Carl", [&] { return server().friend_row(carl.key()).is_null(); });
  carl.wait_connected(server().key(), false);
  EXPECT_FALSE(server().friend_row(bert_key()).is_null()) << "the other friend stays";
  EXPECT_EQ(server().refused("message.send", {{"friend", carl.key()}, {"text", "x"}}).kind, ErrorKind::not_found);

  // The history stays, on both.
  const json history = wait_for_equal_histories(laptop(), server(), carl.key());
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history.at(0).at("text"), "My last words");
}

}  // namespace
}  // namespace toxtore
