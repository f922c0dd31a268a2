// device invite and join: linking by a URI (DESIGN 8).
//
// Both wait for what comes of it unless told otherwise: the inviting side shows the URI, then the code, and asks
// whether the other device shows the same; the joining side shows the code, then how its history comes in.
#include <algorithm>
#include <chrono>
#include <set>

#include "cli/invite_text.h"
#include "cli/link_watch.h"
#include "cli/person_text.h"
#include "cli/removal_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;
using std::chrono::steady_clock;

namespace {

/// How long to wait for the other devices to say what they hold; afterwards the status tells.
constexpr std::chrono::seconds first_report_s{60};

Outcome<> subscribe(Session& session) {
  const auto subscribed = session.daemon.call("events.subscribe");
  return subscribed ? Outcome<>() : refuse(subscribed.error());
}

/// What became of an invitation that is open no more.
class InvitationWatch {
 public:
  InvitationWatch(const json& invitation, Session& session)
      : id_(number_in(invitation, "id")), session_(session), before_(device_keys()) {}

  /// Waits until somebody uses it: his link, which may be linked already. Failures: offline (nobody did), the daemon's.
  Outcome<json> wait_until_used() {
    for (;;) {
      if (auto heard = hear(); !heard) return refuse(heard.error());
      // In this order it goes through its states, so that it cannot slip by.
      const auto open = session_.daemon.call("device.invitations");
      if (!open) return refuse(open.error());
      if (has_id(list_in(*open, "invitations"), "id")) continue;
      const auto links = session_.daemon.call("device.requests");
      if (!links) return refuse(links.error());
      if (const json* link = has_id(list_in(*links, "requests"), "invitation")) return *link;
      return new_device();
    }
  }

 private:
  [[nodiscard]] const json* has_id(const json& list, const char* field) const {
    const auto found = std::find_if(list.begin(), list.end(), [&](const json& each) {
      return field_in(each, field).is_number() && number_in(each, field) == id_;
    });
    return found == list.end() ? nullptr : &*found;
  }

  std::set<std::string> device_keys() {
    std::set<std::string> keys;
    const auto devices = session_.daemon.call("device.list");
    if (!devices) return keys;
    for (const json& device : list_in(*devices, "devices")) {
      if (is_in(device)) keys.insert(text_in(device, "key"));
    }
    return keys;
  }

  Outcome<json> new_device() {
    const auto devices = session_.daemon.call("device.list");
    if (!devices) return refuse(devices.error());
    for (const json& device : list_in(*devices, "devices")) {
      if (!is_in(device) || before_.contains(text_in(device, "key"))) continue;
      json link = device;
      link["linked"] = true;
      return link;
    }
    return refuse(ExitCode::failed, "offline",
                  "nothing was linked: " + (why_.empty() ? std::string("the invitation was taken back") : why_));
  }

  /// Waits a moment for a notice, and keeps what it says of an end.
  Outcome<> hear() {
    const auto next = session_.daemon.next_notification(look_interval_ms);
    if (!next) return refuse(next.error());
    if (!*next) return {};
    const json& notice = field_in(**next, "params");
    const std::string what = text_in(notice, "what");
    if (what == "invitation_ended" || what == "link_ended") why_ = text_in(notice, "text");
    return {};
  }

