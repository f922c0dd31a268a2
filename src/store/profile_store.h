// A profile's key file and database as the pair that they are.
//
// A new profile: key.new is written, the database is made under it, key.new becomes key. So whatever moment a crash
// hits, a start after it finds nothing, or a pair that opens; and a key is never made beside a database that exists.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "store/key_file.h"
#include "store/profile_folder.h"
#include "store/sql_store.h"

namespace toxtore {

/// What is there, before anybody is asked for a passphrase. `wrapped` needs one.
enum class ProfileState { absent, plain, wrapped };

/// Errors: corrupt (a database without its key file or the other way round; the message says what to do), and those
/// of inspect_key_file.
Result<ProfileState> inspect_profile(const ProfileFolder& folder);

/// Opens the profile, or begins a new one where there is none: then under the passphrase, or with a plain key if none
/// is given. `random` and `cost` are for a new key. The caller holds the folder's lock. Errors: those of
/// inspect_profile, read_key_file, write_key_file and SqlStore::open; nothing is changed by any of them.
Result<std::unique_ptr<SqlStore>> open_profile(const ProfileFolder& folder,
                                               const std::optional<std::string_view>& passphrase, Random& random,
                                               PassphraseCost cost = {});

}  // namespace toxtore
