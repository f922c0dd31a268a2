// The real program over its real socket, without any network.
#include <gtest/gtest.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>

#include <set>

#include "daemon/running_daemon.h"
#include "tox/profile_file.h"
#include "tox/tox_node.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// Someone who is not there: his Tox ID.
std::string stranger() {
  ToxOptions options;
  options.udp = false;
  options.local_discovery = false;
  return (*ToxNode::create(options))->address().hex();
}

std::string key_of(const std::string& tox_id) { return tox_id.substr(0, 64); }

std::string log_of(RunningDaemon& daemon) { return "exit code and log:\n" + daemon.log(); }

// --- Life

TEST(Daemon, StartsAndStopsCleanly) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {"--device-name", "laptop"});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  struct stat info{};
  ASSERT_EQ(::stat(daemon.socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  auto client = daemon.client();
  const json status = call(client, "status.get");
  EXPECT_EQ(status["device_name"], "laptop");
  EXPECT_EQ(status["profile"], "default");
  EXPECT_EQ(status["encrypted"], false);
  EXPECT_EQ(status["devices"], 1);
  EXPECT_EQ(daemon.stop(), 0) << log_of(daemon);
  EXPECT_FALSE(std::filesystem::exists(daemon.socket()));
  EXPECT_NE(daemon.log().find("no passphrase"), std::string::npos) << "said once, when the profile is made";
}

TEST(Daemon, ARestartKeepsEverything) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  json id;
  json message;
  {
    RunningDaemon daemon(folder, {});
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    auto client = daemon.client();
    id = call(client, "id.get")["tox_id"];
    call(client, "friend.add", {{"tox_id", friend_id}});
    message = call(client, "message.send", {{"friend", friend_id}, {"text", "hello"}});
    EXPECT_EQ(daemon.stop(), 0) << log_of(daemon);
  }
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  EXPECT_EQ(call(client, "id.get")["tox_id"], id);
  EXPECT_EQ(call(client, "friend.list")["friends"][0]["key"], key_of(friend_id));
  EXPECT_EQ(call(client, "message.history", {{"friend", friend_id}})["messages"], json::array({message}));
  EXPECT_EQ(daemon.log().find("no passphrase"), std::string::npos);
}

TEST(Daemon, KilledAtAnyTimeItStartsAgain) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  json message;
  {
    RunningDaemon daemon(folder, {});
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    auto client = daemon.client();
    call(client, "friend.add", {{"tox_id", friend_id}});
    message = call(client, "message.send", {{"friend", friend_id}, {"text", "hello"}});
    daemon.signal(SIGKILL);
    EXPECT_EQ(daemon.exit_code(), -1);
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "toxtored.sock")) << "what it could not remove";
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  EXPECT_EQ(call(client, "message.history", {{"friend", friend_id}})["messages"], json::array({message}));
}

TEST(Daemon, ASecondCopyIsRefused) {
  const TestFolder folder;
  RunningDaemon first(folder, {});
  ASSERT_TRUE(first.ready()) << first.log();
  RunningDaemon second(folder, {});
  EXPECT_EQ(second.exit_code(), 4) << log_of(second);
  RunningDaemon other_profile(folder, {"--profile", "other"});  // at the same socket
  EXPECT_EQ(other_profile.exit_code(), 4) << "the socket of a living daemon is not taken\n" << other_profile.log();
  auto client = first.client();
  call(client, "status.get");
}

TEST(Daemon, WrongUsage) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {"--profile", "../x"});
  EXPECT_EQ(daemon.exit_code(), 2) << log_of(daemon);
}

