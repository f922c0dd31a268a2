// One linking of two devices, followed until it has a code, and until it is done.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands.h"

namespace toxtore {

/// Between two looks at what nothing is notified of.
inline constexpr std::chrono::milliseconds look_interval_ms{500};

/// Follows a link by notices and by asking. The daemon must be subscribed to before the link begins, and must outlive
/// this.
class LinkWatch {
 public:
  LinkWatch(nlohmann::json link, DaemonLink& daemon);

  [[nodiscard]] const nlohmann::json& link() const { return link_; }
  [[nodiscard]] bool has_code() const;
  [[nodiscard]] bool linked() const;

  /// Waits until the code is there, or until both sides have confirmed. There is an end to it: the daemon lets a link
  /// expire. Failures: offline (it came to nothing), and the daemon's.
  Outcome<> wait_for_code() { return wait_until(&LinkWatch::has_code); }
  Outcome<> wait_until_linked() { return wait_until(&LinkWatch::linked); }

  /// The user's word on this side.
  Outcome<> confirm();
  Outcome<> cancel();
  /// Asks the user whether the other device shows the same code, and confirms or cancels. False: the question was left
  /// open. Failures: code_mismatch (he said no), and the daemon's.
  Outcome<bool> ask_and_confirm(Terminal& terminal);

 private:
  Outcome<> wait_until(bool (LinkWatch::*reached)() const);
  Outcome<> look();
  Outcome<> hear();
  Outcome<> hear_all();
  bool take(const nlohmann::json& notification);
  [[nodiscard]] const nlohmann::json* with_key(const nlohmann::json& list) const;
  [[nodiscard]] tl::unexpected<Failure> ended(const std::string& why) const;

  nlohmann::json link_;
  std::string key_;
  std::optional<std::string> why_ended_;
  DaemonLink& daemon_;
};

/// Whether the user typed yes.
bool is_yes(const std::string& answer);

}  // namespace toxtore
