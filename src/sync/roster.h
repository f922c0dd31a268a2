// The roster: which keys are devices of this user, and how far the logs of removed ones count (DESIGN 8).
//
// A set of statements (wire/roster_statement.h) that only grows and that own devices exchange whole. What a set means
// is a function of it alone, whatever the order in which statements came:
//
// 1. *Reachable* are this device and, as long as that adds any, each key that a reachable one has added. Removals do
//    not matter here. Statements of other authors count for nothing, so a stranger's never do.
// 2. A removal by a reachable author stands unless an add of its key that counts overrules it. So whoever was in can
// put
//    out, whatever became of him since: it fails closed.
// 3. An add counts if it is this device's about itself; or if its author is *known*, which is this device or a key with
//    an add that counts, and every removal of the author names the added key in `keep`. Of a removal that does not
//    stand, it is enough that the add names, among what it overrules, one of the adds that brought its author back:
//    so whom a device took in while it was out does not come in with it.
// 4. An add that counts overrules the removals of its key that it names, if likewise every removal of its author names
//    the add in `keep`, or the add is one made since its author is back. That the key is kept is not enough: two
//    removed devices could bring each other back, of which each was still in when the other one was removed.
// 5. In are the keys with an add that counts and no standing removal.
//
// 2, 3 and 4 ask for each other. Step 1 is done first and does not change any more. Then more adds that count leave
// fewer removals standing, and fewer standing removals and more known keys let more adds count: so what counts can be
// made by beginning with no add and going on until nothing is added (least fixed point; it exists and is one, whatever
// the order). Two removed devices that vouch for each other in a ring are not in it, since neither can begin. Had
// removals to be by *known* authors instead of reachable ones, an add could take away the ground that it stands on, and
// there would be none or several such sets.
//
// Every device counts itself as the root. Linking makes an add on both sides, so devices that are linked come to one
// set. A removed device finds itself out by the same rules; it is alone from then on (`is_removed`).
//
// Cuts. Of a log of a key that was ever removed, the last number that counts is the greatest that removals and raises
// name; of a log that none names it is 0 while the key is out, and all counts once it is in again, which is why a
// device that comes back begins a new incarnation. An overruled removal goes on naming its cuts. Of removals, those by
// other known devices count. If none names the log: the key's own, unless another's removal of it stands, for a
// device's word about itself lets it leave and nothing else. If there is none either: those by whoever is reachable, so
// that nobody can put all of a log aside by a removal that names nothing of it and an author of his own making. Raises,
// which open, count only by who is in, or left by itself and is another device.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/dot.h"
#include "model/ids.h"
#include "model/vector_clock.h"
#include "wire/roster_statement.h"

namespace toxtore {

/// At most so many own devices (DESIGN 5), checked when adding. A roster that holds more is read all the same.
inline constexpr std::size_t own_devices_max = 32;
/// A bound on memory against a linked device gone wild: 32 devices need 62 adds; the rest is room for history.
inline constexpr std::size_t roster_statements_max = 4096;

/// How far the logs of devices that were ever removed count. No other log has a limit.
struct LogLimits {
  struct Limits {
    std::map<std::uint32_t, std::uint32_t> named;  ///< by incarnation
    bool others = true;                            ///< whether logs that are not named count, all of each
    bool operator==(const Limits&) const = default;
  };
  std::map<PublicKey, Limits> devices;

  /// The last number of the log that counts; `open_end` - 1: all.
  [[nodiscard]] std::uint32_t last(const LogId& log) const;
  [[nodiscard]] bool covers(const Dot& dot) const { return dot.number() <= last(dot.log()); }
  bool operator==(const LogLimits&) const = default;
};

class Roster {
 public:
  struct Member {
    std::string name;
    PublicKey by;               ///< who took it in; itself for the first device
    std::uint64_t made_ms = 0;  ///< wall clock of `by` when it did
    bool operator==(const Member&) const = default;
  };
  using Members = std::map<PublicKey, Member>;
  /// A device that was in and is out.
  struct Removed {
    Member was;
    PublicKey by;               ///< who removed it first
    std::uint64_t made_ms = 0;  ///< wall clock of `by` when it did
    bool operator==(const Removed&) const = default;
  };

  explicit Roster(const PublicKey& self) : self_(self) {}
  Roster(Roster&&) = default;
  Roster(const Roster&) = delete;  // it points into itself
  Roster& operator=(const Roster&) = delete;
  ~Roster() = default;

  /// Takes a statement in; true if it is new. False also for one that is too long or over the bound.
  bool add(ByteView statement);

