// The main job, on whole programs over real toxcore: two devices of one user, laptop and server, keep one friend list,
// one history and one read state, and a friend with a stock client, who knows the server only, notices nothing.
//
// The tests of this file share their programs, for connecting takes most of the time. Each uses texts of its own,
// leaves everything running and connected, and needs none of the others.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "harness/bootstrap.h"
#include "harness/device.h"
#include "harness/stock_friend.h"
#include "harness/temp_folder.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// TOX_MAX_MESSAGE_LENGTH.
constexpr std::size_t message_bytes_max = 1372;

struct World {
  TempFolder folder;
  Bootstrap bootstrap{folder};
  Device laptop{folder, bootstrap, {.device_name = "laptop", .tox_name = "Anna", .always_on = false}};
  Device server{folder, bootstrap, {.device_name = "server", .tox_name = "Anna", .always_on = true}};
  StockFriend bert{folder, bootstrap, "Bert"};
};

class Scenario : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    try {
      world_ = std::make_unique<World>();
      link(world_->laptop, world_->server);
      befriend(world_->bert, world_->server);
    } catch (const TestFailure& failure) {
      if (world_) std::cout << world_->folder.ends_of_logs();
      world_.reset();
      FAIL() << failure.what();
    }
  }

  static void TearDownTestSuite() { world_.reset(); }

  void SetUp() override { ASSERT_TRUE(world_) << "the devices could not be set up"; }

  /// What must be so after every test: the friend met the server's key only, and P11.
  void TearDown() override {
    if (!world_) return;
    for (const std::string& line : bert().events_all()) {
      EXPECT_EQ(line.find(laptop().key()), std::string::npos) << "the friend heard of the laptop: " << line;
    }
    expect_one_packet_per_connection();
    if (HasFailure()) std::cout << world_->folder.ends_of_logs() << std::flush;
  }

  static Device& laptop() { return world_->laptop; }
  static Device& server() { return world_->server; }
  static StockFriend& bert() { return world_->bert; }
  static std::string bert_key() { return bert().key(); }
  static TempFolder& folder() { return world_->folder; }
  static Bootstrap& bootstrap() { return world_->bootstrap; }

  /// toxcore tells a change between UDP and TCP like a new connection; it is one only after "offline".
  static std::size_t connections_seen_by_bert() {
    std::size_t connections = 0;
    bool online = false;
    for (const std::string& line : bert().events("friend " + server().key())) {
      const bool now = line.ends_with(" online");
      if (now && !online) ++connections;
      online = now;
    }
    return connections;
  }

  /// Promise P11.
  static void expect_one_packet_per_connection() {
    const std::string packets = "packet " + server().key();
    EXPECT_NO_THROW(bert().wait_for_events(packets, connections_seen_by_bert()));
    EXPECT_EQ(bert().events(packets).size(), connections_seen_by_bert());
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

  static std::unique_ptr<World> world_;
};

std::unique_ptr<World> Scenario::world_;

TEST_F(Scenario, two_devices_keep_one_history_and_the_friend_notices_nothing) {
  const json row = laptop().wait_for("the friend that the server accepted", "friend.list", json::object(),
                                     [](const json& answer) { return answer.at("friends").size() == 1; });
  EXPECT_EQ(row.at("friends").at(0).at("key"), bert_key());
  EXPECT_EQ(row.at("friends").at(0).at("known_by"), json::array({server().key()}));
  EXPECT_EQ(row.at("friends").at(0).at("here"), false) << "Bert does not know the laptop";
  tell_the_story("first");
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
          "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 e\xCC\x81 \xEF\xBF\xBD \xF4\x8F\xBF\xBF \xEF\xBB\xBF\xE2\x80\xAE.",
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
    for (std::size_t i = before; i < rows.size(); ++i) (rows[i].at("outgoing") ? out : in).push_back(rows[i].at("text"));
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
  const json params{{"friend", bert_key()}, {"text", std::string(message_bytes_max + 1, 'm')}};
  EXPECT_EQ(laptop().refused("message.send", params).kind, ErrorKind::too_long);
  EXPECT_EQ(laptop().history(bert_key()), before);
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
  std::map<std::string, std::uint64_t> last_of_log;
  for (const json& event : events) {
    EXPECT_GE(event.at("cursor"), cursor);
    cursor = event.at("cursor");
    const std::string dot = event.at("event");
    if (!dots.empty() && dots.back() == dot) continue;
    dots.push_back(dot);
    const std::uint64_t number = std::stoull(dot.substr(65));
    EXPECT_EQ(number, ++last_of_log[dot.substr(0, 64)]) << "each log without a gap and in order: " << dot;
  }
  EXPECT_GE(dots.size(), stored);

  // And from the last cursor there is nothing of the old.
  RpcClient later = laptop().connect();
  ASSERT_TRUE(later.call("events.subscribe", {{"since", cursor}}));
  bert().send(server().key(), "After the second subscription");
  for (const json& event : events_until(later, "After the second subscription")) {
    EXPECT_EQ(std::count(dots.begin(), dots.end(), event.at("event").get<std::string>()), 0);
  }
}

TEST_F(Scenario, a_friend_removed_on_the_laptop_disappears_on_the_server) {
  StockFriend carl(folder(), bootstrap(), "Carl");
  befriend(carl, server(), "Carl here");
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
