// The built program, against a daemon that answers as the test says, with pipes and on a terminal.
#include "cli/program.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/arguments.h"
#include "cli/fake_daemon.h"

namespace toxtore::test {
namespace {

using nlohmann::json;

const std::string key(64, 'A');

json message(const std::string& state) {
  return {{"id", key + ":1"}, {"conversation", key},        {"friend", "Anna"}, {"outgoing", true}, {"kind", "normal"},
          {"text", "Hello"},  {"time", 1'714'585'320'000U}, {"read", true},     {"state", state}};
}

json link(const json& code, bool here = false, bool there = false) {
  return {{"key", key},
          {"name", "server"},
          {"asked_here", true},
          {"code", code},
          {"confirmed_here", here},
          {"confirmed_there", there},
          {"expires", 32'503'680'000'000U}};
}

json notice(const std::string& what, const std::string& text) {
  return {{"jsonrpc", "2.0"}, {"method", "notice"}, {"params", {{"what", what}, {"key", key}, {"text", text}}}};
}

TEST(Program, UsageErrorsExitWithTwo) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"nonsense"}, {"send", "Anna"}, {"history", "Anna", "--limit", "0"}}) {
    const Finished run = toxtore(words);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.output, "");
    EXPECT_TRUE(run.errors.starts_with("toxtore: ")) << run.errors;
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
  }
  EXPECT_EQ(json::parse(toxtore({"nonsense", "--json"}).errors)["error"]["kind"], "usage");
}

TEST(Program, HelpNeedsNoDaemon) {
  for (const std::string& name : command_names()) {
    std::vector<std::string> words = {"--socket", "/nonexistent"};
    words.push_back(name.substr(0, name.find(' ')));
    if (name.find(' ') != std::string::npos) words.push_back(name.substr(name.find(' ') + 1));
    words.emplace_back("--help");
    const Finished run = toxtore(words);
    EXPECT_EQ(run.exit_code, 0) << name;
    EXPECT_NE(run.output.find("Example:\n  "), std::string::npos) << name;
    EXPECT_EQ(run.errors, "") << name;
  }
  EXPECT_EQ(toxtore({"--version"}).output, "toxtore 0.1.0\n");
}

TEST(Program, WithoutADaemonItSaysHowToStartOne) {
  const TestFolder folder;
  const Finished run = toxtore({"status", "--profile", "work", "--socket", folder.file("none.sock")});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.errors.find("no toxtored is running for the profile work"), std::string::npos) << run.errors;
  EXPECT_NE(run.errors.find("toxtored --profile work"), std::string::npos) << run.errors;
  EXPECT_EQ(run.output, "");
  const Finished as_json = toxtore({"status", "--json", "--socket", folder.file("none.sock")});
  EXPECT_EQ(as_json.exit_code, 3);
  EXPECT_EQ(json::parse(as_json.errors)["error"]["kind"], "no_daemon");
  EXPECT_EQ(as_json.output, "");
}

TEST(Program, TheSocketIsThatOfTheProfile) {
  const TestFolder folder;
  ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
  const Finished run = toxtore({"status", "--profile", "work"});
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_NE(run.errors.find(folder.file("toxtore/work.sock")), std::string::npos) << run.errors;
}

