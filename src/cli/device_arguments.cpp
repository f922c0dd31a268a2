// toxtore device …
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

void add_device_request_and_requests(Parser& parser, CLI::App* group) {
  CLI::App* request =
      parser.add(group, {"request", "Make a friend one of your devices",
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
      parser.add(group, {"accept", "Confirm a link by its code",
                         "Confirms on this side that another device is yours. Both sides confirm: the devices "
                         "are linked when each was told the code that the other one shows.",
                         "  toxtore device accept laptop 493-027\n"});
  const CLI::Option* accepted = positional(accept, "NAME", "Name or key of the other device");
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
      group, {"list", "Your devices", "Lists your devices, which are connected, and how much each still has to fetch.",
              "  toxtore device list\n"});
  parser.on(list, [] { return command::DeviceList{}; });
}

}  // namespace

void add_device_commands(Parser& parser) {
  parser.begin("More devices");
  CLI::App* device = parser.group("device", "Links other devices to this one, and shows those that are linked.");
  add_device_request_and_requests(parser, device);
  add_other_device_commands(parser, device);
}

}  // namespace toxtore::command_line
