// friend set, introduce, merge, split, claims and claim.
#include "cli/commands.h"
#include "cli/person_text.h"

namespace toxtore {

using nlohmann::json;

namespace {

/// Calls the method and shows the friend that it answers with.
Outcome<> change_friend(Session& session, const char* method, const json& params, const std::string& words) {
  const auto changed = session.daemon.call(method, params);
  if (!changed) return refuse(changed.error());
  session.show(*changed, shown_name(*changed) + words + "\n");
  return {};
}

}  // namespace

Outcome<> run(const command::FriendSet& command, Session& session) {
  json params = {{"friend", command.name}};
  if (command.alias) params["alias"] = *command.alias;
  if (command.muted) params["muted"] = *command.muted;
  if (command.blocked) params["blocked"] = *command.blocked;
  if (command.withheld) params["devices_withheld"] = *command.withheld;
  if (!command.claims.empty()) params["claims"] = command.claims;
  const auto changed = session.daemon.call("friend.set", params);
  if (!changed) return refuse(changed.error());
  session.show(*changed, friends_text({{"friends", json::array({*changed})}}, session.terminal.style()));
  return {};
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
  const auto claims = session.daemon.call("friend.claims");
  if (!claims) return refuse(claims.error());
  session.show(*claims, claims_text(*claims, session.terminal.style()));
  return {};
}

Outcome<> run(const command::FriendClaim& command, Session& session) {
  return change_friend(
      session, "friend.claim",
      {{"friend", command.name}, {"key", command.key}, {"answer", command.accept ? "accept" : "decline"}},
      command.accept ? ": the key counts as his as soon as it says so itself." : ": the key does not count as his.");
}

}  // namespace toxtore
