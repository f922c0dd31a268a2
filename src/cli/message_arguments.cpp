// What is written and read: toxtore send, history, search, outbox, erase, read, watch.
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

struct PageOptions {
  CLI::Option* limit;
  CLI::Option* before;
  CLI::Option* ids;
};

PageOptions page_options(CLI::App* app) {
  return {value(app, "--limit", "N", "Show at most so many messages, 1 to 1000 (default: 50)"),
          value(app, "--before", "ID", "Show those before this message"),
          flag(app, "--ids", "Show the id of each message")};
}

Outcome<command::Page> page_of(const PageOptions& options) {
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

void add_send(Parser& parser) {
  CLI::App* send = parser.add(parser.root(),
                              {"send", "Send a message",
                               "Sends a message and shows its state. It waits as long as it must: any of your devices "
                               "delivers it when the friend is online. Put `--` before a text that begins with a dash; "
                               "the text - alone is read from the standard input.",
                               "  toxtore send Anna See you at eight\n"
                               "  toxtore send Anna --action waves\n"
                               "  fortune | toxtore send Anna -\n"});
  const CLI::Option* to = positional(send, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* text = positional_words(send, "TEXT", "The message")->required();
  const CLI::Option* action = flag(send, "--action", "Something that you do (/me) instead of something you say");
  parser.on(send, [=]() -> Outcome<Command> {
    command::Send made{words_of(to), words_of(text), false, action->count() > 0};
    made.from_stdin = made.text == "-";
    if (made.from_stdin) made.text.clear();
    return made;
  });
}

void add_history_and_search(Parser& parser) {
  CLI::App* history =
      parser.add(parser.root(), {"history", "The messages with a friend",
                                 "Shows the newest messages with a friend, the oldest of them first. Reading here "
                                 "marks nothing as read; `toxtore read` does.",
                                 "  toxtore history Anna --limit 20\n"});
  const CLI::Option* with = positional(history, "FRIEND", "Name, key or Tox ID");
  const PageOptions page = page_options(history);
  parser.on(history, [=]() -> Outcome<Command> {
    return page_of(page).map(
        [&](command::Page p) -> Command { return command::History{words_of(with), std::move(p)}; });
  });

  CLI::App* search =
      parser.add(parser.root(), {"search", "Find messages by words",
                                 "Finds messages that hold all the words, in all conversations or in one.",
                                 "  toxtore search chess club\n  toxtore search --friend Anna eight\n"});
  const CLI::Option* words = positional_words(search, "WORDS", "What to look for")->required();
  const CLI::Option* friend_name = value(search, "--friend", "FRIEND", "Only messages with this friend");
  const PageOptions found = page_options(search);
  parser.on(search, [=]() -> Outcome<Command> {
    return page_of(found).map([&](command::Page p) -> Command {
      return command::Search{words_of(words), words_of(friend_name), std::move(p)};
    });
  });
}

void add_outbox(Parser& parser) {
  CLI::App* outbox =
      parser.add(parser.root(), {"outbox", "What waits to be delivered, and for what",
                                 "Lists the messages that are not delivered yet, those that go first at the "
                                 "top, with what each waits for as this device sees it.",
                                 "  toxtore outbox\n"});
  CLI::App* withdraw =
      parser.add(outbox, {"withdraw", "Take back a message that still waits",
                          "Takes back a message that is not delivered yet: no device of yours sends it "
                          "any more. `toxtore outbox` shows the ids.",
                          "  toxtore outbox withdraw 3F2A…:17\n"});
  const CLI::Option* withdrawn = positional(withdraw, "MESSAGE-ID", "The id of the message");
  parser.on(withdraw, [=] { return command::OutboxWithdraw{words_of(withdrawn)}; });

  CLI::App* send = parser.add(
      outbox, {"send", "Send a message that waits for other devices",
               "Sends a message from this device as soon as that reaches the friend, once, though it may have been "
               "delivered already: it does not wait for events that this device lacks, for the word of your other "
               "devices, nor for the ten minutes after which an unsure message goes again.",
               "  toxtore outbox send --anyway 3F2A…:17\n"});
  const CLI::Option* sent = positional(send, "MESSAGE-ID", "The id of the message");
  flag(send, "--anyway", "That the friend may get it twice is all right")->required();
  parser.on(send, [=] { return command::OutboxSend{words_of(sent)}; });
  parser.on(outbox, [] { return command::Outbox{}; });  // behind its own commands, since it is among the words of each
}

void add_erase(Parser& parser) {
  CLI::App* erase =
      parser.add(parser.root(), {"erase", "Erase messages on all your devices",
                                 "Erases the text of messages, or of a whole conversation, on all your devices. That a "
                                 "message was there stays. Friends keep what they have; what still waits is not sent.",
                                 "  toxtore erase 3F2A…:17 3F2A…:18\n  toxtore erase --conversation Anna\n"});
  const CLI::Option* ids = positional_words(erase, "MESSAGE-ID", "Ids of messages");
  const CLI::Option* with = value(erase, "--conversation", "FRIEND", "Everything said with this friend until now");
  parser.on(erase, [=]() -> Outcome<Command> {
    if ((with->count() > 0) == (ids->count() > 0))
      return refuse_usage("erase needs either ids of messages or --conversation FRIEND");
    return command::Erase{words_of(with), list_of(ids)};
  });
}

void add_read_and_watch(Parser& parser) {
  CLI::App* read =
      parser.add(parser.root(), {"read", "Mark messages as read",
                                 "Marks all messages of a friend as read on all your devices, or a single one by its "
                                 "id. `toxtore history FRIEND --ids` shows ids.",
                                 "  toxtore read Anna\n"});
  const CLI::Option* with = positional(read, "FRIEND", "Name, key or Tox ID")->required(false);
  const CLI::Option* id = value(read, "--id", "ID", "Mark only this message");
  parser.on(read, [=]() -> Outcome<Command> {
    if ((with->count() > 0) == (id->count() > 0))
      return refuse_usage("read needs either a FRIEND or --id ID; see `toxtore read --help`");
    return command::Read{words_of(with), words_of(id)};
  });

  CLI::App* watch = parser.add(parser.root(),
                               {"watch", "Messages and changes as they come",
                                "Prints messages and changes as they come, until Ctrl-C. With --json each is one line, "
                                "and the `cursor` of one is what --since takes to go on behind it.",
                                "  toxtore watch\n  toxtore watch --json --since 0\n"});
  const CLI::Option* since = value(watch, "--since", "CURSOR", "Begin behind this cursor; 0: with the first event");
  parser.on(watch, [=]() -> Outcome<Command> {
    command::Watch made;
    if (since->count() > 0) made.since = number_of(since);
    if (since->count() > 0 && !made.since) return refuse_usage("--since must be a number, the `cursor` of an event");
    return made;
  });
}

}  // namespace

void add_message_commands(Parser& parser) {
  parser.begin("Messages");
  add_send(parser);
  add_history_and_search(parser);
  add_outbox(parser);
  add_erase(parser);
  add_read_and_watch(parser);
}

}  // namespace toxtore::command_line
