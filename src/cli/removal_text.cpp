#include "cli/removal_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/person_text.h"
#include "cli/table.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// A paragraph below a heading.
std::string point(const std::string& text, Tone tone, const Style& style) {
  std::string lines;
  const std::size_t columns = style.columns > 4 ? style.columns - 4 : 0;
  for (const std::string& line : wrapped(text, columns))
    lines += (lines.empty() ? "  - " : "    ") + style.paint(tone, line) + "\n";
  return lines;
}

/// Friends with a stock client whom only that device reaches, and how another one comes to reach them.
std::string only_reached(const json& removal, const std::string& words, const std::string& reaches,
                         const Style& style) {
  const json& friends = list_in(removal, "stock_friends");
  if (friends.empty()) return "";
  std::string names;
  std::string commands;
  for (const json& each : friends) {
    names += (names.empty() ? "" : ", ") + shown_name(each);
    commands += "      toxtore friend introduce " + as_argument(each) + "\n";
  }
  return point(words + ": " + names + ". They use another Tox program, which knows no other device of yours. So that " +
                   reaches + " reaches them, run there:",
               Tone::warning, style) +
         commands;
}

/// Whether all that is on a device is on another one too, as far as that is known.
std::string copies_point(const json& removal, const Style& style) {
  const std::uint64_t only_there = number_in(removal, "only_there");
  if (!flag_in(field_in(removal, "device"), "known"))
    return point(
        "It has not told what it holds since toxtored was started here, so whether anything is on it alone is "
        "not known.",
        Tone::warning, style);
  if (only_there == 0) return point("All that it is known to hold is on your other devices too.", Tone::good, style);
  return point(counted(only_there, "event") + (only_there == 1 ? " is" : " are") +
                   " known to be on it and on none of your other devices. They do not come any "
                   "more once it is removed.",
               Tone::warning, style);
}

std::string linked_point(const json& removal, const std::set<std::string>& together, const Style& style) {
  std::string names;
  std::string arguments = as_argument(field_in(removal, "device"));
  for (const json& each : list_in(removal, "added")) {
    if (together.contains(text_in(each, "key"))) continue;
    names += (names.empty() ? "" : ", ") + shown_name(each) + " (" +
             local_date_and_clock(number_in(each, "linked_time")) + ")";
    arguments += " " + as_argument(each);
  }
  if (names.empty()) return "";
  return point("It has linked: " + names + ". What was not your doing, remove together with it:", Tone::warning,
               style) +
         "      toxtore device remove " + arguments + "\n";
}

std::string names_of(const json& list) {
  std::string names;
  for (const json& each : list) names += (names.empty() ? "" : ", ") + shown_name(each);
  return names;
}

}  // namespace

std::string as_argument(const json& person) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@%+:,/-";
  const std::string name = text_in(person, "name");
  const bool as_it_is = !name.empty() && name.front() != '-' && name.find_first_not_of(plain) == std::string::npos;
  return as_it_is ? name : harmless_line(text_in(person, "key"));
}

bool is_in(const json& device) { return flag_in(device, "self") || !field_in(device, "removed").is_object(); }

std::string unknown_elsewhere(std::uint64_t count) {
  return counted(count, "event") + (count == 1 ? " is" : " are") + " not known to be on another device";
}

std::string who_removed(const json& removed, const std::string& key) {
  const json& by = field_in(removed, "by");
  if (text_in(by, "key") == key) return "left";
  const json& with = field_in(removed, "came_with");
  if (with.is_object()) return "came with " + shown_name(with) + ", which was removed by " + shown_name(by);
  const json& by_removed_by = field_in(removed, "by_removed_by");
  return "removed by " + shown_name(by) +
         (by_removed_by.is_object() ? ", which was removed itself by " + shown_name(by_removed_by) : "");
}

std::string removed_words(const json& removed, const std::string& key) {
  return who_removed(removed, key) + ", " + local_date_and_clock(number_in(removed, "time"));
}

std::string put_aside_words(const json& device) {
  const json& removal = field_in(device, "last_removal");
  const json& by = removal.is_object() ? removal : field_in(device, "removed");
  return counted(number_in(device, "put_aside"), "event") + " of " + shown_name(device) +
         (by.is_object() ? " (" + removed_words(by, text_in(device, "key")) + ")" : "");
}

std::string removal_text(const json& removal, const std::set<std::string>& together, const Style& style) {
  const json& device = field_in(removal, "device");
  return style.paint(Tone::strong, shown_name(device)) + ", one of your devices since " +
         local_date_and_clock(number_in(device, "linked_time")) + ":\n" + copies_point(removal, style) +
         linked_point(removal, together, style) +
         only_reached(removal, "Without it, none of your devices reaches", "this one or another", style);
}

std::string removed_text(const json& answer, const Style& style) {
  const json& removed = list_in(answer, "removed");
  const bool one = removed.size() == 1;
  return style.paint(Tone::good, names_of(removed) + (one ? " is none of your devices any more."
                                                          : " are none of your devices any more.")) +
         "\nWhat " + (one ? "it writes" : "they write") +
         " from now on appears on none of your devices, and with no friend who has Toxtore, once they know: they\n"
         "learn of it when they are connected next. A friend with another Tox program does not learn of it: whoever\n"
         "has " +
         (one ? "it" : "them") + " can write to him. What is on " + (one ? "it" : "them") +
         " stays there: Toxtore cannot erase it from afar.\n";
}

