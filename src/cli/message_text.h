// Messages for people: under a heading for each day, the text of several lines indented, what a friend wrote made
// harmless, and the state of what is not simply received and read.
//
//   Wed 2024-05-01
//     17:42  Anna: See you at eight
//                  Bring the board
//     17:43  me: Fine  (queued)
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/style.h"

namespace toxtore {

/// "  17:42  ": what stands before every message.
inline constexpr std::size_t clock_columns = 9;

/// "queued: goes out when one of your devices is connected to the friend", and so on: what a state means.
std::string delivery_words(const std::string& state);

/// Turns messages into lines. Remembers the day of the last one, so that the next gets a heading only if it is of
/// another day.
class Transcript {
 public:
  struct Options {
    /// Several conversations: lines of our own say to whom they went.
    bool mixed = false;
    /// The id of each message, below it.
    bool ids = false;
  };

  Transcript(Style style, Options options) : style_(style), options_(options) {}

  /// The message's lines, each ended by "\n", with a heading if its day is a new one.
  std::string add(const nlohmann::json& message);
  /// One line about a message that is shown already: what became of it.
  [[nodiscard]] std::string change(const nlohmann::json& message) const;

 private:
  [[nodiscard]] std::string who(const nlohmann::json& message) const;
  [[nodiscard]] std::string body(const nlohmann::json& message, std::size_t indent) const;

  Style style_;
  Options options_;
  std::string day_;
};

/// Result of message.history (`mixed` false) or message.search. `older`: the command that shows what is before, printed
/// if there is more; ` --before ID` is put behind it.
std::string messages_text(const nlohmann::json& result, Transcript::Options options, const std::string& older,
                          const Style& style);

/// The answer to message.send.
std::string sent_text(const nlohmann::json& message, const Style& style);

}  // namespace toxtore
