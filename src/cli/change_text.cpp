#include "cli/change_text.h"

#include <nlohmann/json.hpp>

#include "cli/local_time.h"
#include "cli/person_text.h"
#include "cli/removal_text.h"
#include "cli/terminal_text.h"
#include "rpc/json_fields.h"

namespace toxtore {

using nlohmann::json;

void ChangeText::learn(const json& person) {
  const std::string key = text_in(person, "key");
  if (!key.empty()) names_[key] = shown_name(person);
}

std::string ChangeText::add(const json& notification) {
  const json& params = field_in(notification, "params");
  return text_in(notification, "method") == "event" ? event(params) : notice(params);
}

std::string ChangeText::event(const json& params) {
  const json& change = field_in(params, "change");
  if (const json& message = field_in(change, "message"); message.is_object()) {
    // The event that is the message itself, or a later one about it.
    const bool is_new = text_in(message, "id") == text_in(params, "event");
    return is_new ? transcript_.add(message) : transcript_.change(message);
  }
  if (const json& person = field_in(change, "friend"); person.is_object()) {
    learn(person);
    return friend_line(person);
  }
  if (const json& device = field_in(change, "device"); device.is_object()) {
    learn(device);
    return device_line(device);
  }
  if (const json& request = field_in(change, "request"); request.is_object()) return request_line(request);
  if (const json& read = field_in(change, "conversation"); read.is_object()) return conversation_line(read);
  if (const json& profile = field_in(change, "profile"); profile.is_object()) return profile_line(profile);
  return "";
}

std::string ChangeText::friend_line(const json& person) const {
  const std::string name = shown_name(person);
  const std::size_t devices = list_in(person, "known_by").size();
  if (devices == 0) return marked(name + " is not a friend any more");
  return marked(name + " is a friend, known by " + std::to_string(devices) + " of your devices");
}

std::string ChangeText::device_line(const json& device) const {
  return marked("your device " + shown_name(device) +
                (flag_in(device, "always_on") ? " is always on" : " is not always on"));
}

std::string ChangeText::request_line(const json& request) const {
  const std::string key = harmless_line(text_in(request, "key").substr(0, 8));
  if (!flag_in(request, "open")) return marked("the friend request of " + key + " is answered");
  return marked(key + " asks to be your friend: " + harmless_line(text_in(request, "message"))) +
         marked("  toxtore friend accept " + key);
}

std::string ChangeText::conversation_line(const json& conversation) const {
  const std::uint64_t unread = number_in(conversation, "unread");
  return marked("what " + harmless_line(text_in(conversation, "friend")) + " wrote is read" +
                (unread == 0 ? "" : ", but for " + std::to_string(unread)));
}

std::string ChangeText::profile_line(const json& profile) const {
  const std::string status = harmless_line(text_in(profile, "status_message"));
  return marked("your name is " + harmless_line(text_in(profile, "name")) +
                (status.empty() ? "" : ", your status message: " + status));
}

std::string ChangeText::named(const json& params) const {
  const std::string key = text_in(params, "key");
  const auto known = names_.find(key);
  return known == names_.end() ? harmless_line(key.substr(0, 8)) : known->second;
}

std::string ChangeText::notice(const json& params) const {
  const std::string what = text_in(params, "what");
  const std::string text = harmless_line(text_in(params, "text"));
  // What a message and a friend request say came with the event; these are for who shows notifications.
  if (what == "message") return marked("notification: " + named(params));
  if (what == "notification_cleared") return marked("notification taken back: " + named(params));
  if (what == "link_request")
    return marked(named(params) + " asks to become one of your devices; see `toxtore device requests`");
  if (what == "link_code") return marked("the code for " + named(params) + " is " + spaced_code(text));
  if (what == "link_ended") return marked("linking with " + named(params) + " ended: " + text);
  if (what == "doubt") return marked("this device is in doubt: " + text + "; see `toxtore status`");
  if (what == "log_forked")
    return marked(text + " was in use twice, as two copies or set back; what both did is shown");
  if (what == "doubt_over") return marked("this device is no longer in doubt about its database");
  if (what == "invitation_ended") return marked("an invitation is over: " + text);
  if (what == "device_linked") {
    const json& by = field_in(params, "linked_by");
    return marked((text.empty() ? named(params) : text) + " is now one of your devices" +
                  (by.is_object()
                       ? ", linked by " + shown_name(by) + ", " + local_date_and_clock(number_in(params, "time"))
                       : ""));
  }
  if (what == "device_removed") {
    const json& by = field_in(params, "removed_by");
    const std::string name = text.empty() ? named(params) : text;
    const bool left = text_in(by, "key") == text_in(params, "key");
    return marked(name + " is none of your devices any more: " + (left ? "it left" : "removed by " + shown_name(by)) +
                  ", " + local_date_and_clock(number_in(params, "time")));
  }
  if (what == "events_put_aside") {
    const json device = {{"key", text_in(params, "key")},
                         {"name", text.empty() ? named(params) : text},
                         {"put_aside", number_in(params, "count")}};
    const json& by = field_in(params, "removed_by");
    return marked("put aside, shown nowhere: " + put_aside_words(device) +
                  (by.is_object() ? ", by the word of " + shown_name(by) + " that it was removed" : "") +
                  "; see `toxtore status`");
  }
  if (what == "peer_connection") return marked(named(params) + " is " + connection_words(text));
  if (what == "friend_presence") return marked(named(params) + " is " + text + seen_at(params));
  return "";
}

std::string ChangeText::marked(const std::string& text) const {
  return style_.paint(Tone::faint, "  -- " + text) + "\n";
}

}  // namespace toxtore
