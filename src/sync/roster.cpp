#include "sync/roster.h"

#include <algorithm>
#include <tuple>

namespace toxtore {
namespace {

// Who is shown as having taken a device in: the earliest add by another device, else its own.
bool tells_more(const DeviceAdd& add, const Roster::Member& member, const PublicKey& key) {
  const bool by_other = add.by != key;
  const bool member_by_other = member.by != key;
  if (by_other != member_by_other) return by_other;
  return std::tie(add.made_ms, add.by) < std::tie(member.made_ms, member.by);
}

}  // namespace

Hash statement_hash(ByteView statement) { return hash_of({statement}); }

bool Roster::add(ByteView statement) {
  if (statement.size() > statement_size_max || statements_.size() >= roster_statements_max) return false;
  if (!statements_.emplace(statement_hash(statement), Bytes(statement.begin(), statement.end())).second) return false;
  if (auto add = decode_device_add(statement)) {
    adds_.push_back(std::move(*add));
    derive_members();
  }
  return true;
}

// The least fixed point: starts from this device and goes on until a round adds nothing.
void Roster::derive_members() {
  std::sort(adds_.begin(), adds_.end(), [](const DeviceAdd& a, const DeviceAdd& b) {
    return std::tie(a.made_ms, a.key, a.by, a.name) < std::tie(b.made_ms, b.key, b.by, b.name);
  });
  members_.clear();
  for (bool grew = true; grew;) {
    grew = false;
    for (const DeviceAdd& add : adds_) {
      if (add.by != self_ && !members_.contains(add.by)) continue;
      grew = members_.try_emplace(add.key, Member{add.name, add.by, add.made_ms}).second || grew;
    }
  }
  for (const DeviceAdd& add : adds_) {
    const auto member = members_.find(add.key);
    if (member == members_.end() || !members_.contains(add.by)) continue;
    if (tells_more(add, member->second, add.key)) {
      member->second.by = add.by;
      member->second.made_ms = add.made_ms;
    }
    if (add.by == add.key) member->second.name = add.name;  // a device's own word about its name
  }
}

}  // namespace toxtore
