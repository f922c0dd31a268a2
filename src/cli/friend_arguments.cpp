// toxtore friend …
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

using Answer = command::FriendAnswer::What;

void add_friend_answer(Parser& parser, CLI::App* group, const Described& described, Answer what, const char* who) {
  CLI::App* app = parser.add(group, described);
  const CLI::Option* name = positional(app, "FRIEND", who);
  parser.on(app, [=] { return command::FriendAnswer{what, words_of(name)}; });
}

void add_friend_set(Parser& parser, CLI::App* group) {
  CLI::App* set = parser.add(
      group, {"set", "Alias, mute, block and more",
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
  parser.on(set, [=]() -> Outcome<Command> {
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

void add_contact_commands(Parser& parser, CLI::App* group) {
  CLI::App* introduce =
      parser.add(group, {"introduce", "Make a friend know this device too",
                         "Sends a friend request from this device to a friend with an ordinary Tox client, "
                         "so that this device reaches him as well. He sees a request of a Tox ID that he "
                         "does not know, with your words; if he accepts, he has one more entry for you. A "
                         "friend with Toxtore needs no introduction.",
                         "  toxtore friend introduce Anna \"This is Max, on my laptop\"\n"});
  const CLI::Option* introduced = positional(introduce, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* words = positional_words(introduce, "MESSAGE", "What the friend reads with the request");
  parser.on(introduce, [=] { return command::FriendIntroduce{words_of(introduced), words_of(words)}; });

  CLI::App* merge = parser.add(group, {"merge", "Two friends are one person",
                                       "Shows two friends as one contact with one conversation, on all your devices: a "
                                       "friend's phone with an ordinary Tox client, for example.",
                                       "  toxtore friend merge Anna \"Anna (phone)\"\n"});
  const CLI::Option* one = positional(merge, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* other = positional(merge, "OTHER", "Name, key or Tox ID of the other");
  parser.on(merge, [=] { return command::FriendMerge{words_of(one), words_of(other)}; });

  CLI::App* split =
      parser.add(group, {"split", "A key is another person",
                         "Takes a key out of the contact that it is shown in, and makes it a contact of its own, "
                         "whatever the keys say of each other, now and later. The other keys stay together; "
                         "`toxtore friend merge` undoes it.",
                         "  toxtore friend split 3F2A90C1…\n"});
  const CLI::Option* key = positional(split, "KEY", "The key, as `toxtore friend list` shows it");
  parser.on(split, [=] { return command::FriendSplit{words_of(key)}; });

  CLI::App* claims =
      parser.add(group, {"claims", "Keys that friends say are theirs",
                         "Lists keys that friends say are further devices of theirs and that do not count as "
                         "theirs: they have not said so themselves, or wait for your answer.",
                         "  toxtore friend claims\n"});
  parser.on(claims, [] { return command::FriendClaims{}; });

  CLI::App* claim =
      parser.add(group, {"claim", "Answer such a claim",
                         "Says whether a key may count as a friend's device. Declining splits it off again.",
                         "  toxtore friend claim Anna 3F2A90C1 accept\n"});
  const CLI::Option* whose = positional(claim, "FRIEND", "Name, key or Tox ID");
  const CLI::Option* claimed = positional(claim, "KEY", "The key of `toxtore friend claims`, or its first digits");
  const CLI::Option* answer = positional(claim, "ANSWER", "accept or decline");
  parser.on(claim, [=]() -> Outcome<Command> {
    const std::string word = words_of(answer);
    if (word != "accept" && word != "decline") return refuse_usage("the answer must be accept or decline");
    return command::FriendClaim{words_of(whose), words_of(claimed), word == "accept"};
  });
}

void add_requests(Parser& parser, CLI::App* group) {
  CLI::App* added =
      parser.add(group, {"add", "Ask someone to be your friend",
                         "Sends a friend request to the owner of a Tox ID. It arrives when both are online; "
                         "messages can be sent from now on and wait until then.",
                         "  toxtore friend add TOXID \"Hello, this is Max from the chess club\"\n"});
  const CLI::Option* tox_id = positional(added, "TOXID", "The friend's Tox ID, 76 hexadecimal digits");
  const CLI::Option* message = positional_words(added, "MESSAGE", "What the friend reads with the request");
  parser.on(added, [=] { return command::FriendAdd{words_of(tox_id), words_of(message)}; });

  CLI::App* requests =
      parser.add(group, {"requests", "Who asks to be your friend",
                         "Lists the friend requests that wait for an answer, whichever device they came to.",
                         "  toxtore friend requests\n"});
  parser.on(requests, [] { return command::FriendRequests{}; });
  add_friend_answer(
      parser, group,
      {"accept", "Accept a friend request", "Accepts a friend request. The friend appears on all your devices.",
       "  toxtore friend accept 3F2A90C1\n"},
      Answer::accept, "The key of `toxtore friend requests`, or its first digits");
  add_friend_answer(parser, group,
                    {"decline", "Drop a friend request", "Drops a friend request. Who asked is not told.",
                     "  toxtore friend decline 3F2A90C1\n"},
                    Answer::decline, "The key of `toxtore friend requests`, or its first digits");
}

}  // namespace

void add_friend_commands(Parser& parser) {
  CLI::App* group = parser.group("friend", "Adds, lists and removes friends, and answers their requests.");
  add_requests(parser, group);
  CLI::App* list = parser.add(
      group, {"list", "Your friends", "Lists your friends: who is connected, what is unread, and each one's key.",
              "  toxtore friend list\n"});
  parser.on(list, [] { return command::FriendList{}; });
  add_friend_answer(
      parser, group,
      {"remove", "Remove a friend", "Removes a friend on all your devices. The messages stay in the history.",
       "  toxtore friend remove Anna\n"},
      Answer::remove, "Name, key or Tox ID");
  add_friend_set(parser, group);
  add_contact_commands(parser, group);
}

}  // namespace toxtore::command_line
