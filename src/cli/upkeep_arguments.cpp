// toxtore backup, restore, passphrase, doctor
#include "cli/command_line.h"

namespace toxtore::command_line {
namespace {

/// Adds what was given, for toxtored to read.
void pass_flag(std::vector<std::string>& words, const CLI::Option* option, const char* name) {
  if (option->count() > 0) words.emplace_back(name);
}
void pass_value(std::vector<std::string>& words, const CLI::Option* option, const char* name) {
  if (option->count() == 0) return;
  words.emplace_back(name);
  words.push_back(words_of(option));
}

void add_backup(Parser& parser) {
  CLI::App* app = parser.add(
      parser.root(),
      {"backup", "Write all of this device to one file, encrypted",
       "Writes history, friends and this device's Tox ID to one new file, while toxtored runs. The file and the "
       "passphrase are all that `toxtore restore` needs. It opens with the profile's passphrase; if that has none, one "
       "is asked for.",
       "  toxtore backup ~/toxtore-backup\n"});
  const CLI::Option* file = positional(app, "FILE", "The new file");
  CLI::Option* force = flag(app, "--force", "Write over a file that is there");
  CLI::Option* plain = flag(app, "--plain", "Without a passphrase: whoever has the file can read everything in it");
  CLI::Option* fd = value(app, "--passphrase-fd", "N", "A passphrase for this file, from a file descriptor");
  CLI::Option* passphrase = value(app, "--passphrase-file", "FILE", "A passphrase for this file, from a file");
  parser.on(app, [=]() -> Outcome<Command> {
    if (plain->count() + fd->count() + passphrase->count() > 1)
      return refuse_usage("--plain, --passphrase-fd and --passphrase-file exclude one another");
    command::Backup made{words_of(file), force->count() > 0, plain->count() > 0, std::nullopt, words_of(passphrase)};
    if (fd->count() > 0) {
      const auto number = number_of(fd);
      if (!number || *number > INT32_MAX) return refuse_usage("--passphrase-fd must be the number of an open file");
      made.passphrase_fd = static_cast<int>(*number);
    }
    return made;
  });
}

void add_restore(Parser& parser) {
  CLI::App* app = parser.add(
      parser.root(),
      {"restore", "Put a backup in place; toxtored must not run",
       "Puts a file that `toxtore backup` wrote in the profile's place, after it was checked whole. toxtored must not "
       "run on the profile. What the device wrote and received since the backup comes back from your other devices; "
       "until then it hands over nothing that it may have handed over already, and `toxtore status` says so. The "
       "profile then "
       "opens with what the backup opens with.",
       "  toxtore restore ~/toxtore-backup\n"});
  const CLI::Option* file = positional(app, "FILE", "The backup");
  CLI::Option* force = flag(app, "--force", "Also where the profile is there; that is kept under another name");
  CLI::Option* folder = value(app, "--data-dir", "DIR", "The folder of all profiles, as for toxtored");
  CLI::Option* fd = value(app, "--passphrase-fd", "N", "The backup's passphrase, from a file descriptor");
  CLI::Option* passphrase = value(app, "--passphrase-file", "FILE", "The backup's passphrase, from a file");
  parser.on(app, [=] {
    command::ProfileTask task{{"--restore", words_of(file)}};
    pass_flag(task.words, force, "--force");
    pass_value(task.words, folder, "--data-dir");
    pass_value(task.words, fd, "--passphrase-fd");
    pass_value(task.words, passphrase, "--passphrase-file");
    return task;
  });
}

void add_passphrase(Parser& parser) {
  CLI::App* app = parser.add(
      parser.root(),
      {"passphrase", "Change, give or take away the profile's passphrase",
       "Changes the passphrase of the profile, or gives it one. It may be done while toxtored runs, and takes no "
       "restart. Backups keep the passphrase that they were made with. If somebody may have copied the profile's key "
       "while it had no passphrase, stop toxtored and give --new-key, which encrypts the database anew.",
       "  toxtore passphrase\n  toxtore passphrase --new-key\n"});
  CLI::Option* remove = flag(app, "--remove", "Take the passphrase away: whoever reads the folder reads everything");
  CLI::Option* new_key = flag(app, "--new-key", "And encrypt the database anew; toxtored must not run");
  CLI::Option* folder = value(app, "--data-dir", "DIR", "The folder of all profiles, as for toxtored");
  CLI::Option* old_fd = value(app, "--passphrase-fd", "N", "The present one, from a file descriptor");
  CLI::Option* old_file = value(app, "--passphrase-file", "FILE", "The present one, from a file");
  CLI::Option* new_fd = value(app, "--new-passphrase-fd", "N", "The new one, from a file descriptor");
  CLI::Option* new_file = value(app, "--new-passphrase-file", "FILE", "The new one, from a file");
  parser.on(app, [=] {
    command::ProfileTask task{{"--change-passphrase"}};
    pass_flag(task.words, remove, "--remove-passphrase");
    pass_flag(task.words, new_key, "--new-key");
    pass_value(task.words, folder, "--data-dir");
    pass_value(task.words, old_fd, "--passphrase-fd");
    pass_value(task.words, old_file, "--passphrase-file");
    pass_value(task.words, new_fd, "--new-passphrase-fd");
    pass_value(task.words, new_file, "--new-passphrase-file");
    return task;
  });
}

void add_doctor(Parser& parser) {
  CLI::App* app = parser.add(
      parser.root(),
      {"doctor", "Is my data all right? Looks through all of it",
       "Looks through the profile: the database's integrity, the logs, the view against one made anew from the log, "
       "timestamps, rights of files, the key, the disk. Says what is wrong and what to do. Works while toxtored runs, "
       "and also when it does not. The exit code is 1 if anything is damaged.",
       "  toxtore doctor\n  toxtore doctor --repair\n"});
  CLI::Option* repair =
      flag(app, "--repair", "Make the view anew from the log, and put rights of files right; toxtored must not run");
  CLI::Option* folder = value(app, "--data-dir", "DIR", "The folder of all profiles, as for toxtored");
  CLI::Option* fd = value(app, "--passphrase-fd", "N", "If toxtored does not run: the passphrase, from a descriptor");
  CLI::Option* file = value(app, "--passphrase-file", "FILE", "If toxtored does not run: the passphrase, from a file");
  parser.on(app, [=] {
    command::Doctor doctor{repair->count() > 0, {"--doctor"}};
    pass_flag(doctor.words, repair, "--repair");
    pass_value(doctor.words, folder, "--data-dir");
    pass_value(doctor.words, fd, "--passphrase-fd");
    pass_value(doctor.words, file, "--passphrase-file");
    return doctor;
  });
}

}  // namespace

void add_upkeep_commands(Parser& parser) {
  parser.begin("Safe keeping");
  add_backup(parser);
  add_restore(parser);
  add_passphrase(parser);
  add_doctor(parser);
}

}  // namespace toxtore::command_line
