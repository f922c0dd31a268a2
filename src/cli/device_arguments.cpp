// toxtore device …
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

void add_invite_and_join(Parser& parser, CLI::App* group) {
  CLI::App* invite = parser.add(
      group, {"invite", "Link a new device: show what it needs",
              "Shows an invitation, as a toxtore: URI and on a terminal as a QR code, and waits for the device "
              "that joins with it. Both then show the same code, and here you are asked whether they do. An "
              "invitation is good for ten minutes and one device; it is a secret, and ends with toxtored.",
              "  toxtore device invite\n  toxtore device invite --yes --name server\n"});
  const CLI::Option* yes =
      flag(invite, "--yes", "Say yes in advance to whoever uses it, for a device that nobody sits at");
  const CLI::Option* name =
      value(invite, "--name", "NAME", "What to call the device that joins; it has a name of its own");
  const CLI::Option* no_wait = flag(invite, "--no-wait", "Only show the invitation (so with --json)");
  const CLI::Option* cancel = flag(invite, "--cancel", "Take back all invitations that are open");
  parser.on(invite, [=] {
    return command::DeviceInvite{yes->count() > 0, words_of(name), no_wait->count() == 0, cancel->count() > 0};
  });

  CLI::App* join = parser.add(
      group, {"join", "Make this device one of those of an invitation",
              "Makes this device one of those of the device that showed the invitation: one friend list, one "
              "history, on all of them. The invitation is a secret: on standard input (\"-\", or when asked) "
              "it stays out of the shell's history and of the list of processes.",
              "  toxtore device join\n  toxtore device join - < invitation.txt\n"});
  const CLI::Option* uri = positional_words(join, "URI", "The invitation; \"-\" or nothing: from standard input");
  const CLI::Option* agreed =
      flag(join, "--yes", "Yes, whoever made the invitation may have the friends and messages that this device holds");
  const CLI::Option* at_once = flag(join, "--no-wait", "Only ask (so with --json)");
  parser.on(join, [=] {
    const std::string given = words_of(uri);
    return command::DeviceJoin{given == "-" ? "" : given, agreed->count() > 0, at_once->count() == 0};
  });
}

void add_device_request_and_requests(Parser& parser, CLI::App* group) {
  CLI::App* request =
      parser.add(group, {"request", "Make a friend one of your devices, without an invitation",
                         "Asks a device of yours, which must be among your friends already, to become one of "
                         "your devices. Both sides then show the same code, and both must confirm it: "
                         "here when you are asked for it, there with `toxtore device accept`. This protects "
                         "you from someone who poses as your device, so compare the codes.",
                         "  toxtore device request server\n"});
  const CLI::Option* device = positional(request, "FRIEND", "Name, key or Tox ID of the other device");
  const CLI::Option* no_wait = flag(request, "--no-wait", "Only ask; do not wait for the code");
  parser.on(request, [=] { return command::DeviceRequest{words_of(device), no_wait->count() == 0}; });

  CLI::App* requests =
      parser.add(group, {"requests", "Links under way, and their codes",
                         "Lists the links that are under way, asked for here or by another device, with the "
                         "code that both devices must show and who has confirmed.",
                         "  toxtore device requests\n"});
  parser.on(requests, [] { return command::DeviceRequests{}; });
}

