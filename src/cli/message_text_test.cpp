#include "cli/message_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/local_time.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// 2024-05-01 17:42 UTC.
constexpr std::uint64_t may_ms = 1'714'585'320'000;
constexpr std::uint64_t day_ms = 86'400'000;

class MessageText : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static json message(const std::string& text, bool outgoing, const std::string& state, std::uint64_t time = may_ms) {
    return {{"id", "AB:1"},      {"conversation", std::string(64, 'C')},
            {"friend", "Anna"},  {"outgoing", outgoing},
            {"kind", "normal"},  {"text", text},
            {"time", time},      {"order", time},
            {"read", outgoing},  {"state", state},
            {"device", nullptr}, {"delivered_time", nullptr}};
  }
  static std::string history(const json& messages, Style style = {}, Transcript::Options options = {}) {
    return messages_text({{"messages", messages}, {"more", false}}, options, "toxtore history Anna", style);
  }
};

TEST_F(MessageText, AConversationWithDaysAndStates) {
  json read = message("Hi", false, "received");
  read["read"] = true;
  json action = message("waves", true, "delivered", may_ms + day_ms);
  action["kind"] = "action";
  EXPECT_EQ(history({read, message("Hello\nyou", true, "queued"), message("new", false, "received", may_ms + day_ms),
                     action}),
            "Wed 2024-05-01\n"
            "  17:42  Anna: Hi\n"
            "  17:42  me: Hello\n"
            "             you  (queued)\n"
            "Thu 2024-05-02\n"
            "  17:42  Anna: new  (unread)\n"
            "  17:42  * me waves  (delivered)\n");
}

TEST_F(MessageText, OffersAndErasedMessagesSayWhatTheyAre) {
  json file = message("a\x1b.txt", false, "received");
  file["content"] = "file";
  file["size"] = 1'536;
  json unknown_size = file;
  unknown_size["size"] = nullptr;
  json call = message("", false, "received");
  call["content"] = "call";
  json erased = message("", true, "withdrawn");
  erased["erased"] = true;
  EXPECT_EQ(history({file, unknown_size, call, erased}),
            "Wed 2024-05-01\n"
            "  17:42  Anna: [offered a file: a␛.txt, 1.5 KiB]  (unread)\n"
            "  17:42  Anna: [offered a file: a␛.txt]  (unread)\n"
            "  17:42  Anna: [missed call]  (unread)\n"
            "  17:42  me: [erased]  (withdrawn)\n");
  file["size"] = 1'023;
  EXPECT_NE(history(json::array({file})).find("1023 bytes"), std::string::npos);
  file["size"] = ~std::uint64_t{0} - 1;
  EXPECT_NE(history(json::array({file})).find("16.0 EiB"), std::string::npos);
}

TEST_F(MessageText, AFriendCannotSteerTheTerminalOrForgeALine) {
  json forged = message("x\n  17:43  me: I owe you \x1b[31mmuch\r", false, "received");
  forged["friend"] = "An\x1b]0;na\n";
  EXPECT_EQ(history(json::array({forged})),
            "Wed 2024-05-01\n"
            "  17:42  An␛]0;na␊: x\n"
            "                      17:43  me: I owe you ␛[31mmuch  (unread)\n");
}

TEST_F(MessageText, LongLinesAreBrokenBelowTheText) {
  EXPECT_EQ(history(json::array({message("one two three four five six", true, "queued")}), {.columns = 34}),
            "Wed 2024-05-01\n"
            "  17:42  me: one two three four\n"
            "             five six  (queued)\n");
  // No room for an indent: left to the terminal.
  EXPECT_NE(history(json::array({message("one two three four five six", true, "queued")}), {.columns = 20})
                .find("three four five"),
            std::string::npos);
}

TEST_F(MessageText, SearchSaysToWhomAndIdsAreShownOnRequest) {
  EXPECT_EQ(history(json::array({message("Hi", true, "delivered")}), {}, {.mixed = true, .ids = true}),
            "Wed 2024-05-01\n"
            "  17:42  me to Anna: Hi  (delivered)\n"
            "         AB:1\n");
}

