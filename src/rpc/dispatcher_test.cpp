#include "rpc/dispatcher.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rpc/test_profile.h"
#include "wire/invitation.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::string kind_of(const json& error) { return error.at("data").at("kind"); }

// --- The protocol

TEST(Protocol, AnswersCarryTheRequestsId) {
  TestProfile profile;
  for (const char* id : {"1", "-1", "18446744073709551615", "1.5", "\"a\"", "\"\"", "null"}) {
    const json answer = profile.answer(R"({"jsonrpc":"2.0","method":"friend.list","id":)" + std::string(id) + "}");
    EXPECT_EQ(answer["id"], json::parse(id));
    EXPECT_EQ(answer["jsonrpc"], "2.0");
    EXPECT_EQ(answer["result"], (json{{"friends", json::array()}}));
  }
}

TEST(Protocol, WhatIsNoId) {
  TestProfile profile;
  for (const char* id : {"true", "[]", "{}", "[[1]]"}) {
    const json answer = profile.answer(R"({"jsonrpc":"2.0","method":"friend.list","id":)" + std::string(id) + "}");
    EXPECT_EQ(answer["id"], nullptr);
    EXPECT_EQ(kind_of(answer["error"]), "invalid_request");
  }
}

TEST(Protocol, WhatIsNoJson) {
  TestProfile profile;
  for (const char* line : {"", " ", "{", "hello", "{\"id\":1", "{\"id\":01}", "\"\xFF\"", "1e999", "{}{}", "\"\\"}) {
    const json answer = profile.answer(line);
    EXPECT_EQ(kind_of(answer["error"]), "parse") << line;
    EXPECT_EQ(answer["error"]["code"], -32700);
    EXPECT_EQ(answer["id"], nullptr);
  }
}

TEST(Protocol, WhatIsNoRequest) {
  TestProfile profile;
  for (const char* line :
       {"1", "null", "\"x\"", "[]", "{}", R"({"jsonrpc":"2.0"})",
        "[{\"jsonrpc\":\"2.0\",\"method\":\"friend.list\",\"id\":1}]", R"({"id":1})",
        R"({"id":1,"method":"friend.list"})", R"({"id":1,"jsonrpc":"1.0","method":"friend.list"})",
        R"({"id":1,"jsonrpc":2.0,"method":"friend.list"})", R"({"id":1,"jsonrpc":"2.0","method":7})"}) {
    const json answer = profile.answer(line);
    EXPECT_EQ(kind_of(answer["error"]), "invalid_request") << line;
    EXPECT_EQ(answer["error"]["code"], -32600);
  }
}

TEST(Protocol, NestingWithoutEnd) {
  TestProfile profile;
  for (const char* bracket : {"[", "{\"a\":", "[{\"a\":"}) {
    std::string line;
    while (line.size() < 1'000'000) line += bracket;
    EXPECT_EQ(kind_of(profile.answer(line)["error"]), "parse");
  }
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(kind_of(profile.answer(deep)["error"]), "parse");
  EXPECT_EQ(kind_of(profile.answer(R"({"jsonrpc":"2.0","method":"x","params":{},"id":)" + deep + "}")["error"]),
            "parse");
  const json in_a_string = {{"friend", std::string(1000, '[')}, {"text", "\"[[[[[[[[[[[[[[[[[[[[[["}};
  EXPECT_EQ(kind_of(profile.error("message.send", in_a_string)), "not_found") << "brackets in a text nest nothing";
}

TEST(Protocol, NotificationsAreCarriedOutWithoutAnAnswer) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  EXPECT_FALSE(profile.line(R"({"jsonrpc":"2.0","method":"message.send","params":{"friend":"anna","text":"hi"}})"));
  EXPECT_EQ(profile.result("message.history", {{"friend", "anna"}})["messages"].size(), 1U);
  EXPECT_FALSE(profile.line(R"({"jsonrpc":"2.0","method":"no.such"})")) << "not even if it fails";
}

