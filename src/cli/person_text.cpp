#include "cli/person_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/removal_text.h"
#include "cli/table.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;

constexpr std::size_t short_key_digits = 8;
/// Greetings may be 900 bytes; a list shows their beginning.
constexpr std::size_t greeting_columns = 76;

Table::Cell connection_cell(const json& person) {
  const std::string connection = text_in(person, "connection");
  if (connection == "udp" || connection == "tcp") return {"online", Tone::good};
  return {"offline", Tone::faint};
}

/// Where a friend is seen is worth a word only if it is not here.
Table::Cell presence_cell(const json& person) {
  Table::Cell here = connection_cell(person);
  if (here.tone == Tone::good || !flag_in(person, "online")) return here;
  return {"online" + seen_at(person), Tone::good};
}

std::string date_or_blank(std::uint64_t time_ms) { return time_ms == 0 ? "" : local_date(time_ms); }

/// Which devices a friend knows decides whom he can write to when: worth a word if it is not this one.
std::string remarks_of(const json& person) {
  std::vector<std::string> remarks;  // what the user set first, for a narrow terminal cuts the end off
  if (flag_in(person, "blocked")) remarks.emplace_back("blocked");
  if (flag_in(person, "muted")) remarks.emplace_back("muted");
  if (const std::size_t keys = list_in(person, "keys").size(); keys > 1)
    remarks.push_back(std::to_string(keys) + " devices");
  if (flag_in(person, "toxtore")) remarks.emplace_back("Toxtore");
  if (!flag_in(person, "blocked") && !flag_in(person, "here")) remarks.emplace_back("knows your other devices");
  if (flag_in(person, "devices_withheld")) remarks.emplace_back("is not told your devices");
  for (const json& claim : list_in(person, "claimed")) {
    if (text_in(claim, "state") != "asked") continue;
    remarks.emplace_back("see `toxtore friend claims`");
    break;
  }
  std::string text;
  for (const std::string& remark : remarks) text += (text.empty() ? "" : ", ") + remark;
  return text;
}

/// The key by which the contact is known stands first.
std::vector<std::string> keys_of(const json& person) {
  std::vector<std::string> keys{text_in(person, "key")};
  for (const json& each : list_in(person, "keys")) {
    if (text_in(each, "key") != keys.front()) keys.push_back(text_in(each, "key"));
  }
  return keys;
}

std::string words_of_claim(const json& claim) {
  const std::string state = text_in(claim, "state");
  if (state == "asked") return "waits for your answer";
  if (state == "refused") return "declined";
  return "has not said so itself yet";
}

/// Nothing for this device; "?" as long as the other one has not told what it holds.
std::string backlog(const json& device, std::string_view field) {
  if (flag_in(device, "self")) return "";
  if (!flag_in(device, "known")) return "?";
  const std::uint64_t events = number_in(device, field);
  return events == 0 ? "-" : std::to_string(events);
}

std::string confirmations(const json& link) {
  const bool here = flag_in(link, "confirmed_here");
  const bool there = flag_in(link, "confirmed_there");
  if (here && there) return "by both";
  if (here) return "here";
  return there ? "there" : "no";
}

}  // namespace

std::string shown_name(const json& person) {
  const std::string name = text_in(person, "name");
  return harmless_line(name.empty() ? text_in(person, "key").substr(0, short_key_digits) : name);
}

std::string connection_words(std::string_view connection) {
  if (connection == "udp") return "connected over UDP";
  if (connection == "tcp") return "connected over a TCP relay";
  return "not connected";
}

std::string seen_at(const json& value) {
  std::string words;
  for (const json& device : list_in(value, "seen_by")) words += (words.empty() ? " at " : ", ") + shown_name(device);
  return words;
}

std::string spaced_code(std::string_view code) {
  const std::string harmless = harmless_line(code);
  return harmless.size() == 6 ? harmless.substr(0, 3) + " " + harmless.substr(3) : harmless;
}

std::string friends_text(const json& result, const Style& style) {
  Table table({{"NAME"}, {"STATE"}, {"UNREAD", true}, {"SINCE"}, {"REMARKS"}});
  for (const json& each : list_in(result, "friends")) {
    const std::uint64_t unread = number_in(each, "unread");
    table.add_row({{shown_name(each), Tone::strong},
                   presence_cell(each),
                   {std::to_string(unread), unread == 0 ? Tone::faint : Tone::warning},
                   {date_or_blank(number_in(each, "since"))},
                   {remarks_of(each)}},
                  keys_of(each));
  }
  if (table.empty())
    return "No friends yet. `toxtore friend add TOXID` asks someone; `toxtore id` shows your own ID.\n";
  return table.render(style);
}

std::string claims_text(const json& result, const Style& style) {
  Table table({{"FRIEND"}, {"SAID"}, {"STATE"}});
  for (const json& each : list_in(result, "claims")) {
    table.add_row(
        {{shown_name(each), Tone::strong}, {local_date_and_clock(number_in(each, "time"))}, {words_of_claim(each)}},
        {text_in(each, "key")});
  }
  if (table.empty()) return "No friend claims a key that does not count as his.\n";
  return table.render(style) +
         "\nAnswer with `toxtore friend claim FRIEND KEY accept` or `toxtore friend claim FRIEND KEY decline`.\n";
}

