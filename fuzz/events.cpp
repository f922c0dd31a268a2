#include "targets.h"
#include "view/rules.h"
#include "view/subject.h"
#include "wire/body.h"
#include "wire/event_frame.h"

namespace toxtore::fuzz {
namespace {

/// Written outside of a branch: in one, a text that ends like extension 12 is read as if it had it.
void check_body(const Event& event) {
  const ReadEvent read = read_event(event);
  subjects_of(read);
  touched_by(read);
  if (std::holds_alternative<Opaque>(read.body)) return;
  require(static_cast<std::uint8_t>(type_of(read.body)) == event.type, "a body has the type of its event");
  const Dot dot{event.dot.device, 1};
  const Event written{dot, event.timestamp_ms, event.type, encode_body(read.body, read.wall_clock_ms)};
  const ReadEvent again = read_event(written);
  require(again.body == read.body && again.wall_clock_ms == read.wall_clock_ms,
          "a body that was read is read the same when written again");
}

void check_erasing(const Event& stored) {
  const auto erased = erased_form(stored);
  if (!erased) return;
  require(event_hash(*erased) == event_hash(stored), "an event keeps its hash when its text is erased");
  require(erased_form(*erased) == erased, "erasing twice is erasing once");
  require(decode_event(encode_event(*erased)) == erased, "an erased event can be stored and sent");
  const ReadEvent read = read_event(*erased);
  require(read.body.index() == read_event(stored).body.index(), "an erased event stays what it was");
  require(read.erased.has_value(), "an erased event says so");
}

}  // namespace

void events(ByteView input) {
  const auto event = decode_event(input);
  if (!event) return;
  require(encode_event(*event) == Bytes(input.begin(), input.end()), "a frame is written as it was read");
  const Event stored = without_hints(*event);
  require(without_hints(stored) == stored, "hints are gone at once");
  require(read_event(stored).body == read_event(*event).body, "a hint means nothing to a body");
  check_body(*event);
  check_erasing(stored);
}

}  // namespace toxtore::fuzz
