// All that takes part in one run: time, network, devices, friends, the people who use them, and the checkers.
//
// The people do what the tables of actions say; beyond that they finish what they began: they accept the requests they
// wait for, and confirm a link when both devices show the same code.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/checker.h"
#include "sim/device.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/stock_friend.h"
#include "sim/timeline.h"
#include "sim/trace.h"

namespace toxtore::sim {

struct Violation {
  std::string promise;  ///< "P1" … "P12", or "setup"
  std::string what;
};

/// What became of the messages of one kind of friends.
struct Deliveries {
  std::uint64_t messages = 0;
  std::uint64_t lost = 0;     ///< he has none
  std::uint64_t doubled = 0;  ///< he shows it more than once
  std::uint64_t hidden = 0;   ///< of these, the view does not say that he may
  std::uint64_t unsure = 0;   ///< the view said so for a while

  Deliveries& operator+=(const Deliveries& more) {
    messages += more.messages;
    lost += more.lost;
    doubled += more.doubled;
    hidden += more.hidden;
    unsure += more.unsure;
    return *this;
  }
};

class World {
 public:
  /// 14 November 2023: any time would do.
  static constexpr std::uint64_t epoch_ms = 1'700'000'000'000;

  World(const Plan& plan, std::size_t trace_lines);
  ~World();

  Timeline timeline;
  Trace trace;
  Network network;
  /// Numbers what the users write, so that every text is another one.
  std::uint64_t texts = 0;
  /// What users wrote that does not fit one Tox message: stock friends get it in pieces.
  std::vector<std::string> long_texts;
  /// Of the user that it is about, at the end: to friends with stock clients, and with Toxtore.
  std::array<Deliveries, 2> deliveries;

  // --- Who there is. The devices of user 0 come first; the friends with Toxtore are users 1, 2, …

  [[nodiscard]] const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }
  [[nodiscard]] const std::vector<std::unique_ptr<StockFriend>>& stock_friends() const { return stock_; }
  [[nodiscard]] std::vector<PublicKey> stock_keys() const;
  [[nodiscard]] std::size_t users() const { return users_; }
  [[nodiscard]] std::vector<Device*> devices_of(std::size_t user) const;
  /// Any device; mostly one of user 0.
  [[nodiscard]] Device& device_at(std::uint32_t number) const;
  [[nodiscard]] Device* device_with(const PublicKey& key) const;
  [[nodiscard]] StockFriend* stock_with(const PublicKey& key) const;
  [[nodiscard]] std::string name_of(const PublicKey& key) const;

  // --- Time.

  [[nodiscard]] std::uint64_t wall_ms() const { return epoch_ms + skipped_ms_ + timeline.now_ms(); }
  /// As if everybody's machine had slept.
  void skip(std::uint64_t ms) { skipped_ms_ += ms; }
  /// Goes on until then, or until something is violated.
  void run_until(std::uint64_t until_ms);

  // --- People.

  /// Two devices of one user are to be linked: the people see to it until it is done, or one of them is removed. By an
  /// invitation of the second, or since they are friends.
  void want_link(Device& asks, Device& accepts, bool by_invitation);
  /// Somebody's device or stock client is to be a friend of a device.
  void want_friend(const PublicKey& asks, const PublicKey& accepts);
  /// In words, those that are open.
  [[nodiscard]] std::string open_wishes() const;
  [[nodiscard]] bool all_wishes_done() const { return links_.empty() && friendships_.empty(); }
  /// Whether the user of that device, or of that client, ever wanted this.
  [[nodiscard]] bool asked(const PublicKey& asks, const PublicKey& accepts) const {
    return asked_.contains({asks, accepts});
  }
  [[nodiscard]] bool may_be_linked(const PublicKey& a, const PublicKey& b) const;
  /// One key for each person: that of the user's first device, or of the client.
  [[nodiscard]] PublicKey person(const PublicKey& key) const;
  /// Whether one of the two people ever wanted the other for a friend, or they are one.
  [[nodiscard]] bool knew_each_other(const PublicKey& a, const PublicKey& b) const;
  /// The user reads what the device shows of a conversation, and marks it.
  void read_conversation(Device& device, const Contact& contact);
  /// The user of that device wanted a request to go to that key.
  void note_asked(const PublicKey& asks, const PublicKey& accepts) { asked_.insert({asks, accepts}); }
  void noticed(Device& device, const output::Notice& notice);
  void died(Device& device);
  /// Crashed devices start again by themselves; not while the user leaves them off.
  void leave_off(Device& device, bool off);

