#include "view/row_hash.h"

#include <algorithm>
#include <type_traits>

#include "view/friend_row_bytes.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

void write_sized(Writer& out, ByteView bytes) { out.u32(static_cast<std::uint32_t>(bytes.size())).bytes(bytes); }

void write_optional(Writer& out, const auto& value, auto write) {
  out.u8(value ? 1 : 0);
  if (value) write(*value);
}

void write_row(Writer& out, const MessageRow& row) {
  const auto write_key = [&](const PublicKey& key) { out.key(key); };
  out.dot(row.id).key(row.conversation);
  for (const auto flag : {row.outgoing, row.erased, row.read}) out.u8(flag ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(row.kind)).u8(static_cast<std::uint8_t>(row.content));
  out.u8(static_cast<std::uint8_t>(row.delivery)).u8(static_cast<std::uint8_t>(row.failure));
  out.u64(row.size_bytes).u64(row.timestamp_ms).u64(row.shown_ms);
  write_optional(out, row.device, write_key);
  write_optional(out, row.delivered_ms, [&](std::uint64_t time_ms) { out.u64(time_ms); });
  write_optional(out, row.delivered_to, write_key);
  write_optional(out, row.identity, [&](const Hash& hash) { out.bytes(hash); });
  write_sized(out, row.text);
}

void write_row(Writer& out, const FriendRow& row) { out.key(row.key).bytes(friend_row_bytes(row)); }

void write_row(Writer& out, const DeviceRow& row) {
  out.key(row.key);
  write_optional(out, row.address, [&](const ToxAddress& address) { out.bytes(address.bytes); });
  out.u8(row.always_on ? 1 : 0);
  write_sized(out, row.name);
}

void write_row(Writer& out, const RequestRow& row) {
  out.dot(row.id).key(row.from).u64(row.timestamp_ms).u64(row.shown_ms).u8(row.open ? 1 : 0);
  write_sized(out, row.message);
}

void write_row(Writer& out, const ReadMark& mark) {
  out.key(mark.conversation).key(mark.log.device).u32(mark.log.incarnation).u32(mark.number);
}

void write_row(Writer& out, const ProfileRow& row) {
  for (const auto& value : {row.name, row.status_message}) {
    write_optional(out, value, [&](const Bytes& bytes) { write_sized(out, bytes); });
  }
}

FriendRow empty_form(const FriendRow& row) {
  FriendRow empty;
  empty.key = row.key;
  return empty;
}
DeviceRow empty_form(const DeviceRow& row) { return {.key = row.key, .address = {}, .always_on = false, .name = {}}; }
ReadMark empty_form(const ReadMark& mark) { return {mark.conversation, mark.log, 0}; }
ProfileRow empty_form(const ProfileRow& /*row*/) { return {}; }

}  // namespace

Hash row_hash(const ViewRow& row) {
  Writer out;
  out.u8(static_cast<std::uint8_t>(row.index()));
  std::visit([&](const auto& value) { write_row(out, value); }, row);
  return hash_of({as_bytes("toxtore row"), out.take()});
}

bool says_nothing(const ViewRow& row) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { empty_form(value); }) return value == empty_form(value);
        return false;  // a message or request is an event
      },
      row);
}

void RowsHash::toggle(const ViewRow& row) {
  if (says_nothing(row)) return;
  const Hash hash = row_hash(row);
  for (std::size_t i = 0; i < hash.size(); ++i) hash_[i] ^= hash[i];
}

RowsHash RowsHash::from_bytes(ByteView bytes) {
  RowsHash hash;
  if (bytes.size() == hash.hash_.size()) std::ranges::copy(bytes, hash.hash_.begin());
  return hash;
}

}  // namespace toxtore
