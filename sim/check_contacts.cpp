// Contacts (DESIGN 7; a part of P2).
//
// Checks: at the end linked devices show the same contacts; keys that are not of one user are one contact only where a
// user said so by hand, whatever one side claims.
// Does not check: that keys which claim each other become one contact (ContactGraph.* does), what is sent to whom.
#include <algorithm>
#include <map>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

class CheckContacts final : public Checker {
 public:
  using Checker::Checker;

  // For good, though it may be undone: what was merged through a key stays together without it.
  void merged_by_hand(const Contact& one, const Contact& other) override {
    const PublicKey joined = circle_of(world_.person(one.id));
    const PublicKey into = circle_of(world_.person(other.id));
    circles_[world_.person(one.id)] = circles_[world_.person(other.id)] = into;
    for (auto& [person, circle] : circles_) {
      if (circle == joined) circle = into;
    }
  }

  void ended() override {
    for (std::size_t user = 0; user < world_.users(); ++user) {
      const auto devices = linked_devices(world_, user);
      const auto expected = contacts_of(*devices.front());
      for (const Device* device : devices) {
        if (contacts_of(*device) != expected) {
          world_.violation("P2", device->name() + " and " + devices.front()->name() + " show other contacts");
        }
      }
      for (const Contact& contact : expected) judge(*devices.front(), contact);
    }
  }

 private:
  static std::vector<Contact> contacts_of(const Device& device) {
    std::vector<Contact> contacts;
    for (const FriendInfo& info : device.engine().friends()) contacts.push_back(info.contact);
    std::ranges::sort(contacts, {}, &Contact::id);
    return contacts;
  }

  void judge(const Device& device, const Contact& contact) {
    for (const PublicKey& key : contact.keys) {
      if (circle_of(world_.person(key)) == circle_of(world_.person(contact.id))) continue;
      world_.violation("P2", device.name() + " shows " + world_.name_of(key) + " and " + world_.name_of(contact.id) +
                                 " as one contact, which only one side claimed");
    }
  }

  /// The people that a user ever said are one with this person go by one of them.
  [[nodiscard]] PublicKey circle_of(const PublicKey& person) const {
    const auto found = circles_.find(person);
    return found == circles_.end() ? person : found->second;
  }

  std::map<PublicKey, PublicKey> circles_;
};

}  // namespace

std::unique_ptr<Checker> check_contacts(World& world) { return std::make_unique<CheckContacts>(world); }

}  // namespace toxtore::sim
