#include "store/sql_message_row.h"

#include <algorithm>

#include "store/sql_values.h"

namespace toxtore {

MessageRow read_message(const SqlQuery& row) {
  MessageRow message{.id = dot_from(row.blob(0)),
                     .conversation = key_from(row.blob(1)),
                     .outgoing = row.flag(3),
                     .kind = static_cast<MessageKind>(row.integer(4)),
                     .content = static_cast<Content>(row.integer(11)),
                     .text = row.bytes(5),
                     .size_bytes = row.number(12),
                     .erased = row.flag(13),
                     .timestamp_ms = row.number(2),
                     .shown_ms = row.number(6),
                     .read = row.flag(7),
                     .delivery = static_cast<Delivery>(row.integer(8)),
                     .device = std::nullopt,
                     .delivered_ms = std::nullopt,
                     .delivered_to = std::nullopt,
                     .failure = static_cast<DeliveryFailure>(row.integer(16)),
                     .identity = std::nullopt};
  if (!row.is_null(9)) message.device = key_from(row.blob(9));
  if (!row.is_null(10)) message.delivered_ms = row.number(10);
  if (!row.is_null(14)) message.delivered_to = key_from(row.blob(14));
  if (!row.is_null(15)) message.identity = key_from(row.blob(15)).bytes;
  return message;
}

std::vector<MessageRow> read_messages(SqlQuery& query) {
  std::vector<MessageRow> rows;
  while (query.row()) rows.push_back(read_message(query));
  return rows;
}

std::vector<MessageRow> read_messages_reversed(SqlQuery& query) {
  std::vector<MessageRow> rows = read_messages(query);
  std::ranges::reverse(rows);
  return rows;
}

std::vector<MessageRow> newest(std::vector<MessageRow> rows, std::size_t limit) {
  if (rows.size() > limit) rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(limit));
  return rows;
}

}  // namespace toxtore