TEST(Program, JsonIsTheResultOnOneLine) {
  const json list = {{"friends", {{{"key", key}, {"name", "An\x1bna\xc2\x9b"}}}}};
  const FakeDaemon daemon({{"friend.list", [&](const json&) { return answer(list); }}});
  const Finished run = daemon.toxtore({"friend", "list", "--json"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(json::parse(run.output), list);
  EXPECT_EQ(std::count(run.output.begin(), run.output.end(), '\n'), 1);
  EXPECT_EQ(run.output.find("\xc2\x9b"), std::string::npos);
}

TEST(Program, RefusalsBecomeExitCodesAndOneLine) {
  const json candidates = {{{"key", key}, {"name", "Anna"}}};
  const FakeDaemon daemon(
      {{"message.history", [](const json&) { return refusal("not_found", "there is no friend “X”"); }},
       {"message.read", [&](const json&) { return refusal("ambiguous", "“Anna” fits several", candidates); }},
       {"message.send", [](const json&) { return refusal("too_long", "the message\x1b[2J is too long"); }}});
  EXPECT_EQ(daemon.toxtore({"history", "X"}).exit_code, 4);
  const Finished ambiguous = daemon.toxtore({"read", "Anna"});
  EXPECT_EQ(ambiguous.exit_code, 4);
  EXPECT_EQ(ambiguous.errors, "toxtore: “Anna” fits several\n  " + key + "  Anna\n");
  const Finished failed = daemon.toxtore({"send", "Anna", "x"});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.errors, "toxtore: the message␛[2J is too long\n");
  EXPECT_EQ(failed.output, "");
}

TEST(Program, SendRetriesOnceWithTheSameTokenWhenTheConnectionBreaks) {
  int asked = 0;
  const FakeDaemon daemon(
      {{"message.send", [&](const json&) { return ++asked == 1 ? FakeDaemon::Answer{} : answer(message("queued")); }}});
  const Finished run = daemon.toxtore({"send", "Anna", "Hello"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(run.output.starts_with("To Anna: queued")) << run.output;
  const auto requests = daemon.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].params, requests[1].params);
  EXPECT_EQ(requests[0].params["token"].get<std::string>().size(), 32U);
}

TEST(Program, SendGivesUpAfterTheSecondBreak) {
  const FakeDaemon daemon({{"message.send", [](const json&) { return FakeDaemon::Answer{}; }}});
  const Finished run = daemon.toxtore({"send", "Anna", "Hello"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.errors.find("toxtore history"), std::string::npos) << run.errors;
  EXPECT_EQ(daemon.requests().size(), 2U);
}

TEST(Program, EverySendHasATokenOfItsOwn) {
  const FakeDaemon daemon({{"message.send", [](const json&) { return answer(message("queued")); }}});
  EXPECT_EQ(daemon.toxtore({"send", "Anna", "Hello"}).exit_code, 0);
  EXPECT_EQ(daemon.toxtore({"send", "Anna", "Hello"}).exit_code, 0);
  const auto requests = daemon.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_NE(requests[0].params["token"], requests[1].params["token"]);
}

TEST(Program, SendReadsStandardInput) {
  const FakeDaemon daemon({{"message.send", [](const json&) { return answer(message("queued")); }}});
  EXPECT_EQ(daemon.toxtore({"send", "Anna", "-"}, "two\nlines \n").exit_code, 0);
  EXPECT_EQ(daemon.requests().back().params["text"], "two\nlines ");
  EXPECT_EQ(daemon.toxtore({"send", "Anna", "--action", "waves"}).exit_code, 0);
  EXPECT_EQ(daemon.requests().back().params["kind"], "action");
  const auto asked = daemon.requests().size();
  EXPECT_EQ(daemon.toxtore({"send", "Anna", "-"}, "\xff\xfe").exit_code, 1);
  EXPECT_EQ(daemon.requests().size(), asked);
}

TEST(Program, ColoursOnATerminalOnly) {
  const FakeDaemon daemon({{"status.get", [](const json&) { return answer({{"profile", "default"}}); }}});
  EXPECT_EQ(daemon.toxtore({"status"}).output.find('\x1b'), std::string::npos);
  Process terminal(daemon.command({"status"}), Process::On::terminal);
  EXPECT_NE(terminal.finish().output.find('\x1b'), std::string::npos);
}

FakeDaemon::Answer two_notifications(const json&) {
  const json event = {{"jsonrpc", "2.0"},
                      {"method", "event"},
                      {"params", {{"cursor", 8}, {"event", key + ":1"}, {"change", {{"message", message("queued")}}}}}};
  return {.result = json{{"cursor", 7}}, .error = {}, .notifications = {event, notice("peer_connection", "udp")}};
}

TEST(Program, WatchPrintsUntilItIsInterrupted) {
  const FakeDaemon daemon(
      {{"events.subscribe", two_notifications},
       {"friend.list", [](const json&) { return answer({{"friends", {{{"key", key}, {"name", "Anna"}}}}}); }},
       {"device.list", [](const json&) { return answer({{"devices", json::array()}}); }}});
  Process watch(daemon.command({"watch", "--since", "7"}));
  ASSERT_TRUE(watch.wait_for("Anna is connected over UDP\n"));
  watch.signal(SIGINT);
  const Finished run = watch.finish();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.output.find("me to Anna: Hello  (queued)\n"), std::string::npos) << run.output;
  EXPECT_EQ(run.errors, "");
  EXPECT_EQ(daemon.requests().back().params, (json{{"since", 7}}));
}

TEST(Program, WatchWithJsonIsOneLinePerNotification) {
  const FakeDaemon daemon({{"events.subscribe", two_notifications}});
  Process watch(daemon.command({"watch", "--json"}));
  ASSERT_TRUE(watch.wait_for("peer_connection"));
  watch.signal(SIGTERM);
  const Finished run = watch.finish();
  EXPECT_EQ(run.exit_code, 0);
  std::istringstream lines(run.output);
  std::vector<json> read;
  for (std::string line; std::getline(lines, line);) read.push_back(json::parse(line));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0]["params"]["cursor"], 8);
  EXPECT_EQ(read[1]["params"]["what"], "peer_connection");
}

