#include "cli/status_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/qr.h"

namespace toxtore {
namespace {

using nlohmann::json;

const std::string laptop_id(76, 'A');
const std::string server_id(76, 'B');

json id_answer() {
  return {{"tox_id", laptop_id},
          {"key", std::string(64, 'A')},
          {"device_name", "laptop"},
          {"ids",
           {{{"name", "laptop"}, {"self", true}, {"tox_id", laptop_id}, {"always_on", false}},
            {{"name", "server"}, {"self", false}, {"tox_id", server_id}, {"always_on", true}},
            {{"name", "phone"}, {"self", false}, {"tox_id", nullptr}, {"always_on", false}}}},
          {"hand_out", server_id},
          {"why", "it is always on"}};
}

TEST(StatusText, FactsOnePerLine) {
  const json status = {{"version", "0.1.0"},  {"profile", "default"},
                       {"key", "AB"},         {"device_name", "lap\x1btop"},
                       {"connection", "udp"}, {"events", 12},
                       {"events_missing", 3}, {"backlog", 20},
                       {"only_here", 5},      {"full_copies", 0},
                       {"undelivered", 1},    {"unread", 2},
                       {"devices", 2},        {"devices_connected", 1},
                       {"friends", 4},        {"state_check", "0123456789ABCDEF"},
                       {"encrypted", true},   {"counters", {{"packets_malformed", 0}, {"packets_unknown", 5}}}};
  EXPECT_EQ(status_text(status, {}),
            "profile            default\n"
            "device             lap␛top\n"
            "key                AB\n"
            "Tox network        connected over UDP\n"
            "friends            4\n"
            "devices            2, of the others 1 connected\n"
            "unread             2 messages\n"
            "not delivered yet  1 message\n"
            "events             12 held, 3 of 20 still to fetch\n"
            "copies             5 events are not known to be on another device: do not wipe this one\n"
            "state check        0123 4567 89AB CDEF\n"
            "at rest            under a passphrase\n"
            "version            0.1.0\n"
            "packets_unknown    5\n");
}

TEST(StatusText, WhetherTheDeviceMayBeWiped) {
  const auto copies = [](int devices, int only_here, int full_copies) {
    const std::string text =
        status_text({{"devices", devices}, {"only_here", only_here}, {"full_copies", full_copies}}, {});
    const auto at = text.find("copies");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(copies(1, 7, 0), "") << "there is no other device";
  EXPECT_TRUE(copies(3, 7, 1).ends_with("do not wipe this one"));
  EXPECT_TRUE(copies(3, 0, 0).ends_with("no other device has them all"));
  EXPECT_TRUE(copies(3, 0, 1).ends_with("held by 1 other device: safe to wipe"));
  EXPECT_TRUE(copies(3, 0, 2).ends_with("held by 2 others: safe to wipe"));
}

TEST(StatusText, WhatBecomesOfThisDeviceAndOfRemovedOnes) {
  const std::string key(64, 'A');
  json status = {{"key", key}, {"devices_connected", 0}};
  status["removed"] = {{"by", {{"key", std::string(64, 'B')}, {"name", "laptop"}}}, {"time", 1'714'585'320'000U}};
  EXPECT_NE(status_text(status, {}).find("removed by laptop, 2024-05-01"), std::string::npos);
  EXPECT_NE(status_text(status, {}).find("toxtore device join"), std::string::npos) << "how to come back";
  status["removed"]["by"]["key"] = key;
  status["leaving"] = {{"left", true}, {"devices_told", 2}};
  EXPECT_NE(status_text(status, {}).find("left, 2024-05-01"), std::string::npos);
  EXPECT_NE(status_text(status, {}).find("others that know it: 2"), std::string::npos);
  status = {{"leaving", {{"left", false}, {"only_here", 7}}}};
  EXPECT_NE(status_text(status, {}).find("7 events still to reach another device, and none is connected"),
            std::string::npos);
  EXPECT_NE(status_text(status, {}).find("toxtore device leave --cancel"), std::string::npos);
}

// Loudly: who was linked back may have brought removals with it, by whose word something of the others is gone.
TEST(StatusText, WhatIsPutAsideAndByWhoseWord) {
  const json phone = {{"key", std::string(64, 'B')}, {"name", "phone"}};
  const json removal = {{"by", phone},
                        {"time", 1'714'585'320'000U},
                        {"by_removed_by", {{"key", std::string(64, 'C')}, {"name", "server"}}}};
  json device = {{"key", std::string(64, 'A')}, {"name", "my laptop"}, {"put_aside", 1}, {"last_removal", removal}};
  const std::string aside = status_text({{"put_aside_of", {device}}}, {});
  EXPECT_NE(aside.find("1 event of my laptop (removed by phone, which was removed itself by server, 2024-05-01"),
            std::string::npos)
      << aside;
  EXPECT_NE(aside.find("`toxtore device accept " + std::string(64, 'A') + "`"), std::string::npos) << aside;
  device["removed"] = removal;
  const std::string removed = status_text({{"removed_by_removed", {device}}}, {});
  EXPECT_NE(removed.find("my laptop, removed by phone, which was removed itself by server"), std::string::npos)
      << removed;
  EXPECT_NE(removed.find("toxtore device invite"), std::string::npos) << removed;
}

TEST(StatusText, WhoWasNotLetInIsSaidInWords) {
  const std::string text = status_text({{"proofs_refused", {{"wrong", 2}, {"used", 1}, {"expired", 0}}}}, {});
  EXPECT_NE(text.find("devices refused    2 without the secret"), std::string::npos) << text;
  EXPECT_NE(text.find("devices refused    1 with an invitation that another device had used before"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("taken back"), std::string::npos) << text;
}

TEST(StatusText, IdsAndWhichToHandOut) {
  EXPECT_EQ(id_text(id_answer(), false, {}, {}),
            "This device, laptop:\n  " + laptop_id + "\n\nYour other devices:\n  server\n    " + server_id +
                "\n  phone\n    not known here yet\n"
                "\nGive this one to friends with an ordinary Tox client (server):\n  " +
                server_id + "\n  it is always on\n");
}

TEST(StatusText, TheQrCodeIsThatOfThisDevice) {
  const auto code = make_qr("tox:" + laptop_id);
  ASSERT_TRUE(code);
  EXPECT_NE(id_text(id_answer(), true, {}, {}).find(draw_qr(*code, false)), std::string::npos);
  EXPECT_NE(id_text(id_answer(), true, {}, {.colour = true, .columns = 80}).find(draw_qr(*code, true)),
            std::string::npos);
  EXPECT_NE(id_text(id_answer(), true, {}, {.colour = true, .columns = 30}).find("too narrow"), std::string::npos);
}

TEST(StatusText, AnAnswerOfAnotherFormDoesNoHarm) {
  for (const json& answer : {json(), json(5), json::array(), json{{"tox_id", 5}, {"counters", 7}, {"ids", {1}}}}) {
    EXPECT_FALSE(status_text(answer, {}).empty());
    EXPECT_FALSE(id_text(answer, true, {}, {}).empty());
  }
}

}  // namespace
}  // namespace toxtore
