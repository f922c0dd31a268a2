#include "rpc/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rpc/client.h"
#include "rpc/test_profile.h"

namespace toxtore {
namespace {

using nlohmann::json;

MessageRow sample_row() {
  MessageRow row;
  row.id = {test_key(1), 5};
  row.conversation = test_key(2);
  row.text = to_bytes("hello");
  row.timestamp_ms = 20;
  row.shown_ms = 10;
  return row;
}

/// Device 3 has a name.
std::string called(const PublicKey& key) { return key == test_key(3) ? "ser\xFFver" : ""; }

TEST(Json, Message) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  const std::string key2 = test_key(2).hex();
  const json expected = {{"id", test_key(1).hex() + ":5"},
                         {"conversation", key2},
                         {"key", key2},
                         {"friend", "02020202"},
                         {"outgoing", false},
                         {"kind", "normal"},
                         {"content", "text"},
                         {"text", "hello"},
                         {"size", nullptr},
                         {"erased", false},
                         {"time", 10},
                         {"order", 20},
                         {"read", false},
                         {"state", "received"},
                         {"device", nullptr},
                         {"device_name", nullptr},
                         {"delivered_to", nullptr},
                         {"failure", nullptr},
                         {"delivered_time", nullptr}};
  EXPECT_EQ(to_json(sample_row(), names), expected);
}

TEST(Json, WhatWasOffered) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  MessageRow row = sample_row();
  row.content = Content::file;
  row.size_bytes = 4096;
  EXPECT_EQ(to_json(row, names)["content"], "file");
  EXPECT_EQ(to_json(row, names)["size"], 4096);
  row.size_bytes = ~std::uint64_t{0};
  EXPECT_EQ(to_json(row, names)["size"], nullptr) << "unknown";
  row.content = Content::call;
  EXPECT_EQ(to_json(row, names)["content"], "call");
}

TEST(Json, DeliveredMessage) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  MessageRow row = sample_row();
  row.outgoing = true;
  row.kind = MessageKind::action;
  row.delivery = Delivery::delivered;
  row.device = test_key(3);
  row.delivered_ms = 30;
  const json form = to_json(row, names);
  EXPECT_EQ(form["kind"], "action");
  EXPECT_EQ(form["state"], "delivered");
  EXPECT_EQ(form["device"], test_key(3).hex());
  EXPECT_EQ(form["device_name"], "ser\uFFFDver");
  row.device = test_key(4);
  EXPECT_EQ(to_json(row, names)["device_name"], "04040404");
  EXPECT_EQ(form["delivered_time"], 30);
}

TEST(Json, EveryStateHasAName) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  std::vector<std::string> states;
  for (const auto state :
       {Delivery::none, Delivery::queued, Delivery::sending, Delivery::unsure, Delivery::delivered}) {
    MessageRow row = sample_row();
    row.delivery = state;
    states.push_back(to_json(row, names)["state"]);
  }
  EXPECT_EQ(states, (std::vector<std::string>{"received", "queued", "sending", "unsure", "delivered"}));
}

TEST(Json, BytesThatAreNoTextAreReplaced) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  MessageRow row = sample_row();
  row.text = {'a', 0xFF, 'b'};
  EXPECT_EQ(to_json(row, names)["text"], "a\uFFFDb");
}

RC_GTEST_PROP(Json, AnyBytesMakeALineThatParses, (const Bytes& text)) {
  const auto store = make_memory_store();
  const ContactGraph contacts(store->friend_rows(), {});
  ShownNames names(contacts, called);
  MessageRow row = sample_row();
  row.text = text;
  const std::string line = line_of(to_json(row, names));
  RC_ASSERT(line.find('\n') == std::string::npos);
  RC_ASSERT(!json::parse(line, nullptr, false).is_discarded());
}

RC_GTEST_PROP(Json, DotsComeBack, (std::uint8_t device, std::uint64_t seq)) {
  const Dot dot{test_key(device), seq};
  RC_ASSERT(dot_from_text(dot_text(dot)) == dot);
}

TEST(Json, WhatIsNoDot) {
  const std::string key = test_key(1).hex();
  for (const std::string& text :
       std::vector<std::string>{"", ":", key, key + ":", key + ":x", key + ":1x", key + ":-1", key + ": 1",
                                key + ":18446744073709551616", key.substr(1) + ":1"})
    EXPECT_FALSE(dot_from_text(text)) << text;
}

TEST(Json, Device) {
  DeviceInfo info;
  info.key = test_key(1);
  info.name = "server";
  info.linked_by = test_key(2);
  info.linked_ms = 5;
  info.known = true;
  info.we_lack = 2;
  info.coming = 1;
  info.it_lacks = 3;
  json form = to_json(info);
  EXPECT_EQ(form["tox_id"], nullptr);
  EXPECT_EQ(form["known"], true);
  EXPECT_EQ(form["we_lack"], 2);
  EXPECT_EQ(form["coming"], 1);
  EXPECT_EQ(form["it_lacks"], 3);
  EXPECT_EQ(form["linked_by"], test_key(2).hex());
  info.address = test_address(1);
  EXPECT_EQ(to_json(info)["tox_id"], test_address(1).hex());
  EXPECT_EQ(form["removed"], nullptr);
  EXPECT_EQ(form["put_aside"], 0);
  info.removed = RemovedInfo{{test_key(2), "lap\xfftop"}, 9, DeviceName{test_key(3), "server"}, std::nullopt};
  info.put_aside = 4;
  form = to_json(info);
  EXPECT_EQ(form["removed"], (json{{"by", {{"key", test_key(2).hex()}, {"name", "lap\uFFFDtop"}}},
                                   {"time", 9},
                                   {"by_removed_by", {{"key", test_key(3).hex()}, {"name", "server"}}},
                                   {"came_with", nullptr}}));
  EXPECT_EQ(form["last_removal"], nullptr);
  EXPECT_EQ(form["put_aside"], 4);
}

