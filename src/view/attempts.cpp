#include "view/attempts.h"

#include <algorithm>
#include <optional>

namespace toxtore {
namespace {

using State = Attempt::State;

std::vector<const ReadEvent*> in_order(const ReadEvent& message, const std::vector<ReadEvent>& references) {
  std::vector<const ReadEvent*> events{&message};
  for (const ReadEvent& reference : references) events.push_back(&reference);
  std::ranges::sort(events, {}, [](const ReadEvent* event) { return event->order(); });
  return events;
}

/// Goes through the events of one message in order.
class Reading {
 public:
  explicit Reading(const ReadEvent& message) : message_(message) {}

  void read(const ReadEvent& event) {
    if (const auto* sent = std::get_if<TrySend>(&event.body); sent != nullptr && sent->own_sending) {
      begin(event, sent->to, sent->as_packet);
    } else if (const auto* sending = std::get_if<Sending>(&event.body)) {
      begin(event, sending->to, sending->as_packet);
    } else if (const auto* ended = std::get_if<SendingEnded>(&event.body)) {
      end(*ended);
    } else if (std::holds_alternative<DoneSend>(event.body)) {
      finish(event);
    }
  }

  /// What may be of the other message that shares the dot; after all that is of this one.
  void read_unclear(const ReadEvent& event) {
    const auto* sending = std::get_if<Sending>(&event.body);
    if (sending == nullptr && !std::holds_alternative<DoneSend>(event.body)) return;
    Attempt* open = last_of(event.dot.device);
    if (open == nullptr || open->state != State::open) {
      const auto* sent = std::get_if<TrySend>(&message_.body);
      const PublicKey to = sending != nullptr ? sending->to : sent != nullptr ? sent->to : PublicKey{};
      all.push_back({event.dot.device,
                     to,
                     sending != nullptr && sending->as_packet,
                     event.order(),
                     event.shown_ms(),
                     State::open,
                     {},
                     0});
      open = &all.back();
    }
    open->state = State::unsure;
  }

  std::vector<Attempt> all;

 private:
  Attempt* last_of(const PublicKey& device) {
    const auto last =
        std::find_if(all.rbegin(), all.rend(), [&](const Attempt& each) { return each.device == device; });
    return last == all.rend() ? nullptr : &*last;
  }

  void begin(const ReadEvent& event, const PublicKey& to, bool as_packet) {
    Attempt* before = last_of(event.dot.device);
    if (before != nullptr && before->state == State::open) before->state = State::unsure;
    all.push_back({event.dot.device, to, as_packet, event.order(), event.shown_ms(), State::open, {}, 0});
  }

  void end(const SendingEnded& ended) {
    Attempt* attempt = last_of(ended.device);
    if (attempt == nullptr || attempt->state != State::open) return;
    attempt->state = ended.outcome == SendingOutcome::unsure ? State::unsure : State::took_nothing;
  }

  // A `done` without an attempt is of a log whose beginning is behind a cut or is missing still.
  void finish(const ReadEvent& event) {
    Attempt* attempt = last_of(event.dot.device);
    if (attempt == nullptr) {
      const auto* sent = std::get_if<TrySend>(&message_.body);
      begin(event, sent != nullptr ? sent->to : PublicKey{}, false);
      attempt = &all.back();
    }
    if (attempt->state == State::done) return;
    attempt->state = State::done;
    attempt->done = event.order();
    attempt->done_ms = event.shown_ms();
  }

  const ReadEvent& message_;
};

}  // namespace

std::vector<Attempt> attempts(const ReadEvent& message, const std::vector<ReadEvent>& references,
                              const std::vector<ReadEvent>& ambiguous) {
  Reading reading(message);
  for (const ReadEvent* event : in_order(message, references)) reading.read(*event);
  std::vector<const ReadEvent*> unclear;
  for (const ReadEvent& event : ambiguous) unclear.push_back(&event);
  std::ranges::sort(unclear, {}, [](const ReadEvent* event) { return event->order(); });
  for (const ReadEvent* event : unclear) reading.read_unclear(*event);
  std::ranges::sort(reading.all, {}, &Attempt::begun);
  return reading.all;
}

const Attempt* first_done(const std::vector<Attempt>& all) {
  const Attempt* first = nullptr;
  for (const Attempt& each : all) {
    if (each.state == State::done && (first == nullptr || each.done < first->done)) first = &each;
  }
  return first;
}

const Attempt* last_unsure(const std::vector<Attempt>& all) {
  const auto last =
      std::find_if(all.rbegin(), all.rend(), [](const Attempt& each) { return each.state == State::unsure; });
  return last == all.rend() ? nullptr : &*last;
}

const Attempt* may_have_arrived(const std::vector<Attempt>& all) {
  const auto last = std::find_if(all.rbegin(), all.rend(), [](const Attempt& each) {
    return each.state == State::unsure || each.state == State::open;
  });
  return last == all.rend() ? nullptr : &*last;
}

std::vector<Attempt> open_attempts(const std::vector<Attempt>& all) {
  std::vector<Attempt> open;
  if (first_done(all) != nullptr) return open;
  std::ranges::copy_if(all, std::back_inserter(open), [](const Attempt& each) { return each.state == State::open; });
  return open;
}

bool may_be_doubled(const std::vector<Attempt>& all) {
  std::size_t copies = 0;
  bool packet = false;
  for (const Attempt& each : all) {
    if (each.state == State::took_nothing) continue;
    each.as_packet ? void(packet = true) : void(++copies);
  }
  return copies + (packet ? 1 : 0) > 1;
}

}  // namespace toxtore