TEST(Daemon, AFullDiskEndsItAndLosesNothingThatWasAnswered) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  {
    RunningDaemon daemon(folder, {});
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    auto client = daemon.client();
    call(client, "friend.add", {{"tox_id", friend_id}});
    EXPECT_EQ(daemon.stop(), 0);
  }
  std::set<std::string> answered;
  {
    RunningDaemon daemon(folder, {}, std::nullopt, 1'000'000);
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    auto client = daemon.client();
    for (int i = 0; i < 1'000; ++i) {
      const auto sent = client.call("message.send", {{"friend", friend_id}, {"text", std::string(1'300, 'x')}});
      if (!sent) break;
      answered.insert((*sent)["id"]);
    }
    EXPECT_EQ(daemon.exit_code(), 6) << log_of(daemon);
    EXPECT_NE(daemon.log().find("Make room on the disk"), std::string::npos) << daemon.log();
  }
  EXPECT_GT(answered.size(), 10U) << "else the limit was too low for this test";
  EXPECT_LT(answered.size(), 1'000U);
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  const json history = call(client, "message.history", {{"friend", friend_id}, {"limit", 1000}});
  std::set<std::string> kept;
  for (const json& message : history["messages"]) kept.insert(message["id"]);
  for (const std::string& id : answered) EXPECT_TRUE(kept.contains(id)) << id;
}

// --- Passphrase

TEST(Passphrase, ByDescriptorAndByFile) {
  const TestFolder folder;
  const std::string right = folder.file("right", "correct horse\n");
  const std::string wrong = folder.file("wrong", "correct house\n");
  json id;
  {
    RunningDaemon daemon(folder, {"--passphrase-fd", "3"}, "correct horse\n");
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    auto client = daemon.client();
    id = call(client, "id.get")["tox_id"];
    EXPECT_EQ(call(client, "status.get")["encrypted"], true);
    EXPECT_EQ(daemon.stop(), 0);
  }
  RunningDaemon mistyped(folder, {"--passphrase-file", wrong});
  EXPECT_EQ(mistyped.exit_code(), 3) << log_of(mistyped);
  RunningDaemon silent(folder, {});
  EXPECT_EQ(silent.exit_code(), 3) << log_of(silent);
  RunningDaemon empty(folder, {"--passphrase-fd", "3"}, "");
  EXPECT_EQ(empty.exit_code(), 1) << log_of(empty);
  RunningDaemon daemon(folder, {"--passphrase-file", right});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  EXPECT_EQ(call(client, "id.get")["tox_id"], id);
}

// --- Import

/// A profile of another program: its file's bytes, Tox ID and friends.
struct OldProfile {
  OldProfile() {
    ToxOptions options;
    options.udp = false;
    options.local_discovery = false;
    const auto node = std::move(*ToxNode::create(options));
    (void)node->set_name(as_bytes("old me"));
    for (int i = 0; i < 3; ++i) {
      const PublicKey key = ToxAddress::from_hex(stranger())->key();
      (void)node->apply(output::AddPeer{key, std::nullopt, {}});
      friends.insert(key.hex());
    }
    savedata = node->savedata();
    tox_id = node->address().hex();
  }
  Bytes savedata;
  std::string tox_id;
  std::set<std::string> friends;
};

std::set<std::string> friend_keys(RpcClient& client) {
  std::set<std::string> keys;
  const json list = call(client, "friend.list");
  for (const json& one : list["friends"]) keys.insert(one["key"]);
  return keys;
}

TEST(Import, KeepsTheToxIdAndFriends) {
  const TestFolder folder;
  const OldProfile old;
  const std::string file = folder.file("me.tox", to_text(old.savedata));
  for (const bool first : {true, false}) {
    RunningDaemon daemon(folder,
                         first ? std::vector<std::string>{"--import-profile", file} : std::vector<std::string>{});
    ASSERT_TRUE(daemon.ready()) << daemon.log();
    EXPECT_EQ(daemon.log().find("do not run the old copy") != std::string::npos, first);
    auto client = daemon.client();
    EXPECT_EQ(call(client, "id.get")["tox_id"], old.tox_id);
    EXPECT_EQ(friend_keys(client), old.friends) << daemon.log();
    const json list = call(client, "friend.list");
    for (const json& one : list["friends"]) EXPECT_EQ(one["here"], true);
    EXPECT_EQ(daemon.stop(), 0) << log_of(daemon);
  }
  RunningDaemon again(folder, {"--import-profile", file});
  EXPECT_EQ(again.exit_code(), 1) << log_of(again);
}

TEST(Import, AProtectedProfileAndAnExportOfIt) {
  const TestFolder folder;
  const OldProfile old;
  const std::string file = folder.file("me.tox", to_text(*protect_profile(old.savedata, "geheim")));
  const std::string wrong = folder.file("wrong", "falsch\n");
  RunningDaemon silent(folder, {"--import-profile", file});
  EXPECT_EQ(silent.exit_code(), 3) << log_of(silent);
  RunningDaemon mistyped(folder, {"--import-profile", file, "--import-passphrase-file", wrong});
  EXPECT_EQ(mistyped.exit_code(), 3) << log_of(mistyped);
  RunningDaemon daemon(folder, {"--import-profile", file, "--import-passphrase-fd", "3"}, "geheim");
  ASSERT_TRUE(daemon.ready()) << "a try that failed is in nobody's way\n" << daemon.log();
  auto client = daemon.client();
  EXPECT_EQ(call(client, "id.get")["tox_id"], old.tox_id);
  EXPECT_EQ(friend_keys(client), old.friends) << daemon.log();
  EXPECT_TRUE(call(client, "profile.export")["tox"].is_string());
  EXPECT_NE(call(client, "profile.export", {{"passphrase", "neu"}})["tox"], call(client, "profile.export")["tox"]);
}

TEST(Import, ADamagedFileLeavesNothingBehind) {
  const TestFolder folder;
  const OldProfile old;
  Bytes cut = old.savedata;
  cut.resize(cut.size() / 2);
  const std::string damaged = folder.file("damaged.tox", to_text(cut));
  const std::string foreign = folder.file("foreign.tox", "this is a letter to my aunt");
  const std::string good = folder.file("me.tox", to_text(old.savedata));
  for (const std::string& file : {damaged, foreign}) {
    RunningDaemon daemon(folder, {"--import-profile", file});
    EXPECT_EQ(daemon.exit_code(), 5) << log_of(daemon);
  }
  RunningDaemon missing(folder, {"--import-profile", (folder / "missing.tox").string()});
  EXPECT_EQ(missing.exit_code(), 1) << log_of(missing);
  RunningDaemon daemon(folder, {"--import-profile", good});
  EXPECT_TRUE(daemon.ready()) << daemon.log();
}

TEST(Import, AStartThatFailsLaterTakesTheNewProfileBack) {
  const TestFolder folder;
  const OldProfile old;
  const std::string file = folder.file("me.tox", to_text(old.savedata));
  const std::string in_the_way = folder.file("toxtored.sock", "not a socket");
  RunningDaemon blocked(folder, {"--import-profile", file});
  EXPECT_EQ(blocked.exit_code(), 1) << log_of(blocked);
  EXPECT_EQ(log_of(blocked).find("Tox ID"), std::string::npos) << "of an identity that is taken back nobody is told";
  EXPECT_TRUE(std::filesystem::exists(in_the_way)) << "a file that is not ours is not removed";
  std::filesystem::remove(in_the_way);
  RunningDaemon daemon(folder, {"--import-profile", file});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  EXPECT_EQ(friend_keys(client), old.friends) << daemon.log();
}

TEST(Import, AnExportIsTheProfileWithItsNewName) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {"--name", "Me"});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  const std::string text = call(client, "profile.export", {{"passphrase", "geheim"}})["tox"];
  Bytes file(text.size());
  std::size_t size = 0;
  ASSERT_EQ(sodium_base642bin(file.data(), file.size(), text.data(), text.size(), nullptr, &size, nullptr,
                              sodium_base64_VARIANT_ORIGINAL),
            0);
  file.resize(size);
  ASSERT_TRUE(is_protected_profile(file));
  const auto node = ToxNode::create(ToxOptions::offline(load_profile(file, "geheim").value()));
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ((*node)->address().hex(), call(client, "id.get")["tox_id"].get<std::string>());
  EXPECT_EQ((*node)->name(), to_bytes("Me"));
}

// --- The socket

TEST(Socket, ManyRequestsInFlight) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  constexpr int requests = 2'000;
  std::string lines;
  for (int i = 0; i < requests; ++i)
    lines += json{{"jsonrpc", "2.0"}, {"id", i}, {"method", "friend.list"}}.dump() + "\n";
  lines.pop_back();  // send_line ends the last one
  ASSERT_TRUE(client.send_line(lines));
  std::set<int> answered;
  for (int i = 0; i < requests; ++i) {
    const auto line = client.read_line();
    ASSERT_TRUE(line) << line.error().message;
    const json answer = json::parse(*line);
    EXPECT_TRUE(answer.contains("result"));
    answered.insert(answer["id"].get<int>());
  }
  EXPECT_EQ(answered.size(), static_cast<std::size_t>(requests));
}

TEST(Socket, ALineThatIsTooLongEndsTheConnectionOnly) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto other = daemon.client();
  auto client = daemon.client();
  ASSERT_TRUE(client.send_line(std::string(1024 * 1024 + 100'000, ' ')));
  const auto line = client.read_line();
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ(json::parse(*line)["error"]["data"]["kind"], "line_too_long");
  const auto after = client.read_line();
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().kind, ErrorKind::offline);
  call(other, "status.get");
}

TEST(Socket, TheLongestLineIsTaken) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  std::string line = R"({"jsonrpc":"2.0","id":1,"method":"friend.list"})";
  line.resize(std::size_t{1024} * 1024, ' ');
  ASSERT_TRUE(client.send_line(line));
  const auto answer = client.read_line();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(json::parse(*answer).contains("result"));
}

TEST(Socket, AClientThatDoesNotReadIsDisconnectedAndHoldsUpNobody) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto other = daemon.client();
  call(other, "friend.add", {{"tox_id", friend_id}});
  const std::string text(1372, '\x01');  // six characters each in JSON
  for (int i = 0; i < 150; ++i) call(other, "message.send", {{"friend", friend_id}, {"text", text}});
  auto deaf = daemon.client();
  const json history = {{"jsonrpc", "2.0"},
                        {"id", 1},
                        {"method", "message.history"},
                        {"params", {{"friend", friend_id}, {"limit", 1000}}}};
  std::string requests = history.dump();
  for (int i = 1; i < 100; ++i) requests += "\n" + history.dump();
  ASSERT_TRUE(deaf.send_line(requests));  // asks for some 120 MB
  // The other client asks without a pause: it is answered all the time, and does not put off the turn of the loop in
  // which the deaf one is found.
  EXPECT_TRUE(eventually([&] {
    for (int i = 0; i < 200; ++i) call(other, "status.get");
    return daemon.log().find("disconnected a client that does not read") != std::string::npos;
  })) << daemon.log();
  while (deaf.read_line()) {
  }  // what the system still holds for it, and then the end
}

