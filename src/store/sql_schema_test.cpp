// The way from one layout to the next.
#include "store/sql_schema.h"

#include <gtest/gtest.h>

#include "store/sql_log.h"
#include "store/store_test_tools.h"

namespace toxtore {
namespace {

constexpr SchemaStep first =
    "PRAGMA application_id = 0x54785472; CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('one');";
constexpr SchemaStep second = "ALTER TABLE notes ADD COLUMN length INTEGER; UPDATE notes SET length = length(text);";
constexpr SchemaStep broken = "DELETE FROM notes; CREATE TABLE more (x); INSERT INTO nowhere VALUES (1);";

class Schema : public testing::Test {
 protected:
  std::unique_ptr<SqlDatabase> open() {
    Result<std::unique_ptr<SqlDatabase>> database =
        SqlDatabase::open(folder_.path() / "toxtore.db", sample_database_key());
    EXPECT_TRUE(database) << database.error().message;
    return std::move(*database);
  }
  static Result<void> migrate_to(SqlDatabase& database, const std::vector<SchemaStep>& steps) {
    const Result<void> checked = check_schema(database, steps);
    return checked ? migrate(database, steps) : checked;
  }

  TemporaryFolder folder_;
};

TEST_F(Schema, GoesStepByStep) {
  ASSERT_TRUE(migrate_to(*open(), {first}));
  const auto database = open();
  EXPECT_EQ(database->integer("PRAGMA user_version;"), 1);
  ASSERT_TRUE(migrate_to(*database, {first, second}));
  EXPECT_EQ(database->integer("PRAGMA user_version;"), 2);
  EXPECT_EQ(database->integer("SELECT length FROM notes;"), 3);
  ASSERT_TRUE(migrate_to(*database, {first, second}));  // nothing left to do
  EXPECT_EQ(database->integer("SELECT count(*) FROM notes;"), 1);
}

TEST_F(Schema, TakesAnEmptyFileThroughAllSteps) {
  const auto database = open();
  ASSERT_TRUE(migrate_to(*database, {first, second}));
  EXPECT_EQ(database->integer("PRAGMA user_version;"), 2);
  EXPECT_EQ(database->integer("SELECT length FROM notes;"), 3);
}

TEST_F(Schema, AStepThatFailsLeavesTheVersionBefore) {
  const auto database = open();
  EXPECT_FALSE(migrate_to(*database, {first, second, broken}));
  database->clear_fault();
  EXPECT_EQ(database->integer("PRAGMA user_version;"), 2);
  EXPECT_EQ(database->integer("SELECT count(*) FROM notes;"), 1);
  EXPECT_EQ(database->integer("SELECT count(*) FROM sqlite_master WHERE name = 'more';"), 0);
}

TEST_F(Schema, RefusesANewerOne) {
  const auto database = open();
  ASSERT_TRUE(migrate_to(*database, {first, second}));
  const Result<void> refused = migrate_to(*database, {first});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::newer_schema);
  EXPECT_NE(refused.error().message.find("layout 2"), std::string::npos);
}

TEST_F(Schema, RefusesWhatIsNotOurs) {
  const auto database = open();
  database->execute("CREATE TABLE theirs (x);");
  EXPECT_EQ(migrate_to(*database, {first}).error().kind, ErrorKind::foreign_file);
  database->execute("DROP TABLE theirs; PRAGMA application_id = 7;");
  EXPECT_EQ(migrate_to(*database, {first}).error().kind, ErrorKind::foreign_file);
}

TEST_F(Schema, ARealOneIsOfTheLatestVersion) {
  const auto database = open();
  ASSERT_TRUE(migrate(*database, schema_steps()));
  EXPECT_EQ(database->integer("PRAGMA user_version;"), static_cast<std::int64_t>(schema_steps().size()));
  EXPECT_EQ(database->integer("PRAGMA application_id;"), application_id);
}

// A database of layout 1 has prefixes only, and each later event is the next of its log.
TEST_F(Schema, AnOlderOneKeepsItsEvents) {
  const auto database = open();
  ASSERT_TRUE(migrate(*database, schema_steps().first(1)));
  database->execute("INSERT INTO logs (device, incarnation, prefix, latest_ms) VALUES (zeroblob(32), 0, 7, 3);");
  ASSERT_TRUE(migrate(*database, schema_steps()));
  SqlLog log(*database);
  const LogId old{.device = sample_key(0), .incarnation = 0};
  EXPECT_EQ(log.holdings().prefix(old), 7U);
  log.append(sample_event(Dot::of(old, 9)), {});
  log.append(sample_event(Dot::of(old, 8)), {});
  EXPECT_EQ(log.holdings().prefix(old), 9U);
  EXPECT_FALSE(database->fault());
}

}  // namespace
}  // namespace toxtore
