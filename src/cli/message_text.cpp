#include "cli/message_text.h"

#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {
namespace {

using nlohmann::json;

/// "  17:42  ": what stands before every message.
constexpr std::size_t clock_columns = 9;
/// Narrower than this, a text is left to the terminal to break.
constexpr std::size_t text_columns_min = 20;
/// Of a message that a line is about.
constexpr std::size_t quote_columns = 40;

std::string friend_name(const json& message) {
  const std::string name = text_in(message, "friend");
  return harmless_line(name.empty() ? text_in(message, "conversation").substr(0, 8) : name);
}

/// What a reader must know about the message beyond its text. What was received and read needs no word.
std::string remark(const json& message) {
  if (flag_in(message, "outgoing")) return harmless_line(text_in(message, "state"));
  return flag_in(message, "read") ? "" : "unread";
}

Tone tone_of_remark(const std::string& remark) {
  if (remark == "delivered") return Tone::faint;
  return Tone::warning;
}

std::string in_brackets(const std::string& remark, const Style& style) {
  return remark.empty() ? "" : "  " + style.paint(tone_of_remark(remark), "(" + remark + ")");
}

}  // namespace

std::string delivery_words(const std::string& state) {
  if (state == "queued") return "queued: goes out when one of your devices is connected to the friend";
  if (state == "sending") return "sending: handed over, the friend's receipt is not here yet";
  if (state == "unsure") return "unsure: handed over without a receipt, and sent again later; it may arrive twice";
  if (state == "delivered") return "delivered";
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
  for (const std::string& line : harmless_lines(text_in(message, "text"))) {
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
          body(message, clock_columns + display_width(lead)) + in_brackets(remark(message), style_) + "\n";
  if (options_.ids)
    text += std::string(clock_columns, ' ') + style_.paint(Tone::faint, harmless_line(text_in(message, "id"))) + "\n";
  return text;
}

std::string Transcript::change(const json& message) const {
  const bool outgoing = flag_in(message, "outgoing");
  const std::string state = outgoing ? remark(message) : flag_in(message, "read") ? "read" : "unread";
  return std::string(clock_columns, ' ') + style_.paint(Tone::faint, "now " + state + ": ") + who(message) + ", " +
         local_clock(number_in(message, "time")) + ": " +
         cut_to_width(harmless_line(text_in(message, "text")), quote_columns) + "\n";
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
