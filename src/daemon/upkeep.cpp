#include "daemon/upkeep.h"

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "daemon/doctor.h"
#include "daemon/profile.h"
#include "rpc/json.h"
#include "store/backup.h"
#include "store/profile_key.h"
#include "store/profile_store.h"
#include "store/profile_swap.h"

namespace toxtore {
namespace {

namespace fs = std::filesystem;

Error no_profile(const Options& options) {
  return {ErrorKind::not_found, "there is no profile “" + options.profile + "” in " + options.data_folder.string() +
                                    "; --profile and --data-dir say which one is meant"};
}

/// Its folder, if it is there: nothing is made for a name that was mistyped.
Result<ProfileFolder> present_folder(const Options& options) {
  const fs::path path = options.data_folder / options.profile;
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return fail(no_profile(options));
  auto folder = ProfileFolder::open(path);
  if (!folder) return folder;
  const auto state = inspect_profile(*folder);
  if (!state) return fail(state.error());
  if (*state == ProfileState::absent) return fail(no_profile(options));
  return folder;
}

/// What opens what lies in the folder.
Result<Passphrase> passphrase_of(const ProfileFolder& folder, const Options& options) {
  const auto state = inspect_profile(folder);
  if (!state) return fail(state.error());
  return *state == ProfileState::wrapped ? known_passphrase(options) : Result<Passphrase>(Passphrase());
}

// --- Another passphrase

Result<Passphrase> chosen_passphrase(const Options& options) {
  const Upkeep& upkeep = options.upkeep;
  if (upkeep.remove_passphrase) return Passphrase();
  if (upkeep.new_passphrase.given()) {
    auto given = read_passphrase(upkeep.new_passphrase);
    if (!given) return fail(given.error());
    return Passphrase(std::move(*given));
  }
  if (!at_terminal())
    return fail(ErrorKind::invalid_argument,
                "no one can be asked for the new passphrase; give --new-passphrase-file or --new-passphrase-fd");
  auto typed = ask_new_passphrase("New passphrase for the profile “" + options.profile + "”: ");
  if (typed && !*typed)
    return fail(ErrorKind::invalid_argument, "an empty passphrase is none; to take it away say so: --remove");
  return typed;
}

std::string words_on_passphrase(bool was_plain, const Upkeep& upkeep) {
  if (upkeep.new_key) return "The database is encrypted anew, under a new key.\n";
  if (upkeep.remove_passphrase)
    return "The passphrase is taken away: who can read the profile's folder can read everything in it.\n";
  if (!was_plain)
    return "The passphrase is changed. Older backups, and other copies of the key file, still open with the old one.\n";
  return "The profile has a passphrase now. Who copied the key file while it had none can still open the database; if "
         "that may be, stop toxtored and encrypt it anew: toxtore passphrase --new-key\n";
}

Result<std::string> change_passphrase(const Options& options) {
  const auto folder = present_folder(options);
  if (!folder) return fail(folder.error());
  std::unique_ptr<FolderLock> lock;
  if (options.upkeep.new_key) {
    auto held = folder->lock();
    if (!held) return fail(held.error());
    lock = std::move(*held);
  }
  const bool was_plain = inspect_profile(*folder) == ProfileState::plain;
  const auto known = passphrase_of(*folder, options);
  if (!known) return fail(known.error());
  // Before another one is asked for: a mistyped one is told at once.
  const bool will_ask = !options.upkeep.remove_passphrase && !options.upkeep.new_passphrase.given();
  if (will_ask) {
    if (const auto tried = read_key_file(folder->key(), view_of(*known)); !tried) return fail(tried.error());
  }
  const auto chosen = chosen_passphrase(options);
  if (!chosen) return fail(chosen.error());
  SystemRandom random;
  const auto change = options.upkeep.new_key ? change_key : toxtore::change_passphrase;
  const auto done = change(*folder, view_of(*known), view_of(*chosen), random, {});
  if (!done) return fail(done.error());
  return words_on_passphrase(was_plain, options.upkeep);
}

// --- A restored backup

/// What is wrong with what was unpacked, before it becomes the profile.
Result<void> check_restored(const ProfileFolder& folder, const Options& options) {
  const auto passphrase = passphrase_of(folder, options);
  if (!passphrase) return fail(passphrase.error());
  SystemRandom random;
  const auto store = open_profile(folder, view_of(*passphrase), random);
  if (!store) return fail(store.error());
  const auto problems = (*store)->integrity_problems();
  if (problems.empty() && (*store)->remembered(daemon_memory::profile)) return {};
  return fail(ErrorKind::corrupt, "the backup " + options.upkeep.backup.string() +
                                      " is damaged inside; use another one. Nothing was changed. " +
                                      (problems.empty() ? "It has no Tox ID." : problems.front()));
}

/// Holds the lock of the profile that is there, if one is, so that no daemon runs on it.
Result<std::unique_ptr<FolderLock>> lock_present(const fs::path& profile, const Options& options) {
  std::error_code ignored;
  if (!fs::exists(profile, ignored)) return nullptr;
  const auto folder = ProfileFolder::open(profile);
  if (!folder) return fail(folder.error());
  auto lock = folder->lock();
  if (!lock && lock.error().kind == ErrorKind::locked)
    return fail(ErrorKind::locked, "toxtored runs on the profile “" + options.profile + "” (" + profile.string() +
                                       "): stop it, then restore the backup");
  return lock;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The user gave a backup and a profile, and knows nothing of the folder where the one becomes the other.
Error in_words_of_user(Error error, const ProfileFolder& unpacked, const fs::path& profile, const Options& options) {
  const std::string backup = "the backup " + options.upkeep.backup.string();
  const bool of_backup = error.kind == ErrorKind::wrong_passphrase || error.kind == ErrorKind::corrupt ||
                         error.kind == ErrorKind::foreign_file || error.kind == ErrorKind::newer_schema;
  if (of_backup) {
    for (const fs::path& part : {unpacked.database(), unpacked.new_key(), unpacked.key()})
      error.message = replaced(error.message, part.string(), backup);
  }
  error.message = replaced(error.message, unpacked.path().string(), profile.string());
  return error;
}

std::string words_on_opening(const ProfileFolder& restored) {
  if (inspect_profile(restored) == ProfileState::plain)
    return "It has no passphrase, as the backup has none: who can read its folder can read everything in it. `toxtore "
           "passphrase` gives it one.\n";
  return "It opens with the passphrase of the backup, also if it had none or another one before: toxtored asks for it "
         "at "
         "each start, or takes it from --passphrase-file. `toxtore passphrase` changes it, `toxtore passphrase "
         "--remove` "
         "takes it away.\n";
}

/// Makes it beside the profile's place, and looks whether it is good. What was said of it says nothing of where.
Result<ProfileSwap> unpacked(const fs::path& profile, const Options& options) {
  auto swap = ProfileSwap::begin(profile);
  if (!swap && swap.error().kind == ErrorKind::locked)
    return fail(ErrorKind::locked, "another restore of the profile “" + options.profile + "” is under way");
  if (!swap) return swap;
  auto done = unpack_backup(options.upkeep.backup, swap->folder());
  if (done) done = check_restored(swap->folder(), options);
  if (!done) return fail(in_words_of_user(done.error(), swap->folder(), profile, options));
  return swap;
}

Result<std::string> restore(const Options& options) {
  const fs::path profile = fs::absolute(options.data_folder / options.profile);
  std::error_code ignored;
  const auto lock = lock_present(profile, options);
  if (!lock) return fail(lock.error());
  const bool present = fs::exists(profile / "toxtore.db", ignored) || fs::exists(profile / "key", ignored);
  if (present && !options.upkeep.force)
    return fail(ErrorKind::already_exists, "the profile “" + options.profile +
                                               "” is there already; give --force to put the backup in its place (what "
                                               "is there is kept under another name), or another --profile");
  fs::create_directories(options.data_folder, ignored);  // if that fails, the next line says why
  auto swap = unpacked(profile, options);
  if (!swap) return fail(swap.error());
  const std::string opening = words_on_opening(swap->folder());
  const fs::path kept = name_to_keep(profile);
  const auto done = swap->finish(present ? std::optional(kept) : std::nullopt);
  if (!done) return fail(done.error());
  return "Restored the profile “" + options.profile + "”. Start toxtored to go on with it.\n" + opening +
         (present ? "What was there is now in " + kept.string() + "; remove it when all is well.\n" : "") +
         "If this Tox ID still runs elsewhere, stop that one first: two copies fight for the connection.\n";
}

// --- An examination

Result<std::vector<Finding>> examine(const Options& options) {
  const auto folder = present_folder(options);
  if (!folder) return fail(folder.error());
  const auto lock = folder->lock();
  if (!lock) return fail(lock.error());
  const auto passphrase = passphrase_of(*folder, options);
  if (!passphrase) return fail(passphrase.error());
  SystemRandom random;
  const auto store = open_profile(*folder, view_of(*passphrase), random);
  if (!store) return fail(store.error());
  if (options.upkeep.repair) {
    if (const auto repaired = repair_profile(*folder, **store); !repaired) return fail(repaired.error());
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return examine_profile(*folder, **store, static_cast<std::uint64_t>(wall_ms));
}

/// One line of JSON, which `toxtore doctor` shows in words.
Result<std::string> examination(const Options& options) {
  const auto found = examine(options);
  if (!found) return fail(found.error());
  return line_of(to_json(*found)) + "\n";
}

Result<std::string> done_by(const Options& options) {
  switch (options.upkeep.task) {
    case Upkeep::Task::restore: return restore(options);
    case Upkeep::Task::examine: return examination(options);
    default: return change_passphrase(options);
  }
}

}  // namespace

ExitCode run_upkeep(const Options& options) {
  const auto done = done_by(options);
  if (!done) {
    log::error(done.error().message);
    return exit_code_of(done.error().kind);
  }
  std::cout << *done << std::flush;
  return ExitCode::clean;
}

}  // namespace toxtore