TEST(Protocol, UnknownMethod) {
  TestProfile profile;
  const json error = profile.error("friend.lists");
  EXPECT_EQ(kind_of(error), "unknown_method");
  EXPECT_EQ(error["code"], -32601);
  EXPECT_NE(error["message"].get<std::string>().find("friend.lists"), std::string::npos);
}

TEST(Protocol, EachFaultOfAParameterHasItsOwnMessage) {
  TestProfile profile;
  const auto message = [&](const std::string& method, const json& params) {
    const json error = profile.error(method, params);
    EXPECT_EQ(kind_of(error), "invalid_argument");
    EXPECT_EQ(error["code"], -32602);
    return error["message"].get<std::string>();
  };
  EXPECT_NE(message("message.send", {{"friend", "a"}}).find("needs the parameter “text”"), std::string::npos);
  EXPECT_NE(message("message.send", {{"friend", "a"}, {"text", 1}}).find("“text” must be a string, not number"),
            std::string::npos);
  EXPECT_NE(message("message.send", {{"friend", "a"}, {"text", nullptr}}).find("“text” must be a string, not null"),
            std::string::npos);
  EXPECT_NE(message("friend.list", {{"x", 1}}).find("friend.list has no parameter “x”"), std::string::npos);
  EXPECT_NE(message("friend.list", json::array()).find("“params” must be an object"), std::string::npos);
  for (const json& number : {json(-1), json(1.5), json("1"), json(true)}) {
    EXPECT_NE(message("message.history", {{"friend", "a"}, {"limit", number}}).find("“limit” must be an integer"),
              std::string::npos);
  }
}

RC_GTEST_PROP(Protocol, AnyLineGetsOneLineOrNone, (const std::string& line)) {
  TestProfile profile;
  const auto answer = profile.line(line);
  if (answer) RC_ASSERT(json::parse(*answer).contains("error"));
}

RC_GTEST_PROP(Protocol, AnyValueForAnyParameterGetsAnAnswer, ()) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const auto method = *rc::gen::element<std::string>(
      "friend.add", "friend.accept", "friend.remove", "message.send", "message.read", "message.history",
      "message.search", "device.request", "device.accept", "events.subscribe", "profile.export");
  json params = json::object();
  for (const char* name : {"friend", "text", "limit", "before", "words", "tox_id", "code", "since", "id", "token"}) {
    if (*rc::gen::inRange(0, 3) != 0) continue;
    const auto value = *rc::gen::element<std::string>(
        "\"anna\"", "\"\"", "0", "1", "1001", "18446744073709551615", "-1", "null", "[]", "{}", "\"tox:\"", "\"*\"",
        "\"" + test_key(1).hex() + ":0\"", "\"" + test_key(1).hex() + "\"", "\"\\u0000\"");
    params[name] = json::parse(value);
  }
  const json answer = profile.request(method, params);
  RC_ASSERT(answer.contains("result") != answer.contains("error"));
}

// --- Friends

TEST(FriendMethods, ARequestIsListedAcceptedAndGone) {
  TestProfile profile;
  profile.give(input::FriendRequest{test_key(1), to_bytes("it is me")});
  const json requests = profile.result("friend.requests")["requests"];
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0]["message"], "it is me");
  EXPECT_EQ(profile.result("friend.accept", {{"friend", "0101"}}), (json{{"key", test_key(1).hex()}}));
  EXPECT_TRUE(profile.result("friend.requests")["requests"].empty());
  const json friends = profile.result("friend.list")["friends"];
  ASSERT_EQ(friends.size(), 1U);
  EXPECT_EQ(friends[0]["key"], test_key(1).hex());
  EXPECT_EQ(friends[0]["known_by"], json::array({test_key(0xAA).hex()}));
  EXPECT_EQ(kind_of(profile.error("friend.accept", {{"friend", "0101"}})), "not_found");
}

TEST(FriendMethods, Decline) {
  TestProfile profile;
  profile.give(input::FriendRequest{test_key(1), to_bytes("it is me")});
  profile.result("friend.decline", {{"friend", test_key(1).hex()}});
  EXPECT_TRUE(profile.result("friend.requests")["requests"].empty());
  EXPECT_TRUE(profile.result("friend.list")["friends"].empty());
}