void add_other_device_commands(Parser& parser, CLI::App* group) {
  CLI::App* accept =
      parser.add(group, {"accept", "Confirm a link by its code, or take in what was put aside",
                         "Confirms on this side that another device is yours. Both sides confirm: the devices "
                         "are linked when each was told the code that the other one shows. Without a CODE, for a "
                         "device that was removed: takes in what it wrote and received after its removal and was "
                         "put aside here, on all your devices. That cannot be taken back, so do it only if the device "
                         "was still yours then.",
                         "  toxtore device accept laptop 493-027\n  toxtore device accept phone\n"});
  const CLI::Option* accepted = positional(accept, "NAME", "Name or key of the other device, or of a removed one");
  const CLI::Option* code = positional_words(accept, "CODE",
                                             "The code that the other device shows; spaces and dashes "
                                             "do not matter. On a terminal it is asked for");
  parser.on(accept, [=]() -> Outcome<Command> {
    if (code->count() == 0) return command::DeviceAccept{words_of(accepted), ""};
    const auto digits = plain_code(words_of(code));
    if (!digits) return refuse_usage("the code must be six digits, such as 493-027");
    return command::DeviceAccept{words_of(accepted), *digits};
  });

  CLI::App* cancel = parser.add(group, {"cancel", "Give up a link",
                                        "Ends a link that is under way. Nothing is linked, and the other side is told.",
                                        "  toxtore device cancel laptop\n"});
  const CLI::Option* cancelled = positional(cancel, "NAME", "Name or key of the other device");
  parser.on(cancel, [=] { return command::DeviceCancel{words_of(cancelled)}; });

  CLI::App* rename =
      parser.add(group, {"rename", "Give a device of yours another name",
                         "Gives one of your devices another name, on all of them. Friends do not see it.",
                         "  toxtore device rename server \"box in the attic\"\n"});
  const CLI::Option* renamed = positional(rename, "DEVICE", "Name, key or Tox ID of one of your devices");
  const CLI::Option* name = positional_words(rename, "NAME", "Its new name")->required();
  parser.on(rename, [=] { return command::DeviceRename{words_of(renamed), words_of(name)}; });

  CLI::App* trust = parser.add(
      group,
      {"trust-database", "Go on with an old database",
       "For a device that was brought back from a backup or a snapshot and says so in `toxtore status`: it sends "
       "nothing that waits until it has caught up with another of your devices. If there is none, or it will not "
       "come back, this says that the device is to go on with what it has. A message that was delivered before "
       "may then be delivered a second time.",
       "  toxtore device trust-database\n"});
  parser.on(trust, [] { return command::DeviceTrustDatabase{}; });

  CLI::App* list = parser.add(
      group, {"list", "Your devices, and those that were removed",
              "Lists your devices, which are connected, and how much each still has to fetch. Below them stand those "
              "that were removed or have left, by whom and when, and how much of what they wrote is put aside.",
              "  toxtore device list\n"});
  parser.on(list, [] { return command::DeviceList{}; });
}

void add_remove_and_leave(Parser& parser, CLI::App* group) {
  CLI::App* remove = parser.add(
      group,
      {"remove", "Take a lost device out of your devices",
       "Takes devices out of yours, from any of the others: one that was lost, stolen or given away without "
       "`toxtore device leave`. First says what that comes to: what is on it alone, which devices it had linked, "
       "and which friends only it reaches; then asks. What a removed device writes afterwards appears on "
       "none of your devices and with no friend who has Toxtore, once they know; and it comes back by a new invitation "
       "only. Name all that you do not trust in one command: what one "
       "of them says of another does not count.",
       "  toxtore device remove phone\n  toxtore device remove phone tablet --yes\n"});
  const CLI::Option* devices =
      positional_words(remove, "NAME", "Name, key or Tox ID of one of your devices")->required();
  const CLI::Option* yes = flag(remove, "--yes", "Do not ask (needed without a terminal, and with --json)");
  parser.on(remove, [=] { return command::DeviceRemove{list_of(devices), yes->count() > 0}; });

  CLI::App* leave = parser.add(
      group, {"leave", "Take this device out of your devices",
              "Takes the device that you are at out of your devices: one that you give away or set up anew. Says what "
              "that comes to and asks. It waits until your other devices hold all that is held here, leaves, and ends "
              "when another device has said that it knows. Ctrl-C ends only the waiting: toxtored goes on with it for "
              "as long as it runs.",
              "  toxtore device leave\n  toxtore device leave --erase\n  toxtore device leave --cancel\n"});
  const CLI::Option* now =
      flag(leave, "--now", "Do not wait: what is held here alone is then not on your other devices");
  const CLI::Option* erase = flag(leave, "--erase",
                                  "Once it has left, stop toxtored and delete the profile from this machine: messages, "
                                  "friends, Tox ID and keys, and what `toxtore restore` had kept beside it");
  const CLI::Option* agreed = flag(leave, "--yes", "Do not ask (needed without a terminal, and with --json)");
  const CLI::Option* cancel =
      flag(leave, "--cancel", "Do not leave after all; fails (exit code 1) if it is not about to leave, or has left");
  parser.on(leave, [=]() -> Outcome<Command> {
    if (cancel->count() > 0 && now->count() + erase->count() + agreed->count() > 0)
      return refuse_usage("--cancel stands alone");
    return command::DeviceLeave{now->count() > 0, erase->count() > 0, agreed->count() > 0, cancel->count() > 0};
  });
}

}  // namespace

void add_device_commands(Parser& parser) {
  parser.begin("More devices");
  CLI::App* device =
      parser.group("device", "Links other devices to this one, shows those that are linked, and takes them out again.");
  add_invite_and_join(parser, device);
  add_device_request_and_requests(parser, device);
  add_other_device_commands(parser, device);
  add_remove_and_leave(parser, device);
}

}  // namespace toxtore::command_line
