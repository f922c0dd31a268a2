#include "wire/invitation.h"

#include <algorithm>
#include <cctype>

#include "base/wipe.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

constexpr std::string_view scheme = "toxtore:";
constexpr std::uint8_t uri_version = 1;
constexpr std::string_view check_label = "toxtore invitation check 1";
constexpr std::string_view proof_label = "toxtore invitation proof 1";
constexpr std::size_t nospam_size = 4;
constexpr std::size_t check_size = 2;
constexpr std::size_t payload_size = 1 + PublicKey::size + nospam_size + sizeof(InvitationSecret::bytes) + check_size;
constexpr std::size_t digit_bits = 5;
static_assert(payload_size * 8 == invitation_digits * digit_bits, "no bits are left over");

/// Crockford's: no I, L, O and U, which are taken for others or make words.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a stock client shows of it should do no harm if its user says yes, and make him say no.
constexpr std::string_view words_for_people =
    "Toxtore: a new device asks to be linked with yours. If you did not just invite one, say no. ";
constexpr std::string_view mark = "toxtore-join:";
constexpr std::string_view mark_with_version = "toxtore-join:1:";

char plain_letter(char c) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

bool is_passed_over(char c) { return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string base32(ByteView bytes) {
  std::string digits;
  unsigned held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8 | byte) & 0xFFF;
    for (bits += 8; bits >= digit_bits; bits -= digit_bits) digits += alphabet[held >> (bits - digit_bits) & 31];
  }
  return digits;
}

/// Of exactly `invitation_digits` digits.
Bytes from_base32(std::string_view digits) {
  Bytes bytes;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char digit : digits) {
    held = (held << digit_bits | static_cast<unsigned>(alphabet.find(digit))) & 0xFFF;
    bits += digit_bits;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return bytes;
}

Bytes check_of(ByteView payload) {
  const Hash hash = hash_of({as_bytes(check_label), payload});
  return {hash.begin(), hash.begin() + check_size};
}

tl::unexpected<Error> no_invitation(const std::string& why) {
  return fail(ErrorKind::invalid_argument, why + "; copy or type it again as `toxtore device invite` shows it");
}

/// The digits behind the scheme.
Result<std::string> digits_in(std::string_view text) {
  if (text.size() > invitation_text_max) return fail(ErrorKind::too_long, "this is far too long for an invitation");
  while (!text.empty() && is_passed_over(text.front())) text.remove_prefix(1);
  const auto same_letter = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (text.size() < scheme.size() ||
      !std::equal(scheme.begin(), scheme.end(), text.begin(), [&](char b, char a) { return same_letter(a, b); })) {
    return no_invitation("this is no invitation: one begins with \"toxtore:\"");
  }
  std::string digits;
  for (const char c : text.substr(scheme.size())) {
    if (is_passed_over(c)) continue;
    digits += plain_letter(c);
    if (alphabet.find(digits.back()) == std::string_view::npos) {
      return no_invitation("the invitation is mistyped: it holds a character that none has");
    }
  }
  return digits;
}

ToxAddress address_of(const PublicKey& key, ByteView nospam) {
  ToxAddress address;
  const Bytes bytes = Writer().key(key).bytes(nospam).u16(0).take();
  std::ranges::copy(bytes, address.bytes.begin());
  for (std::size_t i = 0; i < bytes.size() - check_size; ++i)
    address.bytes[bytes.size() - check_size + i % 2] ^= bytes[i];
  return address;
}

}  // namespace

InvitationSecret::~InvitationSecret() { wipe(bytes); }

bool InvitationSecret::operator==(const InvitationSecret& other) const { return same_secret(bytes, other.bytes); }

std::string invitation_uri(const Invitation& invitation) {
  Writer out;
  out.u8(uri_version).bytes(ByteView(invitation.address.bytes).first(PublicKey::size + nospam_size));
  out.bytes(invitation.secret.bytes);
  Bytes payload = out.take();
  const Bytes check = check_of(payload);
  payload.insert(payload.end(), check.begin(), check.end());
  return std::string(scheme) + base32(payload);
}

Result<Invitation> read_invitation_uri(std::string_view text) {
  const auto digits = digits_in(text);
  if (!digits) return fail(digits.error());
  if (digits->size() != invitation_digits) {
    return no_invitation("the invitation is not complete: it has " + std::to_string(digits->size()) +
                         " characters after \"toxtore:\" and not " + std::to_string(invitation_digits));
  }
  const Bytes payload = from_base32(*digits);
  const ByteView checked = ByteView(payload).first(payload_size - check_size);
  if (!std::ranges::equal(check_of(checked), ByteView(payload).last(check_size))) {
    return no_invitation("the invitation is mistyped: its check does not hold");
  }
  Reader in(checked);
  if (in.u8() != uri_version) {
    return fail(ErrorKind::invalid_argument,
                "this invitation was made by a later version of Toxtore; update this device, then make another one");
  }
  Invitation invitation;
  const PublicKey key = in.key();
  invitation.address = address_of(key, in.bytes(nospam_size));
  std::ranges::copy(in.bytes(invitation.secret.bytes.size()), invitation.secret.bytes.begin());
  return invitation;
}

Hash invitation_proof(const InvitationSecret& secret, const PublicKey& inviter, const PublicKey& joiner) {
  return mac_of(secret.bytes, {as_bytes(proof_label), inviter.bytes, joiner.bytes});
}

std::string joining_words(const Hash& proof) {
  return std::string(words_for_people) + std::string(mark_with_version) + to_hex(proof);
}

// The words before the mark may change; only the mark and what follows it count.
std::optional<JoiningRequest> read_joining_words(ByteView words) {
  const std::string text = to_text(words);
  const std::size_t at = text.rfind(mark);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view marked = std::string_view(text).substr(at);
  if (!marked.starts_with(mark_with_version)) return JoiningRequest{};
  const auto proof = PublicKey::from_hex(marked.substr(mark_with_version.size()));  // 32 bytes in 64 digits, as a key
  return proof ? JoiningRequest{proof->bytes} : JoiningRequest{};
}

}  // namespace toxtore
