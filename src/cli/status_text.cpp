#include "cli/status_text.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/person_text.h"
#include "cli/qr.h"
#include "cli/removal_text.h"
#include "cli/table.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::string number(const json& status, std::string_view field) { return std::to_string(number_in(status, field)); }

std::string devices_of(const json& status) {
  return number(status, "devices") + ", of the others " + number(status, "devices_connected") + " connected";
}

std::string events_of(const json& status) {
  const std::string held = number(status, "events") + " held";
  const std::uint64_t missing = number_in(status, "events_missing");
  if (missing == 0) return held + ", none missing";
  const std::uint64_t backlog = number_in(status, "backlog");
  const std::string of_all = backlog > missing ? " of " + std::to_string(backlog) : "";
  return held + ", " + std::to_string(missing) + of_all + " still to fetch";
}

/// Whether this device may be wiped, as far as the others told what they hold since the daemon started.
void add_copies(Facts& facts, const json& status) {
  if (number_in(status, "devices") < 2) return;
  const std::uint64_t copies = number_in(status, "full_copies");
  const std::uint64_t only_here = number_in(status, "only_here");
  if (only_here > 0) {
    facts.add("copies", unknown_elsewhere(only_here) + ": do not wipe this one", Tone::warning);
  } else if (copies == 0) {
    facts.add("copies", "every event is on another device too, but no other device has them all");
  } else {
    facts.add("copies",
              "all that is here is held by " + std::to_string(copies) + (copies == 1 ? " other device" : " others") +
                  ": safe to wipe",
              Tone::good);
  }
}

std::string reason_for_doubt(const std::string& why) {
  if (why == "set_back") return "older than what this device logged last";
  if (why == "no_state_file") return "perhaps an old one: the state file that would tell is gone";
  if (why == "other_database") return "perhaps an old one: another copy was in use here since";
  if (why == "known_elsewhere") return "older than what another of your devices has of this one";
  if (why == "forked") return "one of two that were in use at once, or one that was set back";
  if (why == "other_machine") return "from another machine";
  return harmless_line(why);
}

/// A database that was set back, and what to do about it.
void add_doubt(Facts& facts, const json& status) {
  const json& doubt = field_in(status, "doubt");
  if (!doubt.is_object()) return;
  facts.add("database", reason_for_doubt(text_in(doubt, "why")), Tone::warning);
  const bool alone = number_in(status, "devices") < 2;
  facts.add("what to do",
            alone ? "messages that wait are sent once you run `toxtore device trust-database`"
                  : "connect another of your devices; messages that wait are sent when this one has caught up with it, "
                    "or once you run `toxtore device trust-database`",
            Tone::warning);
}

/// That this device was removed or leaves, and what it means.
void add_removal(Facts& facts, const json& status) {
  if (const json& removed = field_in(status, "removed"); removed.is_object()) {
    const bool left = flag_in(field_in(status, "leaving"), "left");
    const std::string told =
        left ? "; others that know it: " + std::to_string(number_in(field_in(status, "leaving"), "devices_told")) : "";
    facts.add("this device", removed_words(removed, text_in(status, "key")) + told, Tone::warning);
    facts.add("what to do",
              "it delivers nothing, and stands alone; to link it again, `toxtore device invite` on another device and "
              "`toxtore device join` here",
              Tone::warning);
  } else if (const json& leaving = field_in(status, "leaving"); leaving.is_object()) {
    facts.add("leaving",
              leaving_words(leaving, number_in(status, "devices_connected")) +
                  " `toxtore device leave --cancel` takes it back",
              Tone::warning);
  }
}

/// What a removal has taken out of view, and who was removed by one that was removed itself: perhaps a thief.
void add_removals_of_others(Facts& facts, const json& status) {
  for (const json& device : list_in(status, "put_aside_of")) {
    facts.add("put aside", put_aside_words(device) + ", shown nowhere", Tone::warning);
    facts.add("what to do",
              "if " + shown_name(device) + " was in your hands then, `toxtore device accept " + as_argument(device) +
                  "` takes that in, on all your devices",
              Tone::warning);
  }
  for (const json& device : list_in(status, "removed_by_removed")) {
    facts.add(
        "removed",
        shown_name(device) + ", " + removed_words(field_in(device, "removed"), text_in(device, "key")) +
            "; if that was not your doing, link it again: `toxtore device invite` here, `toxtore device join` there",
        Tone::warning);
  }
}