TEST(FriendMethods, AddNeedsATrueToxId) {
  TestProfile profile;
  EXPECT_EQ(profile.result("friend.add", {{"tox_id", test_address(1).hex()}}), (json{{"key", test_key(1).hex()}}));
  EXPECT_EQ(kind_of(profile.error("friend.add", {{"tox_id", test_address(1).hex()}})), "already_exists");
  EXPECT_EQ(kind_of(profile.error("friend.add", {{"tox_id", test_key(2).hex()}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("friend.add", {{"tox_id", test_address(0xAA).hex()}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("friend.add", {{"tox_id", test_address(2).hex()}, {"message", ""}})),
            "invalid_argument");
  const json too_long = {{"tox_id", test_address(2).hex()}, {"message", std::string(greeting_size_max + 1, 'x')}};
  EXPECT_EQ(kind_of(profile.error("friend.add", too_long)), "too_long");
}

TEST(FriendMethods, RemovedFriendKeepsItsHistory) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.receive(1, "hello");
  profile.result("friend.remove", {{"friend", "anna"}});
  EXPECT_TRUE(profile.result("friend.list")["friends"].empty());
  EXPECT_EQ(kind_of(profile.error("message.send", {{"friend", "anna"}, {"text", "x"}})), "not_found");
  EXPECT_EQ(profile.result("message.history", {{"friend", "anna"}})["messages"].size(), 1U);
}

TEST(FriendMethods, AmbiguousNameListsTheCandidates) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.add_friend(2, "anna");
  const json error = profile.error("message.send", {{"friend", "anna"}, {"text", "x"}});
  EXPECT_EQ(kind_of(error), "ambiguous");
  const json both = {{{"key", test_key(1).hex()}, {"name", "anna"}}, {{"key", test_key(2).hex()}, {"name", "anna"}}};
  EXPECT_EQ(error["data"]["candidates"], both);
}

// --- Messages

TEST(MessageMethods, SendGivesTheMessage) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const json message = profile.result("message.send", {{"friend", "anna"}, {"text", "höllo"}, {"kind", "action"}});
  EXPECT_EQ(message["text"], "höllo");
  EXPECT_EQ(message["kind"], "action");
  EXPECT_EQ(message["friend"], "anna");
  EXPECT_EQ(message["outgoing"], true);
  EXPECT_EQ(profile.result("message.history", {{"friend", "anna"}})["messages"], json::array({message}));
}

TEST(MessageMethods, TheSameTokenIsTheSameMessage) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const json params = {{"friend", "anna"}, {"text", "once"}, {"token", "t1"}};
  const json first = profile.result("message.send", params);
  EXPECT_EQ(profile.result("message.send", params)["id"], first["id"]);
  EXPECT_EQ(profile.result("message.history", {{"friend", "anna"}})["messages"].size(), 1U);
}

TEST(MessageMethods, WhatCannotBeSent) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  const auto refused = [&](json params) {
    params["friend"] = "anna";
    return kind_of(profile.error("message.send", params));
  };
  EXPECT_EQ(refused({{"text", ""}}), "invalid_argument");
  EXPECT_EQ(refused({{"text", "x"}, {"kind", "loud"}}), "invalid_argument");
  EXPECT_EQ(refused({{"text", "x"}, {"token", ""}}), "invalid_argument");
  EXPECT_EQ(refused({{"text", std::string(long_message_size_max + 1, 'x')}}), "too_long");
  EXPECT_EQ(refused({{"text", "x"}, {"token", std::string(65, 'x')}}), "too_long");
}