std::string friend_requests_text(const json& result, const Style& style) {
  Table table({{"KEY"}, {"ASKED"}, {"MESSAGE", false, 48}});
  for (const json& each : list_in(result, "requests")) {
    const std::string message = text_in(each, "message");
    std::vector<std::string> below = {text_in(each, "key")};
    // What does not fit its column is shown below, wrapped: a stranger's words are all there is to judge him by.
    if (display_width(harmless_line(message)) > 48) {
      for (const std::string& line : harmless_lines(message)) {
        for (std::string& piece : wrapped(line, greeting_columns)) below.push_back(std::move(piece));
      }
    }
    table.add_row({{text_in(each, "key").substr(0, short_key_digits), Tone::strong},
                   {local_date_and_clock(number_in(each, "time"))},
                   {message}},
                  std::move(below));
  }
  if (table.empty()) return "No friend requests.\n";
  return table.render(style) + "\nAnswer with `toxtore friend accept KEY` or `toxtore friend decline KEY`.\n";
}

namespace {

/// "always on", by which other device it was linked, and what became of it since.
std::string remarks_on(const json& device, const json& result) {
  std::vector<std::string> remarks;
  if (const json& by = field_in(field_in(device, "removed"), "by"); by.is_object())
    remarks.push_back(text_in(by, "key") == text_in(device, "key")
                          ? "has left"
                          : who_removed(field_in(device, "removed"), text_in(device, "key")));
  if (flag_in(device, "always_on")) remarks.emplace_back("always on");
  const std::string by = text_in(device, "linked_by");
  for (const json& other : list_in(result, "devices")) {
    if (text_in(other, "key") == by && by != text_in(device, "key")) remarks.push_back("by " + shown_name(other));
  }
  if (const std::uint64_t aside = number_in(device, "put_aside"); aside > 0)
    remarks.push_back(counted(aside, "event") + " put aside");
  std::string text;
  for (const std::string& remark : remarks) text += (text.empty() ? "" : ", ") + remark;
  return text;
}

}  // namespace

std::string devices_text(const json& result, const Style& style) {
  Table table({{"NAME"}, {"STATE"}, {"WE LACK", true}, {"COMING", true}, {"IT LACKS", true}, {"LINKED"}, {"REMARKS"}});
  for (const json& each : list_in(result, "devices")) {
    if (!is_in(each)) continue;
    const bool self = flag_in(each, "self");
    const Table::Cell state = self ? Table::Cell{"this device", Tone::good} : connection_cell(each);
    table.add_row({{shown_name(each), Tone::strong},
                   state,
                   {backlog(each, "we_lack")},
                   {backlog(each, "coming")},
                   {backlog(each, "it_lacks")},
                   {date_or_blank(number_in(each, "linked_time"))},
                   {remarks_on(each, result)}},
                  {text_in(each, "key")});
  }
  return table.render(style) + removed_devices_text(list_in(result, "devices"), style);
}

std::string links_text(const json& result, const Style& style) {
  Table table({{"NAME"}, {"ASKED"}, {"CODE"}, {"CONFIRMED"}, {"UNTIL"}});
  for (const json& each : list_in(result, "requests")) {
    const std::string code = text_in(each, "code");
    table.add_row({{shown_name(each), Tone::strong},
                   {flag_in(each, "asked_here") ? "here" : "there"},
                   code.empty() ? Table::Cell{"waits for it", Tone::faint} : Table::Cell{spaced_code(code), Tone::good},
                   {confirmations(each)},
                   {local_clock(number_in(each, "expires"))}},
                  {text_in(each, "key")});
  }
  if (table.empty()) return "No links under way. `toxtore device invite` begins one.\n";
  return table.render(style) +
         "\nIf the other device shows the same code: `toxtore device accept NAME CODE`, on each side that has not "
         "confirmed.\n";
}

// In ASCII: it must come out the same in every terminal.
std::string framed_code(const json& link, const Style& style) {
  std::string large;
  for (const char c : spaced_code(text_in(link, "code"))) large += c == ' ' ? "  " : std::string(1, c) + " ";
  const std::string edge = "  +" + std::string(large.size() + 5, '-') + "+\n";
  return edge + "  |   " + style.paint(Tone::strong, large) + "  |\n" + edge;
}

std::string code_text(const json& link, const Style& style) {
  return "The code for " + shown_name(link) + ":\n\n" + framed_code(link, style) +
         "\nOn the other device `toxtore device requests` must show the same code. If it does, confirm there:\n"
         "  toxtore device accept NAME " +
         spaced_code(text_in(link, "code")) + "\n";
}

std::string stock_client_hint(const json& link) {
  const std::string connection = text_in(link, "connection");
  if (connection.empty() || connection == "none" || flag_in(link, "toxtore")) return "";
  return shown_name(link) +
         " is connected, and has not said that it runs Toxtore: a stock Tox client cannot become one of your "
         "devices.\n";
}

std::string link_state_text(const json& link, const Style& style) {
  const std::string name = shown_name(link);
  if (flag_in(link, "linked")) return style.paint(Tone::good, name + " is now one of your devices.") + "\n";
  if (flag_in(link, "confirmed_here"))
    return "Confirmed here. Now confirm on " + name + " too:\n  toxtore device accept NAME " +
           spaced_code(text_in(link, "code")) + "\n";
  if (!text_in(link, "code").empty())
    return code_text(link, style) + "Then confirm here:\n  toxtore device accept " +
           text_in(link, "key").substr(0, 64) + " " + spaced_code(text_in(link, "code")) + "\n";
  return stock_client_hint(link) + name +
         " is asked. When it is online, both devices show a code:\n"
         "  toxtore device requests             shows the code and who has confirmed\n"
         "  toxtore device accept NAME CODE     confirms it, here and on the other device\n"
         "The request ends at " +
         local_clock(number_in(link, "expires")) + ".\n";
}

}  // namespace toxtore