/// Something ignored is worth a line only if it happened.
void add_counters(Facts& facts, const json& status) {
  const json& counters = field_in(status, "counters");
  if (!counters.is_object()) return;
  for (const auto& [name, value] : counters.items()) {
    if (value.is_number_integer() && value != 0) facts.add(name, number(counters, name));
  }
}

/// Of linking by invitation, what there is to know.
void add_invitations(Facts& facts, const json& status) {
  if (number_in(status, "invitations") != 0) facts.add("open invitations", number(status, "invitations"));
  const json& refused = field_in(status, "proofs_refused");
  for (const auto& [field, shown] :
       {std::pair("wrong",
                  "without the secret of an invitation made here lately: mistyped, "
                  "guessed, or made before toxtored was started anew"),
        {"used", "with an invitation that another device had used before"},
        {"expired", "with an invitation that was over, or taken back"},
        {"unreadable", "with a request to join that was altered, or of a later version"}}) {
    if (!refused.is_object() || number_in(refused, field) == 0) continue;
    facts.add("devices refused", number(refused, field) + " " + shown, Tone::warning);
  }
}

/// Four digits at a time, to be compared by eye.
std::string in_groups(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string known_id(const json& device) {
  const std::string tox_id = text_in(device, "tox_id");
  return tox_id.empty() ? "not known here yet" : harmless_line(tox_id);
}

std::string other_ids(const json& id, const Style& style) {
  std::string text;
  for (const json& device : list_in(id, "ids")) {
    if (flag_in(device, "self")) continue;
    text += "  " + style.paint(Tone::strong, shown_name(device)) + "\n    " + known_id(device) + "\n";
  }
  return text.empty() ? "" : "\nYour other devices:\n" + text;
}

/// The name of the device whose Tox ID is handed out.
std::string owner_of(const json& id, const std::string& tox_id) {
  for (const json& device : list_in(id, "ids")) {
    if (text_in(device, "tox_id") == tox_id) return shown_name(device);
  }
  return "";
}

}  // namespace

std::string status_text(const json& status, const Style& style) {
  Facts facts;
  facts.add("profile", text_in(status, "profile"));
  facts.add("device", text_in(status, "device_name"));
  facts.add("key", text_in(status, "key"));
  const std::string connection = text_in(status, "connection");
  facts.add("Tox network", connection_words(connection), connection == "none" ? Tone::warning : Tone::good);
  facts.add("friends", number(status, "friends"));
  facts.add("devices", devices_of(status));
  facts.add("unread", counted(number_in(status, "unread"), "message"));
  facts.add("not delivered yet", counted(number_in(status, "undelivered"), "message"));
  facts.add("events", events_of(status), number_in(status, "events_missing") == 0 ? Tone::plain : Tone::warning);
  add_copies(facts, status);
  facts.add("state check", in_groups(text_in(status, "state_check")));
  add_doubt(facts, status);
  add_removal(facts, status);
  add_removals_of_others(facts, status);
  facts.add("at rest", flag_in(status, "encrypted") ? "under a passphrase" : "without a passphrase");
  facts.add("version", text_in(status, "version"));
  add_invitations(facts, status);
  add_counters(facts, status);
  return facts.render(style);
}

std::string id_text(const json& id, bool qr, const Style& style, const Style& picture) {
  const std::string tox_id = harmless_line(text_in(id, "tox_id"));
  std::string text =
      "This device, " + style.paint(Tone::strong, harmless_line(text_in(id, "device_name"))) + ":\n  " + tox_id + "\n";
  if (qr) text += qr_block("tox:" + tox_id, picture);
  text += other_ids(id, style);
  const std::string hand_out = text_in(id, "hand_out");
  const std::string owner = owner_of(id, hand_out);
  text += "\nGive this one to friends with an ordinary Tox client" + (owner.empty() ? "" : " (" + owner + ")") +
          ":\n  " + style.paint(Tone::good, harmless_line(hand_out)) + "\n";
  const std::size_t columns = style.columns > 2 ? style.columns - 2 : 0;
  for (const std::string& line : wrapped(harmless_line(text_in(id, "why")), columns)) text += "  " + line + "\n";
  return text;
}

}  // namespace toxtore
