#include "cli/link_watch.h"

#include <algorithm>
#include <chrono>

#include "cli/person_text.h"
#include "cli/removal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

LinkWatch::LinkWatch(json link, DaemonLink& daemon)
    : link_(std::move(link)), key_(text_in(link_, "key")), daemon_(daemon) {}

bool LinkWatch::has_code() const { return !text_in(link_, "code").empty(); }
bool LinkWatch::linked() const { return flag_in(link_, "linked"); }

Outcome<> LinkWatch::confirm() {
  auto answer = daemon_.call("device.accept", {{"device", key_}, {"code", text_in(link_, "code")}});
  if (!answer) return refuse(answer.error());
  link_ = *std::move(answer);
  return {};
}

Outcome<> LinkWatch::cancel() {
  const auto answer = daemon_.call("device.cancel", {{"device", key_}});
  return answer ? Outcome<>() : refuse(answer.error());
}

Outcome<bool> LinkWatch::ask_and_confirm(Terminal& terminal) {
  const auto answer = terminal.ask("Does the other device show the same code? [y/N] ");
  if (!answer) return false;
  if (is_yes(*answer)) return confirm().map([] { return true; });
  if (auto cancelled = cancel(); !cancelled) return refuse(cancelled.error());
  return refuse(ExitCode::failed, "code_mismatch",
                "the link is cancelled, nothing was linked; different codes mean that someone else answered");
}

Outcome<> LinkWatch::wait_until(bool (LinkWatch::*reached)() const) {
  while (!(this->*reached)() && !linked()) {
    if (auto heard = hear(); !heard) return heard;
    if (why_ended_) return ended(*why_ended_);
    if (auto looked = look(); !looked) return looked;
  }
  return {};
}

/// What the link is now: still under way, or the other device is linked, or it came to nothing.
Outcome<> LinkWatch::look() {
  const auto under_way = daemon_.call("device.requests");
  if (!under_way) return refuse(under_way.error());
  if (const json* found = with_key(list_in(*under_way, "requests"))) {
    link_ = *found;
    return {};
  }
  // A device that was one before is in the list however this ended, so the end is looked for first.
  if (auto heard = hear_all(); !heard) return heard;
  if (why_ended_) return ended(*why_ended_);
  const auto devices = daemon_.call("device.list");
  if (!devices) return refuse(devices.error());
  if (const json* found = with_key(list_in(*devices, "devices")); found != nullptr && is_in(*found)) {
    if (const std::string name = text_in(*found, "name"); !name.empty()) link_["name"] = name;
    link_["linked"] = true;
    return {};
  }
  return ended("it was given up on the other side, or the time was over");
}

/// What a notice says of this link; whether it says anything.
bool LinkWatch::take(const json& notification) {
  const json& notice = field_in(notification, "params");
  if (text_in(notice, "key") != key_ || text_in(notice, "what").empty()) return false;
  if (text_in(notice, "what") == "link_ended") why_ended_ = text_in(notice, "text");
  return true;
}

/// Waits a moment for a notice about this link.
Outcome<> LinkWatch::hear() {
  const auto deadline = steady_clock::now() + look_interval_ms;
  while (steady_clock::now() < deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const auto next = daemon_.next_notification(left);
    if (!next) return refuse(next.error());
    if (*next && take(**next)) return {};
  }
  return {};
}

/// Takes what has come already.
Outcome<> LinkWatch::hear_all() {
  for (;;) {
    const auto next = daemon_.next_notification(milliseconds(0));
    if (!next) return refuse(next.error());
    if (!*next) return {};
    take(**next);
  }
}

const json* LinkWatch::with_key(const json& list) const {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const json& each) { return text_in(each, "key") == key_; });
  return found == list.end() ? nullptr : &*found;
}

tl::unexpected<Failure> LinkWatch::ended(const std::string& why) const {
  return refuse(ExitCode::failed, "offline", "nothing was linked with " + shown_name(link_) + ": " + why);
}

bool is_yes(const std::string& answer) { return answer == "y" || answer == "Y" || answer == "yes"; }

}  // namespace toxtore
