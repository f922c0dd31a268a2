// friend set, introduce, merge, split, claims and claim.
#include "cli/commands.h"
#include "cli/person_text.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// Calls the method and shows the friend that it answers with.
Outcome<> change_friend(Session& session, const char* method, const json& params, const std::string& words) {
  return session.show_answer(method, params,
                             [&](const json& changed, const Style&) { return shown_name(changed) + words + "\n"; });
}

}  // namespace

Outcome<> run(const command::FriendSet& command, Session& session) {
  json params = {{"friend", command.name}};
  if (command.alias) params["alias"] = *command.alias;
  if (command.muted) params["muted"] = *command.muted;
  if (command.blocked) params["blocked"] = *command.blocked;
  if (command.withheld) params["devices_withheld"] = *command.withheld;
  if (!command.claims.empty()) params["claims"] = command.claims;
  return session.show_answer("friend.set", params, [&](const json& changed, const Style& style) {
    return friends_text({{"friends", json::array({changed})}}, style);
  });
}

Outcome<> run(const command::FriendIntroduce& command, Session& session) {
  json params = {{"friend", command.name}};
  if (!command.message.empty()) params["message"] = command.message;
  return change_friend(session, "friend.introduce", params,
                       " gets a friend request from this device. He sees a new Tox ID with these words, and if he "
                       "accepts, one more entry for you in his list.");
}

Outcome<> run(const command::FriendMerge& command, Session& session) {
  return change_friend(session, "friend.merge", {{"friend", command.name}, {"other", command.other}},
                       " is one contact now, on all your devices. He is not told.");
}

Outcome<> run(const command::FriendSplit& command, Session& session) {
  return change_friend(session, "friend.split", {{"friend", command.key}},
                       " is a contact of his own now, on all your devices. He is not told.");
}

Outcome<> run(const command::FriendClaims& /*command*/, Session& session) {
  return session.show_answer("friend.claims", json::object(), claims_text);
}

Outcome<> run(const command::FriendClaim& command, Session& session) {
  return change_friend(
      session, "friend.claim",
      {{"friend", command.name}, {"key", command.key}, {"answer", command.accept ? "accept" : "decline"}},
      command.accept ? ": the key counts as his as soon as it says so itself." : ": the key does not count as his.");
}

}  // namespace toxtore
