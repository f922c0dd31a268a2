#include "cli/outbox_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace toxtore {
namespace {

using nlohmann::json;

/// 2024-05-01 17:42 UTC.
constexpr std::uint64_t may_ms = 1'714'585'320'000;

class OutboxText : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  static json waiting(const std::string& what, const json& devices = json::array(), const json& until = nullptr) {
    const json message = {{"id", "AB:1"},       {"friend", "Anna"},  {"outgoing", true}, {"kind", "normal"},
                          {"text", "at eight"}, {"state", "queued"}, {"time", may_ms}};
    return {{"message", message}, {"waits_for", what}, {"devices", devices}, {"until", until}};
  }
  /// What stands below the message and its id.
  static std::string reason(const json& one) {
    const std::string text = outbox_text({{"waiting", {one}}, {"more", 0}}, {});
    const std::string before = "  17:42  me to Anna: at eight  (queued)\n         AB:1\n         ";
    const auto found = text.find(before);
    if (found == std::string::npos) return text;
    return text.substr(found + before.size(), text.size() - found - before.size() - 1);
  }
};

TEST_F(OutboxText, SaysWhatEachMessageWaitsFor) {
  const json server = json::array({{{"key", "CD"}, {"name", "server"}}});
  EXPECT_EQ(reason(waiting("friend")), "Anna is not connected to this device");
  EXPECT_EQ(reason(waiting("friend", server)), "Anna is not connected to this device, but to server");
  EXPECT_EQ(reason(waiting("unblocking")), "Anna is blocked");
  EXPECT_EQ(reason(waiting("author", server)), "your devices are withheld from Anna: only server sends it");
  EXPECT_EQ(reason(waiting("device", server)), "server hands it over");
  EXPECT_EQ(reason(waiting("device", server, may_ms + 60'000)), "server hands it over (until 17:43)");
  EXPECT_EQ(reason(waiting("acknowledgement", server)), "server must first hear that it goes from here");
  EXPECT_EQ(reason(waiting("hello", json::array(), may_ms)),
            "it is not clear yet whether Anna has Toxtore (until 17:42)");
  EXPECT_EQ(reason(waiting("log", server)),
            "events of server are missing here, and one may say that it is delivered; `toxtore outbox send --anyway` "
            "does not wait");
  EXPECT_EQ(reason(waiting("receipt")), "handed over, but Anna has not confirmed it yet");
  EXPECT_EQ(reason(waiting("pause", json::array(), may_ms)), "it may have arrived, and goes again later (until 17:42)");
  EXPECT_EQ(reason(waiting("turn")), "it goes next");
  EXPECT_EQ(reason(waiting("new\x1bthing")).find('\x1b'), std::string::npos) << "of a later daemon";
}

TEST_F(OutboxText, OfNothingAndOfTooMuch) {
  EXPECT_EQ(outbox_text({{"waiting", json::array()}, {"more", 0}}, {}), "Nothing waits.\n");
  EXPECT_NE(outbox_text({{"waiting", {waiting("turn")}}, {"more", 3}}, {}).find("and 3 more"), std::string::npos);
}

}  // namespace
}  // namespace toxtore
