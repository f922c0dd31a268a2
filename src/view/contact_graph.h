// Contacts: which keys are one person (DESIGN 7, Contacts).
//
// A pure function of the friend rows, and so of the events: every own device comes to the same contacts.
//
// 1. Two keys are joined by a *claim* if each lists the other (a mutual claim, by the latest list of each), the user's
//    settings for both keys allow it, and he has not said by hand that the two are not one contact.
// 2. Of the keys joined so, those leave that another one of them lists as removed. Two that remove each other both
//    leave.
// 3. The claims between those that stay, and what the user merged by hand, make the contacts.
//
// A claim by one side alone, whoever it names, joins nothing and hides nothing. A key is not joined by what is said
// about it elsewhere, so whom a friend names (this user's devices, his other friends, thousands of strangers) changes
// no contact but by that key's own consent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "view/rows.h"

namespace toxtore {

/// A key that a contact claims and that is not his, because it has not claimed back or the user does not agree.
struct Claim {
  enum class Standing : std::uint8_t {
    followed,  ///< it may become his as soon as it claims back
    asked,     ///< waits for the user's answer
    refused,   ///< the user said no to this key, or to all claims of the contact
  };
  PublicKey by;  ///< who of the contact says so; the earliest, if several do
  PublicKey key;
  std::uint64_t heard_ms = 0;
  Standing standing = Standing::followed;

  bool operator==(const Claim&) const = default;
};

/// One person. Where a thing has one value, the last that was set for any of the keys counts.
struct Contact {
  /// The key that the user had first, whether it was removed since or not; without any, the least. So it stays while
  /// devices come to the contact and go, and when the friend is removed.
  PublicKey id;
  std::vector<PublicKey> keys;  ///< ascending; `id` is one of them
  bool present = false;         ///< a friend: at least one key has an add that counts
  bool toxtore = false;         ///< at least one key ever sent a device list
  std::uint64_t since_ms = 0;   ///< the earliest add that counts, 0 if none
  Bytes name;                   ///< what he calls himself, of the key last heard
  Bytes alias;                  ///< what the user calls him; empty: nothing
  bool muted = false;
  bool blocked = false;
  bool devices_withheld = false;
  ClaimPolicy claims_policy = ClaimPolicy::accept;
  std::vector<Claim> claims;  ///< by (heard_ms, key)

  [[nodiscard]] bool has(const PublicKey& key) const;
  /// Whether one of its claims is of that key.
  [[nodiscard]] bool claims_key(const PublicKey& key) const;
  /// To show: the alias, else the name; may be empty.
  [[nodiscard]] const Bytes& shown_name() const { return alias.empty() ? name : alias; }
  bool operator==(const Contact&) const = default;
};

/// All contacts of a view, which key is whose, and the row of each key. Immutable.
class ContactGraph {
 public:
  ContactGraph() = default;
  /// `own` are the user's devices: they are nobody's, whoever claims them.
  ContactGraph(std::vector<FriendRow> rows, const std::set<PublicKey>& own);

  /// Ascending by id.
  [[nodiscard]] const std::vector<Contact>& contacts() const { return contacts_; }
  /// Nothing for a key that no event is about, and for own devices.
  [[nodiscard]] const Contact* of(const PublicKey& key) const;
  /// The friend whose key this is, be it that the user added it or that it came to him by claims. Nothing for own
  /// devices.
  [[nodiscard]] const Contact* friend_of(const PublicKey& key) const;
  /// The keys whose messages are one conversation with that key's: its contact's, or it alone.
  [[nodiscard]] std::vector<PublicKey> keys_with(const PublicKey& key) const;
  /// The friends that claim this key, which is not theirs.
  [[nodiscard]] std::vector<const Contact*> claimed_by(const PublicKey& key) const;
  /// Also of own devices that were friends once.
  [[nodiscard]] const FriendRow* row(const PublicKey& key) const;

 private:
  std::map<PublicKey, FriendRow> rows_;
  std::vector<Contact> contacts_;
  std::map<PublicKey, std::size_t> index_;
};

}  // namespace toxtore
