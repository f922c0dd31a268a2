#include "store/sql_schema.h"

#include <array>
#include <string>

namespace toxtore {
namespace {

// Keys are 32 bytes. A dot is 40 bytes, key and big-endian seq: compared as bytes, dots are in the order of the model,
// also from incarnation 2^31 on, where seq does not fit SQLite's signed integers. Times are milliseconds.
constexpr SchemaStep version_1 = R"sql(
PRAGMA application_id = 0x54785472;

-- The logs of which anything is held.
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  device BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  prefix INTEGER NOT NULL,     -- events 1 to this one are held
  latest_ms INTEGER NOT NULL,  -- greatest timestamp below 2^48, else 0
  UNIQUE (device, incarnation));

-- The events. An arrival is never used again: it is the cursor of whoever follows the log.
CREATE TABLE events (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  log INTEGER NOT NULL REFERENCES logs (id),
  number INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  type INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (log, number));

-- Which events are about a subject (src/view/subject.h).
CREATE TABLE subjects (
  subject BLOB NOT NULL,
  arrival INTEGER NOT NULL REFERENCES events (arrival),
  PRIMARY KEY (subject, arrival)) WITHOUT ROWID;

-- The view: rows that can be made from the events anew.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  dot BLOB NOT NULL UNIQUE,
  conversation BLOB NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  outgoing INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  text BLOB NOT NULL,
  shown_ms INTEGER NOT NULL,
  read INTEGER NOT NULL,
  delivery INTEGER NOT NULL,
  device BLOB,
  delivered_ms INTEGER);
-- outgoing stands in it for the question after the newest received message.
CREATE INDEX messages_in_order ON messages (conversation, timestamp_ms, dot, outgoing);
CREATE INDEX messages_unread ON messages (conversation, timestamp_ms, dot) WHERE outgoing = 0 AND read = 0;
CREATE INDEX messages_undelivered ON messages (conversation, timestamp_ms, dot) WHERE outgoing = 1 AND delivery <> 4;

-- The words of messages.text; the text itself is read from messages. Whoever changes a text takes the old one out
-- first (src/store/sql_search.h).
CREATE VIRTUAL TABLE words USING fts4 (content=messages, text, tokenize=unicode61, matchinfo=fts3);

CREATE TABLE friends (
  key BLOB NOT NULL PRIMARY KEY,
  known_by BLOB NOT NULL,  -- device keys, one after the other
  since_ms INTEGER NOT NULL,
  name BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE devices (
  key BLOB NOT NULL PRIMARY KEY,
  address BLOB,
  always_on INTEGER NOT NULL) WITHOUT ROWID;

-- What this device alone remembers.
CREATE TABLE remembered (
  name BLOB NOT NULL PRIMARY KEY,
  value BLOB NOT NULL);
)sql";

constexpr SchemaStep version_2 = R"sql(
-- Numbers that are held beyond logs.prefix: from first to last. Ranges of a log never touch each other or the prefix.
CREATE TABLE ranges_ahead (
  log INTEGER NOT NULL REFERENCES logs (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (log, first)) WITHOUT ROWID;
)sql";

// Offers, withdrawn and erased messages, how far conversations are read, friend requests, the user's profile, names of
// devices.
constexpr SchemaStep version_3 = R"sql(
ALTER TABLE messages ADD COLUMN content INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN size INTEGER NOT NULL DEFAULT 0;  -- of a file offered, 64 bits
ALTER TABLE messages ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
DROP INDEX messages_undelivered;
CREATE INDEX messages_undelivered ON messages (conversation, timestamp_ms, dot) WHERE outgoing = 1 AND delivery < 4;

CREATE TABLE read_marks (
  conversation BLOB NOT NULL,
  device BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (conversation, device, incarnation)) WITHOUT ROWID;

CREATE TABLE requests (
  dot BLOB NOT NULL PRIMARY KEY,
  key BLOB NOT NULL,
  message BLOB NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  shown_ms INTEGER NOT NULL,
  open INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX requests_open ON requests (timestamp_ms, dot) WHERE open = 1;

CREATE TABLE profile (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name BLOB,
  status_message BLOB);

ALTER TABLE devices ADD COLUMN name BLOB NOT NULL DEFAULT x'';
)sql";

