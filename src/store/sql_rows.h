// The rows of friends, friend requests, own devices and the profile in the database. The contract is store.h's.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "store/sql_database.h"
#include "view/row_hash.h"
#include "view/rows.h"

namespace toxtore {

class SqlRows {
 public:
  /// The database must outlive this.
  explicit SqlRows(SqlDatabase& database) : database_(database) {}

  void put(const FriendRow& row);
  void put(const DeviceRow& row);
  void put(const RequestRow& row);
  void put(const ProfileRow& row);
  std::optional<FriendRow> friend_row(const PublicKey& key);
  std::optional<DeviceRow> device_row(const PublicKey& key);
  std::vector<FriendRow> friend_rows();
  std::vector<RequestRow> open_requests();
  std::size_t open_request_count();
  ProfileRow profile();
  void put(const RowsHash& hash);
  RowsHash hash();
  std::optional<RequestRow> request(const Dot& id);
  void each_row(const std::function<void(const ViewRow&)>& look);

 private:
  SqlDatabase& database_;
};

}  // namespace toxtore