TEST(Program, WatchSaysWhenTheDaemonWentAway) {
  const FakeDaemon daemon({{"events.subscribe", [](const json& params) {
                              FakeDaemon::Answer made = two_notifications(params);
                              made.close_after = true;
                              return made;
                            }}});
  const Finished run = daemon.toxtore({"watch", "--json"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(json::parse(run.errors)["error"]["kind"], "connection_lost");
  EXPECT_NE(run.errors.find("--since 8"), std::string::npos) << run.errors;
}

TEST(Program, DeviceRequestWithoutATerminalSaysHowToGoOn) {
  const FakeDaemon daemon({{"device.request", [](const json&) { return answer(link(nullptr)); }}});
  const Finished run = daemon.toxtore({"device", "request", "server"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("toxtore device requests"), std::string::npos);
  EXPECT_NE(run.output.find("toxtore device accept"), std::string::npos);
  EXPECT_EQ(daemon.requests().size(), 1U);
}

/// A daemon for a link whose code comes at the second look and that is linked as soon as this side has confirmed.
struct Linking {
  int looks = 0;
  bool accepted = false;
  std::map<std::string, FakeDaemon::Method> methods() {
    return {{"events.subscribe", [](const json&) { return answer({{"cursor", 0}}); }},
            {"device.request", [](const json&) { return answer(link(nullptr)); }},
            {"device.requests",
             [this](const json&) {
               if (accepted) return answer({{"requests", json::array()}});
               return answer({{"requests", {++looks < 2 ? link(nullptr) : link("493027")}}});
             }},
            {"device.accept",
             [this](const json&) {
               accepted = true;
               return answer(link("493027", true));
             }},
            {"device.cancel", [](const json&) { return answer(json::object()); }},
            {"device.list", [](const json&) { return answer({{"devices", {{{"key", key}, {"name", "server"}}}}}); }}};
  }
};

TEST(Program, DeviceRequestOnATerminalLeadsThroughTheLink) {
  Linking linking;
  const FakeDaemon daemon(linking.methods());
  Process request(daemon.command({"device", "request", "server"}), Process::On::terminal);
  ASSERT_TRUE(request.wait_for("Waiting until server is online"));
  ASSERT_TRUE(request.wait_for("same code? [y/N] "));
  request.type("y\n");
  const Finished run = request.finish();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("4 9 3   0 2 7"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("server is now one of your devices"), std::string::npos) << run.output;
  for (const auto& each : daemon.requests()) {
    if (each.method == "device.accept") {
      EXPECT_EQ(each.params, (json{{"device", key}, {"code", "493027"}}));
    }
  }
}

TEST(Program, DeviceRequestIsCancelledWhenTheCodesDiffer) {
  Linking linking;
  const FakeDaemon daemon(linking.methods());
  Process request(daemon.command({"device", "request", "server"}), Process::On::terminal);
  ASSERT_TRUE(request.wait_for("same code? [y/N] "));
  request.type("n\n");
  const Finished run = request.finish();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("cancelled"), std::string::npos) << run.output;
  EXPECT_EQ(daemon.requests().back().method, "device.cancel");
  EXPECT_FALSE(linking.accepted);
}

TEST(Program, DeviceRequestSaysWhyALinkEnded) {
  auto methods = Linking().methods();
  methods["device.requests"] = [](const json&) {
    return FakeDaemon::Answer{.result = json{{"requests", {link(nullptr)}}},
                              .error = {},
                              .notifications = {notice("link_ended", "it was refused there")}};
  };
  const FakeDaemon daemon(methods);
  Process request(daemon.command({"device", "request", "server"}), Process::On::terminal);
  const Finished run = request.finish();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("it was refused there"), std::string::npos) << run.output;
}

TEST(Program, DeviceAcceptAsksForTheCodeOnATerminal) {
  json under_way = link("493027");
  under_way["name"] = "laptop";
  const FakeDaemon daemon(
      {{"device.requests", [&](const json&) { return answer({{"requests", {under_way}}}); }},
       {"device.accept", [](const json&) { return answer({{"linked", true}, {"key", key}, {"name", "laptop"}}); }}});
  Process accept(daemon.command({"device", "accept", "laptop"}), Process::On::terminal);
  ASSERT_TRUE(accept.wait_for("Type the code that the other device shows: "));
  accept.type("493-027\n");
  const Finished run = accept.finish();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.output.find("laptop is now one of your devices"), std::string::npos);
  EXPECT_EQ(daemon.requests().back().params["code"], "493027");
  EXPECT_EQ(daemon.toxtore({"device", "accept", "laptop"}).exit_code, 2);
}

