#include "store/sql_rows.h"

#include "store/sql_values.h"
#include "view/friend_row_bytes.h"

namespace toxtore {
namespace {

/// What `read_device` and `read_request` take, from column 0 on.
#define DEVICE_COLUMNS "key, address, always_on, name"
#define REQUEST_COLUMNS "dot, key, message, timestamp_ms, shown_ms, open"

DeviceRow read_device(const SqlQuery& found) {
  DeviceRow row{
      .key = key_from(found.blob(0)), .address = std::nullopt, .always_on = found.flag(2), .name = found.bytes(3)};
  if (!found.is_null(1)) row.address = ToxAddress::from_bytes(found.blob(1));
  return row;
}

RequestRow read_request(const SqlQuery& found) {
  return {.id = dot_from(found.blob(0)),
          .from = key_from(found.blob(1)),
          .message = found.bytes(2),
          .timestamp_ms = found.number(3),
          .shown_ms = found.number(4),
          .open = found.flag(5)};
}

}  // namespace

void SqlRows::put(const FriendRow& row) {
  database_.query("INSERT OR REPLACE INTO friends (key, row) VALUES (?1, ?2)", row.key.bytes, friend_row_bytes(row))
      .run();
}

void SqlRows::put(const DeviceRow& row) {
  const std::optional<ByteView> address = row.address ? std::optional<ByteView>(row.address->bytes) : std::nullopt;
  database_
      .query("INSERT OR REPLACE INTO devices (key, address, always_on, name) VALUES (?1, ?2, ?3, ?4)", row.key.bytes,
             address, row.always_on, row.name)
      .run();
}

void SqlRows::put(const RequestRow& row) {
  database_
      .query(
          "INSERT OR REPLACE INTO requests (dot, key, message, timestamp_ms, shown_ms, open) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
          to_blob(row.id), row.from.bytes, row.message, row.timestamp_ms, row.shown_ms, row.open)
      .run();
}

void SqlRows::put(const ProfileRow& row) {
  database_
      .query("INSERT OR REPLACE INTO profile (id, name, status_message) VALUES (1, ?1, ?2)",
             std::optional<ByteView>(row.name), std::optional<ByteView>(row.status_message))
      .run();
}

std::optional<FriendRow> SqlRows::friend_row(const PublicKey& key) {
  SqlQuery found = database_.query("SELECT row FROM friends WHERE key = ?1", key.bytes);
  if (!found.row()) return std::nullopt;
  return friend_row_from(key, found.blob(0));
}

std::optional<DeviceRow> SqlRows::device_row(const PublicKey& key) {
  SqlQuery found = database_.query("SELECT " DEVICE_COLUMNS " FROM devices WHERE key = ?1", key.bytes);
  return found.row() ? std::optional(read_device(found)) : std::nullopt;
}

std::vector<FriendRow> SqlRows::friend_rows() {
  SqlQuery found = database_.query("SELECT key, row FROM friends ORDER BY key");
  std::vector<FriendRow> rows;
  while (found.row()) rows.push_back(friend_row_from(key_from(found.blob(0)), found.blob(1)));
  return rows;
}

std::vector<RequestRow> SqlRows::open_requests() {
  SqlQuery found =
      database_.query("SELECT " REQUEST_COLUMNS " FROM requests WHERE open = 1 ORDER BY timestamp_ms, dot");
  std::vector<RequestRow> rows;
  while (found.row()) rows.push_back(read_request(found));
  return rows;
}

void SqlRows::put(const RowsHash& hash) {
  database_.query("INSERT OR REPLACE INTO rows_hash (id, hash) VALUES (1, ?1)", hash.bytes()).run();
}

RowsHash SqlRows::hash() {
  SqlQuery found = database_.query("SELECT hash FROM rows_hash");
  return found.row() ? RowsHash::from_bytes(found.blob(0)) : RowsHash{};
}

std::optional<RequestRow> SqlRows::request(const Dot& id) {
  SqlQuery found = database_.query("SELECT " REQUEST_COLUMNS " FROM requests WHERE dot = ?1", to_blob(id));
  return found.row() ? std::optional(read_request(found)) : std::nullopt;
}

std::size_t SqlRows::open_request_count() {
  return static_cast<std::size_t>(database_.integer("SELECT count(*) FROM requests WHERE open = 1"));
}

ProfileRow SqlRows::profile() {
  SqlQuery found = database_.query("SELECT name, status_message FROM profile");
  ProfileRow row;
  if (!found.row()) return row;
  if (!found.is_null(0)) row.name = found.bytes(0);
  if (!found.is_null(1)) row.status_message = found.bytes(1);
  return row;
}

void SqlRows::each_row(const std::function<void(const ViewRow&)>& look) {
  for (const FriendRow& row : friend_rows()) look(row);
  SqlQuery devices = database_.query("SELECT " DEVICE_COLUMNS " FROM devices");
  while (devices.row()) look(read_device(devices));
  SqlQuery requests = database_.query("SELECT " REQUEST_COLUMNS " FROM requests");
  while (requests.row()) look(read_request(requests));
  look(profile());
}

}  // namespace toxtore
