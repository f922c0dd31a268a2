#include "rpc/names.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/utf8.h"

namespace toxtore {
namespace {

using Resolved = tl::expected<PublicKey, RpcError>;
using Fits = std::function<bool(const Named&)>;

/// A message names so many candidates; all are in the error's own list.
constexpr std::size_t candidates_named_max = 5;

RpcError error(ErrorKind kind, std::string message) { return {kind_name(kind), std::move(message)}; }

/// So much of what was given is said again in a message.
constexpr std::size_t quoted_bytes_max = 100;

std::string quoted(std::string_view given) {
  if (given.size() <= quoted_bytes_max) return "“" + std::string(given) + "”";
  return "“" + to_valid_utf8(given.substr(0, quoted_bytes_max)) + "…”";
}

std::string described(const Named& candidate) {
  const std::string digits = candidate.key.hex().substr(0, 8) + "…";
  return candidate.name.empty() ? digits : candidate.name + " (" + digits + ")";
}

RpcError ambiguous(std::string_view given, std::vector<Named> fitting, const Noun& noun) {
  std::string message = quoted(given) + " fits several: ";
  for (std::size_t i = 0; i < std::min(fitting.size(), candidates_named_max); ++i)
    message += (i == 0 ? "" : ", ") + described(fitting[i]);
  if (fitting.size() > candidates_named_max)
    message += " and " + std::to_string(fitting.size() - candidates_named_max) + " more";
  message += "; give the key of the " + std::string(noun.singular) + " that you mean";
  RpcError found = error(ErrorKind::ambiguous, std::move(message));
  found.candidates = std::move(fitting);
  return found;
}

RpcError not_found(std::string_view given, const Noun& noun) {
  return error(ErrorKind::not_found, "there is no " + std::string(noun.singular) + " " + quoted(given) + "; " +
                                         std::string(noun.list_method) + " shows those there are");
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Nothing if none fits.
std::optional<Resolved> only_one(std::string_view given, const std::vector<Named>& candidates, const Noun& noun,
                                 const Fits& fits) {
  std::vector<Named> fitting;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(fitting), fits);
  if (fitting.empty()) return std::nullopt;
  const bool one =
      std::all_of(fitting.begin(), fitting.end(), [&](const Named& each) { return each.key == fitting.front().key; });
  if (one) return fitting.front().key;
  return tl::unexpected(ambiguous(given, std::move(fitting), noun));
}

/// What `given` means if it is a key or a Tox ID by its form, or nothing to look for at all.
std::optional<Resolved> by_key(std::string_view given, const std::vector<Named>& candidates, const Noun& noun) {
  if (given.empty())
    return tl::unexpected(error(ErrorKind::invalid_argument,
                                "the " + std::string(noun.singular) + " is empty; give a key, a Tox ID or a name"));
  constexpr std::string_view scheme = "tox:";
  std::string_view digits = given;
  if (digits.starts_with(scheme)) digits.remove_prefix(scheme.size());
  std::optional<PublicKey> key = PublicKey::from_hex(digits);
  const bool tox_id = digits.size() == 2 * ToxAddress::size && from_hex(digits);
  if (tox_id) {
    const auto address = ToxAddress::from_hex(digits);
    if (!address)
      return tl::unexpected(
          error(ErrorKind::invalid_argument, "the Tox ID's checksum does not hold: one of its digits is mistyped"));
    key = address->key();
  }
  if (!key) return std::nullopt;
  return only_one(given, candidates, noun, [&](const Named& candidate) { return candidate.key == *key; });
}

}  // namespace

Resolved resolve_name(std::string_view given, const std::vector<Named>& candidates, const Noun& noun) {
  if (auto found = by_key(given, candidates, noun)) return *found;
  const Fits same = [&](const Named& candidate) { return candidate.name == given; };
  if (auto found = only_one(given, candidates, noun, same)) return *found;
  const Fits alike = [&](const Named& candidate) { return equal_but_case(candidate.name, given); };
  if (auto found = only_one(given, candidates, noun, alike)) return *found;
  return tl::unexpected(not_found(given, noun));
}

Resolved resolve_prefix(std::string_view given, const std::vector<Named>& candidates, const Noun& noun) {
  if (auto found = by_key(given, candidates, noun)) return *found;
  const Fits begins = [&](const Named& candidate) {
    const std::string digits = candidate.key.hex();
    return given.size() <= digits.size() && equal_but_case(std::string_view(digits).substr(0, given.size()), given);
  };
  if (auto found = only_one(given, candidates, noun, begins)) return *found;
  return tl::unexpected(not_found(given, noun));
}

}  // namespace toxtore
