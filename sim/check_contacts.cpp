// Contacts (DESIGN 7; a part of P2).
//
// Checks: at the end linked devices show the same contacts; keys that are not of one user are one contact only where a
// user said so by hand, whatever one side claims.
// Does not check: that keys which claim each other become one contact (ContactGraph.* does), what is sent to whom.
#include <algorithm>

#include "sim/checkers.h"
#include "sim/world.h"

namespace toxtore::sim {
namespace {

class CheckContacts final : public Checker {
 public:
  using Checker::Checker;

  void merged_by_hand() override { by_hand_ = true; }

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
    if (by_hand_) return;
    for (const PublicKey& key : contact.keys) {
      if (key == contact.id || world_.may_be_linked(key, contact.id)) continue;
      world_.violation("P2", device.name() + " shows " + world_.name_of(key) + " and " + world_.name_of(contact.id) +
                                 " as one contact, which only one side claimed");
    }
  }

  bool by_hand_ = false;
};

}  // namespace

std::unique_ptr<Checker> check_contacts(World& world) { return std::make_unique<CheckContacts>(world); }

}  // namespace toxtore::sim
