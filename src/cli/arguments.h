// What the user asked for on the command line, as values.
//
// `parse_arguments` is the only door to CLI11. It knows the commands, their options and their help; it neither talks to
// the daemon nor reads a file. Words that become a message are taken as they are: CLI11's own readings of "[a,b]", "{}"
// and "++" are kept off them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/outcome.h"

namespace toxtore {

/// Messages that history and search show unless told otherwise, and at most (docs/RPC.md).
inline constexpr std::uint64_t messages_shown = 50;
inline constexpr std::uint64_t messages_shown_max = 1000;
/// Digits of the code that both devices show.
inline constexpr std::size_t link_code_digits = 6;

/// Options that every command takes, before or after its name.
struct GlobalOptions {
  std::string profile = "default";
  std::optional<std::filesystem::path> socket;  ///< none: the profile's own
  bool json = false;
};

namespace command {

struct Status {};
struct Id {
  bool qr = true;
};

struct FriendAdd {
  std::string tox_id;
  std::string message;  ///< empty: the daemon's own words
};
struct FriendList {};
struct FriendRequests {};
/// accept, decline, remove: one friend, the daemon's method says what is done.
struct FriendAnswer {
  enum class What { accept, decline, remove } what = What::accept;
  std::string name;
};

/// What the user says of a friend; what is not there stays as it is.
struct FriendSet {
  std::string name;
  std::optional<std::string> alias;
  std::optional<bool> muted;
  std::optional<bool> blocked;
  std::optional<bool> withheld;
  std::string claims;  ///< "accept", "ask", "never", or empty
};
struct FriendIntroduce {
  std::string name;
  std::string message;  ///< empty: the daemon's own words
};
struct FriendMerge {
  std::string name;
  std::string other;
};
struct FriendSplit {
  std::string key;
};
struct FriendClaims {};
struct FriendClaim {
  std::string name;
  std::string key;
  bool accept = false;
};

struct Send {
  std::string to;
  std::string text;
  bool from_stdin = false;  ///< then `text` is empty
  bool action = false;
};
/// What history and search have in common.
struct Page {
  std::uint64_t limit = messages_shown;
  std::string before;  ///< the id of a message, or empty
  bool ids = false;    ///< show the id of each message
};
struct History {
  std::string with;
  Page page;
};
struct Search {
  std::string words;
  std::string with;  ///< empty: all conversations
  Page page;
};
/// One of the two is given.
struct Read {
  std::string with;
  std::string id;
};
/// What waits to be delivered.
struct Outbox {};
struct OutboxWithdraw {
  std::string id;
};
struct OutboxSend {
  std::string id;
};
/// One of the two is given.
struct Erase {
  std::string with;  ///< the whole conversation
  std::vector<std::string> ids;
};
struct Watch {
  std::optional<std::uint64_t> since;
};

struct DeviceInvite {
  bool yes = false;  ///< the user's word in advance
  std::string name;  ///< what to call the device that joins; empty: what it calls itself
  bool wait = true;
  bool cancel = false;  ///< take back all that are open instead
};
struct DeviceJoin {
  std::string uri;   ///< empty: from standard input
  bool yes = false;  ///< the user's word that the other device may have all that this one holds
  bool wait = true;
};
struct DeviceRequest {
  std::string device;
  bool wait = true;
};
struct DeviceRequests {};
struct DeviceAccept {
  std::string device;
  std::string code;  ///< six digits, or empty: to be asked for, or it was a removed device
};
struct DeviceCancel {
  std::string device;
};
struct DeviceList {};
struct DeviceRemove {
  std::vector<std::string> devices;
  bool yes = false;  ///< the user's word in advance
};
struct DeviceLeave {
  bool now = false;    ///< without waiting until the others hold what this device holds
  bool erase = false;  ///< and then all of the profile
  bool yes = false;
  bool cancel = false;  ///< take it back instead
};
/// Goes on with the database that this device has, though it is in doubt.
struct DeviceTrustDatabase {};
struct DeviceRename {
  std::string device;
  std::string name;
};

/// Shows it if no value is given.
struct ProfileValue {
  enum class What { name, status } what = What::name;
  std::optional<std::string> value;
};

struct ProfileExport {
  std::string file;  ///< empty only with --json
  bool plain = false;
  std::optional<int> passphrase_fd;
  std::string passphrase_file;
};

struct Backup {
  std::string file;
  bool force = false;
  bool plain = false;
  std::optional<int> passphrase_fd;
  std::string passphrase_file;
};

/// Through the daemon if one runs; else `toxtored` is started with these words for it.
struct Doctor {
  bool repair = false;
  std::vector<std::string> words;
};

/// What `toxtored` does to a profile without running it (restore, passphrase): the words to start it with.
struct ProfileTask {
  std::vector<std::string> words;
};

}  // namespace command

using Command =
    std::variant<command::Status, command::Id, command::FriendAdd, command::FriendList, command::FriendRequests,
                 command::FriendAnswer, command::FriendSet, command::FriendIntroduce, command::FriendMerge,
                 command::FriendSplit, command::FriendClaims, command::FriendClaim, command::Send, command::History,
                 command::Search, command::Read, command::Outbox, command::OutboxWithdraw, command::OutboxSend,
                 command::Erase, command::Watch, command::DeviceInvite, command::DeviceJoin, command::DeviceRequest,
                 command::DeviceRequests, command::DeviceAccept, command::DeviceCancel, command::DeviceList,
                 command::DeviceRename, command::DeviceRemove, command::DeviceLeave, command::DeviceTrustDatabase,
                 command::ProfileValue, command::ProfileExport, command::Backup, command::ProfileTask, command::Doctor>;

struct Arguments {
  GlobalOptions global;
  Command command;
};

/// A text that was asked for instead of a command: help or the version, to be printed on stdout.
struct Information {
  std::string text;
};

/// `words` without the program's name. Failures: usage.
std::variant<Arguments, Information, Failure> parse_arguments(const std::vector<std::string>& words);

/// Whether --json is among the words: how to print a failure when they do not parse.
bool asks_for_json(const std::vector<std::string>& words);

/// The code without the spaces and dashes that make it easier to read out. Nothing if it is not six digits.
std::optional<std::string> plain_code(std::string_view typed);

/// The commands as they are typed, such as "friend add", in the order of the help.
std::vector<std::string> command_names();

}  // namespace toxtore
