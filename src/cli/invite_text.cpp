#include "cli/invite_text.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/person_text.h"
#include "cli/qr.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// As many as tell two keys apart for a person.
constexpr std::size_t shown_key_digits = 8;

/// Capitals are packed tighter in a QR code, and are read all the same.
std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

std::string invitation_text(const json& invitation, bool waits, const Style& picture) {
  const std::string uri = harmless_line(text_in(invitation, "uri"));
  return "On the new device, with toxtored running:\n  toxtore device join\nand there type or paste this "
         "invitation:\n\n" +
         uri + "\n" + (picture.colour ? qr_block(in_capitals(uri), picture) : "") +
         "\nIt is a secret, good for one device until " + local_clock(number_in(invitation, "expires")) + "." +
         (flag_in(invitation, "confirmed") ? " You have said yes to whoever uses it.\n" : "\n") +
         (waits
              ? "Waiting for the new device. Ctrl-C ends only the waiting; `toxtore device requests` shows who came.\n"
              : "");
}

std::string history_text(const json& status, bool reported) {
  if (!reported) return "Waiting for the other devices to say what they hold.\n";
  const std::uint64_t missing = number_in(status, "events_missing");
  if (missing == 0) return "All that they hold is here: " + counted(number_in(status, "events"), "event") + ".\n";
  const std::uint64_t all = std::max(number_in(status, "backlog"), missing);
  return "The history comes in: " + std::to_string((all - missing) * 100 / all) + " % of " + counted(all, "event") +
         ".\n";
}

std::string invited_code_text(const json& link, const Style& style) {
  return shown_name(link) + " has used the invitation. If it is yours, it shows this code:\n\n" +
         framed_code(link, style) + "\nOnly then confirm: here, or in another terminal with\n  toxtore device accept " +
         text_in(link, "key").substr(0, shown_key_digits) + " " + spaced_code(text_in(link, "code")) + "\n";
}

std::string joined_code_text(const json& link, const Style& style) {
  return "The other device answers. It must show the same code:\n\n" + framed_code(link, style) +
         "\nSay yes there, unless you did so when you made the invitation.\n";
}

std::string joining_text(const json& link) {
  return "Asking the other device, " + text_in(link, "key").substr(0, shown_key_digits) + "…, at most until " +
         local_clock(number_in(link, "expires")) + ". Finding each other takes toxcore some ten seconds.\n";
}

}  // namespace toxtore
