#include "cli/person_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace toxtore {
namespace {

using nlohmann::json;

constexpr std::uint64_t may_ms = 1'714'585'320'000;
const std::string key(64, 'A');

class PersonText : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(PersonText, FriendsInATableWithTheirKeysBelow) {
  const json result = {{"friends",
                        {{{"key", key},
                          {"name", "An\x1bna"},
                          {"unread", 2},
                          {"connection", "udp"},
                          {"toxtore", true},
                          {"since", may_ms},
                          {"known_by", {key}},
                          {"here", true}},
                         {{"key", key},
                          {"name", ""},
                          {"unread", 0},
                          {"connection", "none"},
                          {"toxtore", false},
                          {"since", 0},
                          {"known_by", {key}},
                          {"here", false}}}}};
  EXPECT_EQ(friends_text(result, {}),
            "NAME      STATE    UNREAD  SINCE       REMARKS\n"
            "An␛na     online        2  2024-05-01  Toxtore\n"
            "  " +
                key +
                "\n"
                "AAAAAAAA  offline       0              knows your other devices\n"
                "  " +
                key + "\n");
  EXPECT_NE(friends_text({{"friends", json::array()}}, {}).find("toxtore friend add"), std::string::npos);
}

TEST_F(PersonText, AFriendWhomAnotherDeviceSeesIsOnlineThere) {
  const auto state_of = [](const json& connection, bool online, const json& seen_by) {
    const json person = {{"key", key},       {"name", "Bob"},      {"connection", connection},
                         {"online", online}, {"seen_by", seen_by}, {"unread", 0},
                         {"since", 0},       {"here", true},       {"known_by", {key}},
                         {"blocked", false}};
    const std::string text = friends_text({{"friends", {person}}}, {});
    const std::size_t row = text.find("\nBob   ") + 7;
    return text.substr(row, text.find("  ", row) - row);
  };
  const json server = {{"key", key}, {"name", "ser\x1bver"}};
  const json attic = {{"key", key}, {"name", "attic"}};
  EXPECT_EQ(state_of("none", true, json::array({server})), "online at ser␛ver");
  EXPECT_EQ(state_of("none", true, json::array({server, attic})), "online at ser␛ver, attic");
  EXPECT_EQ(state_of("tcp", true, json::array({server})), "online") << "here as well";
  EXPECT_EQ(state_of("none", false, json::array()), "offline");
}

TEST_F(PersonText, FriendRequestsShowAllThatTheStrangerSays) {
  const std::string text = "Hello\n" + std::string(60, 'x');
  const json result = {{"requests", {{{"key", key}, {"message", text}, {"time", may_ms}}}}};
  const std::string shown = friend_requests_text(result, {});
  EXPECT_NE(shown.find("AAAAAAAA  2024-05-01 17:42  Hello␊xx"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\n  " + key + "\n  Hello\n  " + std::string(60, 'x') + "\n"), std::string::npos) << shown;
  EXPECT_EQ(friend_requests_text({{"requests", json::array()}}, {}), "No friend requests.\n");
}

TEST_F(PersonText, DevicesWithWhatTheyLack) {
  const json result = {{"devices",
                        {{{"key", key},
                          {"name", "laptop"},
                          {"self", true},
                          {"always_on", false},
                          {"connection", "none"},
                          {"linked_time", may_ms},
                          {"we_lack", 0},
                          {"it_lacks", 0}},
                         {{"key", key},
                          {"name", "server"},
                          {"self", false},
                          {"always_on", true},
                          {"connection", "tcp"},
                          {"linked_time", may_ms},
                          {"known", true},
                          {"we_lack", 40},
                          {"coming", 30},
                          {"it_lacks", 17}},
                         {{"key", key},
                          {"name", "attic"},
                          {"self", false},
                          {"connection", "none"},
                          {"linked_time", may_ms},
                          {"known", false}}}}};
  EXPECT_EQ(devices_text(result, {}),
            "NAME    STATE        WE LACK  COMING  IT LACKS  LINKED      REMARKS\n"
            "laptop  this device                             2024-05-01\n"
            "  " +
                key +
                "\n"
                "server  online            40      30        17  2024-05-01  always on\n"
                "  " +
                key +
                "\n"
                "attic   offline            ?       ?         ?  2024-05-01\n"
                "  " +
                key + "\n");
}

TEST_F(PersonText, DevicesThatAreNoMoreStandApart) {
  const std::string other(64, 'F');
  const json removed = {{"by", {{"key", other}, {"name", "laptop"}}}, {"time", may_ms}};
  const json lost = {{"key", key}, {"name", "phone"}, {"put_aside", 2}, {"removed", removed}};
  const json here = {{"key", other}, {"name", "laptop"}, {"self", true}, {"removed", nullptr}, {"put_aside", 1}};
  const std::string text = devices_text({{"devices", {here, lost}}}, {});
  const auto apart = text.find("No longer your devices:");
  ASSERT_NE(apart, std::string::npos) << text;
  EXPECT_GT(text.find("phone"), apart) << text;
  EXPECT_NE(text.substr(0, apart).find("1 event put aside"), std::string::npos) << "of before it was linked again";
  const json self = {{"key", key}, {"name", "phone"}, {"self", true}, {"removed", removed}};
  const std::string alone = devices_text({{"devices", {self}}}, {});
  EXPECT_NE(alone.find("removed by laptop\n"), std::string::npos) << alone;
  EXPECT_EQ(alone.find("No longer"), std::string::npos) << "this device stands in its own list";
}

json link(const json& code, bool here, bool there) {
  return {{"key", key},       {"name", "server"},       {"asked_here", true},
          {"code", code},     {"confirmed_here", here}, {"confirmed_there", there},
          {"expires", may_ms}};
}

TEST_F(PersonText, LinksWithTheirCodes) {
  EXPECT_TRUE(links_text({{"requests", {link("493027", false, true), link(nullptr, false, false)}}}, {})
                  .starts_with("NAME    ASKED  CODE          CONFIRMED  UNTIL\n"
                               "server  here   493 027       there      17:42\n"
                               "  " +
                               key +
                               "\n"
                               "server  here   waits for it  no         17:42\n"));
  EXPECT_NE(links_text({{"requests", json::array()}}, {}).find("device invite"), std::string::npos);
}

TEST_F(PersonText, TheCodeStandsLargeInItsFrame) {
  EXPECT_EQ(code_text(link("493027", false, false), {}),
            "The code for server:\n\n"
            "  +-------------------+\n"
            "  |   4 9 3   0 2 7   |\n"
            "  +-------------------+\n\n"
            "On the other device `toxtore device requests` must show the same code. If it does, confirm there:\n"
            "  toxtore device accept NAME 493 027\n");
}

TEST_F(PersonText, EachStateOfALinkSaysHowToGoOn) {
  EXPECT_NE(link_state_text(link(nullptr, false, false), {}).find("toxtore device requests"), std::string::npos);
  EXPECT_NE(link_state_text(link("493027", false, false), {}).find("toxtore device accept " + key + " 493 027"),
            std::string::npos);
  EXPECT_EQ(link_state_text(link("493027", true, false), {}),
            "Confirmed here. Now confirm on server too:\n  toxtore device accept NAME 493 027\n");
  EXPECT_EQ(link_state_text({{"linked", true}, {"key", key}, {"name", "server"}}, {}),
            "server is now one of your devices.\n");
}

TEST_F(PersonText, AStockClientIsNotWaitedForSilently) {
  json asked = link(nullptr, false, false);
  for (const char* connection : {"none", "udp"}) {
    for (const bool toxtore : {false, true}) {
      asked["connection"] = connection;
      asked["toxtore"] = toxtore;
      const bool hints = link_state_text(asked, {}).find("stock Tox client") != std::string::npos;
      EXPECT_EQ(hints, connection == std::string("udp") && !toxtore);
    }
  }
}

TEST_F(PersonText, AnAnswerOfAnotherFormDoesNoHarm) {
  for (const json& result :
       {json(), json(5), json{{"friends", 5}, {"requests", {1, nullptr}}, {"devices", {json::array()}}}}) {
    EXPECT_FALSE(friends_text(result, {}).empty());
    EXPECT_FALSE(friend_requests_text(result, {}).empty());
    EXPECT_FALSE(devices_text(result, {}).empty());
    EXPECT_FALSE(links_text(result, {}).empty());
    EXPECT_FALSE(link_state_text(result, {}).empty());
  }
}

}  // namespace
}  // namespace toxtore
