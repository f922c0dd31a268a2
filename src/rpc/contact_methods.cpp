// friend.set, .introduce, .merge, .split, .claims, .claim: what the user says of a friend and of his keys.
#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/method.h"
#include "rpc/names.h"

namespace toxtore {

using nlohmann::json;

namespace {

constexpr Noun friend_key_noun{"key of a friend", "friend.list"};
constexpr Noun claim_noun{"claimed key", "friend.claims"};

Answer friend_json(const Call& call, const PublicKey& key) {
  const auto info = call.engine.find_friend(key);
  if (!info) return refuse(ErrorKind::not_found, "this key is not in your friend list");
  return to_json(*info);
}

/// What a request asks of the friend that it names; the answer is the friend as he is then.
template <class Work>
Answer with_friend(const Call& call, Work work) {
  const auto key = resolve_friend(call.engine, call.text("friend"));
  if (!key) return refuse(key.error());
  if (const Result<void> done = work(*key); !done) return refuse(done.error());
  return friend_json(call, *key);
}

tl::expected<std::optional<ClaimPolicy>, RpcError> claim_policy_of(const Call& call) {
  if (!call.has("claims")) return std::optional<ClaimPolicy>();
  for (const ClaimPolicy policy : {ClaimPolicy::accept, ClaimPolicy::ask, ClaimPolicy::never}) {
    if (call.text("claims") == claim_policy_name(policy)) return std::optional(policy);
  }
  return refuse(ErrorKind::invalid_argument, "“claims” is \"accept\", \"ask\" or \"never\"");
}

Answer set_friend(const Call& call) {
  const auto policy = claim_policy_of(call);
  if (!policy) return refuse(policy.error());
  ContactChange change;
  if (call.has("alias")) change.alias = call.text("alias");
  change.muted = call.flag("muted");
  change.blocked = call.flag("blocked");
  change.devices_withheld = call.flag("devices_withheld");
  change.claims = *policy;
  return with_friend(call, [&](const PublicKey& key) { return call.engine.change_contact(key, change, call.now); });
}

/// What a friend reads who is asked by a second device; the user can say it better.
constexpr std::string_view default_introduction =
    "Hello, this is another device of mine. If you accept it, my answers reach you through either.";

Answer introduce(const Call& call) {
  const std::string words = call.text_or("message", default_introduction);
  return with_friend(call, [&](const PublicKey& key) { return call.engine.introduce_to_friend(key, words, call.now); });
}

Answer merge_friends(const Call& call) {
  const auto other = resolve_friend(call.engine, call.text("other"));
  if (!other) return refuse(other.error());
  return with_friend(call, [&](const PublicKey& key) { return call.engine.merge_contacts(key, *other, call.now); });
}

// By key only: a name means the whole contact, and this is about one key of it.
Answer split_friend(const Call& call) {
  std::vector<Named> keys;
  for (const FriendInfo& info : call.engine.friends()) {
    for (const FriendKeyInfo& each : info.keys) {
      keys.push_back({each.row.key, to_valid_utf8(to_text(each.row.name.value))});
    }
  }
  const auto key = resolve_prefix(call.text("friend"), keys, friend_key_noun);
  if (!key) return refuse(key.error());
  if (const auto done = call.engine.split_contact(*key, call.now); !done) return refuse(done.error());
  return friend_json(call, *key);
}

Answer list_claims(const Call& call) {
  json claims = json::array();
  for (const FriendInfo& info : call.engine.friends()) {
    const json shown = to_json(info);
    for (json claim : shown["claimed"]) {
      claim["friend"] = shown["key"];
      claim["name"] = shown["name"];
      claims.push_back(std::move(claim));
    }
  }
  return json{{"claims", std::move(claims)}};
}

Answer answer_claim(const Call& call) {
  const bool agrees = call.text("answer") == "accept";
  if (!agrees && call.text("answer") != "decline")
    return refuse(ErrorKind::invalid_argument, "“answer” is \"accept\" or \"decline\"");
  const auto key = resolve_friend(call.engine, call.text("friend"));
  if (!key) return refuse(key.error());
  std::vector<Named> claimed;
  const auto info = call.engine.find_friend(*key);
  for (const Claim& claim : info->contact.claims) claimed.push_back({claim.key, {}});
  for (const PublicKey& his : info->contact.keys) claimed.push_back({his, {}});
  const auto which = resolve_prefix(call.text("key"), claimed, claim_noun);
  if (!which) return refuse(which.error());
  if (const auto done = call.engine.answer_claim(*key, *which, agrees, call.now); !done) return refuse(done.error());
  return friend_json(call, *key);
}

}  // namespace

std::vector<Method> contact_methods() {
  using Type = Parameter::Type;
  return {{"friend.set",
           {{"friend"},
            {"alias", Type::text, false},
            {"muted", Type::flag, false},
            {"blocked", Type::flag, false},
            {"claims", Type::text, false},
            {"devices_withheld", Type::flag, false}},
           set_friend},
          {"friend.introduce", {{"friend"}, {"message", Type::text, false}}, introduce},
          {"friend.merge", {{"friend"}, {"other"}}, merge_friends},
          {"friend.split", {{"friend"}}, split_friend},
          {"friend.claims", {}, list_claims},
          {"friend.claim", {{"friend"}, {"key"}, {"answer"}}, answer_claim}};
}

}  // namespace toxtore
