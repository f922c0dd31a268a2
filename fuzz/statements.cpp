#include "choices.h"
#include "sync/roster.h"
#include "targets.h"
#include "wire/roster_statement.h"

namespace toxtore::fuzz {
namespace {

void check(ByteView statement) {
  const auto read = decode_statement(statement);
  if (!read) return;
  const Bytes written = encode_statement(*read);
  require(written.size() <= statement.size(), "writing a statement adds nothing to it");
  require(decode_statement(written) == read, "a statement that was read is read the same when written again");
}

std::vector<PublicKey> members_of(const std::vector<Bytes>& statements, const PublicKey& self) {
  Roster roster(self);
  for (const Bytes& statement : statements) roster.add(statement);
  std::vector<PublicKey> members;
  for (const auto& [key, member] : roster.members()) members.push_back(key);
  return members;
}

}  // namespace

void statements(ByteView input) {
  Choices choices(input);
  std::vector<Bytes> all;
  while (choices.more()) {
    all.push_back(choices.bytes(choices.u16()));
    check(all.back());
  }
  PublicKey self;
  self.bytes.fill(0xAA);
  const std::vector<Bytes> reversed(all.rbegin(), all.rend());
  require(members_of(all, self) == members_of(reversed, self), "a roster is a set: the order means nothing");
}

}  // namespace toxtore::fuzz
