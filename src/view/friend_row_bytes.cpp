#include "view/friend_row_bytes.h"

#include <algorithm>

#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

// Each `write` has its `read` beside it. Lists begin with their count, u32; what may be missing with 0 or 1.

void write(Writer& out, bool value) { out.u8(value ? 1 : 0); }
void read(Reader& in, bool& value) { value = in.u8() == 1; }

void write(Writer& out, std::uint64_t value) { out.u64(value); }
void read(Reader& in, std::uint64_t& value) { value = in.u64(); }

void write(Writer& out, ClaimPolicy value) { out.u8(static_cast<std::uint8_t>(value)); }
void read(Reader& in, ClaimPolicy& value) { value = static_cast<ClaimPolicy>(in.u8()); }

void write(Writer& out, const Bytes& bytes) {
  out.u32(static_cast<std::uint32_t>(bytes.size()));
  out.bytes(bytes);
}
void read(Reader& in, Bytes& bytes) {
  const ByteView read = in.bytes(in.u32());
  bytes.assign(read.begin(), read.end());
}

void write(Writer& out, const NospamAndChecksum& nospam) { out.bytes(nospam); }
void read(Reader& in, NospamAndChecksum& nospam) {
  const ByteView read = in.bytes(nospam.size());
  std::copy(read.begin(), read.end(), nospam.begin());
}

void write(Writer& out, const OrderKey& order) { out.u64(order.timestamp_ms).dot(order.dot); }
void read(Reader& in, OrderKey& order) {
  order.timestamp_ms = in.u64();
  order.dot = in.dot();
}

template <class T>
void write(Writer& out, const Setting<T>& setting) {
  write(out, setting.value);
  write(out, setting.order);
}
template <class T>
void read(Reader& in, Setting<T>& setting) {
  read(in, setting.value);
  read(in, setting.order);
}

void write(Writer& out, const std::vector<PublicKey>& keys) {
  out.u32(static_cast<std::uint32_t>(keys.size()));
  for (const PublicKey& key : keys) out.key(key);
}
void read(Reader& in, std::vector<PublicKey>& keys) {
  for (std::uint32_t left = in.u32(); left > 0 && !in.failed(); --left) keys.push_back(in.key());
}

template <class T>
void write(Writer& out, const std::map<PublicKey, T>& values) {
  out.u32(static_cast<std::uint32_t>(values.size()));
  for (const auto& [key, value] : values) {
    out.key(key);
    write(out, value);
  }
}
template <class T>
void read(Reader& in, std::map<PublicKey, T>& values) {
  for (std::uint32_t left = in.u32(); left > 0 && !in.failed(); --left) {
    const PublicKey key = in.key();
    read(in, values[key]);
  }
}

void write(Writer& out, const DeviceList& list) {
  write(out, list.keys);
  write(out, list.removed);
  out.u64(list.version).u64(list.heard_ms);
  write(out, list.order);
}
void read(Reader& in, DeviceList& list) {
  read(in, list.keys);
  read(in, list.removed);
  list.version = in.u64();
  list.heard_ms = in.u64();
  read(in, list.order);
}

template <class T>
void write(Writer& out, const std::optional<T>& value) {
  write(out, value.has_value());
  if (value) write(out, *value);
}
template <class T>
void read(Reader& in, std::optional<T>& value) {
  bool there = false;
  read(in, there);
  if (there) read(in, value.emplace());
}

// One list of the fields for both ways. `Row` is a FriendRow, constant or not.
template <class Row, class Each>
void each_field(Row& row, Each each) {
  each(row.known_by);
  each(row.since_ms);
  each(row.name);
  each(row.first_added);
  each(row.alias);
  each(row.muted);
  each(row.blocked);
  each(row.devices_withheld);
  each(row.claims);
  each(row.claim_answers);
  each(row.by_hand);
  each(row.devices);
  each(row.asked);
  each(row.nospam);
}

}  // namespace

Bytes friend_row_bytes(const FriendRow& row) {
  Writer out;
  each_field(row, [&](const auto& field) { write(out, field); });
  return out.take();
}

FriendRow friend_row_from(const PublicKey& key, ByteView bytes) {
  FriendRow row;
  row.key = key;
  Reader in(bytes);
  each_field(row, [&](auto& field) { read(in, field); });
  if (in.finished()) return row;
  FriendRow empty;
  empty.key = key;
  return empty;
}

}  // namespace toxtore
