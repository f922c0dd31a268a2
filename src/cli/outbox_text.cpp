#include "cli/outbox_text.h"

#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/message_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;

std::string devices_in(const json& waiting) {
  std::string names;
  for (const json& device : list_in(waiting, "devices")) {
    names += (names.empty() ? "" : ", ") + harmless_line(text_in(device, "name"));
  }
  return names.empty() ? "another device" : names;
}

/// " (until 17:42)", if that is known.
std::string until(const json& waiting) {
  return field_in(waiting, "until").is_number() ? " (until " + local_clock(number_in(waiting, "until")) + ")" : "";
}

std::string reason(const json& waiting) {
  const std::string what = text_in(waiting, "waits_for");
  const std::string name = harmless_line(text_in(field_in(waiting, "message"), "friend"));
  if (what == "friend") {
    const bool elsewhere = !list_in(waiting, "devices").empty();
    return name + " is not connected to this device" + (elsewhere ? ", but to " + devices_in(waiting) : "");
  }
  if (what == "unblocking") return name + " is blocked";
  if (what == "doubt") {
    return "this device's database may be an old one, and the message delivered; `toxtore status` says what to do";
  }
  if (what == "author") return "your devices are withheld from " + name + ": only " + devices_in(waiting) + " sends it";
  if (what == "device") return devices_in(waiting) + " hands it over" + until(waiting);
  if (what == "acknowledgement") return devices_in(waiting) + " must first hear that it goes from here";
  if (what == "hello") return "it is not clear yet whether " + name + " has Toxtore" + until(waiting);
  if (what == "log") {
    return "events of " + devices_in(waiting) + " are missing here, and one may say that it is delivered" +
           "; `toxtore outbox send --anyway` does not wait";
  }
  if (what == "receipt") return "handed over, but " + name + " has not confirmed it yet";
  if (what == "pause") return "it may have arrived, and goes again later" + until(waiting);
  if (what == "turn") return "it goes next";
  return harmless_line(what);
}

}  // namespace

std::string outbox_text(const json& result, const Style& style) {
  const json& all = list_in(result, "waiting");
  if (all.empty()) return "Nothing waits.\n";
  Transcript transcript(style, {.mixed = true, .ids = true});
  std::string text;
  for (const json& waiting : all) {
    text += transcript.add(field_in(waiting, "message"));
    text += std::string(clock_columns, ' ') + reason(waiting) + "\n";
  }
  const std::uint64_t more = number_in(result, "more");
  if (more > 0) text += style.paint(Tone::faint, "and " + std::to_string(more) + " more behind these") + "\n";
  return text;
}

}  // namespace toxtore