TEST(MessageMethods, HistoryInPages) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  for (int i = 0; i < 5; ++i) profile.receive(1, std::to_string(i));
  const auto texts = [](const json& page) {
    std::string all;
    for (const json& message : page["messages"]) all += message["text"].get<std::string>();
    return all;
  };
  const json newest = profile.result("message.history", {{"friend", "anna"}, {"limit", 2}});
  EXPECT_EQ(texts(newest), "34");
  EXPECT_EQ(newest["more"], true);
  const json before = {{"friend", "anna"}, {"limit", 3}, {"before", newest["messages"][0]["id"]}};
  const json oldest = profile.result("message.history", before);
  EXPECT_EQ(texts(oldest), "012");
  EXPECT_EQ(oldest["more"], false);
  EXPECT_EQ(kind_of(profile.error("message.history", {{"friend", "anna"}, {"limit", 0}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("message.history", {{"friend", "anna"}, {"limit", 1001}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("message.history", {{"friend", "anna"}, {"before", "x"}})), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("message.history", {{"friend", "anna"}, {"before", test_key(9).hex() + ":1"}})),
            "not_found");
}

TEST(MessageMethods, Search) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.add_friend(2, "bob");
  profile.receive(1, "the quick fox");
  profile.receive(2, "a quick dog");
  EXPECT_EQ(profile.result("message.search", {{"words", "quick"}})["messages"].size(), 2U);
  EXPECT_EQ(profile.result("message.search", {{"words", "quick"}, {"friend", "bob"}})["messages"].size(), 1U);
  const json page = profile.result("message.search", {{"words", "QUICK"}, {"limit", 1}});
  EXPECT_EQ(page["messages"][0]["text"], "a quick dog");
  EXPECT_EQ(page["more"], true);
  EXPECT_EQ(kind_of(profile.error("message.search", {{"words", " "}})), "invalid_argument");
}

TEST(MessageMethods, ReadOneOrAll) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  for (const char* text : {"one", "two", "three"}) profile.receive(1, text);
  const json id = profile.result("message.history", {{"friend", "anna"}})["messages"][0]["id"];
  EXPECT_EQ(profile.result("message.read", {{"id", id}}), (json{{"marked", 1}}));
  EXPECT_EQ(profile.result("message.read", {{"id", id}}), (json{{"marked", 0}}));
  EXPECT_EQ(profile.result("message.read", {{"friend", "anna"}}), (json{{"marked", 2}}));
  EXPECT_EQ(profile.result("friend.list")["friends"][0]["unread"], 0);
  EXPECT_EQ(kind_of(profile.error("message.read")), "invalid_argument");
  EXPECT_EQ(kind_of(profile.error("message.read", {{"friend", "anna"}, {"id", id}})), "invalid_argument");
}

TEST(MessageMethods, TheOutboxSaysWhatWaitsAndForWhat) {
  TestProfile profile;
  EXPECT_EQ(profile.result("message.outbox"), (json{{"waiting", json::array()}, {"more", 0}}));
  profile.add_friend(1, "anna");
  profile.give(input::PeerConnection{test_key(1), Connection::none});
  const json sent = profile.result("message.send", {{"friend", "anna"}, {"text", "no"}});
  const json waiting = {{"message", sent}, {"waits_for", "friend"}, {"devices", json::array()}, {"until", nullptr}};
  EXPECT_EQ(profile.result("message.outbox"), (json{{"waiting", {waiting}}, {"more", 0}}));
  EXPECT_EQ(profile.result("message.send_anyway", {{"id", sent["id"]}})["state"], "queued");
  profile.result("message.withdraw", {{"id", sent["id"]}});
  EXPECT_EQ(kind_of(profile.error("message.send_anyway", {{"id", sent["id"]}})), "denied");
  EXPECT_EQ(profile.result("message.outbox")["waiting"], json::array());
}

TEST(MessageMethods, AnAnswerHoldsOneMebibyteOfTexts) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.give(input::PeerConnection{test_key(1), Connection::none});
  const std::string text(long_message_size_max, 'x');
  for (int i = 0; i < 40; ++i) profile.result("message.send", {{"friend", "anna"}, {"text", text}});
  const json newest = profile.result("message.history", {{"friend", "anna"}});
  ASSERT_EQ(newest["messages"].size(), 32U);
  EXPECT_EQ(newest["more"], true);
  const json rest = profile.result("message.history", {{"friend", "anna"}, {"before", newest["messages"][0]["id"]}});
  EXPECT_EQ(rest["messages"].size(), 8U);
  EXPECT_EQ(rest["more"], false);
  const json waiting = profile.result("message.outbox");
  EXPECT_EQ(waiting["waiting"].size(), 32U);
  EXPECT_EQ(waiting["more"], 8);
  EXPECT_EQ(waiting["waiting"][0]["message"]["id"], rest["messages"][0]["id"]) << "the oldest first";
}

