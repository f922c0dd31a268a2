// `toxtore` and `toxtored` together, without any network: what a user sees before he has a friend online.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.h"

namespace toxtore::test {
namespace {

using nlohmann::json;

// A Tox ID is a key, a nospam and a checksum: the bytes before it, two at a time, xored.
std::string tox_id_of(const std::string& key, const std::string& nospam) {
  const std::string digits = key + nospam;
  std::array<unsigned, 2> checksum{};
  for (std::size_t i = 0; i < digits.size() / 2; ++i)
    checksum[i % 2] ^= static_cast<unsigned>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%02X%02X", checksum[0], checksum[1]);
  return digits + text.data();
}

/// One daemon for all tests here: a profile of its own in a folder that is removed at the end.
class RealDaemon : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TestFolder>();
    std::ofstream(folder_->file("nodes.json")) << R"({"nodes": []})";
    daemon_ = std::make_unique<Process>(std::vector<std::string>{
        TOXTORED, "--profile", "test", "--data-dir", folder_->file("data"), "--state-file", folder_->file("state"),
        "--socket", socket(), "--no-udp", "--nodes", folder_->file("nodes.json"), "--device-name", "laptop"});
    daemon_->end_input();
    ASSERT_TRUE(daemon_->wait_for("toxtored: ready")) << daemon_->finish().errors;
    friend_id_ = tox_id_of(friend_key, "01020304");
    ASSERT_EQ(run({"friend", "add", friend_id_, "Hello,", "it", "is", "me"}).exit_code, 0);
  }
  static void TearDownTestSuite() {
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->finish().exit_code, 0);
    daemon_.reset();
    folder_.reset();
  }

  static std::string socket() { return folder_->file("test.sock"); }
  static Finished run(std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), {"--socket", socket()});
    return toxtore(words, input);
  }
  /// The result with --json.
  static json result(std::vector<std::string> words) {
    words.emplace_back("--json");
    const Finished done = run(std::move(words));
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(std::count(done.output.begin(), done.output.end(), '\n'), 1);
    return json::parse(done.output, nullptr, false);
  }

  /// The base point of curve 25519 as toxcore spells keys: any key will do that is not our own.
  static inline const std::string friend_key = "09" + std::string(62, '0');
  static inline std::string friend_id_;
  static inline std::unique_ptr<TestFolder> folder_;
  static inline std::unique_ptr<Process> daemon_;
};

TEST_F(RealDaemon, StatusAndId) {
  const json status = result({"status"});
  EXPECT_EQ(status["profile"], "test");
  EXPECT_EQ(status["device_name"], "laptop");
  EXPECT_NE(run({"status"}).output.find("laptop"), std::string::npos);
  const json id = result({"id"});
  const auto tox_id = id["tox_id"].get<std::string>();
  EXPECT_EQ(tox_id.size(), 76U);
  const std::string shown = run({"id"}).output;
  EXPECT_NE(shown.find(tox_id), std::string::npos);
  EXPECT_NE(shown.find("▀"), std::string::npos);
  EXPECT_EQ(run({"id", "--no-qr"}).output.find("▀"), std::string::npos);
}

TEST_F(RealDaemon, FriendsAreListedAndFound) {
  const json friends = result({"friend", "list"})["friends"];
  ASSERT_EQ(friends.size(), 1U);
  EXPECT_EQ(friends[0]["key"], friend_key);
  EXPECT_NE(run({"friend", "list"}).output.find(friend_key), std::string::npos);
  EXPECT_EQ(result({"friend", "requests"})["requests"], json::array());
  EXPECT_EQ(run({"history", "Nobody"}).exit_code, 4);
  EXPECT_NE(run({"history", "Nobody"}).errors.find("toxtore friend list"), std::string::npos);
  EXPECT_EQ(run({"friend", "add", friend_id_}).exit_code, 1);
  EXPECT_EQ(run({"friend", "add", "1234"}).exit_code, 1);
  EXPECT_EQ(run({"friend", "accept", "1234"}).exit_code, 4);
}

