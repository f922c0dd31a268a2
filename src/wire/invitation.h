// Linking by invitation, in bytes (DESIGN 8): the `toxtore:` URI, the proof of its secret, and the words in which a
// friend request carries that proof.
//
// The URI is "toxtore:" and 88 characters of Crockford's base 32: version u8, key 32, nospam 4, secret 16, check 2. The
// check is the beginning of a hash of all before it, so that a mistyped URI is told apart from one that is refused.
// In capitals the URI is a QR code of 33 modules, since QR codes pack those tighter.
//
// The proof is a MAC with the secret over both keys: it shows that the sender has read the URI, tells nothing about the
// secret, and is of no use with another key. A friend request carries it behind words that a stock client can show.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"
#include "model/ids.h"

namespace toxtore {

/// 128 bits: guessing is hopeless even if nobody counted the guesses. Wiped when it goes.
struct InvitationSecret {
  std::array<std::uint8_t, 16> bytes{};

  InvitationSecret() = default;
  InvitationSecret(const InvitationSecret&) = default;
  InvitationSecret& operator=(const InvitationSecret&) = default;
  ~InvitationSecret();
  bool operator==(const InvitationSecret& other) const;
};

struct Invitation {
  ToxAddress address;  ///< of the device that made it
  InvitationSecret secret;
  bool operator==(const Invitation&) const = default;
};

/// Characters after "toxtore:", as they are written; and the longest text that is looked at, for blanks and dashes.
inline constexpr std::size_t invitation_digits = 88;
inline constexpr std::size_t invitation_text_max = 512;

/// In capital letters but for the scheme, 96 characters.
std::string invitation_uri(const Invitation& invitation);

/// Reads capitals and small letters, O for 0 and I or L for 1, and passes over blanks, line ends and dashes. Errors, in
/// words for who typed it: invalid_argument (no invitation, mistyped, of a later version), too_long.
Result<Invitation> read_invitation_uri(std::string_view text);

/// MAC of (label, key of the device that invites, key of the one that joins) with the secret.
Hash invitation_proof(const InvitationSecret& secret, const PublicKey& inviter, const PublicKey& joiner);

/// The words of a friend request that asks to join, 171 bytes.
std::string joining_words(const Hash& proof);

/// A friend request that a program made to join. Without a proof it was altered, or is of a later version.
struct JoiningRequest {
  std::optional<Hash> proof;
};
/// Nothing if these are someone's own words.
std::optional<JoiningRequest> read_joining_words(ByteView words);

}  // namespace toxtore
