#include "engine/peer_list.h"

namespace toxtore {
namespace {

class Wanted {
 public:
  Wanted(const ContactGraph& contacts, const PublicKey& self, std::uint64_t wall_ms)
      : contacts_(contacts), self_(self), wall_ms_(wall_ms) {}

  std::set<PublicKey> all() {
    for (const Contact& contact : contacts_.contacts()) {
      if (contact.present && !contact.blocked) take_keys(contact);
    }
    std::set<PublicKey> tried;
    for (const Contact& contact : contacts_.contacts()) {
      if (contact.present && !contact.blocked) try_claims(contact, tried);
    }
    wanted_.merge(tried);
    return std::move(wanted_);
  }

 private:
  void take_keys(const Contact& contact) {
    for (const PublicKey& key : contact.keys) {
      const FriendRow* row = contacts_.row(key);
      const bool everywhere = row->devices && !contact.devices_withheld;
      if (everywhere || row->is_known_by(self_)) wanted_.insert(key);
    }
  }

  void try_claims(const Contact& contact, std::set<PublicKey>& tried) const {
    if (contact.keys.size() >= contact_keys_max) return;
    std::size_t of_contact = 0;
    for (const Claim& claim : contact.claims) {
      if (of_contact == tried_claims_of_contact_max) return;
      if (claim.standing != Claim::Standing::followed || claim.heard_ms + claim_tried_ms < wall_ms_) continue;
      if (const Contact* other = contacts_.of(claim.key); other != nullptr && (other->present || other->blocked))
        continue;
      if (const FriendRow* row = contacts_.row(claim.key); row != nullptr && row->asked) continue;
      if (contact.devices_withheld && !contacts_.row(claim.by)->is_known_by(self_)) continue;
      if (tried.size() == tried_claims_max && !tried.contains(claim.key)) return;
      tried.insert(claim.key);
      ++of_contact;
    }
  }

  const ContactGraph& contacts_;
  const PublicKey& self_;
  std::uint64_t wall_ms_;
  std::set<PublicKey> wanted_;
};

}  // namespace

std::set<PublicKey> wanted_peers(const ContactGraph& contacts, const PublicKey& self, std::uint64_t wall_ms) {
  return Wanted(contacts, self, wall_ms).all();
}

}  // namespace toxtore