TEST(Json, LinkHasNoCodeBeforeThereIsOne) {
  LinkInfo info;
  info.key = test_key(1);
  EXPECT_EQ(to_json(info)["code"], nullptr);
  info.code = "012345";
  EXPECT_EQ(to_json(info)["code"], "012345");
}

TEST(Json, NoticeLine) {
  const auto line = notice_line({output::Notice::What::link_code, test_key(1), "123456"});
  const json expected = {{"jsonrpc", "2.0"},
                         {"method", "notice"},
                         {"params", {{"what", "link_code"}, {"key", test_key(1).hex()}, {"text", "123456"}}}};
  EXPECT_EQ(json::parse(line), expected);
}

TEST(Json, ANoticeOfWhatIsPutAsideSaysHowMuchAndByWhoseWord) {
  output::Notice notice{output::Notice::What::events_put_aside, test_key(1), "laptop"};
  notice.by = DeviceName{test_key(2), "phone"};
  notice.count = 3;
  const json params = json::parse(notice_line(notice))["params"];
  EXPECT_EQ(params["what"], "events_put_aside");
  EXPECT_EQ(params["count"], 3);
  EXPECT_EQ(params["removed_by"], (json{{"key", test_key(2).hex()}, {"name", "phone"}}));
}

TEST(Json, ANoticeOfALinkSaysWhoAndWhen) {
  output::Notice notice{output::Notice::What::device_linked, test_key(1), "phone"};
  notice.by = DeviceName{test_key(2), "laptop"};
  notice.time_ms = 7;
  const json params = json::parse(notice_line(notice))["params"];
  EXPECT_EQ(params["linked_by"], (json{{"key", test_key(2).hex()}, {"name", "laptop"}}));
  EXPECT_EQ(params["time"], 7);
}

TEST(Json, ANoticeOfARemovalSaysWhoAndWhen) {
  output::Notice notice{output::Notice::What::device_removed, test_key(1), "phone"};
  notice.by = DeviceName{test_key(2), "laptop"};
  notice.time_ms = 7;
  const json expected = {{"what", "device_removed"},
                         {"key", test_key(1).hex()},
                         {"text", "phone"},
                         {"removed_by", {{"key", test_key(2).hex()}, {"name", "laptop"}}},
                         {"time", 7}};
  EXPECT_EQ(json::parse(notice_line(notice))["params"], expected);
}

TEST(Json, AFriendWhoIsSeenElsewhereIsOnline) {
  FriendInfo info;
  info.contact.id = test_key(2);
  info.keys.resize(2);
  info.keys[0].row.key = test_key(2);
  info.keys[1].row.key = test_key(3);
  json form = to_json(info);
  EXPECT_EQ(form["online"], false);
  EXPECT_EQ(form["seen_by"], json::array());
  info.keys[0].seen_by = {{test_key(9), "attic"}, {test_key(8), "ser\xffver"}};
  info.keys[1].seen_by = {{test_key(9), "attic"}};
  form = to_json(info);
  const json server = {{"key", test_key(8).hex()}, {"name", "ser\uFFFDver"}};
  const json attic = {{"key", test_key(9).hex()}, {"name", "attic"}};
  EXPECT_EQ(form["connection"], "none");
  EXPECT_EQ(form["online"], true);
  EXPECT_EQ(form["seen_by"], (json{server, attic})) << "each once, by key";
  EXPECT_EQ(form["keys"][1]["seen_by"], json::array({attic}));
  info = {};
  info.keys.resize(1);
  info.keys[0].connection = Connection::tcp;
  EXPECT_EQ(to_json(info)["online"], true);
}

TEST(Json, ANoticeOfPresenceNamesTheDevices) {
  output::Notice notice{output::Notice::What::friend_presence, test_key(1), "online"};
  notice.seen_by = {{test_key(8), "server"}};
  const json expected = {{"what", "friend_presence"},
                         {"key", test_key(1).hex()},
                         {"text", "online"},
                         {"seen_by", {{{"key", test_key(8).hex()}, {"name", "server"}}}}};
  EXPECT_EQ(json::parse(notice_line(notice))["params"], expected);
}

TEST(Json, EveryErrorKindComesBackToTheClient) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const Error sent{static_cast<ErrorKind>(i), "because"};
    const CallError got = refusal_of(to_json(RpcError(sent)));
    EXPECT_EQ(got.kind, sent.kind) << kind_name(sent.kind);
    EXPECT_EQ(got.message, "because");
  }
}

TEST(Json, ProtocolErrorsHaveJsonRpcsNumbers) {
  EXPECT_EQ(RpcError("parse", "").code(), -32700);
  EXPECT_EQ(RpcError("invalid_request", "").code(), -32600);
  EXPECT_EQ(RpcError("unknown_method", "").code(), -32601);
  EXPECT_EQ(RpcError("invalid_argument", "").code(), -32602);
  EXPECT_EQ(RpcError("not_found", "").code(), 1);
}

TEST(Json, AnErrorObjectOfAnotherFormIsStillAnError) {
  for (const json& strange : {json(), json(3), json::object(), json{{"message", 5}}, json{{"data", {{"kind", 1}}}}})
    EXPECT_EQ(refusal_of(strange).kind, ErrorKind::internal);
}

}  // namespace
}  // namespace toxtore