TEST_F(MessageText, ADeliveryTellsByWhichDeviceAndWhen) {
  json sent = message("Hi", true, "delivered");
  sent["device"] = "AB";
  sent["device_name"] = "laptop";
  sent["delivered_time"] = may_ms + 1'000;
  sent["delivered_to"] = "0123456789";
  const auto shown = [&] {
    const std::string text = history(json::array({sent}));
    return text.substr(text.find('('));
  };
  EXPECT_EQ(shown(), "(delivered)\n") << "by the one that wrote it, at once";
  sent["device"] = "CD";
  sent["device_name"] = "ser\x1bver";
  EXPECT_EQ(shown(), "(delivered by ser␛ver)\n");
  sent["delivered_time"] = may_ms + 120'000;
  EXPECT_EQ(shown(), "(delivered by ser␛ver, 17:44)\n");
  sent["delivered_time"] = may_ms + day_ms;
  EXPECT_EQ(shown(), "(delivered by ser␛ver, 2024-05-02 17:42)\n");
  sent["state"] = "perhaps_doubled";
  EXPECT_EQ(shown(), "(delivered, perhaps twice by ser␛ver, 2024-05-02 17:42)\n");
  sent["state"] = "withdrawn";
  EXPECT_EQ(shown(), "(withdrawn, but may have arrived)\n");
  sent["state"] = "sending";
  sent["delivered_time"] = nullptr;
  EXPECT_EQ(shown(), "(sending by ser␛ver)\n");
  EXPECT_NE(history(json::array({sent}), {}, {.mixed = false, .ids = true}).find("AB:1  delivered to 01234567\n"),
            std::string::npos);
}

TEST_F(MessageText, OlderOnesAreOffered) {
  const json result = {{"messages", {message("Hi", true, "delivered")}}, {"more", true}};
  EXPECT_TRUE(messages_text(result, {}, "toxtore history Anna", {})
                  .starts_with("Older ones: toxtore history Anna --before AB:1\n"));
  EXPECT_EQ(messages_text({{"messages", json::array()}, {"more", false}}, {}, "", {}), "No messages.\n");
  EXPECT_EQ(messages_text({{"messages", json::array()}}, {.mixed = true, .ids = false}, "", {}), "Nothing found.\n");
}

TEST_F(MessageText, EveryStateIsExplainedAfterSending) {
  EXPECT_EQ(sent_text(message("x", true, "queued"), {}),
            "To Anna: queued: goes out at once if one of your devices is connected to the friend, else when one is; "
            "`toxtore outbox` tells what it waits for\n");
  for (const char* state : {"queued", "sending", "unsure", "delivered"})
    EXPECT_NE(sent_text(message("x", true, state), {}).find(state), std::string::npos);
}

TEST_F(MessageText, ColoursChangeNoWord) {
  const json messages = {message("Hi", false, "received"), message("a\nb", true, "queued")};
  std::string coloured = history(messages, {.colour = true});
  EXPECT_NE(coloured.find('\x1b'), std::string::npos);
  for (auto at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b'))
    coloured.erase(at, coloured.find('m', at) - at + 1);
  EXPECT_EQ(coloured, history(messages));
}

TEST_F(MessageText, AnAnswerOfAnotherFormDoesNoHarm) {
  for (const json& result : {json(), json(5), json::array(), json{{"messages", 5}}})
    EXPECT_EQ(history(result), history(result));
  EXPECT_NE(history({json::object(), json(5), json{{"text", nullptr}, {"time", -5}}}), "");
  EXPECT_NE(history(json::array({message("x", true, "queued", ~std::uint64_t{0})})).find('?'), std::string::npos);
}

TEST_F(MessageText, TimesAreLocal) {
  ::setenv("TZ", "<+05>-5", 1);
  ::tzset();
  EXPECT_EQ(local_date_and_clock(may_ms), "2024-05-01 22:42");
  EXPECT_EQ(local_day(may_ms), "Wed 2024-05-01");
  EXPECT_EQ(local_date(0), "1970-01-01");
}

}  // namespace
}  // namespace toxtore