// Rows are made from the events anew by the engine, which finds that they are of an older view.
constexpr SchemaStep version_4 = R"sql(
DROP TABLE friends;
CREATE TABLE friends (
  key BLOB NOT NULL PRIMARY KEY,
  row BLOB NOT NULL);  -- src/view/friend_row_bytes.h
)sql";

// Who of the friend took a message, why one failed, and what copies of one have in common.
constexpr SchemaStep version_5 = R"sql(
ALTER TABLE messages ADD COLUMN delivered_to BLOB;
ALTER TABLE messages ADD COLUMN identity BLOB;
ALTER TABLE messages ADD COLUMN failure INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_copies ON messages (identity) WHERE identity IS NOT NULL;
)sql";

// The state check. The rows of before are in it once the view is made anew, which the engine does at the next start.
constexpr SchemaStep version_6 = R"sql(
CREATE TABLE rows_hash (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  hash BLOB NOT NULL);  -- src/view/row_hash.h
)sql";

// A row is there while files may hold something of texts that were erased (SqlStore::scrub).
constexpr SchemaStep version_7 = R"sql(
CREATE TABLE unscrubbed (id INTEGER PRIMARY KEY CHECK (id = 1));
)sql";

// What a removed device logged behind its cut (DESIGN 8): kept, and in nothing else.
constexpr SchemaStep version_8 = R"sql(
CREATE TABLE aside (
  log INTEGER NOT NULL REFERENCES logs (id),
  number INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  type INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (log, number)) WITHOUT ROWID;
)sql";

constexpr std::array<SchemaStep, 8> steps_of_this_version{version_1, version_2, version_3, version_4,
                                                          version_5, version_6, version_7, version_8};

Result<void> outcome(SqlDatabase& database) {
  if (database.fault()) return fail(*database.fault());
  return {};
}

}  // namespace

// The state check is written at the end of the transaction (sql_store.cpp). The words last: 'rebuild' makes the index
// anew from the texts that are in `messages`, that is from none.
const char* const clear_view_statements = R"sql(
DELETE FROM subjects;
DELETE FROM messages;
DELETE FROM friends;
DELETE FROM devices;
DELETE FROM read_marks;
DELETE FROM requests;
DELETE FROM profile;
INSERT INTO words (words) VALUES ('rebuild');
)sql";

std::span<const SchemaStep> schema_steps() { return steps_of_this_version; }

Result<void> check_schema(SqlDatabase& database, std::span<const SchemaStep> steps) {
  const std::int64_t owner = database.integer("PRAGMA application_id;");
  const std::int64_t version = database.integer("PRAGMA user_version;");
  const bool empty = database.integer("SELECT count(*) FROM sqlite_master;") == 0;
  if (database.fault()) return outcome(database);
  // Our key opens it and nothing is in it: a crash came before the first step.
  if (owner == 0 && version == 0 && empty) return {};
  if (owner != application_id || version < 1) {
    return fail(ErrorKind::foreign_file,
                "The database of this profile is not one of Toxtore. Nothing was changed; put "
                "the right one there, or choose another folder.");
  }
  if (version > static_cast<std::int64_t>(steps.size())) {
    return fail(ErrorKind::newer_schema, "The database of this profile has layout " + std::to_string(version) +
                                             ", and this Toxtore knows layouts up to " + std::to_string(steps.size()) +
                                             ". Nothing was changed; use the newer Toxtore that wrote it.");
  }
  return {};
}

Result<void> migrate(SqlDatabase& database, std::span<const SchemaStep> steps) {
  const auto version = static_cast<std::size_t>(database.integer("PRAGMA user_version;"));
  for (std::size_t next = version; next < steps.size() && !database.fault(); ++next) {
    const std::string mark = "PRAGMA user_version = " + std::to_string(next + 1) + ";";
    database.begin();
    database.execute(steps[next]);
    database.execute(mark.c_str());
    database.commit();
    database.rollback();  // if any of them failed
  }
  return outcome(database);
}

}  // namespace toxtore
