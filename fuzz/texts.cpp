#include <algorithm>

#include "base/utf8.h"
#include "cli/arguments.h"
#include "cli/terminal_text.h"
#include "model/ids.h"
#include "rpc/json.h"
#include "targets.h"
#include "wire/invitation.h"

namespace toxtore::fuzz {
namespace {

void read_names(const std::string& text) {
  if (const auto address = ToxAddress::from_hex(text)) {
    require(ToxAddress::from_hex("tox:" + address->hex()) == address, "a Tox ID is read as it is shown");
    require(ToxAddress::from_bytes(address->bytes) == address, "a Tox ID is the same in bytes");
  }
  if (const auto key = PublicKey::from_hex(text)) {
    require(PublicKey::from_hex(key->hex()) == key, "a key is read as it is shown");
  }
  if (const auto dot = dot_from_text(text)) require(dot_from_text(dot_text(*dot)) == dot, "a dot is read as shown");
  if (const auto code = plain_code(text)) require(code->size() == link_code_digits, "a code has six digits");
}

void read_invitations(const std::string& text) {
  for (const std::string& typed : {text, "toxtore:" + text}) {
    const auto invitation = read_invitation_uri(typed);
    if (!invitation) {
      require(is_utf8(invitation.error().message), "what is said of an invitation can be shown");
      continue;
    }
    require(read_invitation_uri(invitation_uri(*invitation)) == *invitation, "an invitation is read as it is shown");
  }
  const auto request = read_joining_words(as_bytes(text));
  if (request && request->proof) {
    const auto again = read_joining_words(as_bytes(joining_words(*request->proof)));
    require(again && again->proof == request->proof, "a proof is read as it is sent");
  }
}

bool is_harmless(std::string_view line) {
  return is_utf8(line) && std::ranges::none_of(line, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

}  // namespace

void texts(ByteView input) {
  const std::string text = to_text(input);
  read_names(text);
  read_invitations(text);
  require(is_utf8(to_valid_utf8(text)), "what is shown is UTF-8");
  require(!is_utf8(text) || to_valid_utf8(text) == text, "what is UTF-8 is shown as it is");
  const std::string line = harmless_line(text);
  require(is_harmless(line) && is_harmless(cut_to_width(line, 10)), "what is printed cannot steer a terminal");
  require(display_width(cut_to_width(line, 10)) <= 10, "a line that was cut fits");
  for (const std::string& part : harmless_lines(text)) require(is_harmless(part), "nor can any of its lines");
  wrapped(line, 20);
}

}  // namespace toxtore::fuzz
