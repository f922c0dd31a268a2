#include "daemon/profile.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "daemon/log.h"
#include "store/profile_store.h"
#include "store/profile_swap.h"
#include "tox/profile_file.h"
#include "tox/tox_node.h"

namespace toxtore {
namespace {

namespace fs = std::filesystem;
// --- The Tox ID of a new profile

Result<SecretBytes> read_profile_file(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  if (code) return fail(ErrorKind::not_found, "cannot read " + file.string() + ": " + code.message());
  if (size > profile_size_max) return fail(ErrorKind::too_long, file.string() + " is too large for a Tox profile");
  std::ifstream in(file, std::ios::binary);
  Bytes bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) return fail(ErrorKind::io, "cannot read " + file.string());
  return SecretBytes(std::move(bytes));
}

Result<Passphrase> import_passphrase(const Options& options) {
  const std::string file = options.import_file->string();
  if (!options.import_passphrase.given() && !at_terminal())
    return fail(ErrorKind::wrong_passphrase, file +
                                                 " is protected by a passphrase; give it with "
                                                 "--import-passphrase-file or --import-passphrase-fd");
  auto given = options.import_passphrase.given() ? read_passphrase(options.import_passphrase)
                                                 : ask_passphrase("Passphrase of " + file + ": ");
  if (!given) return fail(given.error());
  return Passphrase(std::move(*given));
}

Result<SecretBytes> imported_savedata(const Options& options) {
  const auto file = read_profile_file(*options.import_file);
  if (!file) return fail(file.error());
  const auto passphrase =
      is_protected_profile(file->view()) ? import_passphrase(options) : Result<Passphrase>(Passphrase());
  if (!passphrase) return fail(passphrase.error());
  auto savedata = load_profile(file->view(), view_of(*passphrase));
  if (!savedata) return fail(savedata.error().kind, options.import_file->string() + ": " + savedata.error().message);
  return SecretBytes(std::move(*savedata));
}

/// A new Tox ID; without network, since it is only made here.
Result<SecretBytes> new_savedata() {
  ToxOptions options;
  options.udp = false;
  options.local_discovery = false;
  const auto node = ToxNode::create(options);
  if (!node) return fail(node.error());
  return SecretBytes((*node)->savedata());
}

/// Puts the Tox ID into a database that has none yet.
Result<void> begin(Store& store, ByteView savedata, bool imported) {
  return store.transact([&]() -> Result<void> {
    store.remember(daemon_memory::profile, savedata);
    if (imported) store.remember(daemon_memory::import_pending, {});
    return {};
  });
}

// --- Passphrases

Result<Passphrase> new_passphrase(const Options& options) {
  if (options.passphrase.given()) {
    auto given = read_passphrase(options.passphrase);
    if (!given) return fail(given.error());
    return Passphrase(std::move(*given));
  }
  if (at_terminal())
    return ask_new_passphrase("New passphrase for the profile “" + options.profile + "” (empty: none): ");
  return Passphrase();
}

Result<Passphrase> passphrase_for(ProfileState state, const Options& options) {
  switch (state) {
    case ProfileState::absent: return new_passphrase(options);
    case ProfileState::wrapped: return known_passphrase(options);
    case ProfileState::plain:
      if (options.passphrase.given()) log::warning("the profile has no passphrase; the one given is not needed");
      return Passphrase();
  }
  return Passphrase();
}

// --- Opening

/// Reads the Tox ID, or begins with one: `fresh`, if it was made before the database was, else made now.
Result<void> load(Profile& profile, const Options& options, std::optional<SecretBytes> fresh) {
  auto savedata = profile.store->remembered(daemon_memory::profile);
  profile.import_pending = profile.store->remembered(daemon_memory::import_pending).has_value();
  const Arrival events = profile.store->last_arrival();
  if (const auto fault = profile.store->fault()) return fail(*fault);
  if (savedata && options.import_file)
    return fail(ErrorKind::already_exists, "the profile “" + options.profile +
                                               "” is there already; start it without --import-profile, or import "
                                               "into a new one with another --profile");
  if (savedata) {
    profile.savedata = SecretBytes(std::move(*savedata));
    return {};
  }
  if (events > 0)
    return fail(ErrorKind::corrupt, "the profile “" + options.profile +
                                        "” has lost its Tox ID; bring it back from a "
                                        "backup");
  if (!fresh) {
    auto made = options.import_file ? imported_savedata(options) : new_savedata();
    if (!made) return fail(made.error());
    fresh = std::move(*made);
  }
  profile.savedata = std::move(*fresh);
  profile.import_pending = options.import_file.has_value();
  profile.made_now = true;
  return begin(*profile.store, profile.savedata.view(), profile.import_pending);
}

}  // namespace

Result<Passphrase> known_passphrase(const Options& options) {
  if (!options.passphrase.given() && !at_terminal()) return Passphrase();  // the store says what is missing
  auto passphrase = options.passphrase.given()
                        ? read_passphrase(options.passphrase)
                        : ask_passphrase("Passphrase of the profile “" + options.profile + "”: ");
  if (!passphrase) return fail(passphrase.error());
  return Passphrase(std::move(*passphrase));
}

