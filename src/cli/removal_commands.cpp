// device remove and leave: both say what they come to before they ask (DESIGN 8).
#include <chrono>
#include <filesystem>
#include <thread>

#include "cli/link_watch.h"
#include "cli/person_text.h"
#include "cli/removal_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;
using std::chrono::steady_clock;

namespace {

/// With --now, another device that is connected is waited for so long: it says that it knows within a second or two,
/// unless the connection has just gone.
constexpr std::chrono::seconds told_patience_s{60};
/// How long toxtored may take to end and to erase the profile.
constexpr std::chrono::seconds erase_patience_s{120};

/// The user's word. Failures: usage (nobody can be asked, and --yes was not given), denied (he said no).
Outcome<> agreed(bool yes, const std::string& question, Session& session) {
  if (yes) return {};
  if (!session.interactive())
    return refuse_usage("nothing was done: give --yes to say that it is to be done, since nobody can be asked");
  const auto answer = session.terminal.ask(question);
  if (answer && is_yes(*answer)) return {};
  return refuse(ExitCode::failed, "denied", "nothing was done");
}

// --- Leaving.

/// Follows this device as it leaves.
class Departure {
 public:
  Departure(bool now, bool others_connected, Session& session)
      : now_(now), others_connected_(others_connected), session_(session) {}

  /// Waits until another device knows; with --now only if there is hope. What `leaving` then is. Failures: the
  /// daemon's, denied (somebody took it back).
  Outcome<json> wait() {
    auto leaving = session_.daemon.call("device.leave", {{"at_once", now_}});
    if (!leaving) return leaving;
    for (std::uint64_t others = others_connected_ ? 1 : 0; !is_over(*leaving);) {
      show(leaving_words(*leaving, others));
      std::this_thread::sleep_for(look_interval_ms);
      const auto status = session_.daemon.call("status.get");
      if (!status) return refuse(status.error());
      others = number_in(*status, "devices_connected");
      leaving = field_in(*status, "leaving");
      if (!leaving->is_object())
        return refuse(ExitCode::failed, "denied",
                      "this device does not leave any more: it was taken back, or another device removed it; see "
                      "`toxtore status`");
    }
    return leaving;
  }

 private:
  bool is_over(const json& leaving) {
    if (!flag_in(leaving, "left")) return false;
    if (number_in(leaving, "devices_told") > 0) return true;
    if (!left_at_) left_at_ = steady_clock::now();
    return now_ && (!others_connected_ || steady_clock::now() - *left_at_ > told_patience_s);
  }

  void show(const std::string& line) {
    if (line == shown_ || session_.options.json) return;
    session_.terminal.print(line + "\n");
    shown_ = line;
  }

