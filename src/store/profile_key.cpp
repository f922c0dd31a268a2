#include "store/profile_key.h"

#include "store/backup.h"
#include "store/profile_store.h"
#include "store/profile_swap.h"

namespace toxtore {
namespace {

/// The key, if the passphrase is right and there is a whole profile.
Result<DatabaseKey> present_key(const ProfileFolder& folder, const GivenPassphrase& passphrase) {
  const auto state = inspect_profile(folder);
  if (!state) return fail(state.error());
  if (*state == ProfileState::absent)
    return fail(ErrorKind::not_found, "There is no profile in " + folder.path().string() + ".");
  return read_key_file(folder.key(), passphrase);
}

}  // namespace

Result<void> change_passphrase(const ProfileFolder& folder, const GivenPassphrase& old_passphrase,
                               const GivenPassphrase& new_passphrase, Random& random, PassphraseCost cost) {
  const auto lock = folder.lock_key();
  if (!lock) return fail(lock.error());
  const auto key = present_key(folder, old_passphrase);
  if (!key) return fail(key.error());
  return write_key_file(folder.key(), *key, new_passphrase, random, cost);
}

Result<void> change_key(const ProfileFolder& folder, const GivenPassphrase& old_passphrase,
                        const GivenPassphrase& new_passphrase, Random& random, PassphraseCost cost) {
  const auto lock = folder.lock_key();
  if (!lock) return fail(lock.error());
  const auto key = present_key(folder, old_passphrase);
  if (!key) return fail(key.error());
  auto swap = ProfileSwap::begin(folder.path());
  if (!swap) return fail(swap.error());
  const ProfileFolder& made = swap->folder();
  const DatabaseKey new_key(random);
  auto done = copy_database(folder.database(), *key, made.database(), new_key);
  if (done) done = write_key_file(made.key(), new_key, new_passphrase, random, cost);
  if (done) done = open_profile(made, new_passphrase, random, cost).map([](const auto&) {});
  return done ? swap->finish(std::nullopt) : done;
}

}  // namespace toxtore