TEST(Dispatcher, WithdrawsAndErases) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.give(input::PeerConnection{test_key(1), Connection::none});
  const std::string id = profile.result("message.send", {{"friend", "anna"}, {"text", "no"}})["id"];
  EXPECT_EQ(profile.result("message.withdraw", {{"id", id}})["state"], "withdrawn");
  EXPECT_EQ(kind_of(profile.error("message.withdraw", {{"id", "nonsense"}})), "invalid_argument");
  EXPECT_EQ(profile.result("message.erase", {{"id", id}}), (json{{"erased", 1}}));
  EXPECT_EQ(profile.result("message.erase", {{"id", id}}), (json{{"erased", 0}}));
  profile.receive(1, "hello");
  EXPECT_EQ(profile.result("message.erase", {{"friend", "anna"}}), (json{{"erased", 1}}));
  const json messages = profile.result("message.history", {{"friend", "anna"}})["messages"];
  EXPECT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[1]["erased"], true);
  EXPECT_EQ(messages[1]["text"], "");
  EXPECT_EQ(kind_of(profile.error("message.erase")), "invalid_argument");
}

TEST(Dispatcher, ProfileAndNamesOfDevices) {
  TestProfile profile;
  EXPECT_EQ(profile.result("profile.get"), (json{{"name", nullptr}, {"status_message", nullptr}}));
  EXPECT_EQ(profile.result("profile.set", {{"name", "Me"}, {"status_message", "here"}}),
            (json{{"name", "Me"}, {"status_message", "here"}}));
  EXPECT_EQ(kind_of(profile.error("profile.set", {{"name", std::string(129, 'x')}})), "too_long");
  EXPECT_EQ(kind_of(profile.error("profile.set", {{"name", "You"}, {"status_message", std::string(1008, 'x')}})),
            "too_long");
  EXPECT_EQ(profile.result("profile.get")["name"], "Me") << "all or nothing";
  EXPECT_EQ(profile.result("device.rename", {{"device", "laptop"}, {"name", "attic"}})["name"], "attic");
  EXPECT_EQ(profile.result("status.get")["device_name"], "attic");
  EXPECT_EQ(kind_of(profile.error("device.rename", {{"device", "laptop"}, {"name", "x"}})), "not_found");
}

// --- This device

TEST(ProfileMethods, Status) {
  TestProfile profile;
  profile.add_friend(1, "anna");
  profile.receive(1, "x");
  const json status = profile.result("status.get");
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["profile"], "test");
  EXPECT_EQ(status["encrypted"], true);
  const auto check = status["state_check"].get<std::string>();
  EXPECT_EQ(check.size(), 16U);
  EXPECT_EQ(profile.result("status.get")["state_check"], check);
  profile.result("message.read", {{"friend", "Anna"}});
  EXPECT_NE(profile.result("status.get")["state_check"], check) << "a row changed";
  EXPECT_EQ(status["friends"], 1);
  EXPECT_EQ(status["unread"], 1);
  EXPECT_EQ(status["devices"], 1);
  EXPECT_EQ(status["counters"]["packets_malformed"], 0);
}

TEST(ProfileMethods, Id) {
  TestProfile profile;
  const json id = profile.result("id.get");
  EXPECT_EQ(id["tox_id"], test_address(0xAA).hex());
  EXPECT_EQ(id["hand_out"], id["tox_id"]);
  ASSERT_EQ(id["ids"].size(), 1U);
  EXPECT_EQ(id["ids"][0]["self"], true);
  EXPECT_EQ(id["ids"][0]["name"], "laptop");
}