std::string taken_in_text(const json& answer, const Style& /*style*/) {
  const std::uint64_t count = number_in(answer, "taken_in");
  return "Taken in: " + counted(count, "event") + " of " + shown_name(field_in(answer, "device")) +
         ". Your other devices follow as they learn of it.\n";
}

std::string removed_devices_text(const json& devices, const Style& style) {
  Table table({{"NAME"}, {"REMOVED", false, 96}, {"PUT ASIDE", true}});
  std::string example;
  for (const json& each : devices) {
    if (is_in(each)) continue;
    const std::uint64_t aside = number_in(each, "put_aside");
    if (aside > 0 && example.empty()) example = as_argument(each);
    table.add_row({{shown_name(each)},
                   {removed_words(field_in(each, "removed"), text_in(each, "key"))},
                   {aside == 0 ? "-" : std::to_string(aside), aside == 0 ? Tone::faint : Tone::warning}},
                  {text_in(each, "key")});
  }
  if (table.empty()) return "";
  return "\nNo longer your devices:\n" + table.render(style) +
         (example.empty()
              ? ""
              : "\nPut aside is what one of them wrote and received after its removal; it is shown nowhere. "
                "To take it in:\n  toxtore device accept " +
                    example + "\n");
}

// --- Leaving.

namespace {

/// What becomes of what is here alone, and who learns of it.
std::string leaving_points(const json& removal, const LeavePlan& plan, const Style& style) {
  const std::uint64_t only_here = number_in(removal, "only_there");
  std::string text;
  if (only_here == 0) {
    text += point("All that is here is known to be on another device too.", Tone::good, style);
  } else if (plan.now) {
    text += point(unknown_elsewhere(only_here) + ". With --now your other devices will lack " +
                      (only_here == 1 ? "it." : "them."),
                  Tone::warning, style);
  } else {
    text += point(unknown_elsewhere(only_here) + " yet. It leaves once " + (only_here == 1 ? "it is." : "they are."),
                  Tone::warning, style);
  }
  if (!plan.others_connected && !plan.now)
    text += point(only_here == 0
                      ? "None of your other devices is connected. It leaves, and waits until one has come and knows."
                      : "None of your other devices is connected. It leaves when one has come and has all.",
                  Tone::warning, style);
  if (!plan.others_connected && plan.now)
    text += point(std::string("None of your other devices is connected, so none learns of it now. ") +
                      (plan.erase ? "Once all is erased here nothing can tell them: remove it on one of them, with "
                                    "`toxtore device remove`."
                                  : "toxtored tells them when they are connected, if it goes on running here."),
                  Tone::warning, style);
  return text + only_reached(removal, "Only this device reaches", "another one", style);
}

}  // namespace

std::string leave_text(const json& removal, const LeavePlan& plan, const Style& style) {
  std::string text = style.paint(Tone::strong, plan.name) + ", the device that you are at, " +
                     (plan.has_left ? "has left your devices:\n" : "is to leave your devices:\n");
  if (!plan.has_left) text += leaving_points(removal, plan, style);
  if (plan.erase)
    text += point("Then toxtored stops, and the profile “" + harmless_line(plan.profile) +
                      "” is deleted from this machine: messages, friends, Tox ID and keys, with the older copies that "
                      "`toxtore restore` kept beside it. Backups elsewhere are not.",
                  Tone::warning, style);
  if (plan.erase && plan.put_aside > 0)
    text += point(counted(plan.put_aside, "event") + " that " + (plan.put_aside == 1 ? "was" : "were") +
                      " put aside here " + (plan.put_aside == 1 ? "goes" : "go") +
                      " with it, and may be nowhere else: `toxtore device list` shows of whom. To keep what one wrote, "
                      "say no, and take it in before: `toxtore device accept NAME`" +
                      (plan.has_left ? ", on a device that is still yours." : "."),
                  Tone::warning, style);
  return text;
}

std::string leaving_words(const json& leaving, std::uint64_t others_connected) {
  if (flag_in(leaving, "left")) return "It has left. Waiting until another of your devices knows.";
  return counted(number_in(leaving, "only_here"), "event") + " still to reach another device" +
         (others_connected == 0 ? ", and none is connected." : ".");
}

std::string left_text(const json& leaving, const LeavePlan& plan, const Style& style) {
  const std::uint64_t told = number_in(leaving, "devices_told");
  std::string text = style.paint(Tone::good, plan.name + " has left your devices.") + " ";
  if (told > 0) return text + "Others that know it already: " + std::to_string(told) + ".\n";
  text += "None of the others knows it yet. ";
  return text + (plan.erase ? "Remove it on one of them: `toxtore device remove`.\n"
                            : "They learn of it when they are connected, as long as toxtored runs here.\n");
}

}  // namespace toxtore
