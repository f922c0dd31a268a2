// Another passphrase for a profile, or another key for its database.
#pragma once

#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "store/key_file.h"
#include "store/profile_folder.h"

namespace toxtore {

/// A passphrase, or none: the key lies in the clear.
using GivenPassphrase = std::optional<std::string_view>;

/// Wraps the same key under another passphrase, or under none: the key file is replaced as one step and its old bytes
/// are overwritten (key_file.h); the database is not touched. May be done while a daemon runs on the profile. Errors:
/// not_found (no profile), wrong_passphrase, busy (another change is under way), those of the key file.
Result<void> change_passphrase(const ProfileFolder& folder, const GivenPassphrase& old_passphrase,
                               const GivenPassphrase& new_passphrase, Random& random, PassphraseCost cost = {});

/// Encrypts the database anew under a new key, for a key that somebody may have copied; takes as long as reading and
/// writing it, and as much disk again for that time. A crash leaves the old pair or the new one (profile_swap.h).
/// Whoever calls this holds the folder's lock. Errors: as above, and those of the database.
Result<void> change_key(const ProfileFolder& folder, const GivenPassphrase& old_passphrase,
                        const GivenPassphrase& new_passphrase, Random& random, PassphraseCost cost = {});

}  // namespace toxtore
