// P11, harmless, to the user himself: friend requests.
//
// Checks: who is shown as asking is the client or device of someone who made this user a friend, or whom this user did.
// Does not check: that whoever asks is shown (P10: all wishes are fulfilled at the end), that a declined request stays
// so.
#include "sim/checkers.h"
#include "sim/world.h"
#include "wire/body.h"

namespace toxtore::sim {
namespace {

class CheckRequests final : public Checker {
 public:
  using Checker::Checker;

  void shown(const Device& device, const Event& event) override {
    if (event.dot.device != device.key()) return;
    const ReadEvent read = read_event(event);
    const auto* request = std::get_if<FriendRequestReceived>(&read.body);
    if (request == nullptr || world_.knew_each_other(request->from, device.key())) return;
    world_.violation("P11", device.name() + " shows a request of " + world_.name_of(request->from) +
                                ", who never wanted to be a friend");
  }
};

}  // namespace

std::unique_ptr<Checker> check_requests(World& world) { return std::make_unique<CheckRequests>(world); }

}  // namespace toxtore::sim
