// device remove, leave, accept and list, against a daemon that answers as the test says.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "cli/fake_daemon.h"
#include "cli/program.h"

namespace toxtore::test {
namespace {

using nlohmann::json;

const std::string phone(64, 'A');
const std::string tablet(64, 'B');
const std::string laptop(64, 'C');

bool asked(const FakeDaemon& daemon, const std::string& method) {
  const auto requests = daemon.requests();
  return std::ranges::any_of(requests, [&](const auto& each) { return each.method == method; });
}

FakeDaemon::Answer removal(const json& params) {
  const bool of_tablet = params["device"] == "tablet";
  const json device = {{"key", of_tablet ? tablet : phone}, {"name", params["device"]}, {"known", true}};
  return answer({{"device", device},
                 {"only_there", of_tablet ? 0 : 4},
                 {"added", json::array()},
                 {"stock_friends", {{{"key", tablet}, {"name", "Bob"}}}}});
}

std::map<std::string, FakeDaemon::Method> remover() {
  return {{"device.removal", removal},
          {"device.remove", [](const json& params) {
             json removed = json::array();
             for (const json& key : params["devices"])
               removed.push_back({{"key", key}, {"name", key == phone ? "phone" : "tablet"}});
             return answer({{"removed", removed}});
           }}};
}

TEST(RemovalProgram, RemoveSaysWhatItComesToAndAsks) {
  const FakeDaemon daemon(remover());
  Process remove(daemon.command({"device", "remove", "phone", "tablet"}), Process::On::terminal);
  ASSERT_TRUE(remove.wait_for("Remove phone, tablet? [y/N] "));
  remove.type("y\n");
  const Finished run = remove.finish();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  for (const char* said : {"4 events", "friend introduce Bob", "phone, tablet are none of your devices any more"})
    EXPECT_NE(run.output.find(said), std::string::npos) << said << run.output;
  EXPECT_EQ(daemon.requests().back().params, (json{{"devices", {phone, tablet}}})) << "together";
}

// Before what it would come to is shown, or anything is asked.
TEST(RemovalProgram, WhatCannotBeIsRefusedFirst) {
  const json self = {{"key", phone}, {"name", "phone"}, {"self", true}};
  const FakeDaemon daemon(
      {{"device.removal", [&](const json&) { return answer({{"device", self}, {"only_there", 4}}); }},
       {"status.get", [](const json&) {
          return answer({{"key", phone}, {"devices", 1}, {"removed", nullptr}, {"leaving", nullptr}});
        }}});
  const Finished remove = daemon.toxtore({"device", "remove", "phone", "--yes"});
  EXPECT_EQ(remove.exit_code, 1);
  EXPECT_EQ(remove.output, "");
  EXPECT_NE(remove.errors.find("toxtore device leave"), std::string::npos) << remove.errors;
  const Finished leave = daemon.toxtore({"device", "leave", "--erase", "--yes"});
  EXPECT_EQ(leave.exit_code, 1);
  EXPECT_EQ(leave.output, "");
  EXPECT_NE(leave.errors.find("no other devices"), std::string::npos) << leave.errors;
  EXPECT_FALSE(asked(daemon, "device.remove") || asked(daemon, "device.leave"));
}

TEST(RemovalProgram, NothingIsRemovedWithoutAYes) {
  const FakeDaemon daemon(remover());
  Process remove(daemon.command({"device", "remove", "phone"}), Process::On::terminal);
  ASSERT_TRUE(remove.wait_for("Remove phone? [y/N] "));
  remove.type("\n");
  EXPECT_EQ(remove.finish().exit_code, 1);
  const Finished nobody = daemon.toxtore({"device", "remove", "phone"});
  EXPECT_EQ(nobody.exit_code, 2);
  EXPECT_NE(nobody.output.find("4 events"), std::string::npos) << "what it comes to is shown all the same";
  EXPECT_NE(nobody.errors.find("--yes"), std::string::npos) << nobody.errors;
  EXPECT_EQ(daemon.toxtore({"device", "remove", "phone", "--json"}).exit_code, 2);
  EXPECT_FALSE(asked(daemon, "device.remove"));
  const Finished run = daemon.toxtore({"device", "remove", "phone", "--yes", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(json::parse(run.output)["removed"][0]["key"], phone);
}

/// A device that leaves at the third look, of which another one knows at the fourth.
struct Leaver {
  std::atomic<int> looks = 0;
  int connected = 1;
  bool heard = true;
  std::string folder = "/nothing/is/here";

  [[nodiscard]] json leaving() const {
    return {{"left", looks >= 2}, {"only_here", looks >= 2 ? 0 : 7}, {"devices_told", looks >= 3 && heard ? 1 : 0}};
  }
  std::map<std::string, FakeDaemon::Method> methods() {
    return {{"status.get",
             [this](const json&) {
               const json now = looks == 0 ? json() : leaving();
               ++looks;
               return answer({{"key", phone},
                              {"device_name", "phone"},
                              {"profile", "default"},
                              {"devices", 2},
                              {"put_aside", 1},
                              {"devices_connected", connected},
                              {"leaving", now}});
             }},
            {"device.removal", removal},
            {"device.leave",
             [this](const json& params) {
               if (params["at_once"]) looks = 2;
               return answer(leaving());
             }},
            {"device.stay", [](const json&) { return answer(json::object()); }},
            {"profile.erase", [this](const json&) {
               auto erased = answer({{"folder", folder}, {"state_file", "/nothing/either"}, {"older", {"/nor/this"}}});
               erased.close_after = true;
               return erased;
             }}};
  }
};

TEST(RemovalProgram, LeaveWaitsUntilAnotherDeviceKnows) {
  Leaver leaver;
  const FakeDaemon daemon(leaver.methods());
  Process leave(daemon.command({"device", "leave"}), Process::On::terminal);
  ASSERT_TRUE(leave.wait_for("Shall phone leave? [y/N] "));
  leave.type("y\n");
  const Finished run = leave.finish();
  EXPECT_EQ(run.exit_code, 0) << run.output;
  for (const char* said : {"It leaves once they are", "Ctrl-C ends only the waiting", "7 events still to reach",
                           "It has left. Waiting", "phone has left your devices.", "Others that know it already: 1."})
    EXPECT_NE(run.output.find(said), std::string::npos) << said << run.output;
  EXPECT_FALSE(asked(daemon, "profile.erase"));
}

TEST(RemovalProgram, LeaveNeedsAYes) {
  Leaver leaver;
  const FakeDaemon daemon(leaver.methods());
  Process leave(daemon.command({"device", "leave", "--erase"}), Process::On::terminal);
  ASSERT_TRUE(leave.wait_for("and all of it be erased here? [y/N] "));
  leave.type("n\n");
  const Finished run = leave.finish();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("is deleted from this machine"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("1 event that was put aside here goes with it"), std::string::npos) << run.output;
  EXPECT_EQ(daemon.toxtore({"device", "leave"}).exit_code, 2);
  EXPECT_FALSE(asked(daemon, "device.leave"));
}

TEST(RemovalProgram, LeaveWithJsonIsOneLine) {
  Leaver leaver;
  const FakeDaemon daemon(leaver.methods());
  const Finished run = daemon.toxtore({"device", "leave", "--yes", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(json::parse(run.output), (json{{"left", true}, {"only_here", 0}, {"devices_told", 1}, {"erased", false}}));
}

TEST(RemovalProgram, LeaveNowDoesNotWaitForThoseWhoAreNotThere) {
  Leaver leaver;
  leaver.connected = 0;
  leaver.heard = false;
  const FakeDaemon daemon(leaver.methods());
  const Finished run = daemon.toxtore({"device", "leave", "--now", "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(daemon.requests().back().params, (json{{"at_once", true}}));
  EXPECT_NE(run.output.find("None of the others knows it yet"), std::string::npos) << run.output;
}

TEST(RemovalProgram, EraseComesAfterLeavingAndIsLookedAt) {
  Leaver leaver;
  {
    const FakeDaemon daemon(leaver.methods());
    const Finished run = daemon.toxtore({"device", "leave", "--erase", "--yes"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_NE(run.output.find("The profile “default” is erased, and toxtored has stopped."), std::string::npos)
        << run.output;
    EXPECT_NE(run.output.find("one older copy"), std::string::npos) << run.output;
    EXPECT_EQ(daemon.requests().back().method, "profile.erase");
  }
  const TestFolder left;
  leaver.folder = left.path();
  const FakeDaemon daemon(leaver.methods());
  const Finished run = daemon.toxtore({"device", "leave", "--erase", "--yes"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.errors.find(leaver.folder), std::string::npos) << run.errors;
}

TEST(RemovalProgram, LeavingThatIsTakenBackEndsTheWaiting) {
  Leaver leaver;
  auto methods = leaver.methods();
  methods["status.get"] = [](const json&) {
    return answer(
        {{"key", phone}, {"device_name", "phone"}, {"devices", 2}, {"devices_connected", 1}, {"leaving", nullptr}});
  };
  const FakeDaemon daemon(methods);
  const Finished run = daemon.toxtore({"device", "leave", "--erase", "--yes"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.errors.find("taken back"), std::string::npos) << run.errors;
  EXPECT_FALSE(asked(daemon, "profile.erase"));
  EXPECT_EQ(daemon.toxtore({"device", "leave", "--cancel"}).output, "This device stays.\n");
  EXPECT_EQ(daemon.requests().back().method, "device.stay");
}

TEST(RemovalProgram, WhoWasRemovedHasNothingToLeave) {
  const json removed = {{"by", {{"key", laptop}, {"name", "laptop"}}}, {"time", 1}};
  const FakeDaemon daemon({{"status.get", [&](const json&) {
                              return answer({{"key", phone}, {"removed", removed}, {"leaving", nullptr}});
                            }}});
  const Finished run = daemon.toxtore({"device", "leave", "--erase", "--yes"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.output, "");
  EXPECT_NE(run.errors.find("removed by laptop"), std::string::npos) << run.errors;
}

TEST(RemovalProgram, AcceptWithoutACodeTakesInWhatWasPutAside) {
  const FakeDaemon daemon({{"device.requests", [](const json&) { return answer({{"requests", json::array()}}); }},
                           {"device.take_in", [](const json& params) {
                              if (params["device"] != "phone") return refusal("not_found", "there is no device");
                              return answer({{"taken_in", 3}, {"device", {{"key", phone}, {"name", "phone"}}}});
                            }}});
  const Finished run = daemon.toxtore({"device", "accept", "phone"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(run.output.find("3 events of phone"), std::string::npos) << run.output;
  const Finished none = daemon.toxtore({"device", "accept", "nothing"});
  EXPECT_EQ(none.exit_code, 4);
  EXPECT_NE(none.errors.find("toxtore device requests"), std::string::npos) << none.errors;
}

TEST(RemovalProgram, AcceptOfALinkThatIsUnderWayIsForItsCode) {
  const json link = {{"key", phone}, {"name", "Phone"}, {"code", "493027"}};
  const FakeDaemon daemon({{"device.requests", [&](const json&) { return answer({{"requests", {link}}}); }}});
  for (const std::string& given : {std::string("phone"), phone}) {
    const Finished run = daemon.toxtore({"device", "accept", given});
    EXPECT_EQ(run.exit_code, 2) << run.errors;
    EXPECT_NE(run.errors.find("CODE"), std::string::npos) << run.errors;
  }
  EXPECT_FALSE(asked(daemon, "device.take_in"));
}

}  // namespace
}  // namespace toxtore::test