TEST_F(RealDaemon, AMessageToAnOfflineFriendIsQueuedShownAndFound) {
  const json sent = result({"send", friend_key, "[see,", "you]", "at", "eight"});
  EXPECT_EQ(sent["state"], "queued");
  EXPECT_EQ(sent["text"], "[see, you] at eight");
  const Finished second = run({"send", friend_key, "-"}, "two\nlines\n");
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_NE(second.output.find("queued"), std::string::npos);

  const json history = result({"history", friend_key})["messages"];
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0]["id"], sent["id"]);
  EXPECT_EQ(history[1]["text"], "two\nlines");
  const std::string shown = run({"history", friend_key}).output;
  EXPECT_NE(shown.find("me: [see, you] at eight  (queued)\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("me: two\n             lines  (queued)\n"), std::string::npos) << shown;

  const std::string page = run({"history", friend_key, "--limit", "1"}).output;
  const auto before = page.find("--before ");
  ASSERT_NE(before, std::string::npos) << page;
  const std::string id = page.substr(before + 9, page.find('\n', before) - before - 9);
  EXPECT_EQ(result({"history", friend_key, "--before", id})["messages"].size(), 1U);

  const std::string waiting = run({"outbox"}).output;
  EXPECT_NE(waiting.find("at eight  (queued)\n         " + sent["id"].get<std::string>() + "\n"), std::string::npos);
  EXPECT_NE(waiting.find(" is not connected to this device\n"), std::string::npos) << waiting;
  EXPECT_NE(run({"outbox", "send", "--anyway", sent["id"]}).output.find("queued"), std::string::npos);
  EXPECT_EQ(result({"outbox", "withdraw", history[1]["id"]})["state"], "withdrawn");
  EXPECT_EQ(result({"outbox"})["waiting"].size(), 1U);

  EXPECT_EQ(result({"search", "eight"})["messages"][0]["id"], sent["id"]);
  EXPECT_EQ(run({"search", "nowhere"}).output, "Nothing found.\n");
  EXPECT_EQ(result({"read", friend_key})["marked"], 0);
  EXPECT_EQ(run({"read", "--id", "nonsense"}).exit_code, 1);
  EXPECT_EQ(run({"send", friend_key, std::string(32'769, 'x')}).exit_code, 1);
}

TEST_F(RealDaemon, DevicesAndLinks) {
  const json devices = result({"device", "list"})["devices"];
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices[0]["name"], "laptop");
  const json link = result({"device", "request", friend_key});
  EXPECT_TRUE(link["code"].is_null());
  EXPECT_EQ(result({"device", "requests"})["requests"].size(), 1U);
  EXPECT_NE(run({"device", "requests"}).output.find("waits for it"), std::string::npos);
  EXPECT_EQ(run({"device", "accept", friend_key, "123456"}).exit_code, 1);
  EXPECT_EQ(run({"device", "cancel", friend_key}).exit_code, 0);
  EXPECT_EQ(result({"device", "requests"})["requests"], json::array());
}

TEST_F(RealDaemon, WatchReplaysFromACursor) {
  ASSERT_EQ(run({"send", friend_key, "watched"}).exit_code, 0);
  Process watch({TOXTORE, "watch", "--since", "0", "--socket", socket()});
  EXPECT_TRUE(watch.wait_for("watched"));
  ASSERT_EQ(run({"send", friend_key, "live"}).exit_code, 0);
  EXPECT_TRUE(watch.wait_for("live"));
  watch.signal(SIGINT);
  EXPECT_EQ(watch.finish().exit_code, 0);
}

TEST_F(RealDaemon, TheProfileIsExported) {
  const auto tox = result({"profile", "export", "--plain"})["tox"].get<std::string>();
  EXPECT_GT(tox.size(), 100U);
  EXPECT_EQ(run({"profile", "export", folder_->file("laptop.tox"), "--plain"}).exit_code, 0);
}

}  // namespace
}  // namespace toxtore::test