  // --- Devices of user 0 that are out (DESIGN 8).

  void remove_device(Device& by, Device& out);
  void leave_devices(Device& device, bool at_once);
  /// Whether devices stay that were linked from the beginning.
  [[nodiscard]] bool may_be_removed(const Device& device) const;
  /// Those that were removed or left, or perhaps: the device that did it may have died of it.
  [[nodiscard]] const std::set<PublicKey>& removed() const { return removed_; }
  [[nodiscard]] bool was_removed(const PublicKey& key) const { return removed_.contains(key); }
  /// Whether it is linked with nobody but through one that was removed, and so may be out with that.
  [[nodiscard]] bool may_go_with_removed(const PublicKey& key) const;
  /// Whether its user wants it back.
  [[nodiscard]] bool wanted_again(const PublicKey& key) const { return wanted_again_.contains(key); }
  /// Of the devices that were linked from the beginning the first that nobody removed.
  [[nodiscard]] Device& first_that_stays() const;
  /// The keys that it takes for its user's devices, itself included.
  [[nodiscard]] static std::set<PublicKey> own_devices_of(const Device& device);
  /// Whether there is a copy of a device of that user, to be brought back or to live.
  [[nodiscard]] bool has_copies(std::size_t user) const;
  /// Those that are out are to be linked anew, by invitation; true if there are any.
  bool link_removed_anew();
  /// What is put aside is taken in, wherever it is; true if there was any.
  bool take_in_what_is_aside();

  /// A URI that was made, who made it and for whom. Whoever finds it finds it when it is of no more use.
  struct Invited {
    std::string uri;
    const Device* inviter;
    const Device* joiner;
    bool over = false;
  };
  [[nodiscard]] const std::vector<Invited>& invited() const { return invited_; }

  /// The last packets that went by, for who sends broken ones.
  void saw_packet(const Bytes& bytes);
  [[nodiscard]] const std::vector<Bytes>& seen_packets() const { return seen_packets_; }

  // --- Judging.

  template <class Tell>
  void tell(Tell tell_one) {
    for (const auto& checker : checkers_) tell_one(*checker);
  }
  void violation(const std::string& promise, const std::string& what);
  [[nodiscard]] const std::optional<Violation>& violated() const { return violation_; }

  /// Ends all faults, and switches everything on but one device.
  void heal(const Device* left_off);
  [[nodiscard]] bool healed() const { return healed_; }

 private:
  struct Link {
    Device* asks;
    Device* accepts;
    bool by_invitation;
    std::string uri;     ///< of the last one, if any
    bool again = false;  ///< `asks` was removed
  };
  Device& add_device(std::size_t user, const std::string& name, const Plan& plan);
  void tend();
  bool tend_link(Link& link);
  [[nodiscard]] bool is_given_up(const Link& link) const;
  void give_up_uri(Link& link);
  void tend_invitation(Link& link, Device& joins, Device& invites);
  bool tend_friendship(const std::pair<PublicKey, PublicKey>& pair);
  void look_at_new(Device& device);
  void see_to_doubt(Device& device);
  bool link_forgotten(Device& device);
  void confirm(Device& device, const PublicKey& peer, const std::string& code);

  std::uint64_t seed_;
  std::size_t users_ = 1;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<StockFriend>> stock_;
  std::uint64_t skipped_ms_ = 0;
  std::vector<Link> links_;
  std::vector<Invited> invited_;
  std::size_t linked_from_the_beginning_;
  std::set<PublicKey> removed_;
  std::set<PublicKey> wanted_again_;
  std::multimap<PublicKey, PublicKey> linked_through_;  ///< who was to be linked, and with whom
  std::vector<std::pair<PublicKey, PublicKey>> friendships_;
  std::set<std::pair<PublicKey, PublicKey>> asked_;
  bool tending_ = false;
  std::set<PublicKey> off_;
  std::vector<Bytes> seen_packets_;
  std::size_t next_seen_packet_ = 0;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::optional<Violation> violation_;
  bool healed_ = false;
};

}  // namespace toxtore::sim
