#include "wire/roster_statement.h"

#include <cassert>

#include "base/utf8.h"
#include "wire/extensions.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {

Bytes encode_statement(const DeviceAdd& add) {
  assert(!add.name.empty() && add.name.size() <= device_name_size_max && is_utf8(add.name));
  assert(add.overrules.size() <= 0xFF);
  Writer out;
  out.u8(static_cast<std::uint8_t>(StatementKind::add)).key(add.key).key(add.by).u64(add.made_ms);
  out.u8(static_cast<std::uint8_t>(add.name.size())).bytes(as_bytes(add.name));
  out.u8(static_cast<std::uint8_t>(add.overrules.size()));
  for (const Hash& removal : add.overrules) out.bytes(removal);
  assert(out.size() <= statement_size_max);
  return out.take();
}

std::optional<DeviceAdd> decode_device_add(ByteView statement) {
  if (statement.size() > statement_size_max) return std::nullopt;
  Reader in(statement);
  if (in.u8() != static_cast<std::uint8_t>(StatementKind::add)) return std::nullopt;
  DeviceAdd add;
  add.key = in.key();
  add.by = in.key();
  add.made_ms = in.u64();
  add.name = to_text(in.bytes(in.u8()));
  const std::size_t count = in.u8();
  while (add.overrules.size() < count && !in.failed()) add.overrules.push_back(in.hash());
  const Extensions skipped(in);
  if (!in.finished() || add.name.empty() || add.name.size() > device_name_size_max || !is_utf8(add.name)) {
    return std::nullopt;
  }
  return add;
}

}  // namespace toxtore
