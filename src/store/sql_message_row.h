// A message row as it is read from the table `messages`.
#pragma once

#include <vector>

#include "store/sql_database.h"
#include "view/rows.h"

/// The columns that `read_message` takes, from column 0 on; text, so that it can stand within a literal.
#define TOXTORE_MESSAGE_COLUMNS                                                                                      \
  "dot, conversation, timestamp_ms, outgoing, kind, messages.text, shown_ms, read, delivery, device, delivered_ms, " \
  "content, size, erased, delivered_to, identity, failure"

namespace toxtore {

MessageRow read_message(const SqlQuery& row);
std::vector<MessageRow> read_messages(SqlQuery& query);
/// Of a query that has the newest first: newest last.
std::vector<MessageRow> read_messages_reversed(SqlQuery& query);
/// The last `limit` of rows in order.
std::vector<MessageRow> newest(std::vector<MessageRow> rows, std::size_t limit);

}  // namespace toxtore
