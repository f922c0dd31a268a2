#include "cli/message_text.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// Narrower than this, a text is left to the terminal to break.
constexpr std::size_t text_columns_min = 20;
/// Of a message that a line is about.
constexpr std::size_t quote_columns = 40;

/// Such as "4.0 KiB".
std::string byte_count(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  std::size_t unit = 0;
  auto amount = static_cast<double>(bytes) / 1024;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", amount, units[unit]);
  return text.data();
}

std::string friend_name(const json& message) {
  const std::string name = text_in(message, "friend");
  return harmless_line(name.empty() ? text_in(message, "conversation").substr(0, 8) : name);
}

/// " by server": the device that has to do with the delivery, if it is not the one that wrote.
std::string by_device(const json& message) {
  const std::string device = text_in(message, "device");
  if (device.empty() || text_in(message, "id").starts_with(device + ":")) return "";
  return " by " + harmless_line(text_in(message, "device_name"));
}

/// ", 17:50", with the day if that is another: when it was delivered, if that was not at once.
std::string later_moment(const json& message) {
  const std::uint64_t delivered_ms = number_in(message, "delivered_time");
  const std::uint64_t written_ms = number_in(message, "time");
  if (delivered_ms == 0 || local_date_and_clock(delivered_ms) == local_date_and_clock(written_ms)) return "";
  const bool same_day = local_date(delivered_ms) == local_date(written_ms);
  return ", " + (same_day ? local_clock(delivered_ms) : local_date_and_clock(delivered_ms));
}

/// Of what is not sent any more: whether it had gone out by then, without a receipt.
std::string risk(const json& message) { return text_in(message, "device").empty() ? "" : ", but may have arrived"; }

/// What a reader must know about the message beyond its text. What was received and read needs no word.
std::string remark(const json& message) {
  if (!flag_in(message, "outgoing")) return flag_in(message, "read") ? "" : "unread";
  const std::string state = text_in(message, "state");
  if (state == "failed" && text_in(message, "failure") == "no_friend")
    return "failed: no friend any more" + risk(message);
  if (state == "failed") return "failed: too long";
  if (state == "withdrawn") return state + risk(message);
  if (state == "perhaps_doubled") return "delivered, perhaps twice" + by_device(message) + later_moment(message);
  if (state == "delivered") return state + by_device(message) + later_moment(message);
  return harmless_line(state) + by_device(message);
}

Tone tone_of_state(const json& message) {
  return text_in(message, "state") == "delivered" ? Tone::faint : Tone::warning;
}

/// What stands there instead of a text: a file that nobody took, a call that nobody answered, or nothing any more.
std::string shown_text(const json& message) {
  const std::string text = text_in(message, "text");
  const std::string content = text_in(message, "content");
  if (content == "call") return "[missed call]";
  if (content == "file") {
    const std::string name = flag_in(message, "erased") ? "erased" : text;
    const json& size = field_in(message, "size");
    return "[offered a file: " + name + (size.is_number() ? ", " + byte_count(number_in(message, "size")) : "") + "]";
  }
  return flag_in(message, "erased") ? "[erased]" : text;
}

std::string remark_in_brackets(const json& message, const Style& style) {
  const std::string words = remark(message);
  return words.empty() ? "" : "  " + style.paint(tone_of_state(message), "(" + words + ")");
}

/// By which other commands name the message, and which of the friend's devices took it.
std::string ids(const json& message) {
  const std::string to = text_in(message, "delivered_to");
  return harmless_line(text_in(message, "id")) + (to.empty() ? "" : "  delivered to " + harmless_line(to.substr(0, 8)));
}

}  // namespace

std::string delivery_words(const std::string& state) {
  if (state == "queued")
    return "queued: goes out at once if one of your devices is connected to the friend, else when one is; `toxtore "
           "outbox` "
           "tells what it waits for";
  if (state == "sending") return "sending: handed over, the friend's receipt is not here yet";
  if (state == "unsure") return "unsure: handed over without a receipt, and sent again later; it may arrive twice";
  if (state == "delivered") return "delivered";
  if (state == "perhaps_doubled") return "delivered, perhaps twice";
  if (state == "failed") return "failed: it is not sent";
  if (state == "withdrawn") return "withdrawn: it is not sent any more";
  return harmless_line(state);
}

std::string Transcript::who(const json& message) const {
  std::string name = friend_name(message);
  if (!flag_in(message, "outgoing")) return name;
  return options_.mixed ? "me to " + name : "me";
}

std::string Transcript::body(const json& message, std::size_t indent) const {
  const bool room = style_.columns >= indent + text_columns_min;
  std::string text;
  for (const std::string& line : harmless_lines(shown_text(message))) {
    for (const std::string& piece : wrapped(line, room ? style_.columns - indent : 0)) {
      if (!text.empty()) text += "\n" + std::string(piece.empty() ? 0 : indent, ' ');
      // An empty first line must count as a line as well.
      text += piece.empty() && text.empty() ? " " : piece;
    }
  }
  return text;
}

std::string Transcript::add(const json& message) {
  const std::uint64_t time_ms = number_in(message, "time");
  std::string text;
  if (std::string day = local_day(time_ms); day != day_) {
    day_ = std::move(day);
    text += style_.paint(Tone::strong, day_) + "\n";
  }
  const bool action = text_in(message, "kind") == "action";
  const std::string lead = (action ? "* " : "") + who(message) + (action ? " " : ": ");
  const Tone tone = flag_in(message, "outgoing") ? Tone::plain : Tone::strong;
  text += "  " + style_.paint(Tone::faint, local_clock(time_ms)) + "  " + style_.paint(tone, lead) +
          body(message, clock_columns + display_width(lead)) + remark_in_brackets(message, style_) + "\n";
  if (options_.ids) text += std::string(clock_columns, ' ') + style_.paint(Tone::faint, ids(message)) + "\n";
  return text;
}

std::string Transcript::change(const json& message) const {
  const bool outgoing = flag_in(message, "outgoing");
  const std::string state = outgoing ? remark(message) : flag_in(message, "read") ? "read" : "unread";
  return std::string(clock_columns, ' ') + style_.paint(Tone::faint, "now " + state + ": ") + who(message) + ", " +
         local_clock(number_in(message, "time")) + ": " +
         cut_to_width(harmless_line(shown_text(message)), quote_columns) + "\n";
}

std::string messages_text(const json& result, Transcript::Options options, const std::string& older,
                          const Style& style) {
  const json& messages = list_in(result, "messages");
  if (messages.empty()) return options.mixed ? "Nothing found.\n" : "No messages.\n";
  std::string text;
  if (flag_in(result, "more")) {
    const std::string id = harmless_line(text_in(messages.front(), "id"));
    text += style.paint(Tone::faint, "Older ones: " + harmless_line(older) + " --before " + id) + "\n";
  }
  Transcript transcript(style, options);
  for (const json& message : messages) text += transcript.add(message);
  return text;
}

std::string sent_text(const json& message, const Style& style) {
  const std::string state = text_in(message, "state");
  return "To " + style.paint(Tone::strong, friend_name(message)) + ": " +
         style.paint(state == "delivered" ? Tone::good : Tone::plain, delivery_words(state)) + "\n";
}

}  // namespace toxtore
