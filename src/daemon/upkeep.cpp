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
Result<std::unique_ptr<FolderLock>> lock_present(const fs::path& profile) {
  std::error_code ignored;
  if (!fs::exists(profile, ignored)) return nullptr;
  const auto folder = ProfileFolder::open(profile);
  if (!folder) return fail(folder.error());
  return folder->lock();
}

std::string name_to_keep(const fs::path& profile) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return profile.string() + ".before-restore-" +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

Result<std::string> restore(const Options& options) {
  const fs::path profile = fs::absolute(options.data_folder / options.profile);
  std::error_code ignored;
  const bool present = fs::exists(profile / "toxtore.db", ignored) || fs::exists(profile / "key", ignored);
  if (present && !options.upkeep.force)
    return fail(ErrorKind::already_exists, "the profile “" + options.profile +
                                               "” is there already; give --force to put the backup in its place (what "
                                               "is there is kept under another name), or another --profile");
  const auto lock = lock_present(profile);
  if (!lock) return fail(lock.error());
  fs::create_directories(options.data_folder, ignored);  // if that fails, the next line says why
  auto swap = ProfileSwap::begin(profile);
  if (!swap) return fail(swap.error());
  auto done = unpack_backup(options.upkeep.backup, swap->folder());
  if (done) done = check_restored(swap->folder(), options);
  if (!done) return fail(done.error());
  const std::string kept = name_to_keep(profile);
  done = swap->finish(present ? std::optional<fs::path>(kept) : std::nullopt);
  if (!done) return fail(done.error());
  return "Restored the profile “" + options.profile + "”. Start toxtored to go on with it.\n" +
         (present ? "What was there is now in " + kept + "; remove it when all is well.\n" : "") +
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