TEST(ProfileMethods, Export) {
  TestProfile profile;
  EXPECT_EQ(profile.result("profile.export"), (json{{"tox", "cGxhaW4="}}));
  EXPECT_EQ(profile.result("profile.export", {{"passphrase", "p"}}), (json{{"tox", "cHJvdGVjdGVkIGJ5IHA="}}));
  EXPECT_EQ(kind_of(profile.error("profile.export", {{"passphrase", ""}})), "invalid_argument");
}

TEST(DeviceMethods, InviteListAndTakeBack) {
  TestProfile profile;
  const json made = profile.result("device.invite", {{"confirmed", true}, {"name", "phone"}});
  EXPECT_TRUE(made["uri"].get<std::string>().starts_with("toxtore:"));
  EXPECT_EQ(made["confirmed"], true);
  EXPECT_EQ(made["expires"], profile.now.wall_ms + 600'000);
  const json listed = profile.result("device.invitations")["invitations"];
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["id"], made["id"]);
  EXPECT_EQ(listed[0]["name"], "phone");
  EXPECT_FALSE(listed[0].contains("uri")) << "a secret is told once";
  EXPECT_EQ(profile.result("status.get")["invitations"], 1);
  profile.result("device.invite");
  profile.result("device.invite");
  EXPECT_EQ(kind_of(profile.error("device.invite")), "busy");
  EXPECT_EQ(profile.result("device.uninvite"), (json{{"withdrawn", 3}}));
  EXPECT_EQ(profile.result("device.invitations")["invitations"], json::array());
}

TEST(DeviceMethods, Join) {
  TestProfile profile;
  const std::string own = profile.result("device.invite")["uri"];
  EXPECT_EQ(kind_of(profile.error("device.join", {{"uri", own}})), "invalid_argument");
  const std::string uri = invitation_uri({test_address(1), {}});
  std::string mistyped = uri;
  std::swap(mistyped[20], mistyped[80]);
  EXPECT_NE(profile.error("device.join", {{"uri", mistyped}})["message"].get<std::string>().find("mistyped"),
            std::string::npos);
  const json link = profile.result("device.join", {{"uri", uri}});
  EXPECT_EQ(link["key"], test_key(1).hex());
  EXPECT_EQ(link["by_invitation"], true);
  EXPECT_EQ(link["invitation"], nullptr);
  EXPECT_EQ(link["confirmed_here"], true);
  EXPECT_EQ(profile.result("device.requests")["requests"].size(), 1U);
  profile.add_friend(2, "Bob");
  EXPECT_EQ(kind_of(profile.error("device.join", {{"uri", uri}})), "denied");
  EXPECT_EQ(profile.result("device.join", {{"uri", uri}, {"agreed", true}})["key"], link["key"]);
}

TEST(DeviceMethods, RefusedProofsAreCounted) {
  TestProfile profile;
  profile.give(input::FriendRequest{test_key(1), to_bytes(joining_words(Hash{1}))});
  profile.give(input::FriendRequest{test_key(1), to_bytes("toxtore-join:9:")});
  const json refused = profile.result("status.get")["proofs_refused"];
  EXPECT_EQ(refused, (json{{"wrong", 1}, {"used", 0}, {"expired", 0}, {"unreadable", 1}}));
  EXPECT_EQ(profile.result("friend.requests")["requests"], json::array());
}

TEST(DeviceMethods, RequestAcceptCancel) {
  TestProfile profile;
  profile.add_friend(1, "server");
  const json link = profile.result("device.request", {{"friend", "server"}});
  EXPECT_EQ(link["key"], test_key(1).hex());
  EXPECT_EQ(link["asked_here"], true);
  EXPECT_EQ(link["code"], nullptr);
  EXPECT_EQ(profile.result("device.requests")["requests"].size(), 1U);
  EXPECT_EQ(kind_of(profile.error("device.accept", {{"device", "server"}, {"code", "123456"}})), "offline");
  EXPECT_EQ(profile.result("device.cancel", {{"device", "server"}}), json::object());
  EXPECT_EQ(kind_of(profile.error("device.cancel", {{"device", "server"}})), "not_found");
  EXPECT_EQ(profile.result("device.list")["devices"].size(), 1U);
}

}  // namespace
}  // namespace toxtore
