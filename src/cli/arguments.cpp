#include "cli/arguments.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>

#include "base/utf8.h"
#include "cli/help.h"

namespace toxtore {
namespace {

// CLI11 takes a word "++" for the end of a command and "[a,b]" for two words, even where a message is expected
// ("toxtore send Anna ++"). Such words are handed over behind a guard that no one types, and read without it.
constexpr char guard = '\x01';

bool needs_guard(const std::string& word) {
  return word == "++" || word.starts_with(guard) || (word.starts_with('[') && word.ends_with(']'));
}
std::string guarded(const std::string& word) { return needs_guard(word) ? guard + word : word; }
std::string unguarded(const std::string& word) { return word.starts_with(guard) ? word.substr(1) : word; }

/// The words given for an option, one space between them. Read raw: CLI11's conversions change "{}" and the like.
std::string words_of(const CLI::Option* option) {
  std::string joined;
  for (const std::string& word : option->results()) joined += (joined.empty() ? "" : " ") + unguarded(word);
  return joined;
}

/// As toxtored has it: the name becomes part of a path.
bool is_profile_name(std::string_view name) {
  constexpr std::size_t size_max_bytes = 64;
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= size_max_bytes && name.front() != '.' &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<std::uint64_t> number_of(const CLI::Option* option) {
  const std::string digits = words_of(option);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

struct Described {
  const char* name;
  const char* summary;
  const char* description;
  const char* example;
};

/// The parser while it is built and used: the CLI11 apps, and for each command how to make its value.
class Parser {
 public:
  Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() = default;

  std::variant<Arguments, Information, Failure> parse(const std::vector<std::string>& words);
  [[nodiscard]] const std::vector<HelpEntry>& entries() const { return entries_; }

 private:
  using Build = std::function<Outcome<Command>()>;
  using Answer = command::FriendAnswer::What;
  struct PageOptions {
    CLI::Option* limit;
    CLI::Option* before;
    CLI::Option* ids;
  };

  void add_global_options();
  void add_first_commands();
  void add_friend_commands();
  void add_friend_set(CLI::App* group);
  void add_contact_commands(CLI::App* group);
  void add_friend_answer(CLI::App* group, const Described& described, Answer what, const char* who);
  void add_send();
  void add_history_and_search();
  void add_read_and_watch();
  void add_withdraw_and_erase();
  void add_profile_value(CLI::App* group, const Described& described, command::ProfileValue::What what);
  void add_device_request_and_requests(CLI::App* group);
  void add_other_device_commands(CLI::App* group);
  void add_profile_commands();

  CLI::App* add(CLI::App* parent, const Described& described);
  static CLI::Option* positional(CLI::App* app, const char* name, const char* description);
  static CLI::Option* positional_words(CLI::App* app, const char* name, const char* description);
  static CLI::Option* flag(CLI::App* app, const char* name, const std::string& description);
  static CLI::Option* value(CLI::App* app, const char* name, const char* type, const char* description);
  static PageOptions page_options(CLI::App* app);
  static Outcome<command::Page> page_of(const PageOptions& options);
  void on(CLI::App* app, Build build) { builds_.emplace_back(app, std::move(build)); }

  Outcome<GlobalOptions> global_options() const;
  Outcome<Arguments> chosen() const;
  Failure usage_failure(const CLI::ParseError& error) const;
  std::string chosen_path() const;

  CLI::App app_;
  CLI::Option* profile_ = nullptr;
  CLI::Option* socket_ = nullptr;
  CLI::Option* json_ = nullptr;
  std::string heading_;  ///< for the commands that are added next
  std::vector<HelpEntry> entries_;
  std::vector<std::pair<CLI::App*, Build>> builds_;
};

Parser::Parser()
    : app_(
          "Friends, messages and devices of a Tox user whose history is the same on every device.\n"
          "toxtore talks to toxtored, which must be running for the profile.",
          "toxtore") {
  app_.formatter_fn(
      [this](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_text(*app, app_, entries_); });
  app_.fallthrough();
  app_.require_subcommand(1);
  app_.set_help_flag("-h,--help", "This text");
  add_global_options();
  add_first_commands();
  add_friend_commands();
  heading_ = "Messages";
  add_send();
  add_history_and_search();
  add_withdraw_and_erase();
  add_read_and_watch();
  heading_ = "More devices";
  CLI::App* device = app_.add_subcommand("device", "Links other devices to this one, and shows those that are linked.");
  device->require_subcommand(1);
  add_device_request_and_requests(device);
  add_other_device_commands(device);
  add_profile_commands();
}

void Parser::add_global_options() {
  profile_ = value(&app_, "--profile", "NAME", "Whose toxtored to talk to (default: default)");
  socket_ = value(&app_, "--socket", "PATH", "Its control socket, if it is not at the usual place");
  json_ = flag(&app_, "--json", "Print the result as JSON on one line, and nothing else");
  app_.set_version_flag("--version", "toxtore " TOXTORE_VERSION, "Print the version");
}

CLI::App* Parser::add(CLI::App* parent, const Described& described) {
  CLI::App* app = parent->add_subcommand(described.name, described.description);
  const std::string path = (parent == &app_ ? "" : parent->get_name() + " ") + described.name;
  entries_.push_back({app, heading_, path, described.summary, described.example});
  return app;
}

CLI::Option* Parser::positional(CLI::App* app, const char* name, const char* description) {
  return app->add_option(name)->description(description)->required();
}

CLI::Option* Parser::positional_words(CLI::App* app, const char* name, const char* description) {
  return positional(app, name, description)->required(false)->expected(1, -1)->allow_extra_args();
}

CLI::Option* Parser::flag(CLI::App* app, const char* name, const std::string& description) {
  return app->add_flag(name, description);
}

CLI::Option* Parser::value(CLI::App* app, const char* name, const char* type, const char* description) {
  return app->add_option(name)->description(description)->type_name(type)->type_size(1)->expected(1);
}

void Parser::add_first_commands() {
  heading_ = "First steps";
  CLI::App* status = add(&app_, {"status", "How this device is doing",
                                 "Shows how this device is doing: whether it is connected to Tox, how much it holds, "
                                 "what is unread and what is not delivered yet.",
                                 "  toxtore status\n"});
  on(status, [] { return command::Status{}; });

  CLI::App* id = add(&app_, {"id", "Your Tox ID, as text and QR code",
                             "Shows this device's Tox ID as text and as a QR code, the IDs of your other devices, and "
                             "which one to give to friends who use an ordinary Tox client.",
                             "  toxtore id\n  toxtore id --no-qr\n"});
  const CLI::Option* no_qr = flag(id, "--no-qr", "Only text");
  on(id, [no_qr] { return command::Id{no_qr->count() == 0}; });
}

void Parser::add_friend_commands() {
  CLI::App* group = app_.add_subcommand("friend", "Adds, lists and removes friends, and answers their requests.");
  group->require_subcommand(1);
  CLI::App* added = add(group, {"add", "Ask someone to be your friend",
                                "Sends a friend request to the owner of a Tox ID. It arrives when both are online; "
                                "messages can be sent from now on and wait until then.",
                                "  toxtore friend add TOXID \"Hello, this is Max from the chess club\"\n"});
  const CLI::Option* tox_id = positional(added, "TOXID", "The friend's Tox ID, 76 hexadecimal digits");
  const CLI::Option* message = positional_words(added, "MESSAGE", "What the friend reads with the request");
  on(added, [=] { return command::FriendAdd{words_of(tox_id), words_of(message)}; });

  CLI::App* requests = add(group, {"requests", "Who asks to be your friend",
                                   "Lists the friend requests that wait for an answer, whichever device they came to.",
                                   "  toxtore friend requests\n"});
  on(requests, [] { return command::FriendRequests{}; });
  add_friend_answer(
      group,
      {"accept", "Accept a friend request", "Accepts a friend request. The friend appears on all your devices.",
       "  toxtore friend accept 3F2A90C1\n"},
      Answer::accept, "The key of `toxtore friend requests`, or its first digits");
  add_friend_answer(group,
                    {"decline", "Drop a friend request", "Drops a friend request. Who asked is not told.",
                     "  toxtore friend decline 3F2A90C1\n"},
                    Answer::decline, "The key of `toxtore friend requests`, or its first digits");

  CLI::App* list =
      add(group, {"list", "Your friends", "Lists your friends: who is connected, what is unread, and each one's key.",
                  "  toxtore friend list\n"});
  on(list, [] { return command::FriendList{}; });
  add_friend_answer(
      group,
      {"remove", "Remove a friend", "Removes a friend on all your devices. The messages stay in the history.",
       "  toxtore friend remove Anna\n"},
      Answer::remove, "Name, key or Tox ID");
  add_friend_set(group);
  add_contact_commands(group);
}

void Parser::add_friend_answer(CLI::App* group, const Described& described, Answer what, const char* who) {
  CLI::App* app = add(group, described);
  const CLI::Option* name = positional(app, "FRIEND", who);
  on(app, [=] { return command::FriendAnswer{what, words_of(name)}; });
}

void Parser::add_friend_set(CLI::App* group) {
  CLI::App* set =
      add(group, {"set", "Alias, mute, block and more",
                  "Changes what holds for a friend, on all your devices. A blocked friend can neither reach "
                  "you nor see you online; the history stays. Removed, he stays blocked until you add him again. A "
                  "friend with Toxtore may say that further "
                  "keys are his devices: accept (the default) believes it when both keys say so, ask waits "
                  "for your word, never keeps each key a contact of its own (also those of a contact that "
                  "there is, which then have one name; any of them brings them together again).",
                  "  toxtore friend set Anna --alias Sis --muted yes\n"});
  const CLI::Option* name = positional(set, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* alias =
      value(set, "--alias", "NAME", "What to call this friend; an empty name: as he does himself");
  const CLI::Option* muted = value(set, "--muted", "yes|no", "Whether his messages notify nobody");
  const CLI::Option* blocked = value(set, "--blocked", "yes|no", "Whether he is kept out");
  const CLI::Option* claims = value(set, "--claims", "HOW", "His claims about his devices: accept, ask or never");
  const CLI::Option* withheld =
      value(set, "--withhold-devices", "yes|no", "Whether he is not told which devices are yours");
  on(set, [=]() -> Outcome<Command> {
    command::FriendSet made;
    made.name = words_of(name);
    if (alias->count() > 0) made.alias = words_of(alias);
    for (const auto& [option, answer] :
         {std::pair(muted, &made.muted), std::pair(blocked, &made.blocked), std::pair(withheld, &made.withheld)}) {
      if (option->count() == 0) continue;
      const std::string word = words_of(option);
      if (word != "yes" && word != "no") return refuse_usage(option->get_name() + " must be yes or no");
      *answer = word == "yes";
    }
    made.claims = words_of(claims);
    if (!made.claims.empty() && made.claims != "accept" && made.claims != "ask" && made.claims != "never")
      return refuse_usage("--claims must be accept, ask or never");
    if (alias->count() + muted->count() + blocked->count() + claims->count() + withheld->count() == 0)
      return refuse_usage("friend set needs an option; see `toxtore friend set --help`");
    return made;
  });
}

void Parser::add_contact_commands(CLI::App* group) {
  CLI::App* introduce = add(group, {"introduce", "Make a friend know this device too",
                                    "Sends a friend request from this device to a friend with an ordinary Tox client, "
                                    "so that this device reaches him as well. He sees a request of a Tox ID that he "
                                    "does not know, with your words; if he accepts, he has one more entry for you. A "
                                    "friend with Toxtore needs no introduction.",
                                    "  toxtore friend introduce Anna \"This is Max, on my laptop\"\n"});
  const CLI::Option* introduced = positional(introduce, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* words = positional_words(introduce, "MESSAGE", "What the friend reads with the request");
  on(introduce, [=] { return command::FriendIntroduce{words_of(introduced), words_of(words)}; });

  CLI::App* merge = add(group, {"merge", "Two friends are one person",
                                "Shows two friends as one contact with one conversation, on all your devices: a "
                                "friend's phone with an ordinary Tox client, for example.",
                                "  toxtore friend merge Anna \"Anna (phone)\"\n"});
  const CLI::Option* one = positional(merge, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* other = positional(merge, "OTHER", "Name, key or Tox ID of the other");
  on(merge, [=] { return command::FriendMerge{words_of(one), words_of(other)}; });

  CLI::App* split =
      add(group, {"split", "A key is another person",
                  "Takes a key out of the contact that it is shown in, and makes it a contact of its own, "
                  "whatever the keys say of each other, now and later. The other keys stay together; "
                  "`toxtore friend merge` undoes it.",
                  "  toxtore friend split 3F2A90C1…\n"});
  const CLI::Option* key = positional(split, "KEY", "The key, as `toxtore friend list` shows it");
  on(split, [=] { return command::FriendSplit{words_of(key)}; });

  CLI::App* claims = add(group, {"claims", "Keys that friends say are theirs",
                                 "Lists keys that friends say are further devices of theirs and that do not count as "
                                 "theirs: they have not said so themselves, or wait for your answer.",
                                 "  toxtore friend claims\n"});
  on(claims, [] { return command::FriendClaims{}; });

  CLI::App* claim = add(group, {"claim", "Answer such a claim",
                                "Says whether a key may count as a friend's device. Declining splits it off again.",
                                "  toxtore friend claim Anna 3F2A90C1 accept\n"});
  const CLI::Option* whose = positional(claim, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* claimed = positional(claim, "KEY", "The key of `toxtore friend claims`, or its first digits");
  const CLI::Option* answer = positional(claim, "ANSWER", "accept or decline");
  on(claim, [=]() -> Outcome<Command> {
    const std::string word = words_of(answer);
    if (word != "accept" && word != "decline") return refuse_usage("the answer must be accept or decline");
    return command::FriendClaim{words_of(whose), words_of(claimed), word == "accept"};
  });
}

void Parser::add_send() {
  CLI::App* send = add(&app_, {"send", "Send a message",
                               "Sends a message and shows its state. It waits as long as it must: any of your devices "
                               "delivers it when the friend is online. Put `--` before a text that begins with a dash; "
                               "the text - alone is read from the standard input.",
                               "  toxtore send Anna See you at eight\n"
                               "  toxtore send Anna --action waves\n"
                               "  fortune | toxtore send Anna -\n"});
  const CLI::Option* to = positional(send, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* text = positional_words(send, "TEXT", "The message")->required();
  const CLI::Option* action = flag(send, "--action", "Something that you do (/me) instead of something you say");
  on(send, [=]() -> Outcome<Command> {
    command::Send made{words_of(to), words_of(text), false, action->count() > 0};
    made.from_stdin = made.text == "-";
    if (made.from_stdin) made.text.clear();
    return made;
  });
}

Parser::PageOptions Parser::page_options(CLI::App* app) {
  return {value(app, "--limit", "N", "Show at most so many messages, 1 to 1000 (default: 50)"),
          value(app, "--before", "ID", "Show those before this message"),
          flag(app, "--ids", "Show the id of each message")};
}

Outcome<command::Page> Parser::page_of(const PageOptions& options) {
  command::Page page;
  if (options.limit->count() > 0) {
    const auto limit = number_of(options.limit);
    if (!limit || *limit < 1 || *limit > messages_shown_max)
      return refuse_usage("--limit must be a number from 1 to " + std::to_string(messages_shown_max));
    page.limit = *limit;
  }
  page.before = words_of(options.before);
  page.ids = options.ids->count() > 0;
  return page;
}

void Parser::add_history_and_search() {
  CLI::App* history = add(&app_, {"history", "The messages with a friend",
                                  "Shows the newest messages with a friend, the oldest of them first. Reading here "
                                  "marks nothing as read; `toxtore read` does.",
                                  "  toxtore history Anna --limit 20\n"});
  const CLI::Option* with = positional(history, "FRIEND", "Name, key or Tox ID");
  const PageOptions page = page_options(history);
  on(history, [=]() -> Outcome<Command> {
    return page_of(page).map(
        [&](command::Page p) -> Command { return command::History{words_of(with), std::move(p)}; });
  });

  CLI::App* search = add(&app_, {"search", "Find messages by words",
                                 "Finds messages that hold all the words, in all conversations or in one.",
                                 "  toxtore search chess club\n  toxtore search --friend Anna eight\n"});
  const CLI::Option* words = positional_words(search, "WORDS", "What to look for")->required();
  const CLI::Option* friend_name = value(search, "--friend", "FRIEND", "Only messages with this friend");
  const PageOptions found = page_options(search);
  on(search, [=]() -> Outcome<Command> {
    return page_of(found).map([&](command::Page p) -> Command {
      return command::Search{words_of(words), words_of(friend_name), std::move(p)};
    });
  });
}

void Parser::add_read_and_watch() {
  CLI::App* read = add(&app_, {"read", "Mark messages as read",
                               "Marks all messages of a friend as read on all your devices, or a single one by its "
                               "id. `toxtore history FRIEND --ids` shows ids.",
                               "  toxtore read Anna\n"});
  const CLI::Option* with = positional(read, "FRIEND", "Name, key or Tox ID")->required(false);
  const CLI::Option* id = value(read, "--id", "ID", "Mark only this message");
  on(read, [=]() -> Outcome<Command> {
    if ((with->count() > 0) == (id->count() > 0))
      return refuse_usage("read needs either a FRIEND or --id ID; see `toxtore read --help`");
    return command::Read{words_of(with), words_of(id)};
  });

  CLI::App* watch = add(&app_, {"watch", "Messages and changes as they come",
                                "Prints messages and changes as they come, until Ctrl-C. With --json each is one line, "
                                "and the `cursor` of one is what --since takes to go on behind it.",
                                "  toxtore watch\n  toxtore watch --json --since 0\n"});
  const CLI::Option* since = value(watch, "--since", "CURSOR", "Begin behind this cursor; 0: with the first event");
  on(watch, [=]() -> Outcome<Command> {
    command::Watch made;
    if (since->count() > 0) made.since = number_of(since);
    if (since->count() > 0 && !made.since) return refuse_usage("--since must be a number, the `cursor` of an event");
    return made;
  });
}

void Parser::add_device_request_and_requests(CLI::App* group) {
  CLI::App* request = add(group, {"request", "Make a friend one of your devices",
                                  "Asks a device of yours, which must be among your friends already, to become one of "
                                  "your devices. Both sides then show the same code, and both must confirm it: "
                                  "here when you are asked for it, there with `toxtore device accept`. This protects "
                                  "you from someone who poses as your device, so compare the codes.",
                                  "  toxtore device request server\n"});
  const CLI::Option* device = positional(request, "FRIEND", "Name, key or Tox ID of the other device");
  const CLI::Option* no_wait = flag(request, "--no-wait", "Only ask; do not wait for the code");
  on(request, [=] { return command::DeviceRequest{words_of(device), no_wait->count() == 0}; });

  CLI::App* requests = add(group, {"requests", "Links under way, and their codes",
                                   "Lists the links that are under way, asked for here or by another device, with the "
                                   "code that both devices must show and who has confirmed.",
                                   "  toxtore device requests\n"});
  on(requests, [] { return command::DeviceRequests{}; });
}

void Parser::add_other_device_commands(CLI::App* group) {
  CLI::App* accept = add(group, {"accept", "Confirm a link by its code",
                                 "Confirms on this side that another device is yours. Both sides confirm: the devices "
                                 "are linked when each was told the code that the other one shows.",
                                 "  toxtore device accept laptop 493-027\n"});
  const CLI::Option* accepted = positional(accept, "NAME", "Name or key of the other device");
  const CLI::Option* code = positional_words(accept, "CODE",
                                             "The code that the other device shows; spaces and dashes "
                                             "do not matter. On a terminal it is asked for");
  on(accept, [=]() -> Outcome<Command> {
    if (code->count() == 0) return command::DeviceAccept{words_of(accepted), ""};
    const auto digits = plain_code(words_of(code));
    if (!digits) return refuse_usage("the code must be six digits, such as 493-027");
    return command::DeviceAccept{words_of(accepted), *digits};
  });

  CLI::App* cancel = add(group, {"cancel", "Give up a link",
                                 "Ends a link that is under way. Nothing is linked, and the other side is told.",
                                 "  toxtore device cancel laptop\n"});
  const CLI::Option* cancelled = positional(cancel, "NAME", "Name or key of the other device");
  on(cancel, [=] { return command::DeviceCancel{words_of(cancelled)}; });

  CLI::App* rename = add(group, {"rename", "Give a device of yours another name",
                                 "Gives one of your devices another name, on all of them. Friends do not see it.",
                                 "  toxtore device rename server \"box in the attic\"\n"});
  const CLI::Option* renamed = positional(rename, "DEVICE", "Name, key or Tox ID of one of your devices");
  const CLI::Option* name = positional_words(rename, "NAME", "Its new name")->required();
  on(rename, [=] { return command::DeviceRename{words_of(renamed), words_of(name)}; });

  CLI::App* list = add(
      group, {"list", "Your devices", "Lists your devices, which are connected, and how much each still has to fetch.",
              "  toxtore device list\n"});
  on(list, [] { return command::DeviceList{}; });
}

void Parser::add_withdraw_and_erase() {
  CLI::App* withdraw = add(&app_, {"withdraw", "Take back a message that still waits",
                                   "Takes back a message that is not delivered yet: no device of yours sends it any "
                                   "more. `toxtore history --ids` shows the ids.",
                                   "  toxtore withdraw 3F2A…:17\n"});
  const CLI::Option* id = positional(withdraw, "MESSAGE-ID", "The id of the message");
  on(withdraw, [=] { return command::Withdraw{words_of(id)}; });

  CLI::App* erase = add(&app_, {"erase", "Erase messages on all your devices",
                                "Erases the text of messages, or of a whole conversation, on all your devices. That a "
                                "message was there stays. Friends keep what they have; what still waits is not sent.",
                                "  toxtore erase 3F2A…:17 3F2A…:18\n  toxtore erase --conversation Anna\n"});
  const CLI::Option* ids = positional_words(erase, "MESSAGE-ID", "Ids of messages");
  const CLI::Option* with = value(erase, "--conversation", "FRIEND", "Everything said with this friend until now");
  on(erase, [=]() -> Outcome<Command> {
    if ((with->count() > 0) == (ids->count() > 0))
      return refuse_usage("erase needs either ids of messages or --conversation FRIEND");
    command::Erase made{words_of(with), {}};
    for (const std::string& each : ids->results()) made.ids.push_back(unguarded(each));
    return made;
  });
}

void Parser::add_profile_value(CLI::App* group, const Described& described, command::ProfileValue::What what) {
  CLI::App* app = add(group, described);
  const CLI::Option* text = positional_words(app, "TEXT", "The new one; left out: show it");
  on(app, [=] {
    command::ProfileValue made{what, std::nullopt};
    if (text->count() > 0) made.value = words_of(text);
    return made;
  });
}

void Parser::add_profile_commands() {
  heading_ = "Your profile";
  CLI::App* group = app_.add_subcommand("profile", "What friends see of you, and this device's Tox profile as a file.");
  group->require_subcommand(1);
  using What = command::ProfileValue::What;
  add_profile_value(
      group,
      {"name", "Show or set your name", "Sets your name as friends see it, on all your devices, or shows it.",
       "  toxtore profile name Anna\n  toxtore profile name\n"},
      What::name);
  add_profile_value(group,
                    {"status", "Show or set your status message",
                     "Sets the status message that friends see, on all your devices, or shows it.",
                     "  toxtore profile status Back on Monday\n  toxtore profile status \"\"\n"},
                    What::status);
  CLI::App* exported = add(group, {"export", "Write this device's profile as a .tox file",
                                   "Writes this device's Tox profile (its secret key, name and friends) to a new file "
                                   "that ordinary Tox clients can open. Do not use it while toxtored runs: two copies "
                                   "of one Tox ID fight for the connection. A passphrase is asked for unless an option "
                                   "below says otherwise; it never belongs on the command line.",
                                   "  toxtore profile export laptop.tox\n"});
  const CLI::Option* file = positional(exported, "FILE",
                                       "The new file; with --json it may be left out, and the "
                                       "profile is printed in base64")
                                ->required(false);
  CLI::Option* plain = flag(exported, "--plain", "Without a passphrase: whoever has the file has the Tox ID");
  CLI::Option* fd = value(exported, "--passphrase-fd", "N", "Read the passphrase from this file descriptor");
  CLI::Option* passphrase = value(exported, "--passphrase-file", "FILE", "Read the passphrase from this file");
  on(exported, [=, this]() -> Outcome<Command> {
    if (file->count() == 0 && json_->count() == 0)
      return refuse_usage("profile export needs a FILE; see `toxtore profile export --help`");
    if (plain->count() + fd->count() + passphrase->count() > 1)
      return refuse_usage("--plain, --passphrase-fd and --passphrase-file exclude one another");
    command::ProfileExport made{words_of(file), plain->count() > 0, std::nullopt, words_of(passphrase)};
    if (fd->count() > 0) {
      const auto number = number_of(fd);
      if (!number || *number > INT32_MAX) return refuse_usage("--passphrase-fd must be the number of an open file");
      made.passphrase_fd = static_cast<int>(*number);
    }
    return made;
  });
}

Outcome<GlobalOptions> Parser::global_options() const {
  GlobalOptions global;
  if (profile_->count() > 0) global.profile = words_of(profile_);
  if (!is_profile_name(global.profile))
    return refuse_usage(
        "a profile's name is 1 to 64 letters, digits, dots, '_' and '-', and does not begin with a dot");
  if (socket_->count() > 0) global.socket = words_of(socket_);
  global.json = json_->count() > 0;
  return global;
}

std::string Parser::chosen_path() const {
  std::string path = app_.get_name();
  const CLI::App* at = &app_;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  return path;
}

Outcome<Arguments> Parser::chosen() const {
  auto global = global_options();
  if (!global) return refuse(global.error());
  for (const auto& [app, build] : builds_) {
    if (!app->parsed()) continue;
    return build().map([&](Command made) { return Arguments{*global, std::move(made)}; });
  }
  return refuse_usage("no command given; `toxtore --help` lists them");
}

Failure Parser::usage_failure(const CLI::ParseError& error) const {
  const std::string path = chosen_path();
  std::string message = error.what();
  std::erase(message, guard);
  if (message == "A subcommand is required") {
    const auto unknown = app_.remaining(true);
    message = unknown.empty() ? "no command given" : "there is no command " + unguarded(unknown.front());
  }
  return {ExitCode::usage, "usage", message + "; see `" + path + " --help`"};
}

std::variant<Arguments, Information, Failure> Parser::parse(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (!is_utf8(word))
      return Failure{ExitCode::usage, "usage", "the command line is not UTF-8 text; set a UTF-8 locale"};
  }
  // CLI11 takes them in reverse.
  std::vector<std::string> reversed;
  std::transform(words.rbegin(), words.rend(), std::back_inserter(reversed), guarded);
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return Information{app_.help()};
  } catch (const CLI::CallForVersion& version) {
    return Information{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_failure(error);
  }
  auto arguments = chosen();
  if (!arguments) return arguments.error();
  return *std::move(arguments);
}

}  // namespace

std::variant<Arguments, Information, Failure> parse_arguments(const std::vector<std::string>& words) {
  return std::make_unique<Parser>()->parse(words);
}

bool asks_for_json(const std::vector<std::string>& words) {
  const auto options_end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), options_end, "--json") != options_end;
}

std::optional<std::string> plain_code(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits += c;
  }
  if (digits.size() != link_code_digits) return std::nullopt;
  return digits;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  const Parser parser;
  for (const HelpEntry& entry : parser.entries()) names.push_back(entry.path);
  return names;
}

}  // namespace toxtore