TEST(Socket, TheSameTokenTwiceIsOneMessage) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  call(client, "friend.add", {{"tox_id", friend_id}});
  const json params = {{"friend", friend_id}, {"text", "once"}, {"token", "a token"}};
  const json first = call(client, "message.send", params);
  auto another = daemon.client();  // as after a lost reply
  EXPECT_EQ(call(another, "message.send", params)["id"], first["id"]);
  EXPECT_EQ(call(client, "message.history", {{"friend", friend_id}})["messages"].size(), 1U);
}

TEST(Socket, SubscribersGetWhatHappensAndCanGoOnFromACursor) {
  const TestFolder folder;
  const std::string friend_id = stranger();
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto writer = daemon.client();
  call(writer, "friend.add", {{"tox_id", friend_id}});
  auto reader = daemon.client();
  const json start = call(reader, "events.subscribe");
  for (const char* text : {"one", "two", "three"})
    call(writer, "message.send", {{"friend", friend_id}, {"text", text}});
  std::vector<json> live;
  for (int i = 0; i < 3; ++i) live.push_back(reader.next_notification(rpc_timeout_ms).value());
  EXPECT_EQ(live[0]["params"]["change"]["message"]["text"], "one");
  EXPECT_EQ(live[2]["params"]["change"]["message"]["text"], "three");
  auto late = daemon.client();
  call(late, "events.subscribe", {{"since", live[0]["params"]["cursor"]}});
  for (int i = 1; i < 3; ++i) EXPECT_EQ(late.next_notification(rpc_timeout_ms).value(), live[i]);
}

TEST(Socket, AnErrorCarriesItsKind) {
  const TestFolder folder;
  RunningDaemon daemon(folder, {});
  ASSERT_TRUE(daemon.ready()) << daemon.log();
  auto client = daemon.client();
  const auto refused = client.call("message.send", {{"friend", "nobody"}, {"text", "x"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_NE(refused.error().message.find("nobody"), std::string::npos);
}

}  // namespace
}  // namespace toxtore
