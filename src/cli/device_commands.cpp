// device list, rename, request, requests, accept and cancel.
//
// Linking has two sides and needs the user's word on both (DESIGN 8): one device asks, both show a code, and on each
// the user says that the other one shows the same. With a terminal `device request` leads through it; without, each
// step is a command of its own.
#include <algorithm>
#include <cctype>

#include "cli/link_watch.h"
#include "cli/local_time.h"
#include "cli/person_text.h"
#include "cli/removal_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

Outcome<> lead_through(LinkWatch& watch, Session& session) {
  const Style& style = session.terminal.style();
  const std::string name = shown_name(watch.link());
  if (!watch.has_code()) {
    session.terminal.print(stock_client_hint(watch.link()) + "Waiting until " + name +
                           " is online and answers, at most until " + local_clock(number_in(watch.link(), "expires")) +
                           ". Ctrl-C ends only the waiting; `toxtore device requests` goes on.\n");
  }
  if (auto ready = watch.wait_for_code(); !ready) return ready;
  session.terminal.print(code_text(watch.link(), style) + "\n");
  const auto confirmed = watch.ask_and_confirm(session.terminal);
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

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Whether a link that `given` may mean is under way; the daemon says which one.
bool is_under_way(const json& links, const std::string& given) {
  return std::ranges::any_of(list_in(links, "requests"), [&](const json& link) {
    const std::string key = text_in(link, "key");
    return equal_but_case(text_in(link, "name"), given) || equal_but_case(key, given.substr(0, key.size()));
  });
}

Outcome<> take_in(const std::string& device, Session& session) {
  auto taken = session.show_answer("device.take_in", {{"device", device}}, taken_in_text);
  if (!taken && taken.error().kind == "not_found")
    taken.error().message += "; nor is a link with it under way (`toxtore device requests`)";
  return taken;
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
    const auto links = session.daemon.call("device.requests");
    if (!links) return refuse(links.error());
    if (!is_under_way(*links, command.device)) return take_in(command.device, session);
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
