#include "wire/branch.h"

#include <utility>

#include "wire/body.h"
#include "wire/event_frame.h"
#include "wire/extensions.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::size_t origin_size = extension_header_size + sizeof(std::uint64_t);

/// The last bytes of the body, where the extension stands. It is found from the end: a body that this version cannot
/// read can still be told the name of its event.
std::optional<std::uint64_t> origin_seq(const Event& event) {
  if (event.dot.log().incarnation < branch_incarnation_min || event.body.size() < origin_size) return std::nullopt;
  Reader in(ByteView(event.body).last(origin_size));
  if (in.u8() != event_extension::origin || in.u16() != sizeof(std::uint64_t)) return std::nullopt;
  return in.u64();
}

}  // namespace

std::uint32_t branch_incarnation(const Hash& first) {
  const std::uint32_t bits = Reader(ByteView(first).first(4)).u32() >> 1;
  const std::uint32_t incarnation = branch_incarnation_min | bits;
  return incarnation == 0xFFFFFFFF ? incarnation - 1 : incarnation;  // no log has that one (DESIGN 4)
}

Event branched(const Event& event, const Dot& name) {
  Event named = as_logged(event);
  const std::uint64_t seq = named.dot.seq;
  named.dot = name;
  if (event_header_size + named.body.size() + origin_size > event_size_max) return named;
  Writer out;
  out.bytes(named.body);
  write_extension(out, event_extension::origin, seq);
  named.body = out.take();
  return named;
}

std::optional<Dot> origin_of(const Event& event) {
  const auto seq = origin_seq(event);
  const bool counts = seq && *seq >> 32 < branch_incarnation_min;  // nothing is logged in a branch
  return counts ? std::optional(Dot{event.dot.device, *seq}) : std::nullopt;
}

std::size_t size_as_logged(const Event& event) { return event.body.size() - (origin_seq(event) ? origin_size : 0); }

Event as_logged(const Event& event) {
  const auto origin = origin_of(event);
  if (!origin) return event;
  Event logged = event;
  logged.dot = *origin;
  logged.body.resize(logged.body.size() - origin_size);
  return logged;
}

}  // namespace toxtore