  /// The devices that are in, this one included as soon as it has an add about itself. A removed one is alone.
  [[nodiscard]] const Members& members() const { return members_; }
  [[nodiscard]] bool contains(const PublicKey& key) const { return members_.contains(key); }
  /// The devices that were in once and are not any more, this one included; and those that only such a one added, and
  /// that are out with it.
  [[nodiscard]] const std::map<PublicKey, Removed>& removed() const { return removed_; }
  [[nodiscard]] bool is_removed(const PublicKey& key) const { return removed_.contains(key); }
  /// The keys that ever were in, with what was said of them last. A removed device's own are among them.
  [[nodiscard]] const Members& once_in() const { return once_in_; }
  /// Removed, or a device that this one does not take for its own any more since it was removed itself.
  [[nodiscard]] bool was_own(const PublicKey& key) const { return once_in_.contains(key) && !members_.contains(key); }
  /// As they are for devices that are in; of a removed one's own logs, all counts for itself.
  [[nodiscard]] const LogLimits& limits() const { return limits_; }

  /// What an add by this device must name for it to count everywhere: the adds that brought it back, if it was out.
  [[nodiscard]] std::vector<Hash> own_returns() const;
  /// The adds by a device that overrule removals: whoever removes it must keep those, too.
  [[nodiscard]] std::vector<Hash> overruling_adds_by(const PublicKey& key) const;
  /// The hashes of the removals of a key that stand: what an add must name to bring it back.
  [[nodiscard]] std::vector<Hash> standing_removals(const PublicKey& key) const;
  /// The removal of a key that was made last, by the clock of who made it, standing or not; none if there was none.
  [[nodiscard]] const DeviceRemoval* last_removal(const PublicKey& key) const;
  /// The statements by which a removed device, which knows what it was told before, finds that it is removed.
  [[nodiscard]] std::vector<Bytes> news_for_removed(const PublicKey& key) const;
  /// The adds that a device made of others, as far as they count.
  [[nodiscard]] std::vector<DeviceAdd> added_by(const PublicKey& key) const;
  /// The cuts that rest on raises by that device: whoever removes it takes them over, or they would fall with it.
  [[nodiscard]] std::map<PublicKey, std::vector<LogCut>> raises_by(const PublicKey& key) const;

  [[nodiscard]] const std::map<Hash, Bytes>& statements() const { return statements_; }
  /// All of them, those that removals rest on before these, and what overrules a removal before it: whoever hears of a
  /// part only takes no device for removed that is not.
  [[nodiscard]] std::vector<std::pair<Hash, Bytes>> in_order() const;
  /// Rises with every statement, alike on all devices that hold the same: the version of `my devices`.
  [[nodiscard]] std::uint64_t version() const { return statements_.size(); }

 private:
  template <class T>
  struct Stated {
    T what;
    Hash hash{};
  };
  using Add = Stated<DeviceAdd>;
  using Removal = Stated<DeviceRemoval>;

  void derive();
  void derive_removals();
  void derive_counting();
  void derive_once_in();
  void derive_members();
  void derive_fallen();
  void derive_limits();
  [[nodiscard]] std::set<PublicKey> reachable() const;
  [[nodiscard]] bool counts(const DeviceAdd& add) const;
  [[nodiscard]] const std::vector<const Removal*>& removals_of(const PublicKey& key) const;
  [[nodiscard]] bool may_overrule(const Add& add) const;
  bool overrule(const Add& add);
  [[nodiscard]] bool is_after(const DeviceAdd& add, const Hash& removal) const;
  [[nodiscard]] bool stands(const Removal& removal) const { return !returns_.contains(removal.hash); }
  [[nodiscard]] bool is_removed_by_other(const PublicKey& key) const;
  [[nodiscard]] bool may_raise(const PublicKey& by, const PublicKey& of) const;
  [[nodiscard]] std::map<std::uint32_t, std::uint32_t> named_by_removals(const PublicKey& key) const;

  PublicKey self_;
  std::map<Hash, Bytes> statements_;
  std::vector<Add> adds_;
  std::vector<Removal> all_removals_;
  std::vector<CutRaise> raises_;

  std::map<PublicKey, std::vector<const Removal*>> removals_;  ///< by key, those of reachable authors
  std::set<PublicKey> known_;                                  ///< this device and the keys with an add that counts
  std::set<Hash> counting_;                                    ///< adds
  std::map<Hash, std::set<Hash>> returns_;  ///< of each removal that is overruled, the adds that count and name it
  Members once_in_;                         ///< keys with an add that counts
  std::map<PublicKey, Removed> removed_;
  Members members_;
  LogLimits limits_;
};

Hash statement_hash(ByteView statement);

}  // namespace toxtore
