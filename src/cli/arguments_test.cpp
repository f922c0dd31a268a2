#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace toxtore {
namespace {

using Words = std::vector<std::string>;

template <class T>
T parsed(const Words& words) {
  const auto result = parse_arguments(words);
  const auto* arguments = std::get_if<Arguments>(&result);
  if (arguments == nullptr) {
    const auto* failure = std::get_if<Failure>(&result);
    ADD_FAILURE() << (failure ? failure->message : "information");
    return {};
  }
  const auto* made = std::get_if<T>(&arguments->command);
  if (made == nullptr) ADD_FAILURE() << "another command";
  return made == nullptr ? T{} : *made;
}

GlobalOptions globals(const Words& words) {
  const auto result = parse_arguments(words);
  const auto* arguments = std::get_if<Arguments>(&result);
  EXPECT_NE(arguments, nullptr);
  return arguments == nullptr ? GlobalOptions{} : arguments->global;
}

std::string refused(const Words& words) {
  const auto result = parse_arguments(words);
  const auto* failure = std::get_if<Failure>(&result);
  if (failure == nullptr) return "not refused";
  EXPECT_EQ(failure->code, ExitCode::usage);
  EXPECT_EQ(failure->kind, "usage");
  return failure->message;
}

std::string information(const Words& words) {
  const auto result = parse_arguments(words);
  const auto* shown = std::get_if<Information>(&result);
  return shown == nullptr ? "no information" : shown->text;
}

Words split(const std::string& words) {
  std::istringstream in(words);
  Words list;
  for (std::string word; in >> word;) list.push_back(word);
  return list;
}

TEST(Arguments, OptionsStandBeforeOrAfterTheCommand) {
  for (const char* words :
       {"--profile work --json status", "status --profile work --json", "--json status --profile work",
        "friend --json list --profile work", "friend list --profile=work --json"}) {
    const GlobalOptions global = globals(split(words));
    EXPECT_EQ(global.profile, "work") << words;
    EXPECT_TRUE(global.json) << words;
    EXPECT_FALSE(global.socket) << words;
  }
  EXPECT_EQ(globals({"status"}).profile, "default");
  EXPECT_EQ(globals({"status", "--socket", "/a b/c"}).socket, "/a b/c");
}

TEST(Arguments, ProfileNamesCannotLeaveTheFolder) {
  for (const char* name : {"", "a/b", "..", ".x", "a b", "ä"}) {
    EXPECT_NE(refused({"status", "--profile", name}), "not refused") << name;
  }
}

TEST(Arguments, WhatIsSaidOfAFriend) {
  const auto set = parsed<command::FriendSet>(
      {"friend", "set", "Anna", "--alias", "My sister", "--muted", "yes", "--blocked", "no", "--claims", "ask"});
  EXPECT_EQ(set.name, "Anna");
  EXPECT_EQ(set.alias, "My sister");
  EXPECT_EQ(set.muted, true);
  EXPECT_EQ(set.blocked, false);
  EXPECT_EQ(set.withheld, std::nullopt);
  EXPECT_EQ(set.claims, "ask");
  EXPECT_EQ(parsed<command::FriendSet>({"friend", "set", "Anna", "--alias", ""}).alias, "");
  EXPECT_NE(refused({"friend", "set", "Anna"}), "not refused");
  EXPECT_NE(refused({"friend", "set", "Anna", "--muted", "perhaps"}), "not refused");
  EXPECT_NE(refused({"friend", "set", "Anna", "--claims", "perhaps"}), "not refused");
  EXPECT_TRUE(parsed<command::FriendClaim>({"friend", "claim", "Anna", "3F2A", "accept"}).accept);
  EXPECT_NE(refused({"friend", "claim", "Anna", "3F2A", "maybe"}), "not refused");
  EXPECT_EQ(parsed<command::FriendMerge>({"friend", "merge", "Anna", "Anna (phone)"}).other, "Anna (phone)");
  EXPECT_EQ(parsed<command::FriendIntroduce>({"friend", "introduce", "Anna", "it", "is", "me"}).message, "it is me");
}

TEST(Arguments, UpkeepIsHandedToToxtored) {
  EXPECT_EQ(parsed<command::ProfileTask>({"restore", "my backup", "--force", "--data-dir", "/d e"}).words,
            (Words{"--restore", "my backup", "--force", "--data-dir", "/d e"}));
  EXPECT_EQ(parsed<command::ProfileTask>({"passphrase", "--new-key", "--passphrase-fd", "3"}).words,
            (Words{"--change-passphrase", "--new-key", "--passphrase-fd", "3"}));
  EXPECT_EQ(parsed<command::Doctor>({"doctor", "--repair"}).words, (Words{"--doctor", "--repair"}));
  EXPECT_EQ(parsed<command::Backup>({"backup", "f", "--passphrase-fd", "4"}).passphrase_fd, 4);
  EXPECT_TRUE(parsed<command::Backup>({"backup", "f", "--plain"}).plain);
  EXPECT_NE(refused({"backup", "f", "--plain", "--passphrase-file", "p"}), "not refused");
  EXPECT_NE(refused({"backup"}), "not refused");
}

TEST(Arguments, AMessageIsTakenAsItIsTyped) {
  const std::vector<Words> messages = {{"Hello", "there"},
                                       {"[hello, world]"},
                                       {"[a,b]", "[c]"},
                                       {"{}"},
                                       {"%%"},
                                       {"++"},
                                       {"C", "++", "x"},
                                       {"\x01"},
                                       {"\x01++", "[", "]", "[]"},
                                       {"status"},
                                       {"help"},
                                       {"friend", "list"},
                                       {"send", "send"},
                                       {"two  spaces "},
                                       {"line\nline"},
                                       {"'quoted'"},
                                       {"\"double\""},
                                       {"a=b"},
                                       {"/x"},
                                       {"-5", "degrees"},
                                       {":-)"},
                                       {"Grüße"},
                                       {"--", "-dash", "--x"},
                                       {"x", "-"},
                                       {"--", "--json"},
                                       {"1e5"},
                                       {"true"}};
  for (const Words& message : messages) {
    Words words = {"send", "Anna"};
    words.insert(words.end(), message.begin(), message.end());
    std::string expected;
    for (const std::string& word : message) {
      if (word != "--") expected += (expected.empty() ? "" : " ") + word;
    }
    const auto made = parsed<command::Send>(words);
    EXPECT_EQ(made.text, expected);
    EXPECT_EQ(made.to, "Anna");
    EXPECT_FALSE(made.from_stdin);
    EXPECT_FALSE(made.action);
  }
}

TEST(Arguments, SendTakesItsOptionsAnywhere) {
  for (const char* words : {"send --action Anna waves", "send Anna --action waves", "send Anna waves --action"}) {
    const auto made = parsed<command::Send>(split(words));
    EXPECT_EQ(made.text, "waves") << words;
    EXPECT_TRUE(made.action) << words;
  }
  EXPECT_TRUE(parsed<command::Send>({"send", "Anna", "-"}).from_stdin);
  EXPECT_EQ(parsed<command::Send>({"send", "Anna", "-"}).text, "");
}

TEST(Arguments, NamesAreTakenAsTheyAreTyped) {
  for (const char* name : {"Anna", "Anna B.", "[x,y]", "{}", "++", "status"}) {
    EXPECT_EQ(parsed<command::Send>({"send", name, "text"}).to, name);
    EXPECT_EQ(parsed<command::History>({"history", name}).with, name);
    EXPECT_EQ(parsed<command::FriendAnswer>({"friend", "remove", name}).name, name);
  }
}

TEST(Arguments, PagesOfMessages) {
  EXPECT_EQ(parsed<command::History>({"history", "Anna"}).page.limit, messages_shown);
  const auto history = parsed<command::History>(split("history Anna --limit 1000 --before AB:7 --ids"));
  EXPECT_EQ(history.page.limit, 1000U);
  EXPECT_EQ(history.page.before, "AB:7");
  EXPECT_TRUE(history.page.ids);
  const auto search = parsed<command::Search>(split("search chess club --friend Anna --limit 1"));
  EXPECT_EQ(search.words, "chess club");
  EXPECT_EQ(search.with, "Anna");
  for (const char* limit : {"0", "1001", "-1", "x", "5x", "", "99999999999999999999"})
    EXPECT_NE(refused({"history", "Anna", "--limit", limit}), "not refused") << limit;
}

TEST(Arguments, ReadNeedsOneOfTwo) {
  EXPECT_EQ(parsed<command::Read>({"read", "Anna"}).with, "Anna");
  EXPECT_EQ(parsed<command::Read>({"read", "--id", "AB:7"}).id, "AB:7");
  EXPECT_NE(refused({"read"}), "not refused");
  EXPECT_NE(refused({"read", "Anna", "--id", "AB:7"}), "not refused");
}

TEST(Arguments, TheOutboxAndItsCommands) {
  parsed<command::Outbox>({"outbox"});
  EXPECT_NE(refused({"outbox", "Anna"}), "not refused");
  EXPECT_EQ(parsed<command::OutboxWithdraw>({"outbox", "withdraw", "AB:7"}).id, "AB:7");
  EXPECT_NE(refused({"outbox", "withdraw"}), "not refused");
  EXPECT_EQ(parsed<command::OutboxSend>({"outbox", "send", "--anyway", "AB:7"}).id, "AB:7");
  EXPECT_NE(refused({"outbox", "send", "AB:7"}).find("--anyway"), std::string::npos);
  EXPECT_NE(refused({"outbox", "send", "--anyway"}), "not refused");
}

TEST(Arguments, Erase) {
  EXPECT_EQ(parsed<command::Erase>({"erase", "AB:7", "AB:8"}).ids, (Words{"AB:7", "AB:8"}));
  EXPECT_EQ(parsed<command::Erase>({"erase", "--conversation", "Anna"}).with, "Anna");
  EXPECT_NE(refused({"erase"}), "not refused");
  EXPECT_NE(refused({"erase", "AB:7", "--conversation", "Anna"}), "not refused");
}

TEST(Arguments, ProfileValuesAndNamesOfDevices) {
  using What = command::ProfileValue::What;
  EXPECT_EQ(parsed<command::ProfileValue>({"profile", "name"}).value, std::nullopt);
  EXPECT_EQ(parsed<command::ProfileValue>({"profile", "name", "[Anna]", "B."}).value, "[Anna] B.");
  EXPECT_EQ(parsed<command::ProfileValue>({"profile", "status", ""}).value, "");
  EXPECT_EQ(parsed<command::ProfileValue>({"profile", "status"}).what, What::status);
  const auto rename = parsed<command::DeviceRename>({"device", "rename", "server", "in", "the", "attic"});
  EXPECT_EQ(rename.device, "server");
  EXPECT_EQ(rename.name, "in the attic");
  EXPECT_NE(refused({"device", "rename", "server"}), "not refused");
}

TEST(Arguments, InvitationsAreMadeAndUsed) {
  const auto plain = parsed<command::DeviceInvite>({"device", "invite"});
  EXPECT_TRUE(plain.wait && !plain.yes && !plain.cancel && plain.name.empty());
  const auto invite =
      parsed<command::DeviceInvite>({"device", "invite", "--yes", "--name", "in the attic", "--no-wait"});
  EXPECT_TRUE(!invite.wait && invite.yes);
  EXPECT_EQ(invite.name, "in the attic");
  EXPECT_TRUE(parsed<command::DeviceInvite>({"device", "invite", "--cancel"}).cancel);
  EXPECT_EQ(parsed<command::DeviceJoin>({"device", "join", "toxtore:0", "1"}).uri, "toxtore:0 1");
  for (const Words& words : {Words{"device", "join"}, Words{"device", "join", "-"}}) {
    EXPECT_EQ(parsed<command::DeviceJoin>(words).uri, "") << "from standard input";
  }
  EXPECT_TRUE(parsed<command::DeviceJoin>({"device", "join", "-", "--yes"}).yes);
}

TEST(Arguments, WatchFromACursor) {
  EXPECT_FALSE(parsed<command::Watch>({"watch"}).since);
  EXPECT_EQ(parsed<command::Watch>({"watch", "--since", "0"}).since, 0U);
  EXPECT_NE(refused({"watch", "--since", "yesterday"}), "not refused");
}

TEST(Arguments, CodesAreTypedWithSpacesAndDashes) {
  for (const Words& typed :
       {Words{"123456"}, Words{"123", "456"}, Words{"123-456"}, Words{"12 34 56"}, Words{"1-2-3-4-5-6"}}) {
    Words words = {"device", "accept", "server"};
    words.insert(words.end(), typed.begin(), typed.end());
    EXPECT_EQ(parsed<command::DeviceAccept>(words).code, "123456");
  }
  EXPECT_EQ(parsed<command::DeviceAccept>({"device", "accept", "server"}).code, "");
  for (const char* code : {"12345", "1234567", "12345x", "", "１２３４５６"})
    EXPECT_NE(refused({"device", "accept", "server", code}), "not refused") << code;
}

TEST(Arguments, DevicesAreRemovedByOneOrMoreNames) {
  const auto remove = parsed<command::DeviceRemove>({"device", "remove", "my phone", "tablet", "--yes"});
  EXPECT_EQ(remove.devices, (Words{"my phone", "tablet"}));
  EXPECT_TRUE(remove.yes);
  EXPECT_FALSE(parsed<command::DeviceRemove>({"device", "remove", "phone"}).yes);
  EXPECT_NE(refused({"device", "remove"}), "not refused");
  EXPECT_TRUE(parsed<command::DeviceLeave>({"device", "leave", "--erase"}).erase);
  EXPECT_TRUE(parsed<command::DeviceLeave>({"device", "leave", "--now", "--yes"}).now);
  EXPECT_TRUE(parsed<command::DeviceLeave>({"device", "leave", "--cancel"}).cancel);
  EXPECT_NE(refused({"device", "leave", "--cancel", "--erase"}), "not refused");
}

TEST(Arguments, ProfileExportChecksItsOptions) {
  const auto made = parsed<command::ProfileExport>(split("profile export a.tox --passphrase-fd 3"));
  EXPECT_EQ(made.file, "a.tox");
  EXPECT_EQ(made.passphrase_fd, 3);
  EXPECT_TRUE(parsed<command::ProfileExport>(split("profile export --plain --json")).file.empty());
  EXPECT_NE(refused(split("profile export")), "not refused");
  EXPECT_NE(refused(split("profile export a --plain --passphrase-fd 3")), "not refused");
  EXPECT_NE(refused(split("profile export a --passphrase-fd x")), "not refused");
}

TEST(Arguments, WhatIsMissingOrUnknownIsNamed) {
  EXPECT_EQ(refused({}), "no command given; see `toxtore --help`");
  EXPECT_EQ(refused({"friend"}), "no command given; see `toxtore friend --help`");
  EXPECT_EQ(refused({"send", "Anna"}), "TEXT is required; see `toxtore send --help`");
  EXPECT_NE(refused({"status", "extra"}).find("extra"), std::string::npos);
  EXPECT_NE(refused({"status", "--nonsense"}).find("--nonsense"), std::string::npos);
  EXPECT_EQ(refused({"nonsense"}), "there is no command nonsense; see `toxtore --help`");
  EXPECT_EQ(refused({"friend", "[x]"}), "there is no command [x]; see `toxtore friend --help`");
  EXPECT_NE(refused({"status", "status"}), "not refused");
  EXPECT_NE(refused({"send", "Anna", "\xff"}).find("UTF-8"), std::string::npos);
}

TEST(Arguments, JsonIsSeenEvenIfTheRestDoesNotParse) {
  EXPECT_TRUE(asks_for_json({"nonsense", "--json"}));
  EXPECT_FALSE(asks_for_json({"send", "Anna", "--", "--json"}));
}

TEST(Help, EveryCommandHasADescriptionAndAnExampleThatParses) {
  const Words names = command_names();
  EXPECT_GE(names.size(), 19U);
  for (const std::string& name : names) {
    Words words = split(name);
    words.emplace_back("--help");
    const std::string help = information(words);
    EXPECT_TRUE(help.starts_with("Usage: toxtore " + name)) << help;
    const auto example = help.find("\nExample:\n  ");
    ASSERT_NE(example, std::string::npos) << help;
    // Lines that pipe into toxtore or quote are for a shell, not for this test.
    std::istringstream lines(help.substr(example + 10));
    for (std::string line; std::getline(lines, line);) {
      if (line.find_first_of("|\"") != std::string::npos) continue;
      Words typed = split(line);
      ASSERT_FALSE(typed.empty());
      EXPECT_EQ(typed.front(), "toxtore");
      typed.erase(typed.begin());
      EXPECT_TRUE(std::holds_alternative<Arguments>(parse_arguments(typed))) << line;
    }
  }
}

TEST(Help, FitsEightyColumnsAndNamesAllOptions) {
  Words helps = command_names();
  helps.insert(helps.end(), {"", "friend", "device", "profile"});
  for (const std::string& name : helps) {
    Words words = split(name);
    words.emplace_back("--help");
    std::istringstream lines(information(words));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
  const std::string send = information({"send", "--help"});
  for (const char* option : {"FRIEND TEXT...", "--action", "--json", "--profile", "--socket"})
    EXPECT_NE(send.find(option), std::string::npos) << option;
}

TEST(Help, TheProgramListsAllCommandsInOrderAndTheExitCodes) {
  const std::string help = information({"--help"});
  std::size_t last = 0;
  for (const std::string& name : command_names()) {
    const auto at = help.find("\n  " + name + " ");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(at, last) << name;
    last = at;
  }
  for (const char* code : {"  0  ", "  1  ", "  2  ", "  3  ", "  4  "}) EXPECT_NE(help.find(code), std::string::npos);
  EXPECT_EQ(information({"--version"}), "toxtore 0.1.0\n");
}

}  // namespace
}  // namespace toxtore