  std::uint64_t id_;
  Session& session_;
  std::set<std::string> before_;
  std::string why_;
};

Outcome<> confirm_and_finish(LinkWatch& watch, bool confirmed, Session& session) {
  Terminal& terminal = session.terminal;
  if (!watch.linked() && !confirmed) {
    if (auto ready = watch.wait_for_code(); !ready) return ready;
    terminal.print(invited_code_text(watch.link(), terminal.style()));
    if (session.interactive()) {
      const auto answered = watch.ask_and_confirm(terminal);
      if (!answered) return refuse(answered.error());
    }
  }
  if (auto linked = watch.wait_until_linked(); !linked) return linked;
  terminal.print(link_state_text(watch.link(), terminal.style()));
  return {};
}

/// The URI: an argument, or standard input.
Outcome<std::string> uri_of(const command::DeviceJoin& command, Session& session) {
  if (!command.uri.empty()) return command.uri;
  if (!session.interactive()) return Terminal::read_input();
  return session.terminal.ask("Paste or type the invitation (toxtore:…): ").value_or("");
}

/// Asks the daemon to join; where the user's word is needed, asks him.
Outcome<json> begin_join(const command::DeviceJoin& command, Session& session) {
  const auto uri = uri_of(command, session);
  if (!uri) return refuse(uri.error());
  auto link = session.daemon.call("device.join", {{"uri", *uri}, {"agreed", command.yes}});
  if (link || link.error().kind != "denied" || !session.interactive()) return link;
  session.terminal.print(harmless_line(link.error().message) + "\n");
  const auto answer = session.terminal.ask("Did you make this invitation yourself, and shall this device join? [y/N] ");
  if (!answer || !is_yes(*answer)) return refuse(link.error());
  return session.daemon.call("device.join", {{"uri", *uri}, {"agreed", true}});
}

/// Whether another device has told what it holds.
bool others_reported(const json& devices) {
  const json& list = list_in(devices, "devices");
  return std::any_of(list.begin(), list.end(),
                     [](const json& each) { return !flag_in(each, "self") && flag_in(each, "known"); });
}

/// Shows how the history comes in, until all that the other devices hold is here.
Outcome<> follow_history(Session& session) {
  std::string shown;
  const auto give_up = steady_clock::now() + first_report_s;
  for (;;) {
    const auto next = session.daemon.next_notification(look_interval_ms);
    if (!next) return refuse(next.error());
    if (*next) continue;  // a row of events; look when they come slower
    const auto devices = session.daemon.call("device.list");
    if (!devices) return refuse(devices.error());
    const auto status = session.daemon.call("status.get");
    if (!status) return refuse(status.error());
    const bool reported = others_reported(*devices);
    const std::string line = history_text(*status, reported);
    if (line != shown) session.terminal.print(line);
    shown = line;
    if (reported && number_in(*status, "events_missing") == 0) return {};
    if (!reported && steady_clock::now() > give_up) {
      session.terminal.print("It comes in when they are connected; `toxtore status` shows how far it is.\n");
      return {};
    }
  }
}

Outcome<> finish_join(LinkWatch& watch, Session& session) {
  Terminal& terminal = session.terminal;
  terminal.print(joining_text(watch.link()));
  if (auto ready = watch.wait_for_code(); !ready) return ready;
  if (!watch.linked()) terminal.print(joined_code_text(watch.link(), terminal.style()));
  if (auto linked = watch.wait_until_linked(); !linked) return linked;
  terminal.print(link_state_text(watch.link(), terminal.style()));
  return follow_history(session);
}

}  // namespace

Outcome<> run(const command::DeviceInvite& command, Session& session) {
  if (command.cancel) {
    return session.show_answer("device.uninvite", json::object(), [](const json& answer, const Style&) {
      return "Open invitations that were taken back: " + std::to_string(number_in(answer, "withdrawn")) + ".\n";
    });
  }
  const bool wait = command.wait && !session.options.json;
  if (wait) {
    if (auto subscribed = subscribe(session); !subscribed) return subscribed;
  }
  json params = {{"confirmed", command.yes}};
  if (!command.name.empty()) params["name"] = command.name;
  const auto invitation = session.daemon.call("device.invite", params);
  if (!invitation) return refuse(invitation.error());
  session.show(*invitation, invitation_text(*invitation, wait, session.terminal.style_of_pictures()));
  if (!wait) return {};
  InvitationWatch watch(*invitation, session);
  auto link = watch.wait_until_used();
  if (!link) return refuse(link.error());
  LinkWatch link_watch(*std::move(link), session.daemon);
  return confirm_and_finish(link_watch, command.yes, session);
}

Outcome<> run(const command::DeviceJoin& command, Session& session) {
  const bool wait = command.wait && !session.options.json;
  if (wait) {
    if (auto subscribed = subscribe(session); !subscribed) return subscribed;
  }
  auto link = begin_join(command, session);
  if (!link) return refuse(link.error());
  if (!wait) {
    session.show(*link, joining_text(*link));
    return {};
  }
  LinkWatch watch(*std::move(link), session.daemon);
  return finish_join(watch, session);
}

}  // namespace toxtore
