// toxic, a stock client with a text interface (Debian package toxic), as a friend: it runs in a Terminal, is driven by
// its commands and keys, and shows what its user would see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/bootstrap.h"
#include "harness/temp_folder.h"
#include "harness/terminal.h"

namespace toxtore {

class Toxic {
 public:
  /// Whether toxic and tmux are there to be run.
  static bool installed();

  /// Starts it with a new profile and waits until it is online. Folder and bootstrap must outlive it.
  Toxic(const TempFolder& folder, const Bootstrap& bootstrap, const std::string& name);

  /// Sends a friend request, from the home window.
  void add(const std::string& tox_id, const std::string& greeting);
  /// From the home window to the contact list.
  void show_contacts();
  /// From the contact list into the chat with the one contact.
  void open_chat();
  /// From the window that is shown to the next one; behind the last comes the first.
  void next_window();
  /// Ends it in order, from the home window or a chat.
  void stop();
  /// Runs it again with its profile, and waits until it is online.
  void start();
  /// Sends a message, in the chat window.
  void say(const std::string& text) { terminal_.type_line(text); }

  /// The screen.
  [[nodiscard]] Terminal& terminal() { return terminal_; }
  /// The lines of the contact list that show a contact, without what marks the cursor and blanks: "o Anna".
  std::vector<std::string> contacts();
  /// The names of the windows, as the bar at the bottom has them.
  std::vector<std::string> windows();

 private:
  void wait_online();

  Terminal terminal_;
};

}  // namespace toxtore
