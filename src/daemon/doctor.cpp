#include "daemon/doctor.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/secret.h"
#include "daemon/profile.h"
#include "engine/recorder.h"
#include "store/disk_reserve.h"
#include "store/key_file.h"
#include "store/profile_swap.h"
#include "tox/profile_file.h"

namespace toxtore {
namespace {

namespace fs = std::filesystem;
using Severity = Finding::Severity;
using Findings = std::vector<Finding>;

constexpr mode_t rights_of_others = S_IRWXG | S_IRWXO;

/// Files that are there only for a moment, unless a crash came.
constexpr std::array<const char*, 2> left_behind = {"key.tmp", "key.new"};

bool open_to_others(const fs::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISLNK(status.st_mode) && (status.st_mode & rights_of_others) != 0;
}

std::vector<fs::path> with_its_files(const fs::path& folder) {
  std::vector<fs::path> all{folder};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) all.push_back(entry.path());
  return all;
}

void look_at_files(const ProfileFolder& files, Findings& found) {
  for (const fs::path& path : with_its_files(files.path())) {
    if (open_to_others(path))
      found.push_back({Severity::warning, path.string() + " can be reached by other users.",
                       "Take their rights away: chmod go= " + path.string() + " (or `toxtore doctor --repair`)."});
  }
  for (const char* name : left_behind) {
    if (std::error_code ignored; fs::exists(files.path() / name, ignored))
      found.push_back({Severity::warning, (files.path() / name).string() + " was left behind by a crash.",
                       "Stop toxtored and run `toxtore doctor --repair`, which removes it."});
  }
  if (std::error_code ignored; fs::exists(unfinished_swap_of(files.path()), ignored))
    found.push_back({Severity::warning, unfinished_swap_of(files.path()).string() + " was left behind by a crash.",
                     "Stop toxtored and run `toxtore doctor --repair`, which removes it."});
  const auto key = inspect_key_file(files.key());
  if (!key || *key == KeyFileState::absent) {
    const std::string what = key ? files.key().string() + " is not there." : key.error().message;
    found.push_back({Severity::damage, what,
                     "Make a backup now, while toxtored runs: `toxtore backup FILE --passphrase-file FILE`. After a "
                     "stop nothing opens the database."});
  } else if (*key == KeyFileState::plain) {
    found.push_back({Severity::warning, "The profile has no passphrase.", "Give it one: `toxtore passphrase`."});
  }
}

void look_at_disk(const ProfileFolder& files, Findings& found) {
  struct statvfs disk{};
  if (::statvfs(files.path().c_str(), &disk) != 0) return;
  const std::uint64_t free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free_bytes < disk_reserve_bytes + disk_spare_bytes)
    found.push_back({Severity::warning, "The disk of " + files.path().string() + " is nearly full.",
                     "Free some space: on a full disk toxtored stops."});
}

void look_at_tox_id(const Store& store, Findings& found) {
  auto kept = store.remembered(daemon_memory::profile);
  const SecretBytes savedata(kept ? std::move(*kept) : Bytes());
  if (const auto right = check_savedata(savedata.view()); !right)
    found.push_back(
        {Severity::damage, "The Tox ID in the database is damaged: " + right.error().message, "Restore a backup."});
}

/// Whether the file is whole; only then is it of use to ask it anything.
bool look_at_database(SqlStore& store, Findings& found) {
  constexpr std::size_t shown_max = 5;  // one broken page makes hundreds of lines
  const auto problems = store.integrity_problems();
  if (problems.empty()) return true;
  std::string what = "The database is damaged:";
  for (std::size_t i = 0; i < std::min(problems.size(), shown_max); ++i) what += " " + problems[i] + ";";
  if (problems.size() > shown_max) what += " and " + std::to_string(problems.size() - shown_max) + " more";
  found.push_back({Severity::damage, what,
                   "Check the disk, then restore a backup, or link this device anew: your other devices have the "
                   "history."});
  return false;
}

}  // namespace

Result<std::vector<Finding>> examine_profile(const ProfileFolder& files, SqlStore& store, std::uint64_t wall_ms) {
  Findings found;
  look_at_files(files, found);
  look_at_disk(files, found);
  if (!look_at_database(store, found)) return found;
  const auto anew = SqlStore::open_in_memory();
  if (!anew) return fail(anew.error());
  Result<Findings> examined;
  store.read_at_once([&] {
    look_at_tox_id(store, found);
    examined = examine(store, **anew, wall_ms);
  });
  if (const auto fault = store.fault()) {
    found.push_back({Severity::damage, fault->message, "Check the disk, then restore a backup."});
    return found;
  }
  if (!examined) return fail(examined.error());
  std::ranges::move(*examined, std::back_inserter(found));
  return found;
}

Result<void> repair_profile(const ProfileFolder& files, SqlStore& store) {
  for (const fs::path& path : with_its_files(files.path())) {
    if (!open_to_others(path)) continue;
    std::error_code ignored;  // what stays is found again
    fs::permissions(path, fs::perms::group_all | fs::perms::others_all, fs::perm_options::remove, ignored);
  }
  for (const char* name : left_behind) {
    overwrite_file(files.path() / name);
    std::error_code ignored;
    fs::remove(files.path() / name, ignored);
  }
  remove_profile(unfinished_swap_of(files.path()));
  return store.transact([&]() -> Result<void> {
    rebuild_view(store);
    return {};
  });
}

}  // namespace toxtore
