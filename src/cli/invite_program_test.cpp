// device invite and join, against a daemon that answers as the test says.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/fake_daemon.h"
#include "cli/program.h"

namespace toxtore::test {
namespace {

using nlohmann::json;

const std::string key(64, 'A');
const std::string uri =
    "toxtore:06NANANANANANANANANANANANANANANANANANANANANANANANANAM0820C236CSK6CSK6CSK6CSK6CSK6CSK7M06";

json link(const json& code) {
  return {{"key", key},
          {"name", "phone"},
          {"asked_here", false},
          {"by_invitation", true},
          {"invitation", 4},
          {"code", code},
          {"confirmed_here", false},
          {"confirmed_there", true},
          {"expires", 32'503'680'000'000U}};
}

/// A daemon whose invitation is used at the second look, and whose link is done as soon as it is confirmed.
struct Inviter {
  int looks = 0;
  bool accepted = false;
  std::map<std::string, FakeDaemon::Method> methods() {
    return {{"events.subscribe", [](const json&) { return answer({{"cursor", 0}}); }},
            {"device.invite",
             [](const json& params) {
               return answer(
                   {{"id", 4}, {"uri", uri}, {"confirmed", params["confirmed"]}, {"expires", 32'503'680'000'000U}});
             }},
            {"device.invitations",
             [this](const json&) {
               const json open = ++looks < 2 ? json::array({{{"id", 4}}}) : json::array();
               return answer({{"invitations", open}});
             }},
            {"device.requests",
             [this](const json&) {
               return answer({{"requests", accepted ? json::array() : json::array({link("493027")})}});
             }},
            {"device.accept",
             [this](const json&) {
               accepted = true;
               return answer({{"linked", true}, {"key", key}, {"name", "phone"}});
             }},
            {"device.cancel", [](const json&) { return answer(json::object()); }},
            {"device.list", [this](const json&) {
               json devices = json::array({{{"key", std::string(64, 'B')}, {"self", true}}});
               if (accepted) devices.push_back({{"key", key}, {"name", "phone"}});
               return answer({{"devices", devices}});
             }}};
  }
};

TEST(InviteProgram, OnATerminalShowsAPictureAndAsksForTheCode) {
  Inviter inviter;
  const FakeDaemon daemon(inviter.methods());
  Process invite(daemon.command({"device", "invite"}), Process::On::terminal);
  ASSERT_TRUE(invite.wait_for("same code? [y/N] "));
  invite.type("y\n");
  const Finished run = invite.finish();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find(uri), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("▀"), std::string::npos) << "a QR code";
  EXPECT_NE(run.output.find("4 9 3   0 2 7"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("phone is now one of your devices"), std::string::npos) << run.output;
}

TEST(InviteProgram, DifferentCodesCancelTheLink) {
  Inviter inviter;
  const FakeDaemon daemon(inviter.methods());
  Process invite(daemon.command({"device", "invite"}), Process::On::terminal);
  ASSERT_TRUE(invite.wait_for("same code? [y/N] "));
  invite.type("n\n");
  EXPECT_EQ(invite.finish().exit_code, 1);
  EXPECT_EQ(daemon.requests().back().method, "device.cancel");
  EXPECT_FALSE(inviter.accepted);
}

TEST(InviteProgram, WithJsonReturnsAtOnce) {
  Inviter inviter;
  const FakeDaemon daemon(inviter.methods());
  const Finished run = daemon.toxtore({"device", "invite", "--yes", "--name", "attic", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(json::parse(run.output)["uri"], uri);
  ASSERT_EQ(daemon.requests().size(), 1U);
  EXPECT_EQ(daemon.requests()[0].params, (json{{"confirmed", true}, {"name", "attic"}}));
}

TEST(InviteProgram, WithoutATerminalThereIsNoPictureAndTheCodeIsToBeConfirmedElsewhere) {
  Inviter inviter;
  const FakeDaemon daemon(inviter.methods());
  Process invite(daemon.command({"device", "invite"}));
  ASSERT_TRUE(invite.wait_for("toxtore device accept"));
  EXPECT_TRUE(daemon.toxtore({"device", "invite", "--no-wait"}).output.find("▀") == std::string::npos);
}

// Until it is in, the device list shows the one that comes back as one that is no more.
TEST(InviteProgram, ADeviceThatWasRemovedIsLinkedAgain) {
  Inviter inviter;
  auto methods = inviter.methods();
  int looks = 0;
  methods["device.requests"] = [&](const json&) { return answer({{"requests", json::array()}}); };
  methods["device.list"] = [&](const json&) {
    const json removed = {{"by", {{"key", std::string(64, 'B')}}}, {"time", 1}};
    return answer({{"devices", {{{"key", key}, {"name", "phone"}, {"removed", ++looks > 1 ? json() : removed}}}}});
  };
  const FakeDaemon daemon(methods);
  const Finished run = daemon.toxtore({"device", "invite", "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("phone is now one of your devices"), std::string::npos) << run.output;
}

TEST(InviteProgram, SaysWhyNobodyWasLinked) {
  auto methods = Inviter().methods();
  methods["device.invitations"] = [](const json&) {
    const json ended = {{"jsonrpc", "2.0"},
                        {"method", "notice"},
                        {"params", {{"what", "invitation_ended"}, {"key", key}, {"text", "it was not used"}}}};
    static int looks = 0;
    const json open = ++looks < 2 ? json::array({{{"id", 4}}}) : json::array();
    return FakeDaemon::Answer{.result = json{{"invitations", open}}, .error = {}, .notifications = {ended}};
  };
  methods["device.requests"] = [](const json&) { return answer({{"requests", json::array()}}); };
  methods["device.list"] = [](const json&) { return answer({{"devices", json::array()}}); };
  const FakeDaemon daemon(methods);
  const Finished run = daemon.toxtore({"device", "invite"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.errors.find("it was not used"), std::string::npos) << run.errors;
}

TEST(InviteProgram, TakesBackWhatIsOpen) {
  const FakeDaemon daemon({{"device.uninvite", [](const json&) { return answer({{"withdrawn", 2}}); }}});
  EXPECT_NE(daemon.toxtore({"device", "invite", "--cancel"}).output.find("2"), std::string::npos);
}

/// A device that joins, is linked at once, and has half of the history at the first look.
struct Joiner {
  int looks = 0;
  std::map<std::string, FakeDaemon::Method> methods() {
    return {{"events.subscribe", [](const json&) { return answer({{"cursor", 0}}); }},
            {"device.join",
             [](const json& params) {
               if (!params["agreed"]) return refusal("denied", "this device has friends already");
               json joined = link(nullptr);
               joined["invitation"] = nullptr;
               return answer(joined);
             }},
            {"device.requests", [](const json&) { return answer({{"requests", json::array()}}); }},
            {"device.list",
             [](const json&) { return answer({{"devices", {{{"key", key}, {"name", "laptop"}, {"known", true}}}}}); }},
            {"status.get", [this](const json&) {
               return answer({{"events", 20}, {"events_missing", ++looks < 2 ? 10 : 0}, {"backlog", 20}});
             }}};
  }
};

TEST(InviteProgram, JoinTakesTheUriFromStandardInputAndShowsHowTheHistoryComes) {
  Joiner joiner;
  const FakeDaemon daemon(joiner.methods());
  const Finished run = daemon.toxtore({"device", "join", "-", "--yes"}, uri + "\n");
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  for (const auto& each : daemon.requests()) {
    if (each.method == "device.join") {
      EXPECT_EQ(each.params, (json{{"uri", uri}, {"agreed", true}}));
    }
  }
  EXPECT_NE(run.output.find("laptop is now one of your devices"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("50 %"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("20 events"), std::string::npos) << run.output;
}

// As of a device that does not know yet that it was removed: the other one is in its list before and after.
TEST(InviteProgram, AJoinThatEndedIsNoLinkThoughTheOtherIsInTheListAlready) {
  Joiner joiner;
  auto methods = joiner.methods();
  int looks = 0;
  methods["device.requests"] = [&](const json&) {
    if (++looks > 1) return answer({{"requests", json::array()}});
    auto found = answer({{"requests", {link(nullptr)}}});
    for (const char* what : {"peer_connection", "link_ended"}) {
      found.notifications.push_back(
          {{"jsonrpc", "2.0"},
           {"method", "notice"},
           {"params", {{"what", what}, {"key", key}, {"text", "this invitation was used already"}}}});
    }
    return found;
  };
  const FakeDaemon daemon(methods);
  const Finished run = daemon.toxtore({"device", "join", "-", "--yes"}, uri + "\n");
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_NE(run.errors.find("nothing was linked"), std::string::npos) << run.errors;
  EXPECT_NE(run.errors.find("used already"), std::string::npos) << run.errors;
}

TEST(InviteProgram, JoinAsksBeforeItGivesAwayWhatTheDeviceHolds) {
  Joiner joiner;
  const FakeDaemon daemon(joiner.methods());
  EXPECT_EQ(daemon.toxtore({"device", "join", uri}).exit_code, 1) << "nobody to ask";
  Process refuses(daemon.command({"device", "join", uri}), Process::On::terminal);
  ASSERT_TRUE(refuses.wait_for("shall this device join? [y/N] "));
  refuses.type("\n");
  EXPECT_EQ(refuses.finish().exit_code, 1);
  Process agrees(daemon.command({"device", "join"}), Process::On::terminal);
  ASSERT_TRUE(agrees.wait_for("Paste or type the invitation"));
  agrees.type(uri + "\n");
  ASSERT_TRUE(agrees.wait_for("shall this device join? [y/N] "));
  agrees.type("y\n");
  EXPECT_EQ(agrees.finish().exit_code, 0);
}

}  // namespace
}  // namespace toxtore::test
