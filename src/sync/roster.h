// The roster: which keys are devices of this user (DESIGN 8).
//
// A set of statements that only grows and that own devices exchange whole. In this version statements are adds. In are
// the keys that follow from this device by counting adds: the device itself; and whatever key a device that is in
// has added. Linking makes an add on both sides, so all linked devices come to the same set. Statements of a kind
// that this version does not know are kept and handed on, and count for nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/ids.h"
#include "wire/roster_statement.h"

namespace toxtore {

/// At most so many own devices (DESIGN 5), checked when adding. A roster that holds more is read all the same.
inline constexpr std::size_t own_devices_max = 32;
/// A bound on memory against a linked device gone wild: 32 devices need 62 adds; the rest is room for history.
inline constexpr std::size_t roster_statements_max = 4096;

class Roster {
 public:
  struct Member {
    std::string name;
    PublicKey by;               ///< who took it in; itself for the first device
    std::uint64_t made_ms = 0;  ///< wall clock of `by` when it did
  };
  using Members = std::map<PublicKey, Member>;

  explicit Roster(const PublicKey& self) : self_(self) {}

  /// Takes a statement in; true if it is new. False also for one that is too long or over the bound.
  bool add(ByteView statement);

  /// The devices that are in, this one included as soon as it has an add about itself.
  [[nodiscard]] const Members& members() const { return members_; }
  [[nodiscard]] bool contains(const PublicKey& key) const { return members_.contains(key); }

  [[nodiscard]] const std::map<Hash, Bytes>& statements() const { return statements_; }
  /// Rises with every statement, alike on all devices that hold the same: the version of `my devices`.
  [[nodiscard]] std::uint64_t version() const { return statements_.size(); }

 private:
  void derive_members();

  PublicKey self_;
  std::map<Hash, Bytes> statements_;
  std::vector<DeviceAdd> adds_;
  Members members_;
};

Hash statement_hash(ByteView statement);

}  // namespace toxtore
