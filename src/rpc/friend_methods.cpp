// friend.*: who is a friend, who wants to be one.
#include "base/utf8.h"
#include "rpc/json.h"
#include "rpc/method.h"
#include "rpc/names.h"

namespace toxtore {

using nlohmann::json;

namespace {

constexpr Noun friend_noun{"friend", "friend.list"};
constexpr Noun request_noun{"friend request", "friend.requests"};
/// toxcore sends no request without words; these are for who has none of his own.
constexpr std::string_view default_greeting = "Hello, I would like to add you to my friends.";

template <class Info>
json list_json(const std::vector<Info>& infos) {
  json list = json::array();
  for (const Info& info : infos) list.push_back(to_json(info));
  return list;
}

json key_json(const PublicKey& key) { return {{"key", key.hex()}}; }

tl::expected<PublicKey, RpcError> resolve_request(const Call& call) {
  std::vector<Named> candidates;
  for (const FriendRequestInfo& request : call.engine.friend_requests()) candidates.push_back({request.key, {}});
  return resolve_prefix(call.text("friend"), candidates, request_noun);
}

Answer list_friends(const Call& call) { return json{{"friends", list_json(call.engine.friends())}}; }

Answer list_requests(const Call& call) { return json{{"requests", list_json(call.engine.friend_requests())}}; }

Answer add_friend(const Call& call) {
  const auto address = ToxAddress::from_hex(call.text("tox_id"));
  if (!address)
    return refuse(ErrorKind::invalid_argument,
                  "that is not a Tox ID: it has 76 hexadecimal digits, and its checksum must hold; a key alone is not "
                  "enough");
  const auto added = call.engine.add_friend(*address, call.text_or("message", default_greeting), call.now);
  if (!added) return refuse(added.error());
  return key_json(address->key());
}

Answer accept_friend(const Call& call) {
  const auto key = resolve_request(call);
  if (!key) return refuse(key.error());
  if (const auto accepted = call.engine.accept_friend(*key, call.now); !accepted) return refuse(accepted.error());
  return key_json(*key);
}

Answer decline_friend(const Call& call) {
  const auto key = resolve_request(call);
  if (!key) return refuse(key.error());
  if (const auto declined = call.engine.decline_friend(*key, call.now); !declined) return refuse(declined.error());
  return key_json(*key);
}

Answer remove_friend(const Call& call) {
  const auto key = resolve_friend(call.engine, call.text("friend"));
  if (!key) return refuse(key.error());
  if (const auto removed = call.engine.remove_friend(*key, call.now); !removed) return refuse(removed.error());
  return key_json(*key);
}

}  // namespace

tl::expected<PublicKey, RpcError> resolve_friend(const Engine& engine, std::string_view given) {
  return resolve_name(given, named_contacts(engine, [](const Contact& contact) { return contact.present; }),
                      friend_noun);
}

// A contact answers to each of his keys, to his alias, and to the names of all his devices.
std::vector<Named> named_contacts(const Engine& engine, bool (*wanted)(const Contact&)) {
  std::vector<Named> candidates;
  for (const Contact& contact : engine.contacts().contacts()) {
    if (!wanted(contact)) continue;
    if (!contact.alias.empty()) candidates.push_back({contact.id, to_valid_utf8(to_text(contact.alias))});
    for (const PublicKey& key : contact.keys) {
      candidates.push_back({contact.id, to_valid_utf8(to_text(engine.contacts().row(key)->name.value))});
      if (key != contact.id) candidates.push_back({key, {}});
    }
  }
  return candidates;
}

bool is_known(const Engine& engine, const PublicKey& key) {
  const FriendRow* row = engine.contacts().row(key);
  const Contact* contact = engine.contacts().of(key);
  return (row != nullptr && row->first_added) || (contact != nullptr && contact->present);
}

std::vector<Method> friend_methods() {
  using Type = Parameter::Type;
  return {{"friend.list", {}, list_friends},
          {"friend.add", {{"tox_id"}, {"message", Type::text, false}}, add_friend},
          {"friend.requests", {}, list_requests},
          {"friend.accept", {{"friend"}}, accept_friend},
          {"friend.decline", {{"friend"}}, decline_friend},
          {"friend.remove", {{"friend"}}, remove_friend}};
}

}  // namespace toxtore
