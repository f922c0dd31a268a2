// A friend row in bytes, on disk: it is always read whole, and most of it is lists. Its layout may change with the
// schema (sql_schema.cpp), which then empties the table: rows are made from the events anew.
#pragma once

#include "base/bytes.h"
#include "view/rows.h"

namespace toxtore {

/// All of the row but its key.
Bytes friend_row_bytes(const FriendRow& row);
/// Of bytes that are not such a row, which nothing but a bug of ours can write, an empty row.
FriendRow friend_row_from(const PublicKey& key, ByteView bytes);

}  // namespace toxtore
