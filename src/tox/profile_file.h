// Profile files (.tox): what qTox, toxic, uTox and others keep a Tox ID in.
//
// Plain, it is toxcore's savedata as it stands: u32 0, u32 0x15ED1B1F, then sections (length u32, type u16, mark u16
// 0x01CE, data), the last of type 255; all little-endian. Protected, it is savedata in a secret box under a key made
// of the passphrase by scrypt (toxencryptsave: "toxEsave", salt 32, nonce 24, box), 80 bytes longer.
//
// To read the friends and the name of a profile, make a ToxNode of it (tox_node.h, `offline`) and ask that; never let
// it run beside the program that the profile comes from.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace toxtore {

/// 64 MiB; a friend takes 2,216 bytes.
inline constexpr std::size_t profile_size_max = std::size_t{64} * 1024 * 1024;

/// Whether it begins like a profile that needs a passphrase.
bool is_protected_profile(ByteView file);

/// The savedata in a profile file. The passphrase is ignored for a plain one. Takes up to a second of scrypt. Errors:
/// foreign_file (no Tox profile), malformed (one, but cut off or damaged), too_long, wrong_passphrase (also, with a
/// message of its own, when none was given for a protected one).
Result<Bytes> load_profile(ByteView file, const std::optional<std::string_view>& passphrase);

/// The savedata as a protected profile file. Errors: invalid_argument (empty passphrase), internal (no memory).
Result<Bytes> protect_profile(ByteView savedata, std::string_view passphrase);

/// Whether the bytes are whole savedata with a key in it. toxcore itself takes savedata without a key and makes up a
/// new Tox ID, which must never happen to someone who wanted to keep his. Errors: foreign_file, malformed.
Result<void> check_savedata(ByteView savedata);

}  // namespace toxtore
