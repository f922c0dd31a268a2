#include "wire/roster_statement.h"

#include <algorithm>
#include <cassert>

#include "base/utf8.h"
#include "model/dot.h"
#include "wire/extensions.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

void write_head(Writer& out, StatementKind kind, const PublicKey& key, const PublicKey& by, std::uint64_t made_ms) {
  out.u8(static_cast<std::uint8_t>(kind)).key(key).key(by).u64(made_ms);
}

void write_cuts(Writer& out, const std::vector<LogCut>& cuts) {
  out.u8(static_cast<std::uint8_t>(cuts.size()));
  for (const LogCut& cut : cuts) out.u32(cut.incarnation).u32(cut.number);
}

void write(Writer& out, const DeviceAdd& add) {
  assert(!add.name.empty() && add.name.size() <= device_name_size_max && is_utf8(add.name));
  write_head(out, StatementKind::add, add.key, add.by, add.made_ms);
  out.u8(static_cast<std::uint8_t>(add.name.size())).bytes(as_bytes(add.name));
  out.u8(static_cast<std::uint8_t>(add.overrules.size()));
  for (const Hash& removal : add.overrules) out.bytes(removal);
}

void write(Writer& out, const DeviceRemoval& removal) {
  write_head(out, StatementKind::remove, removal.key, removal.by, removal.made_ms);
  write_cuts(out, removal.cuts);
  out.u8(static_cast<std::uint8_t>(removal.keep.size()));
  for (const Head& head : removal.keep) out.bytes(head);
}

void write(Writer& out, const CutRaise& raise) {
  write_head(out, StatementKind::raise, raise.key, raise.by, raise.made_ms);
  write_cuts(out, raise.cuts);
}

// `key`, `by` and `made_ms` of any kind.
template <class T>
T read_head(Reader& in) {
  T statement;
  statement.key = in.key();
  statement.by = in.key();
  statement.made_ms = in.u64();
  return statement;
}

// A cut at 2^32 - 1 names no event.
std::vector<LogCut> read_cuts(Reader& in) {
  std::vector<LogCut> cuts;
  for (std::size_t count = in.u8(); count > 0 && !in.failed(); --count) {
    const std::uint32_t incarnation = in.u32();
    const std::uint32_t number = in.u32();
    if (number == open_end) in.fail();
    cuts.push_back({incarnation, number});
  }
  return cuts;
}

DeviceAdd read_add(Reader& in) {
  auto add = read_head<DeviceAdd>(in);
  add.name = to_text(in.bytes(in.u8()));
  if (add.name.empty() || add.name.size() > device_name_size_max || !is_utf8(add.name)) in.fail();
  const std::size_t count = in.u8();
  while (add.overrules.size() < count && !in.failed()) add.overrules.push_back(in.hash());
  return add;
}

DeviceRemoval read_removal(Reader& in) {
  auto removal = read_head<DeviceRemoval>(in);
  removal.cuts = read_cuts(in);
  for (std::size_t count = in.u8(); count > 0 && !in.failed(); --count) {
    const ByteView head = in.bytes(Head{}.size());
    if (!in.failed()) std::copy(head.begin(), head.end(), removal.keep.emplace_back().begin());
  }
  return removal;
}

CutRaise read_raise(Reader& in) {
  auto raise = read_head<CutRaise>(in);
  raise.cuts = read_cuts(in);
  return raise;
}

std::optional<Statement> read(Reader& in) {
  switch (static_cast<StatementKind>(in.u8())) {
    case StatementKind::add: return read_add(in);
    case StatementKind::remove: return read_removal(in);
    case StatementKind::raise: return read_raise(in);
  }
  return std::nullopt;
}

}  // namespace

Head head_of(const PublicKey& key) { return head_of(key.bytes); }

Head head_of(const Hash& hash) {
  Head head;
  std::copy_n(hash.begin(), head.size(), head.begin());
  return head;
}

Bytes encode_statement(const Statement& statement) {
  Writer out;
  std::visit([&](const auto& each) { write(out, each); }, statement);
  assert(out.size() <= statement_size_max);
  return out.take();
}

std::optional<Statement> decode_statement(ByteView bytes) {
  if (bytes.size() > statement_size_max) return std::nullopt;
  Reader in(bytes);
  auto statement = read(in);
  const Extensions skipped(in);
  return in.finished() ? std::move(statement) : std::nullopt;
}

}  // namespace toxtore