FakeDaemon::Answer exported(const json&) { return answer({{"tox", "AAEC/w=="}}); }

TEST(Program, ProfileExportWritesANewPrivateFile) {
  const TestFolder folder;
  const FakeDaemon daemon({{"profile.export", exported}});
  const std::string file = folder.file("laptop.tox");
  const Finished run = daemon.toxtore({"profile", "export", file, "--plain"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  std::ifstream in(file, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), std::string("\x00\x01\x02\xff", 4));
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const Finished again = daemon.toxtore({"profile", "export", file, "--plain"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.errors.find("is there already"), std::string::npos) << again.errors;
}

TEST(Program, ProfileExportTakesThePassphraseFromAFile) {
  const TestFolder folder;
  std::ofstream(folder.file("passphrase")) << "correct horse\n";
  const FakeDaemon daemon({{"profile.export", exported}});
  const Finished run = daemon.toxtore({"profile", "export", "--json", "--passphrase-file", folder.file("passphrase")});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(json::parse(run.output), (json{{"tox", "AAEC/w=="}}));
  EXPECT_EQ(daemon.requests().back().params, (json{{"passphrase", "correct horse"}}));
  EXPECT_EQ(daemon.toxtore({"profile", "export", folder.file("a.tox")}).exit_code, 2);
}

TEST(Program, OutputThatCannotBeWrittenIsAFailure) {
  const FakeDaemon daemon({{"status.get", [](const json&) { return answer({{"profile", "default"}}); }}});
  Process run({"/bin/sh", "-c", "'" TOXTORE "' --socket '" + daemon.socket() + "' status > /dev/full"});
  EXPECT_EQ(run.finish().exit_code, 1);
}

}  // namespace
}  // namespace toxtore::test
