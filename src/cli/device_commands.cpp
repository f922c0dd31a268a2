// device list, request, requests, accept and cancel.
//
// Linking has two sides and needs the user's word on both (DESIGN 8): one device asks, both show a code, and on each
// the user says that the other one shows the same. With a terminal `device request` leads through it; without, each
// step is a command of its own.
#include <algorithm>
#include <chrono>

#include "cli/commands.h"
#include "cli/local_time.h"
#include "cli/person_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Between two looks at a link that nothing is notified of.
constexpr milliseconds look_interval_ms{500};

/// One link under way, followed by notices and by asking. The daemon must be subscribed to before the link begins.
class LinkWatch {
 public:
  LinkWatch(json link, DaemonLink& daemon) : link_(std::move(link)), key_(text_in(link_, "key")), daemon_(daemon) {}

  [[nodiscard]] const json& link() const { return link_; }
  [[nodiscard]] bool has_code() const { return !text_in(link_, "code").empty(); }
  [[nodiscard]] bool linked() const { return flag_in(link_, "linked"); }

  /// Waits until the code is there, or until both sides have confirmed. There is an end to it: the daemon lets a link
  /// expire. Failures: offline (it came to nothing), and the daemon's.
  Outcome<> wait_for_code() { return wait_until(&LinkWatch::has_code); }
  Outcome<> wait_until_linked() { return wait_until(&LinkWatch::linked); }

  /// The user's word on this side.
  Outcome<> confirm() {
    auto answer = daemon_.call("device.accept", {{"device", key_}, {"code", text_in(link_, "code")}});
    if (!answer) return refuse(answer.error());
    link_ = *std::move(answer);
    return {};
  }
  Outcome<> cancel() {
    const auto answer = daemon_.call("device.cancel", {{"device", key_}});
    return answer ? Outcome<>() : refuse(answer.error());
  }

 private:
  Outcome<> wait_until(bool (LinkWatch::*reached)() const) {
    while (!(this->*reached)() && !linked()) {
      const auto why = notice_of_end();
      if (!why) return refuse(why.error());
      if (*why) return ended(**why);
      if (auto looked = look(); !looked) return looked;
    }
    return {};
  }

  /// What the link is now: still under way, or the other device is linked, or it came to nothing.
  Outcome<> look() {
    const auto under_way = daemon_.call("device.requests");
    if (!under_way) return refuse(under_way.error());
    if (const json* found = with_key(list_in(*under_way, "requests"))) {
      link_ = *found;
      return {};
    }
    const auto devices = daemon_.call("device.list");
    if (!devices) return refuse(devices.error());
    if (with_key(list_in(*devices, "devices")) != nullptr) {
      link_["linked"] = true;
      return {};
    }
    const auto why = notice_of_end();
    if (!why) return refuse(why.error());
    return ended(why->value_or("it was given up on the other side, or the time was over"));
  }

  /// Waits a moment for a notice about this link; the reason if it says that the link has ended.
  Outcome<std::optional<std::string>> notice_of_end() {
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

  [[nodiscard]] const json* with_key(const json& list) const {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const json& each) { return text_in(each, "key") == key_; });
    return found == list.end() ? nullptr : &*found;
  }

  [[nodiscard]] tl::unexpected<Failure> ended(const std::string& why) const {
    return refuse(ExitCode::failed, "offline", "nothing was linked with " + shown_name(link_) + ": " + why);
  }

  json link_;
  std::string key_;
  DaemonLink& daemon_;
};

bool is_yes(const std::string& answer) { return answer == "y" || answer == "Y" || answer == "yes"; }

/// The user compares the codes. False: the question was left open.
Outcome<bool> ask_and_confirm(LinkWatch& watch, Session& session) {
  session.terminal.print(code_text(watch.link(), session.terminal.style()) + "\n");
  const auto answer = session.terminal.ask("Does the other device show the same code? [y/N] ");
  if (!answer) return false;
  if (is_yes(*answer)) return watch.confirm().map([] { return true; });
  if (auto cancelled = watch.cancel(); !cancelled) return refuse(cancelled.error());
  return refuse(ExitCode::failed, "code_mismatch",
                "the link is cancelled, nothing was linked; different codes mean that someone else answered");
}

Outcome<> lead_through(LinkWatch& watch, Session& session) {
  const Style& style = session.terminal.style();
  const std::string name = shown_name(watch.link());
  if (!watch.has_code()) {
    session.terminal.print(stock_client_hint(watch.link()) + "Waiting until " + name +
                           " is online and answers, at most until " + local_clock(number_in(watch.link(), "expires")) +
                           ". Ctrl-C ends only the waiting; `toxtore device requests` goes on.\n");
  }
  if (auto ready = watch.wait_for_code(); !ready) return ready;
  const auto confirmed = ask_and_confirm(watch, session);
  if (!confirmed) return refuse(confirmed.error());
  if (!*confirmed) {
    session.terminal.print("Not confirmed yet: `toxtore device accept` does it.\n");
    return {};
  }
  if (!watch.linked()) {
    session.terminal.print("Confirmed here. Waiting for the confirmation on " + name +
                           ". Ctrl-C ends only the waiting.\n");
    if (auto linked = watch.wait_until_linked(); !linked) return linked;
  }
  session.terminal.print(link_state_text(watch.link(), style));
  return {};
}

}  // namespace

Outcome<> run(const command::DeviceRequest& command, Session& session) {
  const bool wait = command.wait && session.interactive();
  if (wait) {
    const auto subscribed = session.daemon.call("events.subscribe");
    if (!subscribed) return refuse(subscribed.error());
  }
  auto link = session.daemon.call("device.request", {{"friend", command.device}});
  if (!link) return refuse(link.error());
  if (wait) {
    LinkWatch watch(*std::move(link), session.daemon);
    return lead_through(watch, session);
  }
  session.show(*link, link_state_text(*link, session.terminal.style()));
  return {};
}

Outcome<> run(const command::DeviceRequests& /*command*/, Session& session) {
  return session.show_answer("device.requests", json::object(), links_text);
}

Outcome<> run(const command::DeviceAccept& command, Session& session) {
  std::string code = command.code;
  if (code.empty()) {
    if (!session.interactive())
      return refuse_usage("device accept needs the CODE that the other device shows; `toxtore device requests` there");
    const auto typed = session.terminal.ask("Type the code that the other device shows: ");
    const auto digits = plain_code(typed.value_or(""));
    if (!digits) return refuse_usage("the code must be six digits, such as 493-027");
    code = *digits;
  }
  return session.show_answer("device.accept", {{"device", command.device}, {"code", code}}, link_state_text);
}

Outcome<> run(const command::DeviceCancel& command, Session& session) {
  return session.show_answer("device.cancel", {{"device", command.device}},
                             [&](const json&, const Style&) { return "Cancelled; nothing was linked.\n"; });
}

Outcome<> run(const command::DeviceList& /*command*/, Session& session) {
  return session.show_answer("device.list", json::object(), devices_text);
}

Outcome<> run(const command::DeviceTrustDatabase& /*command*/, Session& session) {
  return session.show_answer("device.trust_database", json::object(), [](const json&, const Style&) {
    return "This device goes on with what it has; messages that wait are sent.\n";
  });
}

Outcome<> run(const command::DeviceRename& command, Session& session) {
  return session.show_answer(
      "device.rename", {{"device", command.device}, {"name", command.name}},
      [&](const json& device, const Style&) { return "Your devices call it " + shown_name(device) + " now.\n"; });
}

}  // namespace toxtore
