#include <gtest/gtest.h>

#include "rpc/test_profile.h"

namespace toxtore {
namespace {

using nlohmann::json;

TEST(UpkeepMethods, ABackupIsBegunAndFollowed) {
  TestProfile profile;
  EXPECT_EQ(profile.result("backup.state"), (json{{"running", false}, {"done", false}, {"error", nullptr}}));
  EXPECT_EQ(profile.result("backup.start", {{"file", "/b"}, {"force", true}, {"passphrase", "geheim"}}),
            json::object());
  EXPECT_EQ(profile.backup->file, "/b");
  EXPECT_TRUE(profile.backup->force);
  EXPECT_FALSE(profile.backup->plain);
  EXPECT_EQ(profile.backup->passphrase->view(), "geheim");
  EXPECT_EQ(profile.result("backup.state")["running"], true);
  profile.backed_up = fail(ErrorKind::disk_full, "no room");
  EXPECT_EQ(profile.result("backup.state"),
            (json{{"running", false}, {"done", true}, {"error", {{"kind", "disk_full"}, {"message", "no room"}}}}));
}

TEST(UpkeepMethods, ABackupNeedsAnAbsolutePathAndOneWordOnItsPassphrase) {
  TestProfile profile;
  for (const json& params : {json{{"file", "b"}}, json{{"file", "/b"}, {"passphrase", ""}},
                             json{{"file", "/b"}, {"passphrase", "x"}, {"plain", true}},
                             json{{"file", "/b"}, {"passphrase", std::string(2000, 'x')}}}) {
    EXPECT_EQ(profile.error("backup.start", params)["data"]["kind"], "invalid_argument") << params;
    EXPECT_FALSE(profile.backup);
  }
}

TEST(UpkeepMethods, FindingsAreTold) {
  TestProfile profile;
  EXPECT_EQ(profile.result("doctor.start"), json::object());
  EXPECT_FALSE(profile.result("doctor.state").contains("findings"));
  profile.examined = std::vector<Finding>{{Finding::Severity::damage, "broken\xFF", "mend it"}};
  EXPECT_EQ(profile.result("doctor.state")["findings"],
            (json{{{"severity", "damage"}, {"what", "broken\xEF\xBF\xBD"}, {"advice", "mend it"}}}));
}

}  // namespace
}  // namespace toxtore
