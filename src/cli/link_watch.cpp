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
    const auto why = notice_of_end();
    if (!why) return refuse(why.error());
    if (*why) return ended(**why);
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
  const auto devices = daemon_.call("device.list");
  if (!devices) return refuse(devices.error());
  if (const json* found = with_key(list_in(*devices, "devices")); found != nullptr && is_in(*found)) {
    if (const std::string name = text_in(*found, "name"); !name.empty()) link_["name"] = name;
    link_["linked"] = true;
    return {};
  }
  const auto why = notice_of_end();
  if (!why) return refuse(why.error());
  return ended(why->value_or("it was given up on the other side, or the time was over"));
}

/// Waits a moment for a notice about this link; the reason if it says that the link has ended.
Outcome<std::optional<std::string>> LinkWatch::notice_of_end() {
  const auto deadline = steady_clock::now() + look_interval_ms;
  while (steady_clock::now() < deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    const auto next = daemon_.next_notification(left);
    if (!next) return refuse(next.error());
    const json& notice = *next ? field_in(**next, "params") : link_;
    if (text_in(notice, "key") != key_ || text_in(notice, "what").empty()) continue;
    if (text_in(notice, "what") == "link_ended") return text_in(notice, "text");
    break;  // something has changed: look
  }
  return std::nullopt;
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