  bool now_;
  bool others_connected_;
  Session& session_;
  std::string shown_;
  std::optional<steady_clock::time_point> left_at_;
};

/// Waits until toxtored has ended, and looks whether the profile is gone. How many older copies have gone with it.
Outcome<std::size_t> erase_profile(Session& session) {
  const auto place = session.daemon.call("profile.erase");
  if (!place) return refuse(place.error());
  const auto give_up = steady_clock::now() + erase_patience_s;
  while (session.daemon.next_notification(look_interval_ms)) {
    if (steady_clock::now() > give_up)
      return refuse(ExitCode::failed, "busy", "toxtored does not end; it erases the profile when it does");
  }
  std::vector<std::string> places{text_in(*place, "folder"), text_in(*place, "state_file")};
  for (const json& older : list_in(*place, "older")) {
    if (older.is_string()) places.push_back(older.get<std::string>());
  }
  for (const std::string& each : places) {
    std::error_code ignored;
    if (std::filesystem::exists(each, ignored))
      return refuse(ExitCode::failed, "io", "not all could be erased; what is left is in " + each);
  }
  return places.size() - 2;
}

/// Says what it comes to, and asks.
Outcome<> agree_to_leave(const command::DeviceLeave& command, const json& status, const LeavePlan& plan,
                         Session& session) {
  if (plan.has_left && !plan.erase) return {};
  const auto removal = session.daemon.call("device.removal", {{"device", text_in(status, "key")}});
  if (!removal) return refuse(removal.error());
  if (!session.options.json) session.terminal.print(leave_text(*removal, plan, session.terminal.style()));
  const std::string end = plan.has_left ? " be erased here? [y/N] "
                          : plan.erase  ? " leave, and all of it be erased here? [y/N] "
                                        : " leave? [y/N] ";
  return agreed(command.yes, "Shall " + plan.name + end, session);
}

Outcome<> leave(const command::DeviceLeave& command, Session& session) {
  const auto status = session.daemon.call("status.get");
  if (!status) return refuse(status.error());
  if (const json& removed = field_in(*status, "removed");
      removed.is_object() && !flag_in(field_in(*status, "leaving"), "left"))
    return refuse(ExitCode::failed, "already_exists",
                  "this device is " + removed_words(removed, text_in(*status, "key")) +
                      ": there is nothing to leave; to erase its data, stop toxtored and delete the profile's folder");
  if (!flag_in(field_in(*status, "leaving"), "left") && number_in(*status, "devices") < 2)
    return refuse(
        ExitCode::failed, "denied",
        "this device has no other devices that it could leave; to erase its data, stop toxtored and delete the "
        "profile's folder");
  const LeavePlan plan{harmless_line(text_in(*status, "device_name")),
                       text_in(*status, "profile"),
                       command.now,
                       command.erase,
                       number_in(*status, "devices_connected") > 0,
                       flag_in(field_in(*status, "leaving"), "left"),
                       number_in(*status, "put_aside")};
  if (auto yes = agree_to_leave(command, *status, plan, session); !yes) return yes;
  if (!session.options.json && !plan.has_left)
    session.terminal.print(std::string("Ctrl-C ends only the waiting: toxtored goes on") +
                           (command.erase ? ", and erases nothing" : "") +
                           ". `toxtore device leave --cancel` takes it back until it has left.\n");
  const auto leaving = Departure(command.now, plan.others_connected, session).wait();
  if (!leaving) return refuse(leaving.error());
  const bool told = number_in(*leaving, "devices_told") > 0;
  if (command.erase && !told && plan.others_connected)
    return refuse(ExitCode::failed, "offline",
                  "this device has left, but none of the others has said that it knows, so nothing is erased yet; give "
                  "the command again");
  std::string older;
  if (command.erase) {
    const auto erased = erase_profile(session);
    if (!erased) return refuse(erased.error());
    if (*erased > 0)
      older = " What `toxtore restore` had kept beside it went too: " +
              (*erased == 1 ? "one older copy" : std::to_string(*erased) + " older copies") + ".";
  }
  json answer = *leaving;
  answer["erased"] = command.erase;
  session.show(answer, left_text(*leaving, plan, session.terminal.style()) +
                           (command.erase ? "The profile “" + harmless_line(plan.profile) +
                                                "” is erased, and toxtored has stopped." + older + "\n"
                                          : ""));
  return {};
}

/// What the removal of each comes to.
Outcome<std::vector<json>> look_at(const std::vector<std::string>& devices, Session& session) {
  std::vector<json> removals;
  for (const std::string& device : devices) {
    auto removal = session.daemon.call("device.removal", {{"device", device}});
    if (!removal) return refuse(removal.error());
    if (flag_in(field_in(*removal, "device"), "self"))
      return refuse(ExitCode::failed, "invalid_argument",
                    "this is the device that you are at: `toxtore device leave` takes it out of your devices");
    removals.push_back(*std::move(removal));
  }
  return removals;
}

}  // namespace

Outcome<> run(const command::DeviceRemove& command, Session& session) {
  const auto removals = look_at(command.devices, session);
  if (!removals) return refuse(removals.error());
  std::set<std::string> keys;
  std::string names;
  for (const json& removal : *removals) {
    const json& device = field_in(removal, "device");
    if (!keys.insert(text_in(device, "key")).second) continue;
    names += (names.empty() ? "" : ", ") + shown_name(device);
  }
  if (!session.options.json) {
    for (const json& removal : *removals) session.terminal.print(removal_text(removal, keys, session.terminal.style()));
  }
  if (auto yes = agreed(command.yes, "Remove " + names + "? [y/N] ", session); !yes) return yes;
  return session.show_answer("device.remove", {{"devices", keys}}, removed_text);
}

Outcome<> run(const command::DeviceLeave& command, Session& session) {
  if (!command.cancel) return leave(command, session);
  return session.show_answer("device.stay", json::object(),
                             [](const json&, const Style&) { return "This device stays.\n"; });
}

}  // namespace toxtore