Result<Profile> Profile::open(const Options& options, Random& random) {
  std::error_code ignored;
  fs::create_directories(options.data_folder, ignored);  // if that fails, the next line says why
  const auto folder = ProfileFolder::open(options.data_folder / options.profile);
  if (!folder) return fail(folder.error());
  auto lock = folder->lock();
  if (!lock) return fail(lock.error());
  const auto state = inspect_profile(*folder);
  if (!state) return fail(state.error());
  const bool absent = *state == ProfileState::absent;

  std::optional<SecretBytes> fresh;
  if (absent) {
    auto made = options.import_file ? imported_savedata(options) : new_savedata();
    if (!made) return fail(made.error());
    fresh = std::move(*made);
  }
  const auto passphrase = passphrase_for(*state, options);
  if (!passphrase) return fail(passphrase.error());
  auto store = open_profile(*folder, view_of(*passphrase), random);
  if (!store) return fail(store.error());

  Profile profile{.files = *folder, .lock = std::move(*lock), .store = std::move(*store), .savedata = {}};
  profile.encrypted = absent ? passphrase->has_value() : *state == ProfileState::wrapped;
  if (auto loaded = load(profile, options, std::move(fresh)); !loaded) {
    if (absent) discard(options, std::move(profile));
    return fail(loaded.error());
  }
  return profile;
}

void Profile::announce(const Options& options) const {
  if (!made_now) return;
  log::info("made the profile “" + options.profile + "” in " + (options.data_folder / options.profile).string());
  if (!encrypted)
    log::warning(
        "the profile has no passphrase: who can read the folder can read everything in it; `toxtore passphrase` gives "
        "it "
        "one");
  if (options.import_file)
    log::warning("took over the Tox ID of " + options.import_file->string() +
                 "; do not run the old copy any more: two copies of one Tox ID fight for the connection, and each "
                 "misses what the other receives");
}

void Profile::discard(const Options& options, Profile profile) {
  profile.store.reset();
  const auto folder = ProfileFolder::open(options.data_folder / options.profile);
  if (!folder) return;
  const auto remove = [](const fs::path& file) {
    std::error_code ignored;
    fs::remove(file, ignored);
  };
  // The way back of how the store makes the pair: broken off anywhere, it is again one that is being made.
  std::error_code ignored;
  fs::rename(folder->key(), folder->new_key(), ignored);
  for (const auto* end : {"-wal", "-shm", ""}) remove(folder->database().string() + end);
  remove(folder->new_key());
  remove(folder->path() / "reserve");
}

namespace {

/// Whether nothing but a profile's own lies in the folder.
Result<void> check_content(const fs::path& folder) {
  // profile_folder.h lists them; a file that takes another's place ends in .tmp before it does.
  static constexpr std::array<std::string_view, 8> ours{"toxtore.db", "toxtore.db-wal", "toxtore.db-shm", "key",
                                                        "key.new",    "key.tmp",        "lock",           "reserve"};
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed), end; !failed && each != end; each.increment(failed)) {
    if (std::ranges::find(ours, each->path().filename().string()) != ours.end()) continue;
    return fail(ErrorKind::denied,
                each->path().string() + " is not the profile's: move it elsewhere, and then have the profile erased");
  }
  if (failed) return fail(ErrorKind::io, "cannot look into " + folder.string() + ": " + failed.message());
  return {};
}

/// One that a restored backup has pushed aside is a profile too, and may be in use as one.
Result<void> check_kept(const fs::path& kept) {
  const auto folder = ProfileFolder::open(kept);
  if (!folder) return fail(folder.error());
  if (const auto lock = folder->lock(); !lock) return fail(ErrorKind::busy, lock.error().message);
  return check_content(kept);
}

}  // namespace

Result<void> Profile::may_be_erased() const {
  const fs::path& folder = files->path();
  std::error_code ignored;
  if (fs::is_symlink(folder, ignored))
    return fail(ErrorKind::denied, folder.string() + " is a link to another folder: erase that one by hand");
  for (const fs::path& kept : kept_of(folder)) {
    if (auto checked = check_kept(kept); !checked) return checked;
  }
  return check_content(folder);
}

Result<void> Profile::erase(const Options& options, Profile profile) {
  const fs::path folder = profile.files->path();
  profile.store.reset();  // the lock is held on
  remove_profile(folder);
  remove_profile(unfinished_swap_of(folder));
  for (const fs::path& kept : kept_of(folder)) remove_profile(kept);
  std::error_code failed;
  fs::remove(options.state_file, failed);
  if (fs::exists(folder, failed) || fs::exists(options.state_file, failed) || !kept_of(folder).empty())
    return fail(ErrorKind::io, "not all of " + folder.string() + ", its older copies beside it and " +
                                   options.state_file.string() + " could be erased: remove what is left by hand");
  return sync_folder(folder.parent_path());
}

Result<void> save_profile(Store& store, ByteView savedata) {
  return store.transact([&]() -> Result<void> {
    store.remember(daemon_memory::profile, savedata);
    return {};
  });
}

}  // namespace toxtore
