#include "engine/own_log.h"

#include "engine/core.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

std::uint32_t drawn(Random& random) {
  Bytes bytes(4);
  random.fill(bytes);
  return Reader(bytes).u32() & 0x7FFFFFFF;
}

}  // namespace

// Nothing is remembered in a device's first life; no bytes say that the log is closed.
OwnLog::OwnLog(const PublicKey& self, const Store& store) : self_(self), open_(LogId{self, 0}) {
  const auto bytes = store.remembered(remembered_name::own_log);
  if (!bytes) return;
  open_.reset();
  if (!bytes->empty()) open_ = LogId{self, Reader(*bytes).u32()};
}

LogId OwnLog::draw(const VectorClock& known, Random& random) const {
  LogId log{self_, 0};
  while (log.incarnation == 0 || known.prefix(log) > 0) log.incarnation = drawn(random);
  return log;
}

void OwnLog::remember_open(Store& store, const LogId& log) {
  store.remember(remembered_name::own_log, Writer().u32(log.incarnation).take());
}

void OwnLog::remember_closed(Store& store) { store.remember(remembered_name::own_log, {}); }

}  // namespace toxtore
